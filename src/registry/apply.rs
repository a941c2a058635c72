//! Applying an operation: from a body to the next state of a name, or the reason why not.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes};
use tokio::task::JoinError;
use tracing::Instrument;

use super::Registry;
use super::admission::{Change, PolicyError, admit, counts_for};
use super::record_rules::{self, PublishedProfile, RecordError};
use super::zone::{Place, Zone, ZoneRules};
use crate::chain::SignatureFault;
use crate::ens::Name;
use crate::state::{AcceptedAt, NameState, OperationBody, Proof, StateError};
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
    /// What was signed without a version has counted before.
    #[error(
        "this has counted for {0} before, and is not what the name holds now; PUT /v1/names/{0} takes it as a versioned \
         state (EIP-712), such as dm3-gateway claim sends"
    )]
    Seen(Name),
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
    /// The chain, which was to tell what a contract account accepts.
    #[error("{0}")]
    Chain(String),
    /// The operating system gave none for a salt.
    #[error("no randomness: {0}")]
    Randomness(String),
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
    /// A kind that the gateway itself makes, or the owner's word about what only the chain can say.
    #[error("operations are sent with {{\"kind\": \"eip712\", \"signature\": \"0x…\"}} and nothing more")]
    Kind,
    /// Longer than any contract account needs.
    #[error("the signature has {length} bytes, at most {limit} are taken")]
    TooLong {
        /// Its length.
        length: usize,
        /// The bound.
        limit: usize,
    },
    /// Not the owner's.
    #[error(transparent)]
    Signature(SignatureFault),
}

/// A change that was found to be allowed, as long as the name is still in the state that it was checked against.
pub(super) struct Decided<'a> {
    pub state: NameState,
    pub change: Change,
    pub zone: &'a Zone,
    pub proof: Proof,
    /// Of what was signed without a version.
    pub digest: Option<B256>,
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
        let proof = self.check_proof(&proof, &current, &state).await?;
        self.check_records(&state, change, zone).await?;
        self.commit(&current, Decided { state, change, zone, proof, digest: None }).await
    }

    /// The owner signs; on a claim, the new owner.
    async fn check_proof(
        &self,
        proof: &Proof,
        current: &Entry,
        state: &NameState,
    ) -> Result<Proof, ApplyError> {
        let Proof::Eip712 { signature, accepted_at: None } = proof else {
            return Err(ProofError::Kind.into());
        };
        let expected = current.owner.unwrap_or(state.owner);
        let accepted_at = self.check_signature(expected, state.signing_digest(), signature).await?;
        Ok(Proof::Eip712 { signature: signature.clone(), accepted_at })
    }

    /// Checks that an account has signed; of a contract account, tells where that was said.
    pub(super) async fn check_signature(
        &self,
        account: Address,
        digest: B256,
        signature: &Bytes,
    ) -> Result<Option<AcceptedAt>, ApplyError> {
        let (length, limit) = (signature.len(), self.limits.record_bytes);
        if length > limit {
            return Err(ProofError::TooLong { length, limit }.into());
        }
        self.signatures.check(account, digest, signature).await.map_err(|fault| match fault {
            SignatureFault::Unreachable(_) => ApplyError::Chain(fault.to_string()),
            fault => ProofError::Signature(fault).into(),
        })
    }

    /// Writes a change that follows `current`.
    pub(super) async fn commit(&self, current: &Entry, decided: Decided<'_>) -> Result<Applied, ApplyError> {
        let Decided { state, change, zone, proof, digest } = decided;
        let now = self.clock.now();
        let (is_claim, state_hash) = (change == Change::Claim, state.hash());
        let counts_for = counts_for(change, &state);
        let created_at = if is_claim { now } else { current.created_at };
        let operation = NewOperation {
            state: &state,
            state_hash,
            proof: &proof,
            digest,
            zone: zone.name(),
            counts_for,
            quota: quota(zone, current, counts_for),
            operations_per_day: self.limits.operations_per_day,
            created_at,
            now,
        };
        self.append(&operation).await?;
        let owner = (!state.is_release()).then_some(state.owner);
        let NameState { version, records, .. } = state;
        let takes_unversioned = proof.is_dm3();
        let updated_at = now;
        let entry = Entry {
            version,
            state_hash,
            owner,
            counts_for,
            takes_unversioned,
            records,
            created_at,
            updated_at,
        };
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

    /// Checks the records of a state, profiles against the account that the name will answer.
    pub(super) async fn check_records(
        &self,
        state: &NameState,
        change: Change,
        zone: &Zone,
    ) -> Result<(), ApplyError> {
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
        let inherited = inherited.as_ref().map(|entry| &entry.records);
        for PublishedProfile { key, account, profile } in record_rules::check(state, zone, inherited)? {
            let digest = profile.profile().signing_digest(account);
            let checked = self.signatures.check(account, digest, profile.signature()).await;
            checked.map_err(|fault| match fault {
                SignatureFault::Unreachable(_) => ApplyError::Chain(fault.to_string()),
                fault => RecordError::ProfileSignature { key, fault }.into(),
            })?;
        }
        Ok(())
    }

    async fn append(&self, operation: &NewOperation<'_>) -> Result<(), ApplyError> {
        let name = &operation.state.name;
        let outcome = self.store.append(operation).await;
        // Dropped whatever happened: after a conflict the entry is known to be old, and after an error of the
        // database it is not known whether the write was done.
        self.entries.forget(name.node()).await;
        // Nobody may be watching.
        let _ = self.writes.send(name.node());
        match outcome {
            Ok(()) => Ok(()),
            Err(AppendError::Conflict) => {
                Err(ApplyError::Conflict { name: name.clone(), current: self.entry(name.node()).await? })
            }
            Err(AppendError::Seen) => Err(ApplyError::Seen(name.clone())),
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
