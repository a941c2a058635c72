//! One resolution: a name's records, the document that they point at, and whether it may be used.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, Bytes};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::ipfs::{IpfsError, IpfsGateways};
use super::outcome::{Lifetime, Outcome, Stop};
use super::verdict::{BlockEvidence, Evidence, GatewayEvidence, StateEvidence, Verdict};
use crate::chain::{
    EnsReader, Entry, GatewayAnswer, GuardedCcipGateway, ReadRecords, SignatureFault, Signatures,
    UniversalError,
};
use crate::dm3::{
    DELIVERY_SERVICE_RECORD, DELIVERY_SERVICE_RECORD_OLD, DeliveryServiceProfile, PROFILE_RECORD,
    PROFILE_RECORD_OLD, RecordUri, SignedUserProfile, to_canonical_json,
};
use crate::ens::Name;
use crate::ens::call::RecordKey;
use crate::fetch::{FetchError, Fetcher};
use crate::gateway::{Entrance, Protocol, answer};
use crate::registry::{Place, Registry};
use crate::store::StoreError;

/// For one resolution in all: chain, gateways, document, contract account.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What resolutions ask.
#[derive(Debug)]
pub struct Resolver {
    /// The names that this gateway keeps; services that only look up have none.
    pub registry: Option<Arc<Registry>>,
    /// The chain; without it, only the names that this gateway keeps are known.
    pub reader: Option<EnsReader<GuardedCcipGateway>>,
    /// Whose signatures profiles carry.
    pub signatures: Arc<Signatures>,
    /// Documents that records point at.
    pub fetcher: Fetcher,
    /// Documents in IPFS.
    pub ipfs: IpfsGateways,
    /// The chain whose ENS is asked.
    pub chain_id: u64,
    /// So many resolutions at a time; more wait, within their time.
    pub places: Semaphore,
}

/// How many resolutions run at a time.
pub const PLACES: usize = 64;
/// Bytes of gateways' answers that are kept as evidence; of larger ones only who answered.
const MAX_EVIDENCE: usize = 64 << 10;
/// More delivery services than this are no order of preference.
const MAX_SERVICES: usize = 64;

/// What a name's records say.
struct Records {
    /// The record that counts, and its value.
    record: Option<(&'static str, String)>,
    /// What the name answers as its account, which not everybody needs.
    address: Result<Option<Address>, Stop>,
}

impl Resolver {
    /// Anybody's profile.
    pub async fn profile(&self, name: &Name) -> Outcome<SignedUserProfile> {
        let mut resolution = Resolution::new(self, name);
        let body = self.bounded(resolution.profile()).await;
        resolution.finish(body)
    }

    /// A delivery service's profile.
    pub async fn delivery_service(&self, name: &Name) -> Outcome<DeliveryServiceProfile> {
        let mut resolution = Resolution::new(self, name);
        let body = self.bounded(resolution.delivery_service()).await;
        resolution.finish(body)
    }

    async fn bounded<B>(&self, resolution: impl Future<Output = Result<B, Stop>>) -> Result<B, Stop> {
        let waiting = async {
            // The semaphore is never closed; if it were, a resolution without a place does no harm.
            let _place = self.places.acquire().await.ok();
            resolution.await
        };
        let late = |_| Stop::unreachable(format!("it took more than {} seconds", TIMEOUT.as_secs()));
        tokio::time::timeout(TIMEOUT, waiting).await.unwrap_or_else(|error| Err(late(error)))
    }
}

/// A resolution under way, with what it has come by so far.
struct Resolution<'a> {
    resolver: &'a Resolver,
    name: &'a Name,
    address: Option<Address>,
    evidence: Evidence,
    lifetime: Lifetime,
}

impl<'a> Resolution<'a> {
    fn new(resolver: &'a Resolver, name: &'a Name) -> Self {
        let evidence = Evidence { chain_id: resolver.chain_id, ..Evidence::default() };
        Self { resolver, name, address: None, evidence, lifetime: Lifetime::default() }
    }

    fn finish<B>(self, body: Result<B, Stop>) -> Outcome<B> {
        let Self { address, evidence, lifetime, .. } = self;
        let (verdict, reason, body) = match body {
            Ok(body) => (Verdict::Verified, None, Some(body)),
            Err(Stop { verdict, reason }) => (verdict, Some(reason), None),
        };
        Outcome { verdict, reason, address, body, evidence, lifetime }
    }

