//! The profile that a name of ours answers, verified where it is used.

use alloy::primitives::Address;

use super::Registry;
use crate::chain::SignatureFault;
use crate::dm3::{self, PROFILE_RECORD, PROFILE_RECORD_OLD, SignedUserProfile};
use crate::ens::Name;
use crate::store::StoreError;

/// A profile that its account has signed.
#[derive(Clone, Debug)]
pub struct UserProfileOf {
    /// The account that the name answers.
    pub account: Address,
    /// Its profile.
    pub signed: SignedUserProfile,
}

/// Why it is not known whether a name has a profile.
#[derive(Debug, thiserror::Error)]
pub enum UserProfileError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain, which was to tell what a contract account accepts.
    #[error("{0}")]
    Chain(String),
}

impl Registry {
    /// The inline profile that a name in our zones answers; `None` when it answers none that its account has signed.
    ///
    /// # Errors
    /// See [`UserProfileError`].
    pub async fn user_profile(&self, name: &Name) -> Result<Option<UserProfileOf>, UserProfileError> {
        let Some(place) = self.zones.place(name) else { return Ok(None) };
        let view = self.view(name, &place).await?;
        let records = [PROFILE_RECORD, PROFILE_RECORD_OLD].map(|key| view.text(key));
        let record = records.into_iter().find(|record| !record.is_empty());
        let (Some(account), Some(signed)) = (view.account(), record.and_then(dm3::read_inline_profile))
        else {
            return Ok(None);
        };
        let digest = signed.profile().signing_digest(account);
        match self.signatures.check(account, digest, signed.signature()).await {
            Ok(_) => Ok(Some(UserProfileOf { account, signed })),
            Err(SignatureFault::Unreachable(reason)) => Err(UserProfileError::Chain(reason)),
            Err(_) => Ok(None),
        }
    }
}
