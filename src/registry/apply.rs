//! Applying an operation: from a body to the next state of a name, or the reason why not.

use std::sync::Arc;

use alloy::primitives::{Address, B256};
use tokio::task::JoinError;
use tracing::Instrument;

use super::Registry;
use super::admission::{Change, PolicyError, admit, counts_for};
use super::record_rules::{self, RecordError};
use super::zone::{Place, Zone, ZoneRules};
use crate::account::SignatureError;
use crate::ens::Name;
use crate::state::{NameState, OperationBody, Proof, ProofBody, StateError, signing_digest};
use crate::store::{AppendError, Entry, NewOperation, StoreError};

/// How far ahead `validUntil` may be: a signed state that was never sent is not dangerous for longer.
const MAX_VALIDITY_SECONDS: u64 = 86_400;

/// An operation that was applied.
#[derive(Debug)]
pub struct Applied {
    /// Whether nobody held the name before.
    pub is_claim: bool,
    /// What the name holds by this operation.
    pub entry: Entry,
}

/// Why an operation was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The state is not well formed.
    #[error(transparent)]
    State(#[from] StateError),
    /// The body is about another name than the path.
    #[error("the state is of {in_body}, the request is about {in_path}")]
    OtherName {
        /// In the path.
        in_path: Name,
        /// In the state.
        in_body: Name,
    },
    /// The state is for another chain.
    #[error("the state is for chain {in_body}, this gateway's names live in the ENS of chain {expected}")]
    OtherChain {
        /// In the state.
        in_body: u64,
        /// Ours.
        expected: u64,
    },
    /// Numbers that no database keeps exactly.
    #[error("version is {0}: it stays below 2^53")]
    Version(u64),
    /// `validUntil` is too far ahead.
    #[error("validUntil is {valid_until}, at most {limit} is allowed: one day ahead")]
    ValidForTooLong {
        /// In the state.
        valid_until: u64,
        /// The latest that is allowed.
        limit: u64,
    },
    /// `validUntil` has passed.
    #[error("validUntil was {valid_until}, it is {now} now: sign the state again")]
    Expired {
        /// In the state.
        valid_until: u64,
        /// Our time.
        now: u64,
    },
    /// The name is outside of our zones.
    #[error("{0} is not in any zone of this gateway")]
    NoSuchZone(Name),
    /// The zone's policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A record's value.
    #[error("state.records: {0}")]
    Record(#[from] RecordError),
    /// The proof.
    #[error("proof: {0}")]
    Proof(#[from] ProofError),
    /// Not the next state of the name.
    #[error("{}", conflict(.name, .current))]
    Conflict {
        /// The name.
        name: Name,
        /// What it holds now.
        current: Arc<Entry>,
    },
    /// A release of what nobody holds.
    #[error("nobody holds {name}: there is nothing to release")]
    NothingToRelease {
        /// The name.
        name: Name,
        /// What it holds now.
        current: Arc<Entry>,
    },
    /// The name changes too often.
    #[error("{name} has changed {limit} times within a day, which is as often as it may: try again tomorrow")]
    TooOften {
        /// The name.
        name: Name,
        /// How often it may change.
        limit: u64,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug of ours.
    #[error("the operation was not finished: {0}")]
    Unfinished(#[from] JoinError),
}

/// Why a proof does not prove anything.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofError {
    /// Not in the accepted form, or nobody's.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Somebody else's, or over something else.
    #[error("the signature is by {signer} over this state, but {expected} has to sign it")]
    Signer {
        /// Whom it recovers to.
        signer: Address,
        /// Whose it should be.
        expected: Address,
    },
}

fn conflict(name: &Name, current: &Entry) -> String {
    let next = current.version + 1;
    let previous = current.state_hash;
    match current.owner {
        Some(owner) => {
            format!("{name} is held by {owner}; its next version is {next} with previous {previous}")
        }
        None => format!("{name} is free; its next version is {next} with previous {previous}"),
    }
}

impl Registry {
    /// Applies an operation to `name`. Once begun it is finished, whether or not the caller still waits for it: the
    /// caches must hear of every write.
    ///
    /// # Errors
    /// See [`ApplyError`].
    pub async fn apply(self: &Arc<Self>, name: Name, body: OperationBody) -> Result<Applied, ApplyError> {
        let registry = self.clone();
        tokio::spawn(async move { registry.apply_now(name, body).await }.in_current_span()).await?
    }

    async fn apply_now(&self, name: Name, body: OperationBody) -> Result<Applied, ApplyError> {
        let OperationBody { state, proof } = body;
        let now = self.clock.now();
        let state = NameState::parse(state, &self.limits)?;
        self.check_addressee(&name, &state)?;
        check_time(&state, now)?;
        let place = self.zones.place(&name).ok_or_else(|| ApplyError::NoSuchZone(name.clone()))?;
        let current = self.entry(name.node()).await?;
        let (change, zone) = check_change(&name, &place, &current, &state)?;
        let state_hash = state.hash();
        let proof = check_proof(&proof, &current, &state, state_hash)?;
        self.check_records(&state, change, zone).await?;
        let is_claim = change == Change::Claim;
        let counts_for = counts_for(change, &state);
        let operation = NewOperation {
            state: &state,
            state_hash,
            proof: &proof,
            zone: zone.name(),
            counts_for,
            quota: quota(zone, &current, counts_for),
            operations_per_day: self.limits.operations_per_day,
            created_at: if is_claim { now } else { current.created_at },
            now,
        };
        self.append(&operation).await?;
        let NewOperation { created_at, .. } = operation;
        let owner = (!state.is_release()).then_some(state.owner);
        let NameState { version, records, .. } = state;
        let entry = Entry { version, state_hash, owner, counts_for, records, created_at, updated_at: now };
        Ok(Applied { is_claim, entry })
    }

    fn check_addressee(&self, name: &Name, state: &NameState) -> Result<(), ApplyError> {
        if state.name != *name {
            return Err(ApplyError::OtherName { in_path: name.clone(), in_body: state.name.clone() });
        }
        if state.chain_id != self.chain_id {
            return Err(ApplyError::OtherChain { in_body: state.chain_id, expected: self.chain_id });
        }
        if state.version >= 1 << 53 { Err(ApplyError::Version(state.version)) } else { Ok(()) }
    }

    async fn check_records(&self, state: &NameState, change: Change, zone: &Zone) -> Result<(), ApplyError> {
        match change {
            Change::Release if !state.records.is_empty() => return Err(RecordError::InRelease.into()),
            Change::Transfer if !state.records.is_empty() => return Err(RecordError::InTransfer.into()),
            Change::Release | Change::Transfer => return Ok(()),
            Change::Claim | Change::Update => {}
        }
        let inherited = match zone.inherited_node(Some(state.owner)) {
            Some(node) => Some(self.entry(node).await?),
            None => None,
        };
        Ok(record_rules::check(state, zone, inherited.as_ref().map(|entry| &entry.records))?)
    }

    async fn append(&self, operation: &NewOperation<'_>) -> Result<(), ApplyError> {
        let name = &operation.state.name;
        let outcome = self.store.append(operation).await;
        // Dropped whatever happened: after a conflict the entry is known to be old, and after an error of the
        // database it is not known whether the write was done.
        self.entries.forget(name.node()).await;
        match outcome {
            Ok(()) => Ok(()),
            Err(AppendError::Conflict) => {
                Err(ApplyError::Conflict { name: name.clone(), current: self.entry(name.node()).await? })
            }
            Err(AppendError::Quota) => {
                let (owner, limit) = (operation.state.owner, operation.quota.unwrap_or_default());
                Err(PolicyError::Quota { owner, limit }.into())
            }
            Err(AppendError::Rate) => {
                Err(ApplyError::TooOften { name: name.clone(), limit: operation.operations_per_day })
            }
            Err(AppendError::Store(error)) => Err(error.into()),
        }
    }
}

/// How many names the account may hold, if this operation makes the name count for it. Who has a name keeps it, even
/// when the quota became smaller.
fn quota(zone: &Zone, current: &Entry, counts_for: Option<Address>) -> Option<u32> {
    match zone.rules() {
        ZoneRules::Open(rules) if current.counts_for != counts_for => rules.names_per_owner,
        _ => None,
    }
}

fn check_time(state: &NameState, now: u64) -> Result<(), ApplyError> {
    let valid_until = state.valid_until;
    let limit = now + MAX_VALIDITY_SECONDS;
    if valid_until < now {
        Err(ApplyError::Expired { valid_until, now })
    } else if valid_until > limit {
        Err(ApplyError::ValidForTooLong { valid_until, limit })
    } else {
        Ok(())
    }
}

fn check_change<'a>(
    name: &Name,
    place: &Place<'a>,
    current: &Arc<Entry>,
    state: &NameState,
) -> Result<(Change, &'a Zone), ApplyError> {
    let change = Change::between(current, state)
        .ok_or_else(|| ApplyError::NothingToRelease { name: name.clone(), current: current.clone() })?;
    let zone = admit(place, change, state)?;
    let is_next = state.version == current.version + 1 && state.previous == current.state_hash;
    if is_next {
        Ok((change, zone))
    } else {
        Err(ApplyError::Conflict { name: name.clone(), current: current.clone() })
    }
}

/// The owner signs; on a claim, the new owner.
fn check_proof(
    proof: &ProofBody,
    current: &Entry,
    state: &NameState,
    state_hash: B256,
) -> Result<ProofBody, ProofError> {
    let expected = current.owner.unwrap_or(state.owner);
    let proof = Proof::parse(proof)?;
    let Proof::Eip712(signature) = &proof;
    let signer = signature.recover(signing_digest(state_hash))?;
    if signer == expected { Ok(proof.to_body()) } else { Err(ProofError::Signer { signer, expected }) }
}
