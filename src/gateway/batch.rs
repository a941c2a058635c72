//! A batch gateway (ENSIP-21): many lookups in one. Those addressed to this gateway are answered in place; others are
//! fetched only from hosts that the operator has listed.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::abi::AbiDecoderConfig;
use alloy::sol_types::{SolCall, SolError, SolValue};
use futures_util::future::join_all;

use super::lookup::{Lookup, LookupError};
use super::protocol::Entrance;
use super::{AnswerError, Gateway, QueryError};
use crate::chain::ccip_gateway::{self, AskError};
use crate::ens::abi::{Error, HttpError, Request, queryCall};
use crate::ens::call::CallError;
use crate::fetch::FetchError;

/// Why one lookup of a batch has no answer. Each is encoded beside the answers of the others.
#[derive(Debug, thiserror::Error)]
enum EntryError {
    #[error(transparent)]
    Lookup(#[from] LookupError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Elsewhere(#[from] AskError),
    #[error("batches cannot be nested")]
    Nested,
    #[error("the lookup names no URL")]
    NoUrl,
}

/// Whether calldata is a batch.
pub fn is_batch(calldata: &[u8]) -> bool {
    calldata.starts_with(&queryCall::SELECTOR)
}

impl Gateway {
    /// `abi(bool[] failures, bytes[] responses)`.
    pub(super) async fn answer_batch(&self, calldata: &[u8]) -> Result<Vec<u8>, QueryError> {
        let malformed = |error: alloy::sol_types::Error| QueryError::Malformed(error.to_string());
        let limit = self.limits.multicall_calls;
        // Nothing in an honest batch is larger than the batch; parts that overlap could be, a thousand times.
        let config = AbiDecoderConfig::new().memory_limit(8 * calldata.len() + 4096);
        let batch = queryCall::abi_decode_with_config(calldata, config).map_err(malformed)?;
        if batch.requests.len() > limit {
            let calls = batch.requests.len();
            return Err(QueryError::Call(CallError::TooManyCalls { calls, limit }));
        }
        let outcomes = join_all(batch.requests.iter().map(|request| self.answer_entry(request))).await;
        let (mut failures, mut responses) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            failures.push(outcome.is_err());
            responses.push(Bytes::from(outcome.unwrap_or_else(|error| error.encode())));
        }
        Ok((failures, responses).abi_encode_params())
    }

    /// As ERC-3668 tells a client: a 4xx ends it, after anything else the next URL is tried.
    async fn answer_entry(&self, request: &Request) -> Result<Vec<u8>, EntryError> {
        let mut last = EntryError::NoUrl;
        for template in &request.urls {
            last = match self.answer_url(request.sender, template, &request.data).await {
                Err(error) if !error.is_final() => error,
                outcome => return outcome,
            };
        }
        Err(last)
    }

    async fn answer_url(&self, sender: Address, template: &str, data: &[u8]) -> Result<Vec<u8>, EntryError> {
        if let Some(path) = self.own_path(template) {
            let (sender, hex) = (format!("0x{}", hex::encode(sender)), format!("0x{}", hex::encode(data)));
            let lookup = self.own_lookup(path, &sender, &hex)?;
            return Ok(self.answer_one(lookup).await?.response().to_vec());
        }
        Ok(ccip_gateway::ask(&self.fetcher, template, sender, data).await?)
    }

    /// What follows our own base URL in a template.
    fn own_path<'a>(&self, template: &'a str) -> Option<&'a str> {
        let base = self.public_url.as_str().trim_end_matches('/');
        let path = template.strip_prefix(base)?;
        (path.is_empty() || path.starts_with('/')).then_some(path)
    }

    /// The lookup that a client would send to one of our routes.
    fn own_lookup(&self, path: &str, sender: &str, data: &str) -> Result<Lookup, EntryError> {
        let limit = self.limits.calldata_bytes;
        let path = path.trim_matches('/');
        let (entrance, path) = match path.strip_prefix("tor") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => (Entrance::Tor, rest.trim_matches('/')),
            _ => (Entrance::Main, path),
        };
        let path = path.replace("{sender}", sender);
        let lookup = match path.split_once('/') {
            Some((resolver, last)) => {
                Lookup::from_path(entrance, resolver, &last.replace("{data}", data), limit)?
            }
            None => {
                let resolver = if path.is_empty() { sender } else { &path };
                Lookup::from_path(entrance, resolver, data, limit)?
            }
        };
        if is_batch(&lookup.calldata) { Err(EntryError::Nested) } else { Ok(lookup) }
    }
}

impl EntryError {
    /// Whether no other URL may be tried.
    fn is_final(&self) -> bool {
        match self {
            Self::Lookup(_) | Self::Nested => true,
            Self::Answer(error) => error.status() < 500,
            Self::Elsewhere(error) => error.is_final(),
            Self::NoUrl => false,
        }
    }

    /// `HttpError` where there is a status, else `Error` (ENSIP-21).
    fn encode(&self) -> Vec<u8> {
        let http = |status, message| HttpError { status, message }.abi_encode();
        match self {
            Self::Lookup(error) => http(error.status(), self.to_string()),
            Self::Answer(error) => http(error.status(), error.message()),
            Self::Elsewhere(AskError::Fetch(FetchError::Status { status, body })) => {
                http(*status, body.clone())
            }
            other => Error { message: other.to_string() }.abi_encode(),
        }
    }
}
