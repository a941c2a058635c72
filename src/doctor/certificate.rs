//! Until when a certificate is valid: the one field of it that is read here.

/// `notAfter` in unix seconds, of a certificate in DER (RFC 5280). `None` when it is not found where it belongs.
pub fn not_after(der: &[u8]) -> Option<u64> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    // The version, in a tag of its own, is left out of certificates of version 1.
    if rest.first() == Some(&0xa0) {
        (_, _, rest) = element(rest)?;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        (_, _, rest) = element(rest)?;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, after) = element(validity)?;
    let (tag, time, _) = element(after)?;
    let text = std::str::from_utf8(time).ok()?;
    match tag {
        // UTCTime has two digits for the year: 1950 to 2049.
        0x17 if text.get(..2)? >= "50" => parse(&format!("19{text}")),
        0x17 => parse(&format!("20{text}")),
        0x18 => parse(text),
        _ => None,
    }
}

/// Tag, contents, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

/// `YYYYMMDDhhmmssZ`.
fn parse(text: &str) -> Option<u64> {
    let part = |range: std::ops::Range<usize>| text.get(range);
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?
    );
    let time = humantime::parse_rfc3339(&written).ok()?;
    Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The certificate of the tests with real clients: `openssl x509 -enddate` says Jan 1 00:00:00 2096 GMT.
    const CERTIFICATE: &str = include_str!("../../tests/clients/localhost.cert.pem");

    #[test]
    fn the_end_is_found_and_nothing_else_is_taken_for_it() {
        use base64::Engine;
        let lines: String = CERTIFICATE.lines().filter(|line| !line.starts_with("---")).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(lines).unwrap();
        assert_eq!(not_after(&der), Some(3_976_214_400));
        for length in 0..200 {
            assert_eq!(not_after(&der[..length]), None);
        }
    }

    #[test]
    fn both_kinds_of_time_are_read() {
        let certificate = |tag: u8, time: &str| {
            let element = |tag: u8, contents: Vec<u8>| [vec![tag, contents.len() as u8], contents].concat();
            let end = element(tag, time.as_bytes().to_vec());
            let validity = element(0x30, [element(0x17, b"250101000000Z".to_vec()), end].concat());
            let fields =
                [element(2, vec![1]), element(0x30, vec![]), element(0x30, vec![]), validity].concat();
            element(0x30, element(0x30, fields))
        };
        assert_eq!(not_after(&certificate(0x17, "700101000001Z")), Some(1));
        assert_eq!(not_after(&certificate(0x17, "380119031407Z")), Some(2_147_483_647));
        assert_eq!(not_after(&certificate(0x18, "20380119031407Z")), Some(2_147_483_647));
        assert_eq!(not_after(&certificate(0x0c, "20380119031407Z")), None);
        assert_eq!(not_after(&certificate(0x18, "20381319031407Z")), None);
    }
}
