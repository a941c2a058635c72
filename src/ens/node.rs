//! Namehash (ENSIP-1).

use std::fmt;

use alloy::primitives::B256;

use crate::keccak::keccak256;

/// The namehash of a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(B256);

impl Node {
    /// The node of the empty name.
    pub const ROOT: Self = Self(B256::ZERO);

    /// The node of `label` under this one. The label is hashed as it is.
    #[must_use]
    pub fn child(self, label: &str) -> Self {
        Self(keccak256(&[self.0.as_slice(), keccak256(&[label.as_bytes()]).as_slice()]))
    }

    /// The node of a name; the caller has checked its form.
    pub(super) fn of(name: &str) -> Self {
        name.rsplit('.').fold(Self::ROOT, Self::child)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &B256 {
        &self.0
    }
}

impl From<B256> for Node {
    fn from(bytes: B256) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_those_of_erc_137() {
        let eth = "0x93cdeb708b7545dc668eb9280176169d1c33cfd8ed6f04690a0bcc88a93fc4ae";
        let foo_eth = "0xde9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f";
        assert_eq!(Node::of("eth").to_string(), eth);
        assert_eq!(Node::of("foo.eth").to_string(), foo_eth);
        assert_eq!(Node::of("eth").child("foo"), Node::of("foo.eth"));
    }
}
