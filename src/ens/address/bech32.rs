//! Cosmos accounts in Bech32 (BIP-173): an account has 20 bytes, one that the chain itself made 32 (ADR-028).

use bech32::primitives::decode::{CheckedHrpstring, CheckedHrpstringError};
use bech32::{Bech32, Hrp};

use super::Fault;

const COSMOS: Hrp = Hrp::parse_unchecked("cosmos");

/// The account's bytes.
pub fn parse_cosmos(text: &str) -> Result<Vec<u8>, Fault> {
    let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|error| match error {
        CheckedHrpstringError::Parse(_) => Fault::Characters,
        _ => Fault::Checksum,
    })?;
    if checked.hrp() != COSMOS {
        return Err(Fault::Kind);
    }
    let account: Vec<u8> = checked.byte_iter().collect();
    // The library does not mind characters that are left over when the bytes are complete.
    let canonical = format_cosmos(&account).ok_or(Fault::Length)?;
    if canonical == text.to_ascii_lowercase() { Ok(account) } else { Err(Fault::Length) }
}

/// See [`parse_cosmos`].
pub fn format_cosmos(account: &[u8]) -> Option<String> {
    if is_account(account) { bech32::encode::<Bech32>(COSMOS, account).ok() } else { None }
}

fn is_account(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 20 | 32)
}

#[cfg(test)]
mod tests {
    use bech32::Fe32;
    use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};

    use super::*;

    #[test]
    fn an_address_has_no_characters_left_over() {
        let text = |length: usize, extra: &[Fe32]| -> String {
            let symbols = vec![7; length].into_iter().bytes_to_fes().chain(extra.iter().copied());
            symbols.with_checksum::<Bech32>(&COSMOS).chars().collect()
        };
        assert_eq!(parse_cosmos(&text(20, &[])), Ok(vec![7; 20]));
        assert_eq!(parse_cosmos(&text(32, &[])), Ok(vec![7; 32]));
        assert_eq!(parse_cosmos(&text(20, &[Fe32::Q])), Err(Fault::Length));
        assert_eq!(parse_cosmos(&text(21, &[])), Err(Fault::Length));
    }
}
