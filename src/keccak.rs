//! The hash that Ethereum uses everywhere.

use alloy::primitives::B256;
use sha3::{Digest, Keccak256};

/// keccak256 over the parts, one after the other.
pub fn keccak256(parts: &[&[u8]]) -> B256 {
    let mut hasher = Keccak256::new();
    for part in parts {
        hasher.update(part);
    }
    B256::new(hasher.finalize().into())
}
