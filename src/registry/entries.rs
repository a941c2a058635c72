//! The cache of current entries.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::ens::Node;
use crate::store::{Entry, Store, StoreError};

/// Memory for entries, in bytes.
const CAPACITY: u64 = 64 << 20;
/// So many loads of different names run at the same time; names that share a lock wait for each other.
const LOCKS: usize = 64;

/// Entries of names, never older than the last acknowledged write of this process.
#[derive(Debug)]
pub struct Entries {
    store: Arc<Store>,
    cache: Cache<Node, Arc<Entry>>,
    /// Loading a name and dropping it exclude each other. Without that, a load that began before a write could put
    /// the old entry into the cache after the write had dropped it.
    locks: [Mutex<()>; LOCKS],
    hasher: RandomState,
}

impl Entries {
    pub fn new(store: Arc<Store>) -> Self {
        let weigh =
            |_: &Node, entry: &Arc<Entry>| u32::try_from(entry.records.weight() + 256).unwrap_or(u32::MAX);
        Self {
            store,
            cache: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build(),
            locks: std::array::from_fn(|_| Mutex::new(())),
            hasher: RandomState::new(),
        }
    }

    /// The current entry of a name, claimed or not.
    pub async fn get(&self, node: Node) -> Result<Arc<Entry>, StoreError> {
        if let Some(entry) = self.cache.get(&node) {
            return Ok(entry);
        }
        let _guard = self.lock(node).lock().await;
        if let Some(entry) = self.cache.get(&node) {
            return Ok(entry);
        }
        let entry = Arc::new(self.store.entry(node).await?);
        self.cache.insert(node, entry.clone());
        Ok(entry)
    }

    /// Drops a name after a write, before the write is acknowledged.
    pub async fn forget(&self, node: Node) {
        let _guard = self.lock(node).lock().await;
        self.cache.invalidate(&node);
    }

    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn lock(&self, node: Node) -> &Mutex<()> {
        &self.locks[self.hasher.hash_one(node) as usize % LOCKS]
    }
}
