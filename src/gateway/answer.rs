//! Signed answers, ENS protocol (ensdomains/offchain-resolver).
//!
//! The digest is keccak256(`0x1900` ‖ target ‖ expires as 8 bytes ‖ keccak256(request) ‖ keccak256(result)), signed as
//! it is; the response is abi(bytes result, uint64 expires, bytes signature).

use alloy::primitives::{Address, B256, Bytes};
use alloy::sol_types::SolValue;

use crate::account::{SecretKey, Signature, SignatureError};
use crate::keccak::keccak256;

/// What the contract `target` hashes to verify an answer. `expires` is in unix seconds.
pub fn digest(target: Address, expires: u64, request: &[u8], result: &[u8]) -> B256 {
    let (request, result) = (keccak256(&[request]), keccak256(&[result]));
    keccak256(&[
        b"\x19\x00",
        target.as_slice(),
        &expires.to_be_bytes(),
        request.as_slice(),
        result.as_slice(),
    ])
}

/// The response to a lookup: the result, signed for one contract.
pub fn sign(signer: &SecretKey, target: Address, expires: u64, request: &[u8], result: &[u8]) -> Vec<u8> {
    let signature = signer.sign(digest(target, expires, request, result));
    (result, expires, signature.as_bytes().as_slice()).abi_encode_params()
}

/// An answer that a contract which knows `signer` would accept.
#[derive(Debug, PartialEq, Eq)]
pub struct VerifiedAnswer {
    /// What the resolver function returns, ABI-encoded.
    pub result: Bytes,
    /// Unix seconds.
    pub expires: u64,
    /// Who signed. Whether the contract knows this account is for the caller to say.
    pub signer: Address,
}

/// Why a contract would refuse an answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VerifyError {
    /// Not abi(bytes, uint64, bytes).
    #[error("the response is not ABI-encoded (bytes result, uint64 expires, bytes signature): {0}")]
    Malformed(String),
    /// Too late.
    #[error("the answer expired at {expires}, it is {now} now")]
    Expired {
        /// Unix seconds.
        expires: u64,
        /// Unix seconds.
        now: u64,
    },
    /// Its signature.
    #[error("the answer's signature: {0}")]
    Signature(#[from] SignatureError),
}

/// Checks a response as the contract `target` would, except that the signer is not compared with anybody.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(
    target: Address,
    request: &[u8],
    response: &[u8],
    now: u64,
) -> Result<VerifiedAnswer, VerifyError> {
    let (result, expires, signature) = <(Bytes, u64, Bytes)>::abi_decode_params_validate(response)
        .map_err(|error| VerifyError::Malformed(error.to_string()))?;
    if expires < now {
        return Err(VerifyError::Expired { expires, now });
    }
    let signer = Signature::parse(&signature)?.recover(digest(target, expires, request, &result))?;
    Ok(VerifiedAnswer { result, expires, signer })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Address = Address::repeat_byte(0xaa);

    fn key() -> SecretKey {
        format!("{:064x}", 1).parse().unwrap()
    }

    #[test]
    fn an_answer_verifies_for_its_contract_and_request_only() {
        let response = sign(&key(), TARGET, 100, b"request", b"result");
        let signer =
            |target, request, now| verify(target, request, &response, now).map(|answer| answer.signer);
        assert_eq!(signer(TARGET, b"request".as_slice(), 100), Ok(key().address()));
        assert_ne!(signer(Address::ZERO, b"request", 100), Ok(key().address()));
        assert_ne!(signer(TARGET, b"another", 100), Ok(key().address()));
        assert_eq!(signer(TARGET, b"request", 101), Err(VerifyError::Expired { expires: 100, now: 101 }));
    }
}
