//! The DNS wire form of names (RFC 1035 §3.1, as ENSIP-10 uses it): length-prefixed labels, ended by a zero byte.

use super::name::{MAX_WIRE_BYTES, Name, NameError};

/// Why bytes are not the wire form of a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum WireError {
    /// More than 255 bytes.
    #[error("the encoded name has {0} bytes, {MAX_WIRE_BYTES} are allowed")]
    TooLong(usize),
    /// A label's length byte promises more than is there, or the final zero byte is missing.
    #[error("the encoded name ends inside a label or without its final zero byte")]
    Truncated,
    /// Something follows the final zero byte.
    #[error("{0} bytes follow the final zero byte of the encoded name")]
    Trailing(usize),
    /// Labels are UTF-8.
    #[error("label {0} of the encoded name is not UTF-8")]
    NotUtf8(usize),
    /// A full stop inside a label would change the name.
    #[error("label {0} of the encoded name contains a full stop")]
    FullStop(usize),
    /// Well formed, but no name.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// The name that `bytes` encode.
///
/// # Errors
/// See [`WireError`].
pub fn decode(bytes: &[u8]) -> Result<Name, WireError> {
    if bytes.len() > MAX_WIRE_BYTES {
        return Err(WireError::TooLong(bytes.len()));
    }
    let mut labels: Vec<&str> = Vec::new();
    let mut rest = bytes;
    loop {
        let (&length, after) = rest.split_first().ok_or(WireError::Truncated)?;
        if length == 0 {
            break match after.len() {
                0 => Ok(Name::parse(&labels.join("."))?),
                trailing => Err(WireError::Trailing(trailing)),
            };
        }
        let (label, after) = after.split_at_checked(length.into()).ok_or(WireError::Truncated)?;
        let position = labels.len() + 1;
        let label = std::str::from_utf8(label).map_err(|_| WireError::NotUtf8(position))?;
        if label.contains('.') {
            return Err(WireError::FullStop(position));
        }
        labels.push(label);
        rest = after;
    }
}

/// The wire form of `name`.
pub fn encode(name: &Name) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.as_str().len() + 2);
    for label in name.as_str().split('.') {
        // A name has at most 255 bytes on the wire, so a label's length fits its byte.
        bytes.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_wire_form_is_that_of_dns() {
        let name = Name::parse("alice.eth").unwrap();
        assert_eq!(encode(&name), b"\x05alice\x03eth\x00");
        assert_eq!(decode(b"\x05alice\x03eth\x00"), Ok(name));
    }

    #[test]
    fn malformed_forms_are_told_apart() {
        assert_eq!(decode(b""), Err(WireError::Truncated));
        assert_eq!(decode(b"\x03eth"), Err(WireError::Truncated));
        assert_eq!(decode(b"\xffeth\x00"), Err(WireError::Truncated));
        assert_eq!(decode(b"\x03eth\x00\x00"), Err(WireError::Trailing(1)));
        assert_eq!(decode(b"\x00"), Err(WireError::Name(NameError::Empty)));
        assert_eq!(decode(b"\x02\xff\xff\x00"), Err(WireError::NotUtf8(1)));
        assert_eq!(decode(b"\x01a\x03b.c\x00"), Err(WireError::FullStop(2)));
        assert_eq!(decode(&[1; 256]), Err(WireError::TooLong(256)));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(name) = decode(&bytes) {
                prop_assert_eq!(encode(&name), bytes);
            }
        }

        #[test]
        fn plain_names_survive_the_round_trip(labels in proptest::collection::vec("[a-z0-9]{1,40}", 1..6)) {
            let name = Name::parse(&labels.join(".")).unwrap();
            prop_assert_eq!(decode(&encode(&name)), Ok(name));
        }
    }
}
