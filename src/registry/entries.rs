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
        self.get_or_load(node, self.store.entry(node)).await
    }

    async fn get_or_load(
        &self,
        node: Node,
        load: impl Future<Output = Result<Entry, StoreError>>,
    ) -> Result<Arc<Entry>, StoreError> {
        if let Some(entry) = self.cache.get(&node) {
            return Ok(entry);
        }
        let _guard = self.lock(node).lock().await;
        if let Some(entry) = self.cache.get(&node) {
            return Ok(entry);
        }
        let entry = Arc::new(load.await?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::sync::oneshot;

    async fn entries() -> (Entries, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", directory.path().join("names.db").display());
        (Entries::new(Arc::new(Store::open(&url, 1).await.unwrap())), directory)
    }

    /// An entry that was read from the database before a write.
    async fn old_entry(entries: &Entries) -> Entry {
        Entry { version: 7, ..entries.store.entry(Node::ROOT).await.unwrap() }
    }

    #[tokio::test]
    async fn a_load_that_began_before_a_write_does_not_outlive_it() {
        let (entries, _directory) = entries().await;
        let (go_on, held) = oneshot::channel::<()>();
        let load = entries.get_or_load(Node::ROOT, async {
            let old = old_entry(&entries).await;
            held.await.unwrap();
            Ok(old)
        });
        let write = async {
            // The load is under way now; the write is committed, and drops the name.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let dropped = entries.forget(Node::ROOT);
            let release = async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                go_on.send(()).unwrap();
            };
            tokio::join!(dropped, release);
        };
        let (loaded, ()) = tokio::join!(load, write);
        assert_eq!(loaded.unwrap().version, 7);
        assert_eq!(entries.get(Node::ROOT).await.unwrap().version, 0, "the old entry is back");
    }
}
