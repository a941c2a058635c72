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

use alloy::primitives::Address;
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::iter;
use tokio::time::Instant;

pub use client::{Client, ClientError};
pub use ipfs::{IpfsError, IpfsGateways};
pub use sender_check::{HoldingsEvidence, RuleCheck, RuleResult, SenderCheck, SpamRule};
pub use verdict::{
    BlockEvidence, DeliveryServiceBody, DeliveryServiceLookup, Evidence, Freshness, GatewayEvidence,
    ProfileBody, ProfileLookup, StateEvidence, Verdict,
};
pub use watch::{Change, Watch};

use crate::chain::{Balances, ContractAccounts, EnsReader, GuardedCcipGateway, Signatures};
use crate::clock::Clock;
use crate::config::{LookupSettings, RpcUrl};
use crate::dm3::{DeliveryServiceProfile, SignedUserProfile};
use crate::ens::{Name, Node};
use crate::fetch::{Fetcher, choose_tls};
use crate::registry::Registry;
use keeper::{Keeper, Kept};
use memory::Memory;
use outcome::{Body, Outcome};
use resolve::Resolver;

/// How many delivery services of a profile are looked up; those behind them are named only.
const MAX_DELIVERY_SERVICES: usize = 16;
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
            clock: Clock::default(),
        })
    }

    /// Nothing is asked yet.
    ///
    /// # Errors
    /// When an HTTP client cannot be made.
    pub fn new(parts: LookupParts<'_>) -> Result<Self, reqwest::Error> {
        let LookupParts { chain_id, rpc_url, registry, signatures, settings, clock } = parts;
        choose_tls();
        let fetcher = Fetcher::public(&settings.allowed_hosts)?;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let gateway = GuardedCcipGateway::new(fetcher.clone());
        let balances = rpc_url.as_ref().map(|url| {
            let clock = clock.clone();
            Balances::new(url.url(), http.clone(), chain_id, clock)
        });
        let reader = rpc_url.map(|url| EnsReader::new(url.url(), http, gateway, chain_id));
        let ipfs = IpfsGateways::new(settings.ipfs_gateways.clone(), fetcher.clone());
        let memory = registry.clone().filter(|_| settings.keep).map(Memory::new);
        let resolver =
            Resolver { registry, reader, signatures, fetcher, ipfs, chain_id, clock: clock.clone() };
        let bytes = settings.cache_mebibytes << 20;
        // There are many profiles to a delivery service.
        let of_services = bytes / 8;
        Ok(Self {
            resolver: Arc::new(resolver),
            profiles: Arc::new(Keeper::new(settings, bytes - of_services, clock.clone())),
            services: Arc::new(Keeper::new(settings, of_services, clock.clone())),
            balances,
            memory,
            clock,
        })
    }

    /// Anybody's profile, with the delivery services that it names. It is looked up again if that was `max_age` seconds ago
    /// or more (0: in any case); what is older is only given, and marked as stale, when nothing answers now.
    pub async fn profile(&self, name: &Name, max_age: Option<u64>) -> ProfileLookup {
        let served = self.served_profile(name, max_age).await;
        self.with_services(name, served, max_age).await
    }

    /// Many of them, in the same order. What is not known after `patience` is told to be unreachable; its resolution goes
    /// on, and whoever asks again finds it.
    pub async fn profiles(
        &self,
        names: &[Name],
        max_age: Option<u64>,
        patience: Duration,
    ) -> Vec<ProfileLookup> {
        let deadline = Instant::now() + patience;
        let lookups: Vec<_> =
            names.iter().map(|name| self.profile_until(name.clone(), max_age, deadline)).collect();
        iter(lookups).buffered(CONCURRENT).collect().await
    }

    async fn profile_until(&self, name: Name, max_age: Option<u64>, deadline: Instant) -> ProfileLookup {
        match tokio::time::timeout_at(deadline, self.profile(&name, max_age)).await {
            Ok(lookup) => lookup,
            Err(_) => render::not_yet(&name, self.resolver.chain_id, self.clock.now()),
        }
    }

    /// A delivery service's profile.
    pub async fn delivery_service(&self, name: &Name, max_age: Option<u64>) -> DeliveryServiceLookup {
        let resolver = self.resolver.clone();
        let resolve = move |name: Name| {
            let resolver = resolver.clone();
            async move { resolver.delivery_service(&name).await }
        };
        let Served { kept, freshness } = self.serve(&self.services, name, max_age, resolve).await;
        render::delivery_service(name, &kept, freshness)
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
        let Served { kept, freshness } = self.served_profile(name, max_age).await;
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

    async fn served_profile(&self, name: &Name, max_age: Option<u64>) -> Served<SignedUserProfile> {
        let resolver = self.resolver.clone();
        let resolve = move |name: Name| {
            let resolver = resolver.clone();
            async move { resolver.profile(&name).await }
        };
        self.serve(&self.profiles, name, max_age, resolve).await
    }

    async fn with_services(
        &self,
        name: &Name,
        served: Served<SignedUserProfile>,
        max_age: Option<u64>,
    ) -> ProfileLookup {
        let Served { kept, freshness } = served;
        let signed = kept.outcome.body.as_ref();
        let names = signed.map_or(&[][..], |signed| &signed.profile().delivery_services);
        let (looked_up, named) = names.split_at(names.len().min(MAX_DELIVERY_SERVICES));
        let mut services = join_all(looked_up.iter().map(|name| self.delivery_service(name, max_age))).await;
        let not_looked_up = |name| render::only_named(name, MAX_DELIVERY_SERVICES, &kept);
        services.extend(named.iter().map(not_looked_up));
        render::profile(name, &kept, freshness, services)
    }

    /// From the cache while that is good; else from a resolution, which everybody who asks meanwhile shares; else, if that
    /// reaches nobody, from the cache again, as stale.
    async fn serve<B: Body, F>(
        &self,
        keeper: &Arc<Keeper<B>>,
        name: &Name,
        max_age: Option<u64>,
        resolve: impl Fn(Name) -> F,
    ) -> Served<B>
    where
        F: Future<Output = Outcome<B>> + Send + 'static,
    {
        let now = self.clock.now();
        let kept = self.current(keeper.peek(name)).await;
        if let Some(kept) = &kept {
            let is_young = max_age.is_none_or(|max_age| now.saturating_sub(kept.resolved_at) < max_age);
            let has_just_failed = keeper.has_just_failed(kept, now);
            if now < kept.expires_at && is_young {
                if kept.is_due(now) && !has_just_failed {
                    // Nobody waits for it.
                    drop(keeper.fly(name, resolve(name.clone())));
                }
                return Served { kept: kept.clone(), freshness: Freshness::Cached };
            }
            if has_just_failed && keeper.may_be_stale(kept, now) {
                return Served { kept: kept.clone(), freshness: Freshness::Stale };
            }
        }
        let fresh = self.resolve(keeper, name, resolve).await;
        match kept {
            Some(kept)
                if fresh.outcome.verdict == Verdict::Unreachable && keeper.may_be_stale(&kept, now) =>
            {
                Served { kept, freshness: Freshness::Stale }
            }
            _ => Served { kept: fresh, freshness: Freshness::Live },
        }
    }

    /// A resolution that began before a write of ours does not answer a question that was asked after it.
    async fn resolve<B: Body, F>(
        &self,
        keeper: &Arc<Keeper<B>>,
        name: &Name,
        resolve: impl Fn(Name) -> F,
    ) -> Arc<Kept<B>>
    where
        F: Future<Output = Outcome<B>> + Send + 'static,
    {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let mut landing = keeper.fly(name, resolve(name.clone()));
            let landed = landing.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone());
            match self.current(landed.clone()).await {
                Some(current) => return current,
                None => last = landed.or(last),
            }
        }
        last.unwrap_or_else(|| render::failed(self.resolver.chain_id, self.clock.now()))
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
