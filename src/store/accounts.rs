//! Accounts of delivery services.

use alloy::primitives::B256;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Connection, Row, Transaction};

use super::row::{self, signed};
use super::{BEGIN_WRITE, Store, StoreError};
use crate::dm3::{SpamRules, SpamRulesBody};
use crate::ens::Name;

/// A message that creates, changes or deletes an account, its signature checked.
#[derive(Debug)]
pub struct AccountOrder<'a> {
    /// The delivery service.
    pub service: &'a Name,
    /// The account.
    pub name: &'a Name,
    /// keccak256 of what was signed: it counts once.
    pub digest: B256,
    /// When it says it was made, in unix seconds. None counts that is older than one that counted.
    pub timestamp: u64,
    /// What it asks for.
    pub change: AccountChange,
    /// Unix seconds.
    pub now: u64,
}

/// What becomes of an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccountChange {
    /// It is created.
    Create,
    /// It is deleted.
    Delete,
    /// It has other spam rules.
    SetSpamRules(SpamRules),
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// When it was created, in unix seconds.
    pub created_at: u64,
    /// What it demands of senders.
    pub spam_rules: SpamRules,
}

/// Why a message changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// It counted before.
    #[error("this message has counted before")]
    Seen,
    /// A younger one counted before.
    #[error("a younger message has counted before")]
    Older,
    /// There is an account already.
    #[error("there is such an account already")]
    Exists,
    /// There is no account.
    #[error("there is no such account")]
    Missing,
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// An account, if there is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn account(&self, service: &Name, name: &Name) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query("SELECT created_at, spam_rules FROM accounts WHERE service = $1 AND node = $2")
            .bind(service.as_str().to_owned())
            .bind(name.node().as_bytes().to_vec())
            .fetch_optional(&self.read)
            .await?;
        let read = |row| {
            Ok(Account { created_at: row::integer(&row, "created_at")?, spam_rules: spam_rules(&row)? })
        };
        row.map(read).transpose()
    }

    /// Creates, changes or deletes an account, in one transaction that is on the disk when this returns.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn change_account(&self, order: &AccountOrder<'_>) -> Result<(), AccountError> {
        let mut connection = self.write.acquire().await?;
        let outcome = change_on(&mut connection, order).await;
        if let Err(AccountError::Store(_)) = outcome {
            // As in `append`: the driver may count a transaction as open that SQLite has ended.
            connection.close_on_drop();
        }
        outcome
    }
}

async fn change_on(connection: &mut AnyConnection, order: &AccountOrder<'_>) -> Result<(), AccountError> {
    let mut transaction = connection.begin_with(BEGIN_WRITE).await?;
    check_once(&mut transaction, order).await?;
    let changed = match &order.change {
        AccountChange::Create => create(&mut transaction, order).await?,
        AccountChange::Delete => delete(&mut transaction, order).await?,
        AccountChange::SetSpamRules(rules) => set_spam_rules(&mut transaction, order, rules).await?,
    };
    if !changed {
        return Err(match order.change {
            AccountChange::Create => AccountError::Exists,
            AccountChange::Delete | AccountChange::SetSpamRules(_) => AccountError::Missing,
        });
    }
    remember(&mut transaction, order).await?;
    Ok(transaction.commit().await?)
}

async fn check_once(
    transaction: &mut Transaction<'_, Any>,
    order: &AccountOrder<'_>,
) -> Result<(), AccountError> {
    let rows = sqlx::query("SELECT digest, timestamp FROM account_messages WHERE service = $1 AND node = $2")
        .bind(order.service.as_str().to_owned())
        .bind(order.name.node().as_bytes().to_vec())
        .fetch_all(&mut **transaction)
        .await?;
    for row in rows {
        if row::hash(&row, "digest")? == order.digest {
            return Err(AccountError::Seen);
        }
        if row::integer(&row, "timestamp")? > order.timestamp {
            return Err(AccountError::Older);
        }
    }
    Ok(())
}

async fn create(
    transaction: &mut Transaction<'_, Any>,
    order: &AccountOrder<'_>,
) -> Result<bool, AccountError> {
    let done = sqlx::query(
        "INSERT INTO accounts (service, node, name, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (service, node) DO NOTHING",
    )
    .bind(order.service.as_str().to_owned())
    .bind(order.name.node().as_bytes().to_vec())
    .bind(order.name.as_str().to_owned())
    .bind(signed(order.now))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn delete(
    transaction: &mut Transaction<'_, Any>,
    order: &AccountOrder<'_>,
) -> Result<bool, AccountError> {
    let done = sqlx::query("DELETE FROM accounts WHERE service = $1 AND node = $2")
        .bind(order.service.as_str().to_owned())
        .bind(order.name.node().as_bytes().to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(done.rows_affected() == 1)
}

async fn set_spam_rules(
    transaction: &mut Transaction<'_, Any>,
    order: &AccountOrder<'_>,
    rules: &SpamRules,
) -> Result<bool, AccountError> {
    let json = serde_json::to_string(&rules.to_body()).map_err(|_| StoreError::Corrupt("spam_rules"))?;
    let done = sqlx::query("UPDATE accounts SET spam_rules = $1 WHERE service = $2 AND node = $3")
        .bind(json)
        .bind(order.service.as_str().to_owned())
        .bind(order.name.node().as_bytes().to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn spam_rules(row: &AnyRow) -> Result<SpamRules, StoreError> {
    let json: Option<String> = row.try_get("spam_rules")?;
    let Some(json) = json else { return Ok(SpamRules::default()) };
    let body: Option<SpamRulesBody> = serde_json::from_str(&json).ok();
    body.and_then(|body| SpamRules::parse(&body).ok()).ok_or(StoreError::Corrupt("spam_rules"))
}

/// Messages of an earlier time need no memory: they are refused by it.
async fn remember(
    transaction: &mut Transaction<'_, Any>,
    order: &AccountOrder<'_>,
) -> Result<(), AccountError> {
    let (service, node) = (order.service.as_str().to_owned(), order.name.node().as_bytes().to_vec());
    sqlx::query("DELETE FROM account_messages WHERE service = $1 AND node = $2 AND timestamp < $3")
        .bind(service.clone())
        .bind(node.clone())
        .bind(signed(order.timestamp))
        .execute(&mut **transaction)
        .await?;
    sqlx::query("INSERT INTO account_messages (service, node, digest, timestamp) VALUES ($1, $2, $3, $4)")
        .bind(service)
        .bind(node)
        .bind(order.digest.to_vec())
        .bind(signed(order.timestamp))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
