//! Names as the API shows them.

use alloy::primitives::{Address, B256};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{Object, Type};

use crate::clock::rfc3339;
use crate::ens::Name;
use crate::registry::Zone;
use crate::state::{Proof, Records, RecordsBody, schema};
use crate::store::{Entry, HistoryItem, NameSummary};

/// A name that somebody holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldName)]
#[serde(rename_all = "camelCase")]
pub struct NameResource<'a> {
    /// The full name.
    #[schema(value_type = schema::Name)]
    name: &'a str,
    /// Its namehash.
    #[schema(value_type = schema::Hash)]
    node: B256,
    /// The zone it was claimed in.
    #[schema(value_type = schema::Name)]
    zone: &'a str,
    /// The chain whose ENS the name lives in.
    chain_id: u64,
    /// Who holds it.
    #[schema(value_type = schema::Address)]
    owner: Address,
    /// 1 for a name's first state, then one more each time.
    #[schema(minimum = 1)]
    version: u64,
    /// The EIP-712 struct hash of its state, which the next one names as `previous`.
    #[schema(value_type = schema::Hash)]
    state_hash: B256,
    /// All that it holds. Listings come without: a page of them could have a hundred megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RecordsBody)]
    records: Option<&'a RecordsBody>,
    /// When it was claimed last.
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// When it was changed last.
    #[schema(value_type = schema::Time)]
    updated_at: String,
}

/// A name that was just given up: where the next claim goes on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleasedName)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedName<'a> {
    /// The full name.
    #[schema(value_type = schema::Name)]
    name: &'a str,
    /// Null: nobody.
    #[schema(schema_with = null)]
    owner: (),
    /// The version of the release.
    version: u64,
    /// The EIP-712 struct hash of the release.
    #[schema(value_type = schema::Hash)]
    state_hash: B256,
    /// The version of the next claim.
    next_version: u64,
    /// What the next claim names as `previous`.
    #[schema(value_type = schema::Hash)]
    previous: B256,
}

/// One link of a name's chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
#[serde(rename_all = "camelCase")]
pub struct LinkResource<'a> {
    /// The state.
    state: PastState<'a>,
    /// Its EIP-712 struct hash.
    #[schema(value_type = schema::Hash)]
    state_hash: B256,
    /// The EIP-712 struct hash of its records: with it, the chain verifies without them.
    #[schema(value_type = schema::Hash)]
    records_hash: B256,
    /// Why it could be.
    proof: &'a Proof,
    /// When it was taken.
    #[schema(value_type = schema::Time)]
    created_at: String,
}

/// A state that was signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PastState)]
#[serde(rename_all = "camelCase")]
pub struct PastState<'a> {
    /// The full name.
    #[schema(value_type = schema::Name)]
    name: &'a str,
    /// The chain whose ENS the name lives in.
    chain_id: u64,
    /// 1 for a name's first state, then one more each time.
    #[schema(minimum = 1)]
    version: u64,
    /// The struct hash of the state before; zero for version 1.
    #[schema(value_type = schema::Hash)]
    previous: B256,
    /// The zero address released the name.
    #[schema(value_type = schema::Address)]
    owner: Address,
    /// Null when they were erased.
    #[schema(value_type = Option<RecordsBody>, required)]
    records: Option<&'a RecordsBody>,
    /// Unix seconds after which the state was not taken any more.
    valid_until: u64,
}

impl<'a> NameResource<'a> {
    /// The whole name; `None` when nobody holds it.
    pub fn of(name: &'a Name, zone: &'a Zone, chain_id: u64, entry: &'a Entry) -> Option<Self> {
        Some(Self {
            name: name.as_str(),
            node: *name.node().as_bytes(),
            zone: zone.name().as_str(),
            chain_id,
            owner: entry.owner?,
            version: entry.version,
            state_hash: entry.state_hash,
            records: Some(entry.records.body()),
            created_at: rfc3339(entry.created_at),
            updated_at: rfc3339(entry.updated_at),
        })
    }

    /// A line of a listing.
    pub fn listed(summary: &'a NameSummary, chain_id: u64) -> Self {
        Self {
            name: summary.name.as_str(),
            node: *summary.name.node().as_bytes(),
            zone: &summary.zone,
            chain_id,
            owner: summary.owner,
            version: summary.version,
            state_hash: summary.state_hash,
            records: None,
            created_at: rfc3339(summary.created_at),
            updated_at: rfc3339(summary.updated_at),
        }
    }
}

impl<'a> ReleasedName<'a> {
    /// Of the entry that a release left.
    pub fn of(name: &'a Name, entry: &Entry) -> Self {
        Self {
            name: name.as_str(),
            owner: (),
            version: entry.version,
            state_hash: entry.state_hash,
            next_version: entry.version + 1,
            previous: entry.state_hash,
        }
    }
}

impl<'a> LinkResource<'a> {
    /// Of an operation in the history of `name`.
    pub fn of(name: &'a Name, item: &'a HistoryItem) -> Self {
        let state = &item.state;
        Self {
            state: PastState {
                name: name.as_str(),
                chain_id: state.chain_id,
                version: state.version,
                previous: state.previous,
                owner: state.owner,
                records: state.records.as_ref().map(Records::body),
                valid_until: state.valid_until,
            },
            state_hash: item.state_hash,
            records_hash: item.records_hash,
            proof: &item.proof,
            created_at: rfc3339(item.created_at),
        }
    }
}

fn null() -> Object {
    Object::with_type(Type::Null)
}
