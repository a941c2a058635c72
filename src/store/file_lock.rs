//! One process at a time: a second one would not see the first one's writes in its caches.

use std::fs::{File, OpenOptions, TryLockError};

use super::StoreError;

/// An exclusive lock on a file beside the database. The operating system ends it with the process, however that ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Locks a database, and makes it if there is none. Gives its path without links, so that one file has one lock.
    pub fn acquire(database: &str) -> Result<(String, Self), StoreError> {
        open(database)?;
        let canonical = std::fs::canonicalize(database).map_err(|source| failed(database, source))?;
        let canonical = canonical.into_os_string().into_string().map_err(|_| StoreError::Url)?;
        let lock = format!("{canonical}.lock");
        let file = open(&lock)?;
        match file.try_lock() {
            Ok(()) => Ok((canonical, Self { _file: file })),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(database.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(&lock, source)),
        }
    }
}

fn open(path: &str) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).open(path).map_err(|source| failed(path, source))
}

fn failed(path: &str, source: std::io::Error) -> StoreError {
    StoreError::Open { path: path.to_owned(), source }
}
