//! The cache of signed answers.

use std::sync::Arc;

use alloy::primitives::Address;
use alloy::primitives::bytes::Bytes;
use moka::sync::Cache;
use utoipa::ToSchema;

use super::lookup::Lookup;
use crate::ens::Node;
use crate::keccak::keccak256;
use crate::state::schema;

// Only described: `Answer` writes it without a detour.
/// The JSON that ERC-3668 asks for.
#[derive(Debug, ToSchema)]
#[schema(as = Answer)]
pub struct AnswerBody {
    /// What the contract's callback takes: the ABI-encoded `(bytes result, uint64 expires, bytes signature)`, for TOR's
    /// contracts `(bytes signature, uint64 expires, bytes result)`.
    #[schema(value_type = schema::Bytes)]
    pub data: Bytes,
}

/// An answer, ready to be sent.
#[derive(Debug)]
pub struct Answer {
    response: Vec<u8>,
    body: Bytes,
    etag: String,
    expires: u64,
    signer: Address,
    basis: Vec<(Node, u64)>,
}

impl Answer {
    pub(super) fn new(response: Vec<u8>, expires: u64, signer: Address, basis: Vec<(Node, u64)>) -> Self {
        let body = format!("{{\"data\":\"0x{}\"}}", hex::encode(&response));
        let hash = keccak256(&[body.as_bytes()]);
        let etag = format!("\"{}\"", hex::encode(hash.split_at(16).0));
        Self { response, body: body.into(), etag, expires, signer, basis }
    }

    /// What the contract decodes.
    pub(super) fn response(&self) -> &[u8] {
        &self.response
    }

    /// An [`AnswerBody`] in JSON: `{"data":"0x…"}`.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// A strong entity tag, in quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// When contracts stop to accept it, in unix seconds.
    pub const fn expires(&self) -> u64 {
        self.expires
    }

    /// Who signed it; zero for a batch, whose answers are signed each by itself.
    pub(super) const fn signer(&self) -> Address {
        self.signer
    }

    /// The nodes whose entries it was made from, with the versions these had.
    pub(super) fn basis(&self) -> &[(Node, u64)] {
        &self.basis
    }
}

/// Answers by the whole question, bounded by bytes.
#[derive(Debug)]
pub struct AnswerCache(Cache<Lookup, Arc<Answer>>);

impl AnswerCache {
    pub fn new(bytes: u64) -> Self {
        let weigh = |lookup: &Lookup, answer: &Arc<Answer>| {
            u32::try_from(lookup.weight() + answer.body.len() + answer.response.len() + 256)
                .unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }

    pub fn get(&self, lookup: &Lookup) -> Option<Arc<Answer>> {
        self.0.get(lookup)
    }

    pub fn insert(&self, lookup: Lookup, answer: Arc<Answer>) {
        self.0.insert(lookup, answer);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.invalidate_all();
    }
}