    async fn profile(&mut self) -> Result<SignedUserProfile, Stop> {
        let Records { record, address } = self.records([PROFILE_RECORD, PROFILE_RECORD_OLD]).await?;
        if let Ok(account) = &address {
            self.address = *account;
        }
        let json = self.document(record).await?;
        let account = address?.ok_or_else(|| {
            Stop::invalid("the name answers no account (addr), so nobody can have signed its profile")
        })?;
        let signed = SignedUserProfile::read(&json).map_err(Stop::invalid)?.normalized_for(account);
        let services = signed.profile().delivery_services.len();
        if services > MAX_SERVICES {
            return Err(Stop::invalid(format!(
                "the profile names {services} delivery services, {MAX_SERVICES} are the most"
            )));
        }
        let digest = signed.profile().signing_digest(account);
        match self.resolver.signatures.check(account, digest, signed.signature()).await {
            Ok(accepted_at) => {
                if accepted_at.is_some() {
                    self.lifetime.changed_at = None;
                }
                self.evidence.accepted_at = accepted_at;
            }
            // A contract account's it may be, and nobody can be asked.
            Err(fault @ (SignatureFault::Unreachable(_) | SignatureFault::NotAsked(_))) => {
                return Err(Stop::unreachable(fault));
            }
            Err(fault) => return Err(Stop::invalid(format!("the profile's signature: {fault}"))),
        }
        Ok(signed)
    }

    async fn delivery_service(&mut self) -> Result<DeliveryServiceProfile, Stop> {
        let keys = [DELIVERY_SERVICE_RECORD, DELIVERY_SERVICE_RECORD_OLD];
        let Records { record, .. } = self.records(keys).await?;
        let json = self.document(record).await?;
        DeliveryServiceProfile::parse(&json).map_err(Stop::invalid)
    }

