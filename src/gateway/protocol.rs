//! The answer protocols of resolver contracts: what is asked with, what is signed, how it is sent back.

use alloy::primitives::{Address, B256};
use alloy::sol_types::{SolCall, SolValue};

use crate::account::{SecretKey, Signature, personal_digest};
use crate::ens::abi::{registerParamsCall, resolveCall, resolveWithContextCall};
use crate::keccak::keccak256;

/// Through which door a lookup came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Entrance {
    /// The usual routes; the selector tells the protocol.
    Main,
    /// Below `/tor`.
    Tor,
}

/// An answer protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// ensdomains/offchain-resolver, and our own contract.
    Ens,
    /// dm3-org/Ccip-Resolver.
    Dm3,
    /// resolverworks/TheOffchainResolver.sol. Nothing in its digest says what is signed, so it is spoken with
    /// configured contracts only.
    Tor,
}

impl Protocol {
    /// The protocol of a lookup; `None` for a selector that is none of ours there.
    pub fn of(entrance: Entrance, calldata: &[u8]) -> Option<Self> {
        let is = |selector: [u8; 4]| calldata.starts_with(&selector);
        match entrance {
            Entrance::Main if is(resolveCall::SELECTOR) || is(registerParamsCall::SELECTOR) => {
                Some(Self::Ens)
            }
            Entrance::Main if is(resolveWithContextCall::SELECTOR) => Some(Self::Dm3),
            Entrance::Tor if is(resolveCall::SELECTOR) => Some(Self::Tor),
            _ => None,
        }
    }

    /// What is signed as it is. `expires` is in unix seconds.
    pub fn digest(self, target: Address, expires: u64, request: &[u8], result: &[u8]) -> B256 {
        let (request, result) = (keccak256(&[request]), keccak256(&[result]));
        let expires = expires.to_be_bytes();
        let hash = |prefix: &[u8]| {
            keccak256(&[prefix, target.as_slice(), &expires, request.as_slice(), result.as_slice()])
        };
        match self {
            Self::Ens => hash(b"\x19\x00"),
            Self::Dm3 => personal_digest(hash(b"\x19\x00").as_slice()),
            Self::Tor => hash(b""),
        }
    }

    /// The response to a lookup: the result, signed for one contract.
    pub fn sign(
        self,
        signer: &SecretKey,
        target: Address,
        expires: u64,
        request: &[u8],
        result: &[u8],
    ) -> Vec<u8> {
        self.encode(result, expires, &signer.sign(self.digest(target, expires, request, result)))
    }

    /// The response that holds a result and the signature of its digest.
    pub fn encode(self, result: &[u8], expires: u64, signature: &Signature) -> Vec<u8> {
        let signature = signature.as_bytes().as_slice();
        match self {
            Self::Ens | Self::Dm3 => (result, expires, signature).abi_encode_params(),
            Self::Tor => (signature, expires, result).abi_encode_params(),
        }
    }
}
