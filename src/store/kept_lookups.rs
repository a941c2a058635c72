//! Lookups that are kept over a restart. What is in them, the lookup room knows.

use futures_util::TryStreamExt;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection};

use super::row::{self, signed};
use super::{BEGIN_WRITE, Store, StoreError};
use crate::ens::Name;

/// What is looked up about a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookupKind {
    /// A user's profile.
    Profile,
    /// A delivery service's profile.
    DeliveryService,
}

/// What is kept of a name from now on.
#[derive(Debug)]
pub struct LookupChange {
    /// The name.
    pub name: Name,
    /// `None`: nothing.
    pub outcome: Option<WrittenLookup>,
}

/// A lookup as it is written down.
#[derive(Debug)]
pub struct WrittenLookup {
    /// Unix seconds.
    pub resolved_at: u64,
    /// In JSON.
    pub json: String,
}

impl LookupKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::DeliveryService => "delivery-service",
        }
    }
}

impl Store {
    /// Writes and deletes lookups, in one transaction.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn write_lookups(&self, kind: LookupKind, changes: &[LookupChange]) -> Result<(), StoreError> {
        let mut connection = self.write.acquire().await?;
        let outcome = write_on(&mut connection, kind, changes).await;
        if outcome.is_err() {
            // As in `append`: the driver may count a transaction as open that SQLite has ended.
            connection.close_on_drop();
        }
        outcome
    }

    /// Gives each lookup that is kept to `take`, the newest first: its name, as it stands there, and the lookup. A row that
    /// cannot be read is left out, with a line in the log.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn read_lookups(
        &self,
        kind: LookupKind,
        mut take: impl FnMut(String, WrittenLookup) + Send,
    ) -> Result<(), StoreError> {
        let query =
            "SELECT name, resolved_at, outcome FROM kept_lookups WHERE kind = $1 ORDER BY resolved_at DESC";
        let mut rows = sqlx::query(query).bind(kind.as_str()).fetch(&self.read);
        while let Some(row) = rows.try_next().await? {
            match read(&row) {
                Ok((name, lookup)) => take(name, lookup),
                Err(error) => tracing::warn!(%error, "a kept lookup cannot be read"),
            }
        }
        Ok(())
    }

    /// Deletes what was looked up before this time, in unix seconds.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_lookups(&self, before: u64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM kept_lookups WHERE resolved_at < $1")
            .bind(signed(before))
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

async fn write_on(
    connection: &mut AnyConnection,
    kind: LookupKind,
    changes: &[LookupChange],
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with(BEGIN_WRITE).await?;
    for LookupChange { name, outcome } in changes {
        let node = name.node().as_bytes().to_vec();
        let query = match outcome {
            Some(WrittenLookup { resolved_at, json }) => sqlx::query(
                "INSERT INTO kept_lookups (kind, node, name, resolved_at, outcome) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (kind, node) DO UPDATE SET resolved_at = excluded.resolved_at, outcome = excluded.outcome",
            )
            .bind(kind.as_str())
            .bind(node)
            .bind(name.as_str().to_owned())
            .bind(signed(*resolved_at))
            .bind(json.clone()),
            None => sqlx::query("DELETE FROM kept_lookups WHERE kind = $1 AND node = $2")
                .bind(kind.as_str())
                .bind(node),
        };
        query.execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

fn read(row: &AnyRow) -> Result<(String, WrittenLookup), StoreError> {
    let resolved_at = row::integer(row, "resolved_at")?;
    Ok((row::text(row, "name")?, WrittenLookup { resolved_at, json: row::text(row, "outcome")? }))
}
