//! States that the gateway makes itself, from what somebody has signed without naming a version.

use std::sync::Arc;

use alloy::primitives::{Address, B256};
use tracing::Instrument;

use super::Registry;
use super::admission::{Change, admit};
use super::apply::{ApplyError, Decided};
use super::zone::Place;
use crate::ens::Name;
use crate::state::{NameState, Proof, Records, RecordsBody};
use crate::store::Entry;

/// How often something is tried again when the name changed meanwhile.
const ATTEMPTS: usize = 3;

/// What somebody asks for without naming a version.
pub(super) trait Wish: Send + Sync + 'static {
    /// Why it does not count.
    type Error: From<ApplyError> + Send + 'static;

    /// What it makes of a name in the state of `current`; `None` when it is so already. Records are checked afterwards.
    fn decide<'a>(
        &'a self,
        registry: &'a Registry,
        name: &'a Name,
        place: &'a Place<'a>,
        current: &'a Arc<Entry>,
    ) -> impl Future<Output = Result<Option<Decided<'a>>, Self::Error>> + Send;
}

impl Registry {
    /// Does what is wished for, and gives what the name holds then. Once begun it is finished, whether or not the caller
    /// still waits for it.
    pub(super) async fn fulfil<W: Wish>(
        self: &Arc<Self>,
        name: Name,
        wish: W,
    ) -> Result<Arc<Entry>, W::Error> {
        let registry = self.clone();
        let task = async move {
            let mut attempt = 1;
            loop {
                match registry.try_to_fulfil(&name, &wish).await? {
                    // The gateway made the state, so it is the gateway that has to look at the name again.
                    Err(ApplyError::Conflict { .. }) if attempt < ATTEMPTS => attempt += 1,
                    outcome => return Ok(outcome?),
                }
            }
        };
        tokio::spawn(task.in_current_span()).await.map_err(ApplyError::from)?
    }

    /// The outer error is the wish's, the inner one that of writing.
    async fn try_to_fulfil<W: Wish>(
        &self,
        name: &Name,
        wish: &W,
    ) -> Result<Result<Arc<Entry>, ApplyError>, W::Error> {
        let current = self.entry(name.node()).await.map_err(ApplyError::from)?;
        let place = self.zones.place(name).ok_or_else(|| ApplyError::NoSuchZone(name.clone()))?;
        let Some(decided) = wish.decide(self, name, &place, &current).await? else {
            return Ok(Ok(current.clone()));
        };
        self.check_records(&decided.state, decided.change, decided.zone).await?;
        Ok(self.commit(&current, decided).await.map(|applied| Arc::new(applied.entry)))
    }

    /// The state after `current`, with a salt of its own.
    pub(super) fn make_state(
        &self,
        name: &Name,
        current: &Entry,
        owner: Address,
        mut records: RecordsBody,
        valid_until: u64,
    ) -> Result<NameState, ApplyError> {
        let mut salt = B256::ZERO;
        getrandom::fill(salt.as_mut_slice()).map_err(|error| ApplyError::Randomness(error.to_string()))?;
        records.salt = salt;
        Ok(NameState {
            name: name.clone(),
            chain_id: self.chain_id,
            version: current.version + 1,
            previous: current.state_hash,
            owner,
            records: Records::parse(records, &self.limits)
                .map_err(|error| ApplyError::State(error.into()))?,
            valid_until,
        })
    }
}

/// Checks the zone's policy. `digest` is that of what was signed.
pub(super) fn decide<'a>(
    place: &Place<'a>,
    current: &Arc<Entry>,
    state: NameState,
    proof: Proof,
    digest: B256,
) -> Result<Decided<'a>, ApplyError> {
    let nothing = || ApplyError::NothingToRelease { name: state.name.clone(), current: current.clone() };
    let change = Change::between(current, &state).ok_or_else(nothing)?;
    let zone = admit(place, change, &state)?;
    Ok(Decided { state, change, zone, proof, digest: Some(digest) })
}
