//! Stellar accounts, `G…`: a version byte, an Ed25519 public key and a checksum, in Base32 (SEP-23).

use data_encoding::BASE32;

use super::Fault;

/// The version byte of accounts; others stand for seeds (`S…`), which must not be published, and more.
const ACCOUNT: u8 = 6 << 3;

/// The public key.
pub fn parse(text: &str) -> Result<Vec<u8>, Fault> {
    let bytes = BASE32.decode(text.as_bytes()).map_err(|_| Fault::Characters)?;
    let (body, checksum) = bytes.split_last_chunk::<2>().ok_or(Fault::Length)?;
    if *checksum != crc16(body).to_le_bytes() {
        return Err(Fault::Checksum);
    }
    match body.split_first() {
        Some((&ACCOUNT, key)) if key.len() == 32 => Ok(key.to_vec()),
        _ => Err(Fault::Kind),
    }
}

/// The account of a public key.
pub fn format(key: &[u8]) -> Option<String> {
    let body = [&[ACCOUNT], key].concat();
    (key.len() == 32).then(|| BASE32.encode(&[&body[..], &crc16(&body).to_le_bytes()].concat()))
}

/// CRC-16/XMODEM.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}
