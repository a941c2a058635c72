//! What one resolution found, before it is kept and shown.

use alloy::primitives::{Address, B256};

use super::verdict::{Evidence, Verdict};
use crate::dm3::{DeliveryServiceProfile, SignedUserProfile};
use crate::ens::Node;
use crate::keccak::keccak256;

/// What was found for a name.
#[derive(Debug)]
pub struct Outcome<B> {
    /// What it is worth.
    pub verdict: Verdict,
    /// Why it is not verified.
    pub reason: Option<String>,
    /// The account that the name answers, where it was asked for.
    pub address: Option<Address>,
    /// What was verified.
    pub body: Option<B>,
    /// What it rests on.
    pub evidence: Evidence,
    /// How long it may be kept.
    pub lifetime: Lifetime,
}

/// What says how long something may be kept.
#[derive(Clone, Debug, Default)]
pub struct Lifetime {
    /// The TTL in the ENS registry, in seconds; `None`: none is set.
    pub ens_ttl: Option<u64>,
    /// When the first of the answers that it rests on expires, in unix seconds.
    pub answers_expire: Option<u64>,
    /// Of names that this gateway keeps: the nodes with the versions that were read. It is good while these are current.
    pub basis: Vec<(Node, u64)>,
    /// Of names that this gateway keeps: when the newest of those was written, in unix seconds; `None` where something
    /// else decides too, such as a document elsewhere or a contract account.
    pub changed_at: Option<u64>,
}

/// A step that ends the resolution.
#[derive(Debug)]
pub struct Stop {
    /// What it is worth.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

impl Stop {
    /// Nothing is there.
    pub fn absent(reason: impl ToString) -> Self {
        Self { verdict: Verdict::Absent, reason: reason.to_string() }
    }

    /// What is there must not be used.
    pub fn invalid(reason: impl ToString) -> Self {
        Self { verdict: Verdict::Invalid, reason: reason.to_string() }
    }

    /// Something does not answer.
    pub fn unreachable(reason: impl ToString) -> Self {
        Self { verdict: Verdict::Unreachable, reason: reason.to_string() }
    }
}

/// What a resolution can verify.
pub trait Body: Sized + Send + Sync + 'static {
    /// What it takes of the cache, in bytes.
    fn weight(&self) -> usize;
    /// A text that is another one whenever the content is.
    fn fingerprint(&self) -> String {
        self.to_json()
    }
    /// In JSON.
    fn to_json(&self) -> String;
    /// From [that](Self::to_json); or why that is not possible.
    fn from_json(json: &str) -> Result<Self, String>;
}

impl Body for SignedUserProfile {
    fn weight(&self) -> usize {
        // Each delivery service is a name with its node.
        let services = self.profile().delivery_services.iter().map(|name| name.as_str().len() + 96);
        size_of::<Self>() + self.signature().len() + services.sum::<usize>()
    }

    fn to_json(&self) -> String {
        self.to_json()
    }

    fn from_json(json: &str) -> Result<Self, String> {
        Self::parse(json).map_err(|error| error.to_string())
    }
}

impl Body for DeliveryServiceProfile {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.url.as_str().len()
    }

    fn to_json(&self) -> String {
        self.to_json()
    }

    fn from_json(json: &str) -> Result<Self, String> {
        Self::parse(json).map_err(|error| error.to_string())
    }
}

impl<B: Body> Outcome<B> {
    /// What it takes of the cache, in bytes.
    pub fn weight(&self) -> usize {
        let Evidence { gateways, record, record_uri, states, .. } = &self.evidence;
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let gateways: usize =
            gateways.iter().map(|one| one.url.len() + one.request.len() + one.response.len() + 256).sum();
        let states: usize = states.iter().map(|state| state.name.len() + 96).sum();
        size_of::<Self>()
            + text(&self.reason)
            + text(record)
            + text(record_uri)
            + gateways
            + states
            + self.lifetime.basis.len() * 48
            + self.body.as_ref().map_or(0, Body::weight)
    }

    /// A hash that is another one whenever what callers act on is.
    pub fn fingerprint(&self) -> B256 {
        let body = self.body.as_ref().map(Body::fingerprint).unwrap_or_default();
        keccak256(&[format!("{:?}{:?}", self.verdict, self.address).as_bytes(), body.as_bytes()])
    }
}
