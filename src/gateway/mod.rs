//! CCIP read (ERC-3668): request → query → answer → signed answer.
//!
//! A repeated question is a hash look-up and a memory copy; a new one is one decode, one record look-up, one
//! signature.

pub mod answer;
mod batch;
mod cache;
mod kms;
mod lookup;
mod protocol;
mod query;
mod result;
mod signer;

use std::sync::{Arc, PoisonError, RwLock};

pub use cache::{Answer, AnswerBody};
pub use kms::KmsError;
pub use lookup::{Lookup, LookupBody, LookupError};
pub use protocol::{Entrance, Protocol};
pub use query::{Query, QueryError, Question};
pub use signer::{Signer, SignerError, SignerLoadError};

use alloy::primitives::Address;
use url::Url;

use crate::clock::Clock;
use crate::config::{AnswerSettings, Limits, Settings};
use crate::fetch::Fetcher;
use crate::registry::Registry;
use crate::store::StoreError;
use cache::AnswerCache;

/// Answers lookups.
#[derive(Debug)]
pub struct Gateway {
    registry: Arc<Registry>,
    /// Behind a lock, because a running gateway can be given another one; answers hold on to theirs.
    signer: RwLock<Arc<Signer>>,
    cache: AnswerCache,
    fetcher: Fetcher,
    public_url: Url,
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
    /// The same.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

impl AnswerError {
    /// The HTTP status that says this: a 4xx where no other gateway has to be asked, else a 5xx.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Query(QueryError::OutsideOfZones(_)) => 404,
            Self::Query(QueryError::NotATorResolver(_) | QueryError::NotAnsweredResolver(_)) => 403,
            Self::Query(_) => 400,
            Self::Store(_) | Self::Signer(_) => 503,
        }
    }

    /// What the caller may know of it.
    pub fn message(&self) -> String {
        match self {
            Self::Query(error) => error.to_string(),
            Self::Store(_) => "the gateway's database does not answer".into(),
            Self::Signer(_) => "the gateway's signer does not answer".into(),
        }
    }
}

impl Gateway {
    /// A gateway over a registry. `signer` signs answers and nothing else; `fetcher` is for batches, and `public_url` is
    /// what they call us.
    pub fn new(
        registry: Arc<Registry>,
        signer: Signer,
        fetcher: Fetcher,
        public_url: Url,
        settings: &Settings,
        clock: Clock,
    ) -> Self {
        let answers = settings.answers.clone();
        let cache = AnswerCache::new(answers.cache_mebibytes << 20);
        let signer = RwLock::new(Arc::new(signer));
        Self { registry, signer, cache, fetcher, public_url, answers, limits: settings.limits, clock }
    }

    /// The account that signs answers.
    pub fn signer(&self) -> Address {
        self.current_signer().address()
    }

    /// Signs with another key from now on. Answers that the one before has signed are given out no more.
    pub fn switch_signer(&self, signer: Signer) {
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signer);
        self.cache.clear();
    }

    /// Whether answers can be signed.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn check_signer(&self) -> Result<(), SignerError> {
        self.current_signer().check().await
    }

    fn current_signer(&self) -> Arc<Signer> {
        self.signer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long answers live.
    pub const fn answers(&self) -> &AnswerSettings {
        &self.answers
    }

    /// The time by the gateway's clock, in unix seconds.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The answer to a lookup or to a batch of them.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub async fn answer(&self, lookup: Lookup) -> Result<Arc<Answer>, AnswerError> {
        if lookup.entrance == Entrance::Main && batch::is_batch(&lookup.calldata) {
            // Neither signed nor cached: what is in it is, each by itself.
            let response = self.answer_batch(&lookup.calldata).await?;
            return Ok(Arc::new(Answer::new(response, self.clock.now(), Address::ZERO, Vec::new())));
        }
        self.answer_one(lookup).await
    }

    /// The signed answer to a lookup.
    async fn answer_one(&self, lookup: Lookup) -> Result<Arc<Answer>, AnswerError> {
        let now = self.clock.now();
        if let Some(answer) = self.cache.get(&lookup)
            && self.is_usable(&answer, now).await?
        {
            return Ok(answer);
        }
        let query = Query::parse(&lookup, &self.answers, &self.limits)?;
        let place = self.registry.zones().place(query.name()).ok_or_else(|| query.outside_of_zones())?;
        let (result, basis) = match query.question() {
            Question::Records(call) => {
                let view = self.registry.view(query.name(), &place).await?;
                (result::encode(query.protocol(), call, &view), view.basis().collect())
            }
            Question::Registration => {
                let (available, version) = self.registry.availability(query.name(), &place).await?;
                (result::encode_terms(available), vec![(query.name().node(), version)])
            }
        };
        let expires = now + self.answers.ttl_seconds;
        let signer = self.current_signer();
        let digest = query.protocol().digest(lookup.resolver, expires, &lookup.calldata, &result);
        let response = query.protocol().encode(&result, expires, &signer.sign(digest).await?);
        let answer = Arc::new(Answer::new(response, expires, signer.address(), basis));
        self.cache.insert(lookup, answer.clone());
        Ok(answer)
    }

    /// Whether a cached answer has at least half of its life left, is signed with today's key, and rests on what the names
    /// hold now.
    async fn is_usable(&self, answer: &Answer, now: u64) -> Result<bool, StoreError> {
        if answer.signer() != self.signer() {
            return Ok(false);
        }
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
