//! Blocks and the CIDs that name them.

use cid::Cid;
use sha2::{Digest, Sha256};

/// Multicodecs of hash functions: <https://github.com/multiformats/multicodec>.
const IDENTITY: u64 = 0;
const SHA2_256: u64 = 0x12;

/// What a gateway gave is not the block that was asked for.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it gave something else than the block {0}")]
pub struct BlockError(pub Box<Cid>);

/// Whether a block is the one that a CID names.
pub fn check(cid: &Cid, block: &[u8]) -> Result<(), BlockError> {
    let is_it = match cid.hash().code() {
        IDENTITY => cid.hash().digest() == block,
        SHA2_256 => cid.hash().digest() == Sha256::digest(block).as_slice(),
        _ => false,
    };
    if is_it { Ok(()) } else { Err(BlockError(Box::new(*cid))) }
}

/// The block that stands in the CID itself.
pub fn held_by(cid: &Cid) -> Option<&[u8]> {
    (cid.hash().code() == IDENTITY).then(|| cid.hash().digest())
}

/// The hash function of a CID, when it is one that is not checked here.
pub fn unknown_hash(cid: &Cid) -> Option<String> {
    let name = match (cid.hash().code(), cid.hash().digest().len()) {
        (IDENTITY, _) | (SHA2_256, 32) => return None,
        (SHA2_256, length) => return Some(format!("sha2-256 cut to {length} bytes")),
        (0x11, _) => "sha1",
        (0x13, _) => "sha2-512",
        (0x14..=0x17, _) => "sha3",
        (0x1a..=0x1d, _) => "keccak",
        (0x1e, _) => "blake3",
        (0xd5, _) => "md5",
        (0xb201..=0xb240, _) => "blake2b",
        (0xb241..=0xb260, _) => "blake2s",
        (code, _) => return Some(format!("{code:#x}")),
    };
    Some(name.to_owned())
}