    /// The first of two text records that is set, and the account.
    async fn records(&mut self, keys: [&'static str; 2]) -> Result<Records, Stop> {
        let resolver = self.resolver;
        if let Some(registry) = &resolver.registry
            && let Some(place) = registry.zones().place(self.name)
        {
            return self.own_records(registry, &place, keys).await.map_err(|error| {
                tracing::error!(%error, "the database failed");
                Stop::unreachable("the database of this gateway does not answer")
            });
        }
        let Some(reader) = &resolver.reader else {
            return Err(Stop::unreachable("this gateway asks no chain: its operator has set no rpc_url"));
        };
        self.chain_records(reader, keys).await
    }

    async fn own_records(
        &mut self,
        registry: &Registry,
        place: &Place<'_>,
        keys: [&'static str; 2],
    ) -> Result<Records, StoreError> {
        let view = registry.view(self.name, place).await?;
        self.lifetime.basis = view.basis().collect();
        self.lifetime.changed_at = view.states().map(|(_, entry)| entry.updated_at).max();
        let inherited = place.zone().inherited_name(view.owner());
        let names = [Some(self.name.to_string()), inherited.as_ref().map(Name::to_string)];
        let state = |((_, entry), name): ((_, &crate::store::Entry), Option<String>)| {
            let (version, state_hash) = (entry.version, entry.state_hash);
            name.filter(|_| version > 0).map(|name| StateEvidence { name, version, state_hash })
        };
        self.evidence.states = view.states().zip(names).filter_map(state).collect();
        let record = keys.into_iter().map(|key| (key, view.text(key).to_owned()));
        Ok(Records {
            record: record.into_iter().find(|(_, value)| !value.is_empty()),
            address: Ok(view.account()),
        })
    }

    async fn chain_records(
        &mut self,
        reader: &EnsReader<GuardedCcipGateway>,
        keys: [&'static str; 2],
    ) -> Result<Records, Stop> {
        let block = reader.newest_block().await.map_err(stop_at)?;
        self.evidence.block = Some(BlockEvidence { number: block.number, hash: block.hash });
        let texts = keys.map(|key| RecordKey::Text(key.to_owned()));
        let [first, second] = texts;
        let read = reader.read(self.name, &[first, second, RecordKey::Addr], block).await.map_err(stop_at)?;
        let ReadRecords { entries, resolver, gateways, ttl, .. } = read;
        self.evidence.resolver = Some(resolver);
        self.lifetime.ens_ttl = Some(ttl).filter(|&ttl| ttl > 0);
        let mut room = MAX_EVIDENCE;
        let evidence = gateways.into_iter().map(|one| gateway_evidence(one, resolver, &mut room));
        self.evidence.gateways = evidence.collect();
        self.lifetime.answers_expire = self.evidence.gateways.iter().filter_map(|one| one.expires).min();
        let [first, second, address] = entries.as_slice() else {
            return Err(Stop::invalid("the resolver answered another number of questions"));
        };
        let malformed = |error| Stop::invalid(format!("the resolver's answer is malformed: {error}"));
        let account = usable(address).and_then(|entry| entry.account().map_err(malformed));
        for (key, entry) in keys.into_iter().zip([first, second]) {
            let value = usable(entry)?.text().map_err(malformed)?;
            if !value.is_empty() {
                return Ok(Records { record: Some((key, value)), address: account });
            }
        }
        Ok(Records { record: None, address: account })
    }

    /// The JSON that a record carries or points at, checked against what the record says of it.
    async fn document(&mut self, record: Option<(&'static str, String)>) -> Result<String, Stop> {
        let (key, value) = record.ok_or_else(|| Stop::absent("the name has no such record"))?;
        self.evidence.record = Some(key.to_owned());
        self.evidence.record_uri = Some(value.clone());
        match RecordUri::read(&value).map_err(Stop::invalid)? {
            RecordUri::Inline { json, .. } => Ok(json.into_owned()),
            RecordUri::Https { url, hash } => {
                self.lifetime.changed_at = None;
                self.fetch_https(&url, hash).await
            }
            RecordUri::Ipfs(cid) => {
                self.lifetime.changed_at = None;
                let bytes = self.resolver.ipfs.fetch(&cid).await.map_err(|error| match error {
                    IpfsError::Unreachable { .. } => Stop::unreachable(error),
                    error => Stop::invalid(error),
                })?;
                String::from_utf8(bytes).map_err(|_| Stop::invalid("the document in IPFS is not UTF-8"))
            }
        }
    }

    async fn fetch_https(&self, url: &Url, hash: [u8; 32]) -> Result<String, Stop> {
        let fetched = self.resolver.fetcher.get(url, Some("application/json")).await;
        let bytes = fetched.map_err(|error| {
            let reason = format!("the document at {}: {error}", url.host_str().unwrap_or_default());
            if error.is_refused() || is_wrong(&error) {
                Stop::invalid(reason)
            } else {
                Stop::unreachable(reason)
            }
        })?;
        let value: serde_json::Value = serde_json::from_slice(&bytes)
            .map_err(|error| Stop::invalid(format!("the document is not JSON: {error}")))?;
        let json = to_canonical_json(&value);
        if <[u8; 32]>::from(Sha256::digest(json.as_bytes())) == hash {
            Ok(json)
        } else {
            Err(Stop::invalid("the document is not the one that the record names: its dm3Hash is another"))
        }
    }
}

/// An entry that answers the question; a record that a resolver does not have is not set.
fn usable(entry: &Entry) -> Result<&Entry, Stop> {
    match entry {
        Entry::Value(_) | Entry::Unsupported => Ok(entry),
        Entry::Gateway(reason) => {
            Err(Stop::unreachable(format!("no gateway of the resolver answered: {reason}")))
        }
        Entry::Refused(reason) => Err(Stop::invalid(format!("the resolver refused: {reason}"))),
    }
}

fn stop_at(error: UniversalError) -> Stop {
    match &error {
        UniversalError::NoResolver(_) | UniversalError::Unsupported(_) => Stop::absent(error),
        UniversalError::NotAContract { .. } | UniversalError::Refused { .. } => Stop::invalid(error),
        UniversalError::NoUniversalResolver | UniversalError::Gateway { .. } | UniversalError::Chain(_) => {
            Stop::unreachable(error)
        }
    }
}

/// What no later time makes better.
const fn is_wrong(error: &FetchError) -> bool {
    matches!(error, FetchError::TooLong(_) | FetchError::Encoding(_))
}

/// Who signed is told where the request says that the answer has a form that we know; the contract has verified it either
/// way. `room` is how many bytes of evidence there is still room for.
fn gateway_evidence(answer: GatewayAnswer, resolver: Address, room: &mut usize) -> GatewayEvidence {
    let GatewayAnswer { url, sender, request, response } = answer;
    let protocol = Protocol::of(Entrance::Main, &request);
    let read = protocol.and_then(|protocol| answer::read(protocol, resolver, &request, &response).ok());
    let (signer, expires) = (read.as_ref().map(|read| read.signer), read.as_ref().map(|read| read.expires));
    let is_omitted = request.len() + response.len() > *room;
    if is_omitted {
        let (request, response) = (Bytes::new(), Bytes::new());
        return GatewayEvidence { url, sender, signer, expires, request, response, is_omitted };
    }
    *room -= request.len() + response.len();
    GatewayEvidence { url, sender, signer, expires, request, response, is_omitted }
}
