//! Anybody's dm3 profile, verified, from one cache: for delivery services, which need the receiver's and the sender's for
//! every message.
//!
//! A service embeds [`Lookups`], or asks a gateway over HTTP, for which there is a [`Client`]. Both say the same:
//! [`ProfileLookup`] and [`DeliveryServiceLookup`]. `examples/embedding.rs` is a delivery service that embeds the library.

mod client;
pub mod ipfs;
mod keeper;
mod memory;
mod outcome;
mod render;
mod resolve;
mod sender_check;
mod verdict;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, B256};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::iter;
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use client::{Changes, Client, ClientError};
pub use ipfs::{IpfsError, IpfsGateways};
pub use sender_check::{HoldingsEvidence, RuleCheck, RuleResult, SenderCheck, SpamRule};
pub use verdict::{
    BlockEvidence, DeliveryServiceBody, DeliveryServiceLookup, Evidence, Freshness, GatewayEvidence,
    ProfileBody, ProfileLookup, StateEvidence, Verdict,
};
pub use watch::{Change, News, Watch};

use crate::chain::{Balances, ContractAccounts, EnsReader, GuardedCcipGateway, Signatures};
use crate::clock::Clock;
use crate::config::{LookupSettings, RpcUrl};
use crate::dm3::{DeliveryServiceProfile, SignedUserProfile};
use crate::ens::{Name, NameError, Node};
use crate::fetch::{Fetcher, choose_tls};
use crate::keccak::keccak256;
use crate::registry::Registry;
use keeper::{Demand, Keeper, Kept};
use memory::Memory;
use outcome::{Body, Outcome};
use resolve::Resolver;

/// How many delivery services of a profile are looked up; those behind them its profile names.
const MAX_DELIVERY_SERVICES: usize = 16;
/// How long somebody waits who could have what was known before.
const STALE_PATIENCE: Duration = Duration::from_secs(2);
/// How long somebody waits who says nothing else.
const PATIENCE: Duration = Duration::from_secs(8);
/// How large the answer to a request for many names becomes, in bytes of JSON.
const MAX_ANSWER: usize = 8 << 20;
/// How many names of one request are looked up at the same time.
const CONCURRENT: usize = 32;
/// How often somebody waits for a resolution again, because a name of ours changed during it.
const ATTEMPTS: usize = 4;

/// What lookups are made with.
#[derive(Debug)]
pub struct LookupParts<'a> {
    /// The chain whose ENS is asked.
    pub chain_id: u64,
    /// A JSON-RPC endpoint of it; without one, only the names of `registry` are known.
    pub rpc_url: Option<RpcUrl>,
    /// The names that this process keeps itself, if it does.
    pub registry: Option<Arc<Registry>>,
    /// Whose signatures profiles carry.
    pub signatures: Arc<Signatures>,
    /// Times, sizes, hosts.
    pub settings: &'a LookupSettings,
    /// How long a lookup is waited for; it goes on, and whoever asks again finds it.
    pub patience: Duration,
    /// What time it is.
    pub clock: Clock,
}

/// Looks profiles up, and keeps them.
#[derive(Debug)]
pub struct Lookups {
    resolver: Arc<Resolver>,
    profiles: Arc<Keeper<SignedUserProfile>>,
    services: Arc<Keeper<DeliveryServiceProfile>>,
    /// What senders have; without a chain, nobody knows.
    balances: Option<Balances>,
    /// Where they are kept over a restart, if they are.
    memory: Option<Memory>,
    patience: Duration,
    clock: Clock,
}

/// A profile, and whose it is.
#[derive(Clone, Debug)]
pub struct VerifiedProfile {
    /// The account that the name answers, and that has signed.
    pub address: Address,
    /// The profile.
    pub signed: SignedUserProfile,
}

/// Something that has to be asked does not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(String);

/// Something kept, and how it came.
struct Served<B> {
    kept: Arc<Kept<B>>,
    freshness: Freshness,
}

/// What somebody asks for.
#[derive(Clone, Copy)]
struct Question {
    /// How many seconds ago it may have been looked up, and not one more.
    max_age: Option<u64>,
    /// When it was asked, in unix seconds.
    asked_at: u64,
    /// How long the answer is waited for.
    deadline: Instant,
}

