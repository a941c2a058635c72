//! Names and their chains of operations in a database.
//!
//! Only the registry writes here. The SQL is that which SQLite and PostgreSQL both understand.

mod file_lock;
mod names;
mod operations;
mod row;

use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::MigrateError;

pub use names::{Entry, Listing, NameSummary};
pub use operations::{AppendError, HistoryItem, NewOperation, StoredState};

use file_lock::FileLock;

/// How many connections answer reads at the same time.
const READERS: u32 = 4;
/// How long a request waits for a connection before it fails as overloaded.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// What can go wrong with the database. All of it is our fault, none of it the caller's.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not the URL of a database that this build speaks.
    #[error(
        "the database URL is not supported: sqlite://PATH is expected, for example sqlite://dm3-gateway.db"
    )]
    Url,
    /// Another process has it.
    #[error(
        "the database {0} is in use by another dm3-gateway: stop that one first, or choose another database"
    )]
    InUse(String),
    /// The lock file cannot be made.
    #[error("cannot lock the database with {path}: {source}")]
    Lock {
        /// The lock file.
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
        let path = url.strip_prefix("sqlite://").and_then(|path| path.split('?').next());
        let path =
            path.filter(|path| !path.is_empty() && !path.contains(":memory:")).ok_or(StoreError::Url)?;
        let lock = FileLock::acquire(path)?;
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{path}?mode=rwc");
        let write = pool(1).connect(&url).await?;
        sqlx::migrate!().run(&write).await?;
        let read = pool(READERS).connect(&url).await?;
        let store = Self { read, write, _lock: lock };
        store.check_chain(chain_id).await?;
        Ok(store)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT version FROM names LIMIT 1").fetch_optional(&self.read).await?;
        Ok(())
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
