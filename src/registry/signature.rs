//! Whose signature it is: the recovered account decides first, then the account's contract.

use alloy::primitives::{Address, B256, Bytes};

use super::Registry;
use crate::account::{Signature, SignatureError};
use crate::chain::ContractAccountError;
use crate::state::AcceptedAt;

/// Why a signature is not that of an account with a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum KeyFault {
    /// Not in the accepted form, or nobody's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Somebody else's, or over something else.
    #[error("the signature is by {signer} over this content, but {expected} has to sign it")]
    Signer {
        /// Whom it recovers to.
        signer: Address,
        /// Whose it should be.
        expected: Address,
    },
}

/// Why a signature is not an account's.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum SignatureFault {
    /// There is no contract that could be asked about it.
    #[error(transparent)]
    Key(KeyFault),
    /// There may be one.
    #[error("{0}; contract accounts cannot be asked here, because the gateway's operator has set no rpc_url")]
    NotAsked(KeyFault),
    /// It was asked.
    #[error(transparent)]
    Contract(ContractAccountError),
    /// It could not be asked just now.
    #[error("whether the contract account accepts the signature cannot be told: {0}")]
    Unreachable(String),
}

impl Registry {
    /// Checks that `account` signed `digest`. For a contract account it tells where its contract said so.
    ///
    /// # Errors
    /// See [`SignatureFault`].
    pub(super) async fn check_signature(
        &self,
        account: Address,
        digest: B256,
        signature: &Bytes,
    ) -> Result<Option<AcceptedAt>, SignatureFault> {
        let Err(fault) = check_key(account, digest, signature) else { return Ok(None) };
        let Some(contracts) = &self.contract_accounts else { return Err(SignatureFault::NotAsked(fault)) };
        match contracts.check(account, digest, signature).await {
            Ok(at) => Ok(Some(AcceptedAt {
                chain_id: contracts.chain_id(),
                block_number: at.number,
                block_hash: at.hash,
            })),
            Err(ContractAccountError::NoContract { .. }) => Err(SignatureFault::Key(fault)),
            Err(ContractAccountError::Unreachable(reason)) => Err(SignatureFault::Unreachable(reason)),
            Err(error) => Err(SignatureFault::Contract(error)),
        }
    }
}

/// Checks that the key of `account` signed `digest`.
pub(super) fn check_key(account: Address, digest: B256, signature: &[u8]) -> Result<(), KeyFault> {
    let signer = Signature::parse(signature)?.recover(digest)?;
    if signer == account { Ok(()) } else { Err(KeyFault::Signer { signer, expected: account }) }
}
