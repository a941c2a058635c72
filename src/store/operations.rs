//! The chains of operations.

use alloy::primitives::{Address, B256};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Connection, Transaction};

use super::row::{self, signed};
use super::{BEGIN_WRITE, Store, StoreError};
use crate::ens::{Name, Node};
use crate::state::{NameState, Proof, Records, records_hash};

/// An operation that was found to be allowed, as long as the name is still in the state that it was checked against.
#[derive(Debug)]
pub struct NewOperation<'a> {
    /// The next state.
    pub state: &'a NameState,
    /// Its EIP-712 struct hash.
    pub state_hash: B256,
    /// Why it may be.
    pub proof: &'a Proof,
    /// What was signed without a version, hashed: it counts once for the name. `None` for a versioned state.
    pub digest: Option<B256>,
    /// The zone of the name.
    pub zone: &'a Name,
    /// Whose quota the name takes from now on.
    pub counts_for: Option<Address>,
    /// How many names `counts_for` may hold in the zone, this one included; `None` for any number.
    pub quota: Option<u32>,
    /// How many operations a name takes within a day, this one included.
    pub operations_per_day: u64,
    /// When the name was last claimed, in unix seconds.
    pub created_at: u64,
    /// Unix seconds.
    pub now: u64,
}

/// Why an operation was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The name is in another state than `previous` says, by now.
    #[error("the name has changed meanwhile")]
    Conflict,
    /// The digest was there before.
    #[error("what was signed has counted before")]
    Seen,
    /// The account holds as many names as it may.
    #[error("the account holds as many names as it may")]
    Quota,
    /// The name has changed as often as it may within a day.
    #[error("the name has changed as often as it may within a day")]
    Rate,
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One link of a name's chain.
#[derive(Debug)]
pub struct HistoryItem {
    /// The state.
    pub state: StoredState,
    /// Its EIP-712 struct hash.
    pub state_hash: B256,
    /// The EIP-712 struct hash of its records.
    pub records_hash: B256,
    /// Why it could be.
    pub proof: Proof,
    /// Unix seconds at which it was taken.
    pub created_at: u64,
}

/// A state of which the records may have been erased.
#[derive(Debug)]
pub struct StoredState {
    /// The chain whose ENS the name lives in.
    pub chain_id: u64,
    /// 1, 2, 3 …
    pub version: u64,
    /// The state hash of the version before.
    pub previous: B256,
    /// Zero: a release.
    pub owner: Address,
    /// `None`: erased.
    pub records: Option<Records>,
    /// Unix seconds.
    pub valid_until: u64,
}

impl Store {
    /// Appends an operation and projects its state, in one transaction that is on the disk when this returns.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub async fn append(&self, operation: &NewOperation<'_>) -> Result<(), AppendError> {
        let mut connection = self.write.acquire().await.map_err(StoreError::from)?;
        let outcome = append_on(&mut connection, operation).await;
        if let Err(AppendError::Store(_)) = outcome {
            // After some errors SQLite has ended the transaction by itself, and the driver still counts it as open:
            // such a connection never begins another one.
            connection.close_on_drop();
        }
        outcome
    }

    /// Until when the newest of a name's operations that were signed without a version could be taken, in unix seconds.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn last_unversioned(&self, node: Node) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "SELECT valid_until FROM operations WHERE node = $1 AND digest IS NOT NULL ORDER BY version DESC LIMIT 1",
        )
        .bind(node.as_bytes().to_vec())
        .fetch_optional(&self.read)
        .await?;
        row.map(|row| row::integer(&row, "valid_until")).transpose()
    }

    /// The chain of a name from the version after `after` on, oldest first: at most `limit` operations, and no more
    /// after the one whose records bring the sum above `bytes`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn history(
        &self,
        node: Node,
        after: u64,
        limit: u32,
        bytes: usize,
    ) -> Result<Vec<HistoryItem>, StoreError> {
        let mut items = Vec::new();
        let (mut version, mut weight) = (after, 0);
        // One row at a time: a row can have a megabyte, and most pages are short.
        while items.len() < limit as usize && weight <= bytes {
            let row = sqlx::query(
                "SELECT version, chain_id, previous, owner, valid_until, records, records_hash, state_hash, proof, \
                 created_at FROM operations WHERE node = $1 AND version = $2",
            )
            .bind(node.as_bytes().to_vec())
            .bind(signed(version.saturating_add(1)))
            .fetch_optional(&self.read)
            .await?;
            let Some(row) = row else { break };
            let item = history_item(&row)?;
            version = item.state.version;
            weight += item.state.records.as_ref().map_or(0, Records::weight);
            items.push(item);
        }
        Ok(items)
    }
}

async fn append_on(connection: &mut AnyConnection, operation: &NewOperation<'_>) -> Result<(), AppendError> {
    let mut transaction = connection.begin_with(BEGIN_WRITE).await.map_err(StoreError::from)?;
    check_current(&mut transaction, operation).await?;
    check_unseen(&mut transaction, operation).await?;
    check_rate(&mut transaction, operation).await?;
    check_quota(&mut transaction, operation).await?;
    project(&mut transaction, operation).await?;
    insert(&mut transaction, operation).await?;
    transaction.commit().await.map_err(StoreError::from)?;
    Ok(())
}