impl Question {
    /// Whether what is kept is young enough.
    fn is_answered_by<B>(&self, kept: &Kept<B>) -> bool {
        let age = self.asked_at.saturating_sub(kept.resolved_at);
        self.max_age.is_none_or(|max_age| age < max_age)
    }

    /// A resolution that began then, or later, will do.
    fn oldest(&self) -> u64 {
        let of_age = |max_age| (self.asked_at + 1).saturating_sub(max_age).min(self.asked_at);
        self.max_age.map_or(0, of_age)
    }
}

/// What somebody watches of a name.
struct Seen {
    lookup: ProfileLookup,
    /// Another one whenever profile, account, verdict, or one of the delivery services is.
    fingerprint: B256,
    changed_at: u64,
    /// The nodes of ours that it rests on.
    basis: Vec<Node>,
}

impl Lookups {
    /// Of a chain's names, for a service that keeps none itself. Contract accounts are asked there too. Nothing is asked
    /// yet.
    ///
    /// # Errors
    /// When an HTTP client cannot be made.
    pub fn of_chain(
        chain_id: u64,
        rpc_url: RpcUrl,
        settings: &LookupSettings,
    ) -> Result<Self, reqwest::Error> {
        choose_tls();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let contracts = ContractAccounts::new(rpc_url.url(), http, chain_id);
        Self::new(LookupParts {
            chain_id,
            rpc_url: Some(rpc_url),
            registry: None,
            signatures: Arc::new(Signatures::new(Some(contracts))),
            settings,
            patience: PATIENCE,
            clock: Clock::default(),
        })
    }

    /// Nothing is asked yet.
    ///
    /// # Errors
    /// When an HTTP client cannot be made.
    pub fn new(parts: LookupParts<'_>) -> Result<Self, reqwest::Error> {
        let LookupParts { chain_id, rpc_url, registry, signatures, settings, patience, clock } = parts;
        choose_tls();
        let fetcher = Fetcher::public(&settings.allowed_hosts)?;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let gateway = GuardedCcipGateway::new(fetcher.clone());
        let balances = rpc_url.as_ref().map(|url| {
            let clock = clock.clone();
            Balances::new(url.url(), http.clone(), chain_id, clock)
        });
        let reader = rpc_url.map(|url| EnsReader::new(url.url(), http, gateway, chain_id));
        // The operator's own, wherever they are; records still lead to public hosts only.
        let ipfs = IpfsGateways::configured(settings.ipfs_gateways.clone())?;
        let memory = registry.clone().filter(|_| settings.keep).map(Memory::new);
        let places = Semaphore::new(resolve::PLACES);
        let resolver = Resolver { registry, reader, signatures, fetcher, ipfs, chain_id, places };
        let bytes = settings.cache_mebibytes << 20;
        // There are many profiles to a delivery service.
        let of_services = bytes / 8;
        Ok(Self {
            resolver: Arc::new(resolver),
            profiles: Arc::new(Keeper::new(settings, bytes - of_services, clock.clone())),
            services: Arc::new(Keeper::new(settings, of_services, clock.clone())),
            balances,
            memory,
            patience,
            clock,
        })
    }

    /// Anybody's profile, with the delivery services that it names. It is looked up again if that was `max_age` seconds ago
    /// or more (0: in any case); what is older is only given, and marked as stale, when nothing answers now.
    pub async fn profile(&self, name: &Name, max_age: Option<u64>) -> ProfileLookup {
        self.profile_within(name, self.question(max_age, self.patience)).await
    }

    /// Many of them, in the same order. What is not known after `patience` is told to be unreachable, and so is what there
    /// is no room for in one answer.
    pub async fn profiles(
        &self,
        names: &[Name],
        max_age: Option<u64>,
        patience: Duration,
    ) -> Vec<ProfileLookup> {
        let question = self.question(max_age, patience);
        let mut unique: Vec<&Name> = names.iter().collect();
        unique.sort_unstable();
        unique.dedup();
        let lookups: Vec<_> = unique.iter().map(|name| self.profile_within(name, question)).collect();
        let found: Vec<_> = iter(lookups).buffered(CONCURRENT).collect().await;
        let mut room = MAX_ANSWER;
        let find = |name: &Name| {
            let lookup = unique.binary_search(&name).ok().and_then(|at| found.get(at));
            let told = lookup.filter(|lookup| takes_room(lookup, &mut room)).cloned();
            told.unwrap_or_else(|| render::no_room(name, self.resolver.chain_id, question.asked_at))
        };
        names.iter().map(find).collect()
    }

