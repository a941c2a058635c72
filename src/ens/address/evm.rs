//! Ethereum and the chains that are like it: 20 bytes, written in hex, where upper and lower case are the checksum
//! (EIP-55, without a chain id, as ENSIP-11 has it).

use alloy::primitives::Address;

use super::Fault;

/// All in one case is an address without a checksum; in mixed case the checksum must be right.
pub fn parse(text: &str) -> Result<Vec<u8>, Fault> {
    let digits = text.strip_prefix("0x").ok_or(Fault::Characters)?;
    if digits.len() != 40 {
        return Err(Fault::Length);
    }
    let bytes = hex::decode(digits).map_err(|_| Fault::Characters)?;
    let has = |wanted: fn(&u8) -> bool| digits.as_bytes().iter().any(wanted);
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    if is_mixed && format(&bytes).as_deref() != Some(text) { Err(Fault::Checksum) } else { Ok(bytes) }
}

/// With the checksum.
pub fn format(bytes: &[u8]) -> Option<String> {
    Address::try_from(bytes).ok().map(|address| address.to_string())
}