async fn check_current(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), AppendError> {
    let row = sqlx::query("SELECT version, state_hash FROM names WHERE node = $1")
        .bind(operation.state.name.node().as_bytes().to_vec())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(StoreError::from)?;
    let (version, state_hash) = match &row {
        Some(row) => (row::integer(row, "version")?, row::hash(row, "state_hash")?),
        None => (0, B256::ZERO),
    };
    let is_next =
        operation.state.version.checked_sub(1) == Some(version) && operation.state.previous == state_hash;
    if is_next { Ok(()) } else { Err(AppendError::Conflict) }
}

async fn check_unseen(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), AppendError> {
    let Some(digest) = operation.digest else { return Ok(()) };
    let row = sqlx::query("SELECT version FROM operations WHERE node = $1 AND digest = $2")
        .bind(operation.state.name.node().as_bytes().to_vec())
        .bind(digest.to_vec())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(StoreError::from)?;
    if row.is_some() { Err(AppendError::Seen) } else { Ok(()) }
}

/// All operations are kept, so their number is bounded: the one that is a day's number of versions back has to be older
/// than a day. That is one row, however long the chain is.
async fn check_rate(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), AppendError> {
    let version = operation.state.version.saturating_sub(operation.operations_per_day);
    let row = sqlx::query("SELECT created_at FROM operations WHERE node = $1 AND version = $2")
        .bind(operation.state.name.node().as_bytes().to_vec())
        .bind(signed(version))
        .fetch_optional(&mut **transaction)
        .await
        .map_err(StoreError::from)?;
    let Some(row) = row else { return Ok(()) };
    let is_recent = row::integer(&row, "created_at")? > operation.now.saturating_sub(86_400);
    if is_recent { Err(AppendError::Rate) } else { Ok(()) }
}

async fn check_quota(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), AppendError> {
    let (Some(account), Some(quota)) = (operation.counts_for, operation.quota) else { return Ok(()) };
    let row = sqlx::query(
        "SELECT COUNT(*) AS others FROM names WHERE zone = $1 AND counts_for = $2 AND node <> $3",
    )
    .bind(operation.zone.as_str().to_owned())
    .bind(account.to_vec())
    .bind(operation.state.name.node().as_bytes().to_vec())
    .fetch_one(&mut **transaction)
    .await
    .map_err(StoreError::from)?;
    if row::integer(&row, "others")? < u64::from(quota) { Ok(()) } else { Err(AppendError::Quota) }
}

async fn project(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), StoreError> {
    let NewOperation { state, now, .. } = operation;
    let owner = (!state.is_release()).then(|| state.owner.to_vec());
    sqlx::query(
        "INSERT INTO names (node, name, zone, version, state_hash, owner, counts_for, unversioned, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (node) DO UPDATE SET zone = excluded.zone, version = excluded.version, \
         state_hash = excluded.state_hash, owner = excluded.owner, counts_for = excluded.counts_for, \
         unversioned = excluded.unversioned, created_at = excluded.created_at, updated_at = excluded.updated_at",
    )
        .bind(state.name.node().as_bytes().to_vec())
        .bind(state.name.as_str().to_owned())
        .bind(operation.zone.as_str().to_owned())
        .bind(signed(state.version))
        .bind(operation.state_hash.to_vec())
        .bind(owner)
        .bind(operation.counts_for.map(|account| account.to_vec()))
        .bind(i64::from(operation.proof.is_dm3()))
        .bind(signed(operation.created_at))
        .bind(signed(*now))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn insert(
    transaction: &mut Transaction<'_, Any>,
    operation: &NewOperation<'_>,
) -> Result<(), StoreError> {
    let NewOperation { state, state_hash, proof, now, .. } = operation;
    let records = serde_json::to_string(state.records.body()).map_err(|_| StoreError::Corrupt("records"))?;
    let proof = serde_json::to_string(proof).map_err(|_| StoreError::Corrupt("proof"))?;
    sqlx::query(
        "INSERT INTO operations (node, version, chain_id, previous, owner, valid_until, records, records_hash, \
         state_hash, proof, digest, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(state.name.node().as_bytes().to_vec())
    .bind(signed(state.version))
    .bind(signed(state.chain_id))
    .bind(state.previous.to_vec())
    .bind(state.owner.to_vec())
    .bind(signed(state.valid_until))
    .bind(records)
    .bind(records_hash(&state.records).to_vec())
    .bind(state_hash.to_vec())
    .bind(proof)
    .bind(operation.digest.map(|digest| digest.to_vec()))
    .bind(signed(*now))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn history_item(row: &AnyRow) -> Result<HistoryItem, StoreError> {
    let state = StoredState {
        chain_id: row::integer(row, "chain_id")?,
        version: row::integer(row, "version")?,
        previous: row::hash(row, "previous")?,
        owner: row::address(row, "owner")?,
        records: row::records(row, "records")?,
        valid_until: row::integer(row, "valid_until")?,
    };
    let proof = serde_json::from_str(&row::text(row, "proof")?).map_err(|_| StoreError::Corrupt("proof"))?;
    Ok(HistoryItem {
        state,
        state_hash: row::hash(row, "state_hash")?,
        records_hash: row::hash(row, "records_hash")?,
        proof,
        created_at: row::integer(row, "created_at")?,
    })
}
