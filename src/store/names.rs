//! The current state of names.

use alloy::primitives::{Address, B256};
use sqlx::any::AnyRow;

use super::row;
use super::{Store, StoreError};
use crate::ens::{Name, Node};
use crate::state::{Records, RecordsBody};

/// The current state of a name.
#[derive(Debug)]
pub struct Entry {
    /// Of its newest operation; 0 when nobody ever claimed it.
    pub version: u64,
    /// EIP-712 struct hash of its newest state; zero when nobody ever claimed it.
    pub state_hash: B256,
    /// `None`: never claimed, or released.
    pub owner: Option<Address>,
    /// Whose quota it takes.
    pub counts_for: Option<Address>,
    /// Whether dm3's unversioned forms still count: no operation was an EIP-712 one.
    pub takes_unversioned: bool,
    /// The current records.
    pub records: Records,
    /// Unix seconds of its last claim.
    pub created_at: u64,
    /// Unix seconds of its newest operation.
    pub updated_at: u64,
}

impl Entry {
    fn never_claimed() -> Self {
        Self {
            version: 0,
            state_hash: B256::ZERO,
            owner: None,
            counts_for: None,
            takes_unversioned: true,
            records: Records::stored(RecordsBody::empty(B256::ZERO)),
            created_at: 0,
            updated_at: 0,
        }
    }
}

/// A claimed name in a listing, without its records.
#[derive(Debug)]
pub struct NameSummary {
    /// The name.
    pub name: Name,
    /// The zone it was claimed in.
    pub zone: String,
    /// Who holds it.
    pub owner: Address,
    /// Of its newest operation.
    pub version: u64,
    /// EIP-712 struct hash of its newest state.
    pub state_hash: B256,
    /// Unix seconds of its last claim.
    pub created_at: u64,
    /// Unix seconds of its newest operation.
    pub updated_at: u64,
}

/// Which names to list: those of an owner, those in a zone, or both.
#[derive(Debug, Default)]
pub struct Listing {
    /// Held by this account.
    pub owner: Option<Address>,
    /// In this zone.
    pub zone: Option<String>,
    /// Only names that sort behind this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// The current state of a name.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn entry(&self, node: Node) -> Result<Entry, StoreError> {
        let row = sqlx::query(
            "SELECT n.version, n.state_hash, n.owner, n.counts_for, n.unversioned, n.created_at, n.updated_at, \
             o.records \
             FROM names n JOIN operations o ON o.node = n.node AND o.version = n.version WHERE n.node = $1",
        )
        .bind(node.as_bytes().to_vec())
        .fetch_optional(&self.read)
        .await?;
        row.as_ref().map_or_else(|| Ok(Entry::never_claimed()), entry)
    }

    /// The name of a node, if anybody ever claimed it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn name_of(&self, node: Node) -> Result<Option<Name>, StoreError> {
        let row = sqlx::query("SELECT name FROM names WHERE node = $1")
            .bind(node.as_bytes().to_vec())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(name).transpose()
    }

    /// Names that an account holds, the one that was claimed first in front.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn oldest_names(&self, owner: Address, limit: u32) -> Result<Vec<Name>, StoreError> {
        let rows = sqlx::query("SELECT name FROM names WHERE owner = $1 ORDER BY created_at, name LIMIT $2")
            .bind(owner.to_vec())
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(name).collect()
    }

    /// Claimed names, sorted by name.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn list(&self, listing: &Listing) -> Result<Vec<NameSummary>, StoreError> {
        const COLUMNS: &str =
            "SELECT name, zone, owner, version, state_hash, created_at, updated_at FROM names";
        // Each combination is its own statement, so that each uses its index.
        let (filter, zone_parameter) = match (listing.owner, &listing.zone) {
            (Some(_), Some(_)) => ("owner = $3 AND zone = $4", true),
            (Some(_), None) => ("owner = $3", false),
            (None, _) => ("zone = $3 AND owner IS NOT NULL", true),
        };
        let statement = format!("{COLUMNS} WHERE {filter} AND name > $1 ORDER BY name LIMIT $2");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(listing.after.clone().unwrap_or_default())
            .bind(i64::from(listing.limit));
        if let Some(owner) = listing.owner {
            query = query.bind(owner.to_vec());
        }
        if zone_parameter {
            query = query.bind(listing.zone.clone().unwrap_or_default());
        }
        query.fetch_all(&self.read).await?.iter().map(summary).collect()
    }
}

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    Ok(Entry {
        version: row::integer(row, "version")?,
        state_hash: row::hash(row, "state_hash")?,
        owner: row::optional_address(row, "owner")?,
        counts_for: row::optional_address(row, "counts_for")?,
        takes_unversioned: row::integer(row, "unversioned")? != 0,
        // Only superseded states are ever erased.
        records: row::records(row, "records")?.ok_or(StoreError::Corrupt("records"))?,
        created_at: row::integer(row, "created_at")?,
        updated_at: row::integer(row, "updated_at")?,
    })
}

fn name(row: &AnyRow) -> Result<Name, StoreError> {
    Name::parse(&row::text(row, "name")?).map_err(|_| StoreError::Corrupt("name"))
}

fn summary(row: &AnyRow) -> Result<NameSummary, StoreError> {
    Ok(NameSummary {
        name: name(row)?,
        zone: row::text(row, "zone")?,
        owner: row::address(row, "owner")?,
        version: row::integer(row, "version")?,
        state_hash: row::hash(row, "state_hash")?,
        created_at: row::integer(row, "created_at")?,
        updated_at: row::integer(row, "updated_at")?,
    })
}
