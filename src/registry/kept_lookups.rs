//! Lookups that are kept over a restart: the registry is the one that writes to the database.

use super::Registry;
use crate::store::{LookupChange, LookupKind, StoreError, WrittenLookup};

impl Registry {
    /// Writes and deletes kept lookups.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn write_lookups(&self, kind: LookupKind, changes: &[LookupChange]) -> Result<(), StoreError> {
        self.store.write_lookups(kind, changes).await
    }

    /// Gives each kept lookup to `take`, the newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn read_lookups(
        &self,
        kind: LookupKind,
        take: impl FnMut(String, WrittenLookup) + Send,
    ) -> Result<(), StoreError> {
        self.store.read_lookups(kind, take).await
    }

    /// Deletes what was looked up before this time, in unix seconds.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_lookups(&self, before: u64) -> Result<(), StoreError> {
        self.store.forget_lookups(before).await
    }
}
