//! What a lookup says: a verdict, what it is about, and what it rests on.
//!
//! These are the types of the API too: services that embed this library, services that ask over HTTP, and the client for
//! them read the same.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::{AcceptedAt, schema};

/// Four answers that are never one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is there, and everything that has to hold of it was checked.
    Verified,
    /// It was looked for where it would be, and is not there.
    Absent,
    /// Something is there that must not be used.
    Invalid,
    /// It is not known: something did not answer.
    Unreachable,
}

/// How a lookup was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Freshness {
    /// Looked up for this request.
    Live,
    /// Looked up before, and still good.
    Cached,
    /// Looked up before, too long ago; what would have to be asked does not answer.
    Stale,
}

/// Anybody's dm3 profile.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileLookup {
    /// The ENS name.
    #[schema(value_type = schema::Name)]
    pub name: String,
    /// Whether the profile is its account's.
    pub verdict: Verdict,
    /// Why it is not, where it is not; of what is stale, why nothing newer is known.
    pub reason: Option<String>,
    /// The account that the name answers.
    #[schema(value_type = Option<schema::Address>)]
    pub address: Option<Address>,
    /// The profile; only when it is verified.
    pub profile: Option<ProfileBody>,
    /// The account's signature over it.
    #[schema(value_type = Option<schema::Bytes>)]
    pub signature: Option<Bytes>,
    /// The delivery services that the profile names, in its order, each looked up in its own right: the first 16.
    pub delivery_services: Vec<DeliveryServiceLookup>,
    /// How this was answered.
    pub freshness: Freshness,
    /// When it was looked up.
    #[schema(value_type = schema::Time)]
    pub resolved_at: String,
    /// When it will be looked up again.
    #[schema(value_type = schema::Time)]
    pub expires_at: String,
    /// What it rests on.
    pub evidence: Evidence,
}

/// A delivery service's profile. Nobody signs it: it is as trustworthy as the name that it stands in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryServiceLookup {
    /// The ENS name.
    #[schema(value_type = schema::Name)]
    pub name: String,
    /// Whether there is a profile.
    pub verdict: Verdict,
    /// Why there is none, where there is none.
    pub reason: Option<String>,
    /// The profile; only when it is verified.
    pub profile: Option<DeliveryServiceBody>,
    /// How this was answered.
    pub freshness: Freshness,
    /// When it was looked up.
    #[schema(value_type = schema::Time)]
    pub resolved_at: String,
    /// When it will be looked up again.
    #[schema(value_type = schema::Time)]
    pub expires_at: String,
    /// What it rests on.
    pub evidence: Evidence,
}

/// A user's profile in JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = UserProfile)]
#[serde(rename_all = "camelCase")]
pub struct ProfileBody {
    /// ENS names of delivery services, the preferred first.
    #[schema(value_type = Vec<schema::Name>)]
    pub delivery_services: Vec<String>,
    /// X25519, base64 of 32 bytes.
    pub public_encryption_key: String,
    /// Ed25519, base64 of 32 bytes.
    pub public_signing_key: String,
}

/// A delivery service's profile in JSON.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DeliveryServiceProfile)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryServiceBody {
    /// X25519, base64 of 32 bytes.
    pub public_encryption_key: String,
    /// Ed25519, base64 of 32 bytes.
    pub public_signing_key: String,
    /// Where its API is.
    pub url: String,
}

/// What a verdict rests on; what was not reached is not there.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Evidence {
    /// The chain whose ENS was asked.
    pub chain_id: u64,
    /// Of a name that this gateway keeps: where it stood, and then the address name that it inherits from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<StateEvidence>,
    /// The block at which the chain was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub block: Option<BlockEvidence>,
    /// The resolver contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Address)]
    pub resolver: Option<Address>,
    /// What gateways answered (CCIP read), which the resolver has accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<GatewayEvidence>,
    /// The text record that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub record: Option<String>,
    /// Its value: a record URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub record_uri: Option<String>,
    /// Where a contract account accepted the profile's signature; without it, the signature recovers to the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_at: Option<AcceptedAt>,
}

/// The state of a name that this gateway keeps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StateEvidence {
    /// The name, or the address name from which it takes the record.
    #[schema(value_type = schema::Name)]
    pub name: String,
    /// Its version.
    pub version: u64,
    /// The EIP-712 struct hash of its state, as in its history.
    #[schema(value_type = schema::Hash)]
    pub state_hash: B256,
}

/// A block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockEvidence {
    /// Its number.
    pub number: u64,
    /// Its hash.
    #[schema(value_type = schema::Hash)]
    pub hash: B256,
}

/// What a gateway answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewayEvidence {
    /// Scheme, host and port of its URL.
    pub url: String,
    /// The contract that sent the lookup.
    #[schema(value_type = schema::Address)]
    pub sender: Address,
    /// The lookup.
    #[schema(value_type = schema::Bytes)]
    pub request: Bytes,
    /// The answer.
    #[schema(value_type = schema::Bytes)]
    pub response: Bytes,
    /// Who signed it, where it has the form of ENS's or dm3's gateways.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Address)]
    pub signer: Option<Address>,
    /// Set where lookup and answer were too large to be kept as evidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_omitted: bool,
    /// Until when it is good, in unix seconds, where it has that form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires: Option<u64>,
}
