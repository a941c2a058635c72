//! dm3 without any I/O: profiles and their canonical form, the messages that are signed, keys from a wallet's
//! signature. Formats are those of the npm packages `@dm3-org/dm3-lib-profile` and `@dm3-org/dm3-lib-crypto` 1.7.

mod account_message;
mod canonical;
mod delivery_service;
mod keys;
mod link;
mod profile;
mod public_key;
mod spam_rules;
mod uri;

pub use account_message::{AccountMessage, AccountTopic};
pub use canonical::to_canonical_json;
pub use delivery_service::{DeliveryServiceError, DeliveryServiceProfile};
pub use keys::ProfileKeys;
pub use link::{LinkError, LinkedTo, ProfileLink, SignedProfileLink};
pub use profile::{ProfileError, SignedUserProfile, UserProfile};
pub use public_key::{PublicKey, SigningKeyError};
pub use spam_rules::{MinTokenBalance, MinTokenBalanceBody, SpamRules, SpamRulesBody, SpamRulesError};
pub use uri::{RecordUri, UriError, inline_record, read_inline_profile};

/// The text record in which dm3 looks for a user's profile.
pub const PROFILE_RECORD: &str = "network.dm3.profile";
/// The same in dm3's white paper; readers try it second.
pub const PROFILE_RECORD_OLD: &str = "eth.dm3.profile";
/// The text record in which dm3 looks for a delivery service's profile.
pub const DELIVERY_SERVICE_RECORD: &str = "network.dm3.deliveryService";
/// The same in dm3's white paper; readers try it second.
pub const DELIVERY_SERVICE_RECORD_OLD: &str = "eth.dm3.deliveryService";

/// Whether a text record holds a user's profile.
pub fn is_profile_record(key: &str) -> bool {
    key == PROFILE_RECORD || key == PROFILE_RECORD_OLD
}

/// Whether a text record holds a delivery service's profile.
pub fn is_delivery_service_record(key: &str) -> bool {
    key == DELIVERY_SERVICE_RECORD || key == DELIVERY_SERVICE_RECORD_OLD
}
