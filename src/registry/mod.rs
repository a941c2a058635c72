//! The write side: zones and their policies, operations that are applied or refused, and what each name holds now.

mod accounts;
mod admission;
mod apply;
mod configured;
mod entries;
mod kept_lookups;
mod listed;
mod made;
mod messages;
mod record_rules;
mod unversioned;
mod view;
mod zone;

use std::sync::Arc;

use alloy::primitives::Address;

pub use accounts::{AccountError, AccountStore, AccountStoreError};
pub use admission::PolicyError;
pub use apply::{Applied, ApplyError, ProofError};
pub use listed::{Listed, Source};
pub use messages::MessageError;
pub use record_rules::RecordError;
pub use unversioned::UnversionedError;
pub use view::NameView;
pub use zone::{OpenRules, Place, Zone, ZoneError, ZoneRules, Zones, address_label};

use tokio::sync::broadcast;

use crate::chain::Signatures;
use crate::clock::Clock;
use crate::config::{Limits, Settings};
use crate::ens::{Name, Node};
use crate::store::{Entry, HistoryItem, Listing, NameSummary, Store, StoreError};
use entries::Entries;

/// The names of all zones of this gateway.
#[derive(Debug)]
pub struct Registry {
    store: Arc<Store>,
    entries: Entries,
    zones: Zones,
    chain_id: u64,
    signatures: Arc<Signatures>,
    account_stores: Vec<AccountStore>,
    limits: Limits,
    /// The contracts whose messages are taken; empty: those of any.
    resolvers: Vec<Address>,
    /// Tells of each write, for those who watch names.
    writes: broadcast::Sender<Node>,
    clock: Clock,
}

/// What is wrong with the settings of a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The zones.
    #[error(transparent)]
    Zones(#[from] ZoneError),
    /// The account stores.
    #[error(transparent)]
    AccountStores(#[from] AccountStoreError),
}

/// How many writes somebody who watches may be behind before they have to look at everything.
const WRITES_BEHIND: usize = 1024;

impl Registry {
    /// The registry over an open database.
    ///
    /// # Errors
    /// When the zones or the account stores of the settings contradict each other.
    pub fn new(
        store: Store,
        settings: &Settings,
        signatures: Arc<Signatures>,
        clock: Clock,
    ) -> Result<Self, RegistryError> {
        let store = Arc::new(store);
        Ok(Self {
            entries: Entries::new(store.clone()),
            store,
            zones: Zones::parse(&settings.zones)?,
            chain_id: settings.chain_id,
            signatures,
            account_stores: AccountStore::parse_all(&settings.account_stores)?,
            limits: settings.limits,
            resolvers: settings.answers.resolvers.clone(),
            writes: broadcast::Sender::new(WRITES_BEHIND),
            clock,
        })
    }

    /// The nodes of the names that are written from now on, each after its write.
    pub fn writes(&self) -> broadcast::Receiver<Node> {
        self.writes.subscribe()
    }

    /// The zones.
    pub const fn zones(&self) -> &Zones {
        &self.zones
    }

    /// The chain whose ENS the names live in.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The current entry of a name.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn entry(&self, node: Node) -> Result<Arc<Entry>, StoreError> {
        self.entries.get(node).await
    }

    /// What a name answers now. A zone's own name answers what the settings say; names that nobody can claim answer as
    /// unclaimed ones.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn view(&self, name: &Name, place: &Place<'_>) -> Result<NameView, StoreError> {
        let (zone, label) = match place {
            Place::Label { zone, label } => (zone, label),
            Place::Apex(zone) => return Ok(NameView::of_zone(zone.records().clone())),
            Place::Deeper(_) => return Ok(NameView::nothing()),
        };
        let own = self.entry(name.node()).await?;
        let owner = match zone.rules() {
            ZoneRules::Address => address_label(label),
            ZoneRules::Open(_) => own.owner,
        };
        let inherited = match (zone.inherited_node(owner), own.owner) {
            (Some(node), Some(_)) => Some((node, self.entry(node).await?)),
            _ => None,
        };
        let fallback = own.owner.map(|_| zone.fallback().clone());
        Ok(NameView::new(name.node(), owner, own, inherited, fallback))
    }

    /// Whether anybody could claim `name` now: a claim of it would not be refused for the name's sake. Quotas are the
    /// claimer's, and not looked at.
    ///
    /// # Errors
    /// What a claim would be refused with.
    pub async fn claimable(&self, name: &Name) -> Result<(), ApplyError> {
        let place = self.zones.place(name).ok_or_else(|| ApplyError::NoSuchZone(name.clone()))?;
        admission::admit_name(&place)?;
        let current = self.entry(name.node()).await?;
        if current.owner.is_none() {
            Ok(())
        } else {
            Err(ApplyError::Conflict { name: name.clone(), current })
        }
    }

    /// Whether a name can be claimed now, as far as that does not depend on who claims it; and the version of the name
    /// that this rests on.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn availability(&self, name: &Name, place: &Place<'_>) -> Result<(bool, u64), StoreError> {
        let entry = self.entry(name.node()).await?;
        Ok((entry.owner.is_none() && admission::admit_name(place).is_ok(), entry.version))
    }

    /// The chain of a name from the version after `after` on, oldest first, at most `limit` operations and about
    /// one body limit of records.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn history(&self, node: Node, after: u64, limit: u32) -> Result<Vec<HistoryItem>, StoreError> {
        self.store.history(node, after, limit, self.limits.body_bytes).await
    }

    /// Claimed names, sorted by name.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn list(&self, listing: &Listing) -> Result<Vec<NameSummary>, StoreError> {
        self.store.list(listing).await
    }

    /// The name that an account claimed first, of those it holds that are no address names.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn first_name(&self, owner: Address) -> Result<Option<Name>, StoreError> {
        // At most one in each address zone is an address name.
        let limit = self.zones.iter().count() + 1;
        let oldest = self.store.oldest_names(owner, u32::try_from(limit).unwrap_or(u32::MAX)).await?;
        let is_alias = |name: &Name| self.zones.place(name).is_some_and(|place| place.address().is_none());
        Ok(oldest.into_iter().find(is_alias))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Waits until everything that has begun is on the disk, then closes the database.
    pub async fn close(&self) {
        self.store.close().await;
    }
}
