//! Names and their chains of operations in a database.
//!
//! Only the registry writes here. The queries are those that SQLite and PostgreSQL both understand; what is SQLite's
//! alone is in this file: how a connection is set up, and how a write begins.

mod accounts;
mod file_lock;
mod kept_lookups;
mod names;
mod operations;
mod row;

use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::MigrateError;

pub use accounts::{Account, AccountChange, AccountError, AccountOrder};
pub use kept_lookups::{LookupChange, LookupKind, WrittenLookup};
pub use names::{Entry, Listing, NameSummary};
pub use operations::{AppendError, HistoryItem, NewOperation, StoredState};

use file_lock::FileLock;

/// Takes SQLite's write lock before the first read, so that nothing changes between check and write.
const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
/// How many connections answer reads at the same time.
const READERS: u32 = 4;
/// How long a request waits for a connection before it fails as overloaded.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What can go wrong with the database. All of it is our fault, none of it the caller's.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not the URL of a database that this build speaks.
    #[error(
        "database_url: sqlite://PATH is expected, without any of ? # % : in it, such as sqlite://dm3-gateway.db"
    )]
    Url,
    /// Another process has it.
    #[error(
        "the database {0} is in use by another dm3-gateway: stop that one first, or choose another database"
    )]
    InUse(String),
    /// The file, or the lock file beside it, cannot be made.
    #[error("cannot open {path}: {source}")]
    Open {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The names in it were signed for another chain.
    #[error("the database holds names of chain {stored}, the settings say chain_id = {configured}")]
    OtherChain {
        /// What the operations say.
        stored: u64,
        /// What the settings say.
        configured: u64,
    },
    /// Its tables cannot be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migrate(#[from] MigrateError),
    /// The database itself.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A value that this program never wrote.
    #[error("the database holds something unreadable in {0}")]
    Corrupt(&'static str),
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    read: AnyPool,
    /// One connection: SQLite has one writer at a time, and waiting here is fair and cheap.
    write: AnyPool,
    /// Held as long as the database is open.
    _lock: FileLock,
}

impl Store {
    /// Opens the database, and makes it if there is none.
    ///
    /// # Errors
    /// See [`StoreError`]; [`StoreError::InUse`] when another process has it open.
    pub async fn open(url: &str, chain_id: u64) -> Result<Self, StoreError> {
        let (path, lock) = FileLock::acquire(parse_url(url)?)?;
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{path}?mode=rw");
        let write = pool(1).connect(&url).await?;
        sqlx::migrate!().run(&write).await?;
        let read = pool(READERS).connect(&url).await?;
        let store = Self { read, write, _lock: lock };
        store.check_chain(chain_id).await?;
        Ok(store)
    }

    /// Whether the database answers questions and takes writes.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT version FROM names LIMIT 1").fetch_optional(&self.read).await?;
        let transaction = self.write.begin_with(BEGIN_WRITE).await?;
        Ok(transaction.rollback().await?)
    }

    /// Waits until every query and transaction that has begun is finished, then closes.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }

    async fn check_chain(&self, configured: u64) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT chain_id FROM operations LIMIT 1").fetch_optional(&self.read).await?;
        match row.map(|row| row::integer(&row, "chain_id")).transpose()? {
            Some(stored) if stored != configured => Err(StoreError::OtherChain { stored, configured }),
            _ => Ok(()),
        }
    }
}

/// The path in `sqlite://PATH`. Nothing in it may mean something else in a URL.
fn parse_url(url: &str) -> Result<&str, StoreError> {
    let is_plain = |path: &&str| !path.is_empty() && !path.contains(['?', '#', '%', ':']);
    url.strip_prefix("sqlite://").filter(is_plain).ok_or(StoreError::Url)
}

fn pool(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A connection's page cache is worth keeping.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // FULL makes a commit wait until the write-ahead log is on the disk: what was acknowledged survives
                // the process and the machine.
                for pragma in
                    ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 5000"]
                {
                    let statement = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
                    sqlx::query(statement).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;

    /// A kill cannot show this: what a dead process wrote is still in the system's memory.
    #[tokio::test]
    async fn every_connection_waits_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", directory.path().join("names.db").display());
        let store = Store::open(&url, 1).await.unwrap();
        for pool in [&store.read, &store.write] {
            let mut connection = pool.acquire().await.unwrap();
            let row = sqlx::query("PRAGMA synchronous").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(row.get::<i64, _>(0), 2, "synchronous is not FULL");
            let row = sqlx::query("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
            assert_eq!(row.get::<String, _>(0), "wal");
        }
    }

    #[tokio::test]
    async fn one_file_has_one_lock_however_it_is_called() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("names.db");
        let link = directory.path().join("link.db");
        let url = |path: &std::path::Path| format!("sqlite://{}", path.display());
        let _store = Store::open(&url(&path), 1).await.unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(matches!(Store::open(&url(&link), 1).await, Err(StoreError::InUse(_))));
        let dotted = directory.path().join(".").join("names.db");
        assert!(matches!(Store::open(&url(&dotted), 1).await, Err(StoreError::InUse(_))));
    }

    #[tokio::test]
    async fn urls_of_other_databases_are_refused() {
        for url in
            ["postgres://me@host/db", "sqlite::memory:", "sqlite://", "sqlite://a.db?mode=ro", "names.db"]
        {
            assert!(matches!(Store::open(url, 1).await, Err(StoreError::Url)), "{url}");
        }
    }
}
