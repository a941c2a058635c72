//! Checking an answer of the ENS protocol as the resolver contract does.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolValue;

use super::protocol::Protocol;
use crate::account::{Signature, SignatureError};

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
    let answer = read(Protocol::Ens, target, request, response)?;
    let expires = answer.expires;
    if expires < now { Err(VerifyError::Expired { expires, now }) } else { Ok(answer) }
}

/// Reads a response in the form of ENS's or dm3's contracts, whenever it expires.
///
/// # Errors
/// [`VerifyError::Malformed`], or [`VerifyError::Signature`] when it is nobody's.
pub fn read(
    protocol: Protocol,
    target: Address,
    request: &[u8],
    response: &[u8],
) -> Result<VerifiedAnswer, VerifyError> {
    let (result, expires, signature) = <(Bytes, u64, Bytes)>::abi_decode_params_validate(response)
        .map_err(|error| VerifyError::Malformed(error.to_string()))?;
    let digest = protocol.digest(target, expires, request, &result);
    let signer = Signature::parse(&signature)?.recover(digest)?;
    Ok(VerifiedAnswer { result, expires, signer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::SecretKey;

    const TARGET: Address = Address::repeat_byte(0xaa);

    #[test]
    fn an_answer_verifies_for_its_contract_and_request_only() {
        let key: SecretKey = format!("{:064x}", 1).parse().unwrap();
        let response = Protocol::Ens.sign(&key, TARGET, 100, b"request", b"result");
        let signer =
            |target, request, now| verify(target, request, &response, now).map(|answer| answer.signer);
        assert_eq!(signer(TARGET, b"request".as_slice(), 100), Ok(key.address()));
        assert_ne!(signer(Address::ZERO, b"request", 100), Ok(key.address()));
        assert_ne!(signer(TARGET, b"another", 100), Ok(key.address()));
        assert_eq!(signer(TARGET, b"request", 101), Err(VerifyError::Expired { expires: 100, now: 101 }));
    }
}
