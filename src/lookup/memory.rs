//! What is kept over a restart: the cache's outcomes of names that others keep, in the database of this gateway.
//!
//! Requests never wait for it. The cache notes which names have changed in it, and every few seconds, and at a clean stop,
//! what it holds of them is written down, or deleted where it holds nothing any more. So the table follows the cache, and
//! the cache's bound is the table's.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::Lookups;
use super::keeper::{Keeper, Kept};
use super::outcome::{Body, Lifetime, Outcome};
use super::verdict::{Evidence, Verdict};
use crate::ens::Name;
use crate::registry::Registry;
use crate::store::{LookupChange, LookupKind, StoreError, WrittenLookup};

/// How often what has changed is written down.
const ROUND: Duration = Duration::from_secs(5);
/// So many in one transaction: a claim must not wait long behind it.
const BATCH: usize = 200;

/// Where lookups are written down.
#[derive(Debug)]
pub struct Memory {
    registry: Arc<Registry>,
    /// Held while something is written, so that what was peeked at first is not written last.
    writing: Mutex<()>,
}

/// An outcome as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    verdict: Verdict,
    reason: Option<String>,
    address: Option<Address>,
    /// In its own JSON.
    body: Option<String>,
    evidence: Evidence,
    ens_ttl: Option<u64>,
    answers_expire: Option<u64>,
    expires_at: u64,
    changed_at: u64,
}

impl Memory {
    pub fn new(registry: Arc<Registry>) -> Self {
        Self { registry, writing: Mutex::default() }
    }

    /// Reads what was kept; what is too old, of another chain or not readable is left out.
    async fn restore<B: Body>(
        &self,
        keeper: &Keeper<B>,
        kind: LookupKind,
        chain_id: u64,
    ) -> Result<usize, StoreError> {
        let mut restored = 0;
        let take = |name: String, written: WrittenLookup| {
            let Ok(name) = Name::parse(&name) else {
                tracing::warn!(%name, "a kept lookup is of no name");
                return;
            };
            match read(&written) {
                Ok(kept) => {
                    let is_ours = self.registry.zones().place(&name).is_some();
                    let is_of_chain = kept.outcome.evidence.chain_id == chain_id;
                    if !is_ours && is_of_chain && keeper.restore(&name, kept) {
                        restored += 1;
                    } else {
                        keeper.note(&name);
                    }
                }
                Err(error) => {
                    tracing::warn!(%name, %error, "a kept lookup cannot be read");
                    keeper.note(&name);
                }
            }
        };
        self.registry.read_lookups(kind, take).await?;
        Ok(restored)
    }

    async fn write<B: Body>(&self, keeper: &Keeper<B>, kind: LookupKind) -> Result<(), StoreError> {
        loop {
            let names = keeper.take_changes(BATCH);
            if names.is_empty() {
                return Ok(());
            }
            let change = |name: &Name| LookupChange {
                name: name.clone(),
                outcome: keeper.peek(name).and_then(|kept| write(&kept)),
            };
            let changes: Vec<_> = names.iter().map(change).collect();
            if let Err(error) = self.registry.write_lookups(kind, &changes).await {
                names.iter().for_each(|name| keeper.note(name));
                return Err(error);
            }
        }
    }
}

impl Lookups {
    /// Reads what was kept over a restart, if the settings say so, and from now on writes down what changes. Whatever goes
    /// wrong with that is logged: lookups work without.
    pub async fn remember(self: &Arc<Self>) {
        let Some(memory) = &self.memory else { return };
        let chain_id = self.resolver.chain_id;
        let read = async {
            memory.registry.forget_lookups(self.profiles.oldest_stale()).await?;
            let profiles = memory.restore(&self.profiles, LookupKind::Profile, chain_id).await?;
            let services = memory.restore(&self.services, LookupKind::DeliveryService, chain_id).await?;
            Ok::<_, StoreError>((profiles, services))
        };
        match read.await {
            Ok((profiles, services)) => tracing::info!(profiles, services, "kept lookups were read"),
            Err(error) => tracing::warn!(%error, "kept lookups cannot be read"),
        }
        // Ends with the lookups.
        let lookups = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(ROUND).await;
                let Some(lookups) = lookups.upgrade() else { return };
                lookups.write_down().await;
            }
        });
    }

    /// Writes down what has changed since it was last done. Call it before the database is closed.
    pub async fn write_down(&self) {
        let Some(memory) = &self.memory else { return };
        let _writing = memory.writing.lock().await;
        let written = async {
            memory.write(&self.profiles, LookupKind::Profile).await?;
            memory.write(&self.services, LookupKind::DeliveryService).await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "lookups cannot be written down; it is tried again");
        }
    }
}

/// `None` for what is not worth it.
fn write<B: Body>(kept: &Kept<B>) -> Option<WrittenLookup> {
    let Outcome { verdict, reason, address, body, evidence, lifetime } = &kept.outcome;
    if *verdict == Verdict::Unreachable || !lifetime.basis.is_empty() {
        return None;
    }
    let written = Written {
        verdict: *verdict,
        reason: reason.clone(),
        address: *address,
        body: body.as_ref().map(Body::to_json),
        evidence: evidence.clone(),
        ens_ttl: lifetime.ens_ttl,
        answers_expire: lifetime.answers_expire,
        expires_at: kept.expires_at,
        changed_at: kept.changed_at,
    };
    Some(WrittenLookup { resolved_at: kept.resolved_at, json: serde_json::to_string(&written).ok()? })
}

fn read<B: Body>(written: &WrittenLookup) -> Result<Kept<B>, String> {
    let Written { verdict, reason, address, body, evidence, ens_ttl, answers_expire, expires_at, changed_at } =
        serde_json::from_str(&written.json).map_err(|error| error.to_string())?;
    let body = body.map(|json| B::from_json(&json)).transpose()?;
    if body.is_some() != (verdict == Verdict::Verified) {
        return Err("what is verified has a body, and nothing else has".into());
    }
    let lifetime = Lifetime { ens_ttl, answers_expire, ..Lifetime::default() };
    let outcome = Outcome { verdict, reason, address, body, evidence, lifetime };
    Ok(Kept::of(outcome, written.resolved_at).dated(expires_at, changed_at))
}
