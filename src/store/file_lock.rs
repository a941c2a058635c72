//! One process at a time: a second one would not see the first one's writes in its caches.

use std::fs::{File, TryLockError};

use super::StoreError;

/// An exclusive lock on a file beside the database. The operating system ends it with the process, however that ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    pub fn acquire(database: &str) -> Result<Self, StoreError> {
        let path = format!("{database}.lock");
        let file = File::create(&path).map_err(|source| StoreError::Lock { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(database.to_owned())),
            Err(TryLockError::Error(source)) => Err(StoreError::Lock { path, source }),
        }
    }
}