    /// What is told of a text that is no name, among others that are.
    pub fn no_name(&self, text: &str, error: &NameError) -> ProfileLookup {
        render::no_name(text, error, self.resolver.chain_id, self.clock.now())
    }

    /// A delivery service's profile.
    pub async fn delivery_service(&self, name: &Name, max_age: Option<u64>) -> DeliveryServiceLookup {
        let served = self.served_service(name, self.question(max_age, self.patience)).await;
        render::delivery_service(name, &served.kept, served.freshness)
    }

    /// The profile of a name that somebody acts for: nothing stale counts. `None` when there is none that is verified.
    ///
    /// # Errors
    /// When that is not known, because something does not answer.
    pub async fn verified(
        &self,
        name: &Name,
        max_age: Option<u64>,
    ) -> Result<Option<VerifiedProfile>, Unreachable> {
        let question = self.question(max_age, self.patience);
        let Served { kept, freshness } = self.served_profile(name, question).await;
        let Outcome { verdict, reason, address, body, .. } = &kept.outcome;
        if *verdict == Verdict::Unreachable || freshness == Freshness::Stale {
            return Err(Unreachable(reason.clone().unwrap_or_else(|| "what is known is old".into())));
        }
        let signed = body.clone();
        Ok(address.zip(signed).map(|(address, signed)| VerifiedProfile { address, signed }))
    }

    /// Forgets what is kept for a name, also over a restart.
    pub async fn purge(&self, name: &Name) {
        self.profiles.purge(name);
        self.services.purge(name);
        self.write_down().await;
    }

    /// How many resolutions were begun since the start.
    pub fn resolutions(&self) -> u64 {
        self.profiles.flown() + self.services.flown()
    }

    /// How many bytes are kept, by the cache's own count.
    pub fn kept_bytes(&self) -> u64 {
        self.profiles.bytes() + self.services.bytes()
    }

    fn question(&self, max_age: Option<u64>, patience: Duration) -> Question {
        Question { max_age, asked_at: self.clock.now(), deadline: Instant::now() + patience }
    }

    async fn profile_within(&self, name: &Name, question: Question) -> ProfileLookup {
        self.seen(name, question).await.lookup
    }

    /// A profile with its delivery services, and what tells whether any of that has changed.
    async fn seen(&self, name: &Name, question: Question) -> Seen {
        let Served { kept, freshness } = self.served_profile(name, question).await;
        let named = kept.outcome.body.as_ref().map(|signed| signed.profile().delivery_services.as_slice());
        let mut names: Vec<&Name> = Vec::new();
        for name in named.unwrap_or_default() {
            if names.len() < MAX_DELIVERY_SERVICES && !names.contains(&name) {
                names.push(name);
            }
        }
        let services = join_all(names.iter().map(|name| self.served_service(name, question))).await;
        let mut fingerprint = kept.outcome.fingerprint();
        let mut changed_at = kept.changed_at;
        let mut basis: Vec<_> = kept.outcome.lifetime.basis.iter().map(|(node, _)| *node).collect();
        for Served { kept, .. } in &services {
            fingerprint = keccak256(&[fingerprint.as_slice(), kept.outcome.fingerprint().as_slice()]);
            changed_at = changed_at.max(kept.changed_at);
            basis.extend(kept.outcome.lifetime.basis.iter().map(|(node, _)| *node));
        }
        let services = names.iter().zip(&services);
        let services = services
            .map(|(name, served)| render::delivery_service(name, &served.kept, served.freshness))
            .collect();
        let lookup = render::profile(name, &kept, freshness, services);
        Seen { lookup, fingerprint, changed_at, basis }
    }

    async fn served_profile(&self, name: &Name, question: Question) -> Served<SignedUserProfile> {
        let resolver = self.resolver.clone();
        let resolve = move |name: Name| {
            let resolver = resolver.clone();
            async move { resolver.profile(&name).await }
        };
        self.serve(&self.profiles, name, question, resolve).await
    }

    async fn served_service(&self, name: &Name, question: Question) -> Served<DeliveryServiceProfile> {
        let resolver = self.resolver.clone();
        let resolve = move |name: Name| {
            let resolver = resolver.clone();
            async move { resolver.delivery_service(&name).await }
        };
        self.serve(&self.services, name, question, resolve).await
    }

