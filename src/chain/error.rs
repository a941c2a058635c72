//! Why a chain gives no answer.

use alloy::contract;
use alloy::providers::PendingTransactionError;
use alloy::transports::{RpcError, TransportError, TransportErrorKind};

/// A question to a chain, or a transaction, that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The JSON-RPC endpoint.
    #[error("the chain does not answer: {0}")]
    Unreachable(String),
    /// The endpoint, or a contract, said no.
    #[error("the chain refused: {0}")]
    Refused(String),
    /// What answered is not what was expected there.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
}

impl From<TransportError> for ChainError {
    fn from(error: TransportError) -> Self {
        match &error {
            RpcError::ErrorResp(response) => Self::Refused(response.message.to_string()),
            // Its text would name the URL, which may hold the endpoint's key.
            RpcError::Transport(TransportErrorKind::Custom(source)) => Self::Unreachable(
                source.downcast_ref().map_or_else(|| source.to_string(), crate::fetch::root_cause),
            ),
            other => Self::Unreachable(other.to_string()),
        }
    }
}

impl From<contract::Error> for ChainError {
    fn from(error: contract::Error) -> Self {
        match error {
            contract::Error::TransportError(error) => error.into(),
            other => Self::Unexpected(other.to_string()),
        }
    }
}

impl From<PendingTransactionError> for ChainError {
    fn from(error: PendingTransactionError) -> Self {
        match error {
            PendingTransactionError::TransportError(error) => error.into(),
            other => Self::Unexpected(other.to_string()),
        }
    }
}
