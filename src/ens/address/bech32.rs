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
    if is_account(&account) { Ok(account) } else { Err(Fault::Length) }
}

/// See [`parse_cosmos`].
pub fn format_cosmos(account: &[u8]) -> Option<String> {
    if is_account(account) { bech32::encode::<Bech32>(COSMOS, account).ok() } else { None }
}

fn is_account(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 20 | 32)
}
