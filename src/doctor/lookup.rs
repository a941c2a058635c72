//! What the resolver contract makes of a question, and of an answer.

use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, Bytes, FixedBytes};
use alloy::providers::{DynProvider, Provider};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolError, SolInterface, SolValue};
use alloy::transports::TransportError;

use crate::chain::ChainError;
use crate::chain::contracts::Dm3Resolver::{Dm3ResolverErrors, OffchainLookup};

/// Where a question goes, and what becomes of the answer (ERC-3668).
#[derive(Clone, Debug)]
pub struct Lookup {
    pub sender: Address,
    pub templates: Vec<String>,
    pub question: Bytes,
    callback: FixedBytes<4>,
    extra: Bytes,
}

/// Why there is no lookup.
#[derive(Debug, thiserror::Error)]
pub enum LookupFailure {
    #[error("it answers by itself, without any gateway")]
    OnChain,
    #[error("it reverts with {0}")]
    Reverted(String),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Lookup {
    /// Asks a resolver; `request` is the whole calldata of its `resolve`.
    pub async fn of(
        provider: &DynProvider,
        resolver: Address,
        request: &[u8],
    ) -> Result<Self, LookupFailure> {
        match call(provider, resolver, request.to_vec().into()).await? {
            Ok(_) => Err(LookupFailure::OnChain),
            Err(revert) => match OffchainLookup::abi_decode(&revert) {
                Ok(lookup) => Ok(Self {
                    sender: lookup.sender,
                    templates: lookup.urls,
                    question: lookup.callData,
                    callback: lookup.callbackFunction,
                    extra: lookup.extraData,
                }),
                Err(_) => Err(LookupFailure::Reverted(in_words(&revert))),
            },
        }
    }

    /// Hands an answer to the contract. The inner error says why it refuses.
    pub async fn verify(
        &self,
        provider: &DynProvider,
        response: &[u8],
    ) -> Result<Result<(), String>, ChainError> {
        let arguments = (Bytes::copy_from_slice(response), self.extra.clone()).abi_encode_params();
        let data = [self.callback.as_slice(), &arguments].concat();
        Ok(call(provider, self.sender, data.into()).await?.map(|_| ()).map_err(|revert| in_words(&revert)))
    }

    /// The URL of a template.
    pub fn url(&self, template: &str) -> String {
        let sender = format!("0x{}", hex::encode(self.sender));
        template.replace("{sender}", &sender).replace("{data}", &format!("0x{}", hex::encode(&self.question)))
    }
}

/// A call that may revert; the inner error is what it reverted with.
async fn call(provider: &DynProvider, to: Address, data: Bytes) -> Result<Result<Bytes, Bytes>, ChainError> {
    let transaction = TransactionRequest::default().with_to(to).with_input(data);
    match provider.call(transaction).await {
        Ok(returned) => Ok(Ok(returned)),
        Err(error) => match revert_of(&error) {
            Some(revert) => Ok(Err(revert)),
            None => Err(error.into()),
        },
    }
}

fn revert_of(error: &TransportError) -> Option<Bytes> {
    error.as_error_resp().and_then(|response| response.as_revert_data())
}

fn in_words(revert: &[u8]) -> String {
    match Dm3ResolverErrors::abi_decode(revert) {
        Ok(Dm3ResolverErrors::UnknownSigner(error)) => format!("UnknownSigner({})", error.signer),
        Ok(Dm3ResolverErrors::AnswerExpired(error)) => format!("AnswerExpired({})", error.expires),
        _ => format!("0x{}", hex::encode(revert)),
    }
}
