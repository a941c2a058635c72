//! Whose signature it is: the recovered account decides first, then the account's contract.

use alloy::primitives::{Address, B256, Bytes};

use super::contract_account::{ContractAccountError, ContractAccounts};
use crate::account::{KeyFault, check_key};
use crate::state::AcceptedAt;

/// Checks signatures of accounts with a key and, where a chain can be asked, of contract accounts.
#[derive(Debug, Default)]
pub struct Signatures {
    contracts: Option<ContractAccounts>,
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

impl Signatures {
    /// Without `contracts`, only accounts with a key can sign.
    pub const fn new(contracts: Option<ContractAccounts>) -> Self {
        Self { contracts }
    }

    /// Checks that `account` signed `digest`. For a contract account it tells where its contract said so.
    ///
    /// # Errors
    /// See [`SignatureFault`].
    pub async fn check(
        &self,
        account: Address,
        digest: B256,
        signature: &Bytes,
    ) -> Result<Option<AcceptedAt>, SignatureFault> {
        let Err(fault) = check_key(account, digest, signature) else { return Ok(None) };
        let Some(contracts) = &self.contracts else { return Err(SignatureFault::NotAsked(fault)) };
        match contracts.check(account, digest, signature).await {
            Ok(at) => Ok(Some(at)),
            Err(ContractAccountError::NoContract { .. }) => Err(SignatureFault::Key(fault)),
            Err(ContractAccountError::Unreachable(reason)) => Err(SignatureFault::Unreachable(reason)),
            Err(error) => Err(SignatureFault::Contract(error)),
        }
    }
}
