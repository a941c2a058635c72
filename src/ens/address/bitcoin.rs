//! Bitcoin and what descends from it. The binary form is the script that an output to the address has (ENSIP-9), so one
//! file reads scripts for all of them.

use bech32::primitives::decode::{SegwitHrpstring, SegwitHrpstringError};
use bech32::{Fe32, Hrp, segwit};
use bs58::Alphabet;

use super::Fault;
use super::base58::{decode_check, encode_check};

/// What tells the addresses of one network from those of another.
pub struct Network {
    /// The version byte of pay-to-public-key-hash.
    p2pkh: u8,
    /// Those of pay-to-script-hash: the first is written, all are read.
    p2sh: &'static [u8],
    /// What segwit addresses begin with, where the network has segwit.
    hrp: Option<Hrp>,
}

impl Network {
    /// Bitcoin (chainparams.cpp of Bitcoin Core).
    pub const BITCOIN: Self = Self { p2pkh: 0x00, p2sh: &[0x05], hrp: Some(Hrp::parse_unchecked("bc")) };
    /// Litecoin (chainparams.cpp of Litecoin Core). 0x05 is the old version of script hashes, shared with Bitcoin.
    pub const LITECOIN: Self =
        Self { p2pkh: 0x30, p2sh: &[0x32, 0x05], hrp: Some(Hrp::parse_unchecked("ltc")) };
    /// Dogecoin (chainparams.cpp of Dogecoin Core).
    pub const DOGECOIN: Self = Self { p2pkh: 0x1e, p2sh: &[0x16], hrp: None };
}

/// A script that pays to one address.
pub enum Script<'a> {
    /// `OP_DUP OP_HASH160 <20 bytes> OP_EQUALVERIFY OP_CHECKSIG`
    P2pkh(&'a [u8; 20]),
    /// `OP_HASH160 <20 bytes> OP_EQUAL`
    P2sh(&'a [u8; 20]),
    /// A witness version and its program (BIP-141). The program's length is not checked.
    Witness(u8, &'a [u8]),
}

const OP_0: u8 = 0x00;
const OP_1: u8 = 0x51;
const OP_16: u8 = 0x60;

impl<'a> Script<'a> {
    /// `None` for a script that has no address.
    pub fn parse(script: &'a [u8]) -> Option<Self> {
        match script {
            [0x76, 0xa9, 0x14, hash @ .., 0x88, 0xac] => hash.try_into().ok().map(Self::P2pkh),
            [0xa9, 0x14, hash @ .., 0x87] => hash.try_into().ok().map(Self::P2sh),
            [op, length, program @ ..] if usize::from(*length) == program.len() => match *op {
                OP_0 => Some(Self::Witness(0, program)),
                OP_1..=OP_16 => Some(Self::Witness(op - OP_1 + 1, program)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The script's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::P2pkh(hash) => [&[0x76, 0xa9, 0x14], &hash[..], &[0x88, 0xac]].concat(),
            Self::P2sh(hash) => [&[0xa9, 0x14], &hash[..], &[0x87]].concat(),
            Self::Witness(version, program) => {
                let op = if *version == 0 { OP_0 } else { OP_1 - 1 + version };
                // Witness programs have at most 40 bytes.
                let length = u8::try_from(program.len()).unwrap_or(u8::MAX);
                [&[op, length], *program].concat()
            }
        }
    }
}

/// The script of an address.
pub fn parse(network: &Network, text: &str) -> Result<Vec<u8>, Fault> {
    let (prefix, _) = text.split_once('1').unwrap_or_default();
    match network.hrp {
        Some(hrp) if prefix.eq_ignore_ascii_case(hrp.as_str()) => parse_segwit(text),
        _ => parse_base58(network, text),
    }
}

/// The address of a script.
pub fn format(network: &Network, script: &[u8]) -> Option<String> {
    let versioned =
        |version: u8, hash: &[u8; 20]| encode_check(&[&[version], &hash[..]].concat(), Alphabet::BITCOIN);
    match Script::parse(script)? {
        Script::P2pkh(hash) => Some(versioned(network.p2pkh, hash)),
        Script::P2sh(hash) => network.p2sh.first().map(|version| versioned(*version, hash)),
        Script::Witness(version, program) => {
            segwit::encode(network.hrp?, Fe32::try_from(version).ok()?, program).ok()
        }
    }
}

/// Bech32 for version 0, Bech32m for those above (BIP-350).
fn parse_segwit(text: &str) -> Result<Vec<u8>, Fault> {
    let parsed = SegwitHrpstring::new(text).map_err(|error| match error {
        SegwitHrpstringError::Checksum(_) => Fault::Checksum,
        SegwitHrpstringError::WitnessLength(_) | SegwitHrpstringError::TooLong(_) => Fault::Length,
        SegwitHrpstringError::InvalidWitnessVersion(_) => Fault::Kind,
        _ => Fault::Characters,
    })?;
    let program: Vec<u8> = parsed.byte_iter().collect();
    Ok(Script::Witness(parsed.witness_version().to_u8(), &program).to_bytes())
}

/// A version byte and a hash, in Base58Check.
pub fn parse_base58(network: &Network, text: &str) -> Result<Vec<u8>, Fault> {
    let payload = decode_check(text, Alphabet::BITCOIN)?;
    let (version, hash) = payload.split_first().ok_or(Fault::Length)?;
    let hash: Result<&[u8; 20], _> = hash.try_into();
    match hash {
        Ok(hash) if *version == network.p2pkh => Ok(Script::P2pkh(hash).to_bytes()),
        Ok(hash) if network.p2sh.contains(version) => Ok(Script::P2sh(hash).to_bytes()),
        _ => Err(Fault::Kind),
    }
}
