//! CCIP read (ERC-3668): request → query → answer → signed answer.
//!
//! A repeated question is a hash look-up and a memory copy; a new one is one decode, one record look-up, one
//! signature.

pub mod answer;
mod cache;
mod lookup;
mod protocol;
mod query;
mod result;

use std::sync::Arc;

pub use cache::{AnswerBody, SignedAnswer};
pub use lookup::{Lookup, LookupBody, LookupError};
pub use protocol::{Entrance, Protocol};
pub use query::{Query, QueryError};

use alloy::primitives::Address;

use crate::account::SecretKey;
use crate::clock::Clock;
use crate::config::{AnswerSettings, Limits};
use crate::registry::Registry;
use crate::store::StoreError;
use cache::AnswerCache;

/// Answers lookups.
#[derive(Debug)]
pub struct Gateway {
    registry: Arc<Registry>,
    signer: SecretKey,
    cache: AnswerCache,
    answers: AnswerSettings,
    limits: Limits,
    clock: Clock,
}

/// Why a lookup is not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The request can never be answered.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Our fault; another gateway, or a later request, may do better.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Gateway {
    /// A gateway over a registry. `signer` signs answers and nothing else.
    pub fn new(
        registry: Arc<Registry>,
        signer: SecretKey,
        answers: AnswerSettings,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        Self {
            registry,
            signer,
            cache: AnswerCache::new(answers.cache_mebibytes << 20),
            answers,
            limits,
            clock,
        }
    }

    /// The account that signs answers.
    pub const fn signer(&self) -> Address {
        self.signer.address()
    }

    /// How long answers live.
    pub const fn answers(&self) -> &AnswerSettings {
        &self.answers
    }

    /// The time by the gateway's clock, in unix seconds.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The signed answer to a lookup.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub async fn answer(&self, lookup: Lookup) -> Result<Arc<SignedAnswer>, AnswerError> {
        let now = self.clock.now();
        if let Some(answer) = self.cache.get(&lookup)
            && self.is_usable(&answer, now).await?
        {
            return Ok(answer);
        }
        let query = Query::parse(&lookup, &self.answers, &self.limits)?;
        let place = self.registry.zones().place(query.name()).ok_or_else(|| query.outside_of_zones())?;
        let view = self.registry.view(query.name(), &place).await?;
        let result = result::encode(query.protocol(), query.call(), &view);
        let expires = now + self.answers.ttl_seconds;
        let response =
            query.protocol().sign(&self.signer, lookup.resolver, expires, &lookup.calldata, &result);
        let answer = Arc::new(SignedAnswer::new(&response, expires, view.basis().collect()));
        self.cache.insert(lookup, answer.clone());
        Ok(answer)
    }

    /// Whether a cached answer has at least half of its life left, and rests on what the names hold now.
    async fn is_usable(&self, answer: &SignedAnswer, now: u64) -> Result<bool, StoreError> {
        if answer.expires() < now + self.answers.ttl_seconds.div_ceil(2) {
            return Ok(false);
        }
        for &(node, version) in answer.basis() {
            if self.registry.entry(node).await?.version != version {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