    /// From the cache while that is good; else from a resolution, which everybody who asks meanwhile shares; else, if that
    /// reaches nobody, or takes long, from the cache again, as stale.
    async fn serve<B: Body, F>(
        &self,
        keeper: &Arc<Keeper<B>>,
        name: &Name,
        question: Question,
        resolve: impl Fn(Name) -> F,
    ) -> Served<B>
    where
        F: Future<Output = Outcome<B>> + Send + 'static,
    {
        let now = question.asked_at;
        let kept = self.current(keeper.peek(name)).await;
        // From the future: the clock was set back, and nothing is known of its age.
        let kept = kept.filter(|kept| kept.resolved_at <= self.clock.now());
        let stale = kept.clone().filter(|kept| keeper.may_be_stale(kept, now));
        let mut deadline = question.deadline;
        if let Some(kept) = &kept {
            let has_just_failed = keeper.has_just_failed(kept, now);
            if now < kept.expires_at && question.is_answered_by(kept) {
                if kept.is_due(now) && !has_just_failed {
                    // Nobody waits for it.
                    let demand = Demand { oldest: 0, seen: Some(kept) };
                    drop(keeper.fly(name, &demand, resolve(name.clone())));
                }
                return Served { kept: kept.clone(), freshness: Freshness::Cached };
            }
            if stale.is_some() && has_just_failed {
                return Served { kept: kept.clone(), freshness: Freshness::Stale };
            }
        }
        if stale.is_some() {
            deadline = deadline.min(Instant::now() + STALE_PATIENCE);
        }
        let question = Question { deadline, ..question };
        let fresh = self.resolve(keeper, name, question, kept.as_ref(), resolve).await;
        match (fresh, stale) {
            (Some(fresh), Some(stale)) if fresh.outcome.verdict == Verdict::Unreachable => {
                Served { kept: stale, freshness: Freshness::Stale }
            }
            (Some(fresh), _) => Served { kept: fresh, freshness: Freshness::Live },
            (None, Some(stale)) => {
                stale.fail(self.clock.now(), "what has to be asked takes long");
                Served { kept: stale, freshness: Freshness::Stale }
            }
            (None, None) => {
                Served { kept: render::not_yet(self.resolver.chain_id, now), freshness: Freshness::Live }
            }
        }
    }

    /// A resolution that began before a write of ours, or before what is demanded, does not answer. `None` after the
    /// deadline; the resolution goes on.
    async fn resolve<B: Body, F>(
        &self,
        keeper: &Arc<Keeper<B>>,
        name: &Name,
        question: Question,
        seen: Option<&Arc<Kept<B>>>,
        resolve: impl Fn(Name) -> F,
    ) -> Option<Arc<Kept<B>>>
    where
        F: Future<Output = Outcome<B>> + Send + 'static,
    {
        let mut seen = seen.cloned();
        for _ in 0..ATTEMPTS {
            // What has not begun by now only costs others their place.
            if Instant::now() >= question.deadline {
                return None;
            }
            let demand = Demand { oldest: question.oldest(), seen: seen.as_ref() };
            let mut landing = keeper.fly(name, &demand, resolve(name.clone()));
            let landed = tokio::time::timeout_at(question.deadline, landing.wait_for(Option::is_some)).await;
            let landed = landed.ok()?.ok().and_then(|landed| landed.clone());
            match self.current(landed.clone()).await {
                Some(current) => return Some(current),
                None => seen = landed,
            }
        }
        seen
    }

    /// What is kept, if all that it rests on is still as it was.
    async fn current<B>(&self, kept: Option<Arc<Kept<B>>>) -> Option<Arc<Kept<B>>> {
        let kept = kept?;
        for (node, version) in &kept.outcome.lifetime.basis {
            if !self.is_at(*node, *version).await {
                return None;
            }
        }
        Some(kept)
    }

    async fn is_at(&self, node: Node, version: u64) -> bool {
        let Some(registry) = &self.resolver.registry else { return true };
        registry.entry(node).await.is_ok_and(|entry| entry.version == version)
    }
}

fn takes_room(lookup: &ProfileLookup, room: &mut usize) -> bool {
    let size = serde_json::to_string(lookup).map_or(0, |json| json.len());
    let fits = size <= *room;
    *room = room.saturating_sub(size);
    fits
}
