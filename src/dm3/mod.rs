//! dm3 without any I/O: profiles and their canonical form, the messages that are signed, keys from a wallet's
//! signature. Formats are those of the npm packages `@dm3-org/dm3-lib-profile` and `@dm3-org/dm3-lib-crypto` 1.7.

mod keys;
mod profile;
mod uri;

pub use keys::ProfileKeys;
pub use profile::{ProfileError, PublicKey, SignedUserProfile, UserProfile};
pub use uri::{RecordUri, UriError};

/// The text record in which dm3 looks for a user's profile.
pub const PROFILE_RECORD: &str = "network.dm3.profile";
/// The same in dm3's white paper; readers try it second.
pub const PROFILE_RECORD_OLD: &str = "eth.dm3.profile";

/// Whether a text record holds a user's profile.
pub fn is_profile_record(key: &str) -> bool {
    key == PROFILE_RECORD || key == PROFILE_RECORD_OLD
}
