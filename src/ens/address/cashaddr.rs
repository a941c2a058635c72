//! Bitcoin Cash: CashAddr (spec.bitcoincash.org, "CashAddr"), and Bitcoin's old form, which is read but not written. The
//! binary form is the script, as Bitcoin's.

use bech32::Fe32;
use bech32::primitives::iter::{ByteIterExt, Fe32IterExt};

use super::Fault;
use super::bitcoin::{self, Network, Script};

const PREFIX: &str = "bitcoincash";
/// Version bytes: the kind of address, and a hash of 20 bytes.
const P2PKH: u8 = 0;
const P2SH: u8 = 8;
/// A checksum's characters, of five bits each.
const CHECKSUM_CHARACTERS: usize = 8;
/// A version byte and 20 bytes in characters of five bits, and the two bits that remain and have to be zero.
const PAYLOAD_CHARACTERS: usize = 34;
const PADDING: u8 = 0b11;

/// The script of an address. The prefix may be left out, as wallets do.
pub fn parse(text: &str) -> Result<Vec<u8>, Fault> {
    // Base58 has both cases as a rule and CashAddr never; what could be both has a checksum to tell.
    if let Ok(script) = bitcoin::parse_base58(&Network::BITCOIN, text) {
        return Ok(script);
    }
    let is_mixed =
        text.bytes().any(|b| b.is_ascii_lowercase()) && text.bytes().any(|b| b.is_ascii_uppercase());
    if is_mixed {
        return Err(Fault::Characters);
    }
    let text = text.to_ascii_lowercase();
    let symbols = match text.split_once(':') {
        None => &text,
        Some((PREFIX, symbols)) => symbols,
        Some(_) => return Err(Fault::Kind),
    };
    let symbols: Vec<Fe32> =
        symbols.chars().map(Fe32::from_char).collect::<Result<_, _>>().map_err(|_| Fault::Characters)?;
    if polymod(&symbols) != 0 {
        return Err(Fault::Checksum);
    }
    let payload = symbols.len().checked_sub(CHECKSUM_CHARACTERS).and_then(|length| symbols.get(..length));
    script(payload.ok_or(Fault::Length)?)
}

/// The script of a payload: a version byte and a hash, cut into fives of bits.
fn script(payload: &[Fe32]) -> Result<Vec<u8>, Fault> {
    let bytes: Vec<u8> = payload.iter().copied().fes_to_bytes().collect();
    let (version, hash) = bytes.split_first().ok_or(Fault::Length)?;
    // There are longer hashes, of scripts that ENSIP-9 has no form for.
    let (Ok(hash), Some(last)) = (hash.try_into(), payload.last()) else { return Err(Fault::Kind) };
    if payload.len() != PAYLOAD_CHARACTERS || last.to_u8() & PADDING != 0 {
        return Err(Fault::Length);
    }
    match *version {
        P2PKH => Ok(Script::P2pkh(hash).to_bytes()),
        P2SH => Ok(Script::P2sh(hash).to_bytes()),
        _ => Err(Fault::Kind),
    }
}

/// The address of a script, with its prefix.
pub fn format(script: &[u8]) -> Option<String> {
    let (version, hash) = match Script::parse(script)? {
        Script::P2pkh(hash) => (P2PKH, hash),
        Script::P2sh(hash) => (P2SH, hash),
        Script::Witness(..) => return None,
    };
    with_checksum([&[version], &hash[..]].concat().into_iter().bytes_to_fes().collect())
}

/// The address of a payload.
fn with_checksum(payload: Vec<Fe32>) -> Option<String> {
    let checksum = polymod(&[&payload[..], &[Fe32::Q; CHECKSUM_CHARACTERS]].concat());
    let symbol = |at: usize| Fe32::try_from((checksum >> (5 * at)) as u8 & 31).ok();
    let checksum = (0..CHECKSUM_CHARACTERS).rev().map(symbol);
    let symbols: Option<String> =
        payload.into_iter().map(Some).chain(checksum).map(|symbol| symbol.map(Fe32::to_char)).collect();
    Some(format!("{PREFIX}:{}", symbols?))
}

/// The checksum of the prefix and these symbols (a BCH code over GF(32), of 40 bits); zero when it is right.
fn polymod(symbols: &[Fe32]) -> u64 {
    const GENERATOR: [u64; 5] =
        [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let prefix = PREFIX.bytes().map(|byte| byte & 31).chain([0]);
    let values = prefix.chain(symbols.iter().map(|symbol| symbol.to_u8()));
    let sum = values.fold(1, |sum: u64, value| {
        let top = sum >> 35;
        let shifted = ((sum & 0x07_ffff_ffff) << 5) ^ u64::from(value);
        let terms = GENERATOR.iter().enumerate().filter(|(bit, _)| (top >> bit) & 1 == 1);
        terms.fold(shifted, |sum, (_, term)| sum ^ term)
    });
    sum ^ 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_nothing_left_over_and_a_known_version() {
        let address = |version: u8, length: usize, change: fn(&mut Vec<Fe32>)| {
            let bytes = [&[version], &vec![7; length][..]].concat();
            let mut payload = bytes.into_iter().bytes_to_fes().collect();
            change(&mut payload);
            parse(&with_checksum(payload).unwrap())
        };
        assert!(address(P2PKH, 20, |_| ()).is_ok());
        assert!(address(P2SH, 20, |_| ()).is_ok());
        assert_eq!(address(P2PKH, 20, |payload| payload.push(Fe32::Q)), Err(Fault::Length));
        assert_eq!(address(P2PKH, 20, |payload| payload[33] = Fe32::P), Err(Fault::Length));
        // Token-aware addresses, hashes of 32 bytes, a reserved bit, nothing.
        for (version, length) in [(16, 20), (11, 32), (128, 20), (0, 0)] {
            assert_eq!(address(version, length, |_| ()), Err(Fault::Kind));
        }
    }
}
