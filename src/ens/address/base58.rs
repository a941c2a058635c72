//! Addresses in Base58 that are a key or its hash: Solana, XRP, Tron, Polkadot.

use blake2::{Blake2b512, Digest};
use bs58::Alphabet;
use bs58::decode::Error;

use super::Fault;

/// The hash that SS58 begins its checksums with.
const SS58_PREFIX: &[u8] = b"SS58PRE";
/// Polkadot among the networks of SS58 (ss58-registry).
const POLKADOT: u8 = 0;
/// Accounts of XRP, and what X-addresses of its main network begin with (XLS-5).
const XRP_ACCOUNT: u8 = 0;
const XRP_X_ADDRESS: [u8; 2] = [0x05, 0x44];
/// Addresses of Tron's main network.
const TRON: u8 = 0x41;

/// What Base58Check (double SHA-256, four bytes) holds in this alphabet.
pub fn decode_check(text: &str, alphabet: &Alphabet) -> Result<Vec<u8>, Fault> {
    bs58::decode(text).with_alphabet(alphabet).with_check(None).into_vec().map_err(|error| match error {
        Error::InvalidChecksum { .. } => Fault::Checksum,
        Error::NoChecksum | Error::BufferTooSmall => Fault::Length,
        _ => Fault::Characters,
    })
}

/// The opposite of [`decode_check`].
pub fn encode_check(payload: &[u8], alphabet: &Alphabet) -> String {
    bs58::encode(payload).with_alphabet(alphabet).with_check().into_string()
}

fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    bs58::decode(text).into_vec().map_err(|_| Fault::Characters)
}

/// A public key of 32 bytes, without a checksum.
pub fn parse_solana(text: &str) -> Result<Vec<u8>, Fault> {
    decode(text).and_then(|bytes| if bytes.len() == 32 { Ok(bytes) } else { Err(Fault::Length) })
}

/// See [`parse_solana`].
pub fn format_solana(bytes: &[u8]) -> Option<String> {
    (bytes.len() == 32).then(|| bs58::encode(bytes).into_string())
}

/// A classic address or an X-address; the binary form keeps the bytes that tell them apart.
pub fn parse_xrp(text: &str) -> Result<Vec<u8>, Fault> {
    let payload = decode_check(text, Alphabet::RIPPLE)?;
    if is_xrp(&payload) { Ok(payload) } else { Err(Fault::Kind) }
}

/// See [`parse_xrp`].
pub fn format_xrp(bytes: &[u8]) -> Option<String> {
    is_xrp(bytes).then(|| encode_check(bytes, Alphabet::RIPPLE))
}

/// An X-address is 20 bytes of account, one of flags and eight of a tag after its two.
fn is_xrp(payload: &[u8]) -> bool {
    match payload.len() {
        21 => payload.starts_with(&[XRP_ACCOUNT]),
        31 => payload.starts_with(&XRP_X_ADDRESS),
        _ => false,
    }
}

/// The binary form keeps the byte that stands for the network.
pub fn parse_tron(text: &str) -> Result<Vec<u8>, Fault> {
    let payload = decode_check(text, Alphabet::BITCOIN)?;
    if is_tron(&payload) { Ok(payload) } else { Err(Fault::Kind) }
}

/// See [`parse_tron`].
pub fn format_tron(bytes: &[u8]) -> Option<String> {
    is_tron(bytes).then(|| encode_check(bytes, Alphabet::BITCOIN))
}

fn is_tron(payload: &[u8]) -> bool {
    payload.len() == 21 && payload.starts_with(&[TRON])
}

/// SS58 of Polkadot's own network. The binary form is the public key alone.
pub fn parse_polkadot(text: &str) -> Result<Vec<u8>, Fault> {
    let bytes = decode(text)?;
    let (body, checksum) = bytes.split_last_chunk::<2>().ok_or(Fault::Length)?;
    // Other networks' numbers may take two bytes, other kinds of accounts fewer: the checksum tells typing errors first.
    if *checksum != ss58_checksum(body) {
        return Err(Fault::Checksum);
    }
    match body.split_first() {
        Some((&POLKADOT, key)) if key.len() == 32 => Ok(key.to_vec()),
        _ => Err(Fault::Kind),
    }
}

/// See [`parse_polkadot`].
pub fn format_polkadot(key: &[u8]) -> Option<String> {
    let body = [&[POLKADOT], key].concat();
    (key.len() == 32).then(|| bs58::encode([&body[..], &ss58_checksum(&body)].concat()).into_string())
}

fn ss58_checksum(body: &[u8]) -> [u8; 2] {
    let [first, second, ..] =
        <[u8; 64]>::from(Blake2b512::new().chain_update(SS58_PREFIX).chain_update(body).finalize());
    [first, second]
}
