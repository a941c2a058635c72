//! Accounts at delivery services that keep them here. An account is an ENS name; whose it is, its profile says.

use super::Registry;
use super::user_profile::UserProfileError;
use crate::config::AccountStoreSettings;
use crate::dm3::{AccountMessage, AccountTopic, SigningKeyError};
use crate::ens::{Name, NameError};
use crate::keccak::keccak256;
use crate::store::{self, AccountChange, StoreError};

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

/// Why a message changes no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not one of the settings.
    #[error("{0} keeps no accounts here")]
    NoSuchService(Name),
    /// The account's name.
    #[error("ensName: {0}")]
    Name(#[from] NameError),
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
    /// Nobody could have signed.
    #[error("{0} has no profile here, so nobody can sign for it")]
    NoProfile(Name),
    /// Not the profile's signature.
    #[error(transparent)]
    Signature(#[from] SigningKeyError),
    /// Whether there is a profile is not known.
    #[error(transparent)]
    Profile(#[from] UserProfileError),
    /// It changes nothing.
    #[error(transparent)]
    Store(#[from] store::AccountError),
}

impl AccountStore {
    /// Checks the settings.
    ///
    /// # Errors
    /// When the service is not an ENS name.
    pub fn parse(settings: &AccountStoreSettings) -> Result<Self, NameError> {
        Ok(Self { service: Name::parse(&settings.service)?, url: settings.url.clone() })
    }
}

impl Registry {
    /// When an account was created, in unix seconds; `None` when there is none.
    ///
    /// # Errors
    /// [`AccountError::NoSuchService`], or the database's.
    pub async fn account(&self, service: &Name, name: &Name) -> Result<Option<u64>, AccountError> {
        self.account_store(service)?;
        Ok(self.store.account(service, name).await.map_err(store::AccountError::from)?)
    }

    /// Creates or deletes an account, as a message says that is signed by the signing key of the account's profile.
    ///
    /// # Errors
    /// See [`AccountError`].
    pub async fn change_account(
        &self,
        service: &Name,
        message: &AccountMessage,
        signature: &str,
    ) -> Result<Name, AccountError> {
        let AccountStore { url, .. } = self.account_store(service)?;
        let name = Name::parse(&message.ens_name)?;
        if message.delivery_service_url != *url {
            let found = message.delivery_service_url.clone();
            return Err(AccountError::OtherService {
                found,
                service: service.clone(),
                expected: url.clone(),
            });
        }
        let (timestamp, now) = (message.timestamp, self.clock.now());
        if timestamp.abs_diff(now) > MAX_SKEW_SECONDS {
            return Err(AccountError::Time { timestamp, now });
        }
        let profile = self.user_profile(&name).await?;
        let profile = profile.ok_or_else(|| AccountError::NoProfile(name.clone()))?;
        let text = message.to_json();
        profile.signed.profile().public_signing_key.verify(&text, signature)?;
        let change = match message.topic {
            AccountTopic::CreateAccount => AccountChange::Create,
            AccountTopic::DeleteAccount => AccountChange::Delete,
        };
        let digest = keccak256(&[text.as_bytes()]);
        let message = store::AccountMessage { service, name: &name, digest, timestamp, change, now };
        self.store.change_account(&message).await?;
        Ok(name)
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
