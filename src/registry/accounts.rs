//! Accounts at delivery services that keep them here. An account is an ENS name; whose it is, its profile says.

use std::sync::Arc;

use tokio::task::JoinError;
use tracing::Instrument;

use super::Registry;
use crate::config::AccountStoreSettings;
use crate::dm3::{AccountMessage, AccountTopic, PublicKey, SigningKeyError, SpamRules, SpamRulesError};
use crate::ens::{Name, NameError};
use crate::keccak::keccak256;
use crate::store::{self, Account, AccountChange, StoreError};

/// How far a message's time may be from ours.
const MAX_SKEW_SECONDS: u64 = 300;

/// A delivery service that keeps its accounts here.
#[derive(Clone, Debug)]
pub struct AccountStore {
    /// Its ENS name.
    pub service: Name,
    /// The `url` of its profile, which messages name.
    pub url: String,
}

/// What is wrong with the account stores of the settings.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AccountStoreError {
    /// The delivery service.
    #[error("account_stores: {0}")]
    Name(#[from] NameError),
    /// A message names the URL only: it would count at both.
    #[error("account_stores: {0} is there twice, as a service or as a URL")]
    Twice(String),
}

/// Why a message changes no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not one of the settings.
    #[error("{0} keeps no accounts here")]
    NoSuchService(Name),
    /// For another service.
    #[error("the message is for {found}, the URL of {service} is {expected}")]
    OtherService {
        /// In the message.
        found: String,
        /// The service.
        service: Name,
        /// Its URL.
        expected: String,
    },
    /// Too old, or from the future.
    #[error("the message is of {timestamp}, it is {now} now: it counts for {MAX_SKEW_SECONDS} seconds only")]
    Time {
        /// In the message.
        timestamp: u64,
        /// Our time.
        now: u64,
    },
    /// With rules for another topic, or without them for theirs.
    #[error("a message has spamRules if, and only if, its topic is setSpamRules")]
    Topic,
    /// Rules that cannot be.
    #[error("spamRules: {0}")]
    SpamRules(#[from] SpamRulesError),
    /// Not the profile's signature.
    #[error(transparent)]
    Signature(#[from] SigningKeyError),
    /// It changes nothing.
    #[error(transparent)]
    Store(#[from] store::AccountError),
    /// A bug of ours.
    #[error("the change was not finished: {0}")]
    Unfinished(#[from] JoinError),
}

impl AccountStore {
    /// Checks the settings.
    ///
    /// # Errors
    /// See [`AccountStoreError`].
    pub(super) fn parse_all(settings: &[AccountStoreSettings]) -> Result<Vec<Self>, AccountStoreError> {
        let mut stores: Vec<Self> = Vec::new();
        for AccountStoreSettings { service, url } in settings {
            let service = Name::parse(service)?;
            if stores.iter().any(|store| store.service == service || store.url == *url) {
                return Err(AccountStoreError::Twice(format!("{service} ({url})")));
            }
            stores.push(Self { service, url: url.clone() });
        }
        Ok(stores)
    }
}

impl Registry {
    /// An account, if there is one.
    ///
    /// # Errors
    /// [`AccountError::NoSuchService`], or the database's.
    pub async fn account(&self, service: &Name, name: &Name) -> Result<Option<Account>, AccountError> {
        self.account_store(service)?;
        Ok(self.store.account(service, name).await.map_err(store::AccountError::from)?)
    }

    /// Creates, changes or deletes the account of `name`, as a message says that `key` has signed: the signing key of that name's
    /// profile, which the caller has looked up. Gives the time of the change, in unix seconds. Once begun it is finished,
    /// whether or not the caller still waits for it.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn change_account(
        self: &Arc<Self>,
        service: &Name,
        name: &Name,
        message: &AccountMessage,
        signature: &str,
        key: &PublicKey,
    ) -> Result<u64, AccountError> {
        let AccountStore { url, .. } = self.account_store(service)?;
        if message.delivery_service_url != *url {
            let (found, expected) = (message.delivery_service_url.clone(), url.clone());
            return Err(AccountError::OtherService { found, service: service.clone(), expected });
        }
        let (timestamp, now) = (message.timestamp, self.clock.now());
        if timestamp.abs_diff(now) > MAX_SKEW_SECONDS {
            return Err(AccountError::Time { timestamp, now });
        }
        let text = message.to_json();
        key.verify(&text, signature)?;
        let change = match (message.topic, &message.spam_rules) {
            (AccountTopic::CreateAccount, None) => AccountChange::Create,
            (AccountTopic::DeleteAccount, None) => AccountChange::Delete,
            (AccountTopic::SetSpamRules, Some(body)) => AccountChange::SetSpamRules(SpamRules::parse(body)?),
            _ => return Err(AccountError::Topic),
        };
        let digest = keccak256(&[text.as_bytes()]);
        let (registry, service, name) = (self.clone(), service.clone(), name.clone());
        let task = async move {
            let order =
                store::AccountOrder { service: &service, name: &name, digest, timestamp, change, now };
            registry.store.change_account(&order).await
        };
        tokio::spawn(task.in_current_span()).await??;
        Ok(now)
    }

    fn account_store(&self, service: &Name) -> Result<&AccountStore, AccountError> {
        let found = self.account_stores.iter().find(|store| store.service == *service);
        found.ok_or_else(|| AccountError::NoSuchService(service.clone()))
    }
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}
