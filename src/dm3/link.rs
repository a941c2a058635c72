//! Profile links: the owner of a main profile, or an account, says that another profile is theirs too.

use std::fmt;

use alloy::primitives::Address;
use serde::{Deserialize, Serialize};

use super::public_key::{PublicKey, SigningKeyError};
use crate::account::{KeyFault, Signature, check_key, personal_digest};

/// What a profile is linked to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LinkedTo {
    /// Another dm3 profile, whose signing key signs.
    #[serde(rename = "ProfileLink")]
    Profile,
    /// An account, whose key signs.
    #[serde(rename = "EthAddressLink")]
    Account,
}

/// A link, as `createProfileLink` of `@dm3-org/dm3-lib-profile` makes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileLink {
    /// What `main_id` is.
    #[serde(rename = "type")]
    pub linked_to: LinkedTo,
    /// The ENS name of the main profile, or an account.
    pub main_id: String,
    /// The ENS name of the profile that is linked.
    pub linked_profile: String,
    /// What the linked profile is used for.
    pub scope_uri: String,
    /// Unix seconds.
    pub issued_at: u64,
    /// Unix seconds; `None` for ever.
    pub expiration_time: Option<u64>,
    /// Tells links of the same profile apart.
    pub nonce: u64,
}

/// A link with its signature: 0x and hex digits of an account, base64 of a profile's signing key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedProfileLink {
    /// The link.
    pub profile_link: ProfileLink,
    /// Over its [message](ProfileLink::message).
    pub signature: String,
}

/// Why a link does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum LinkError {
    /// Its time is over, or has not begun.
    #[error("the link is valid from {from} to {}, it is {now} now", Until(*.until))]
    Time {
        /// Unix seconds.
        from: u64,
        /// Unix seconds.
        until: Option<u64>,
        /// Unix seconds.
        now: u64,
    },
    /// The link is signed by a profile, and nobody said with which key.
    #[error("a link to a profile is verified with that profile's signing key")]
    NoKey,
    /// The main id should be an account.
    #[error("mainId is '{0}': an account is expected, 0x and 40 hex digits")]
    Account(String),
    /// Not hex.
    #[error("the signature of an account is 0x and hex digits")]
    SignatureHex,
    /// Not that of the account, or over another link.
    #[error(transparent)]
    Signature(#[from] KeyFault),
    /// By another key, or over another link.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
}

/// How JavaScript writes a number that may be missing, which is what is signed.
struct Until(Option<u64>);

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(seconds) => write!(f, "{seconds}"),
            None => f.write_str("null"),
        }
    }
}

impl ProfileLink {
    /// A link that is valid from `issued_at` (unix seconds) on, for `ttl` seconds or for ever. What `main_id` is, its
    /// form tells: 0x and 40 hex digits are an account.
    ///
    /// Format: `createProfileLink` of `@dm3-org/dm3-lib-profile`, which counts from now on.
    pub fn new(
        main_id: String,
        linked_profile: String,
        scope_uri: String,
        issued_at: u64,
        ttl: Option<u64>,
    ) -> Self {
        let is_account = main_id.starts_with("0x") && main_id.parse::<Address>().is_ok();
        Self {
            linked_to: if is_account { LinkedTo::Account } else { LinkedTo::Profile },
            main_id,
            linked_profile,
            scope_uri,
            issued_at,
            expiration_time: ttl.map(|ttl| issued_at.saturating_add(ttl)),
            nonce: 0,
        }
    }

    /// What is signed.
    ///
    /// Format: `createProfileLinkMessage` of `@dm3-org/dm3-lib-profile`.
    pub fn message(&self) -> String {
        let (kind, what) = match self.linked_to {
            LinkedTo::Profile => ("ProfileLink", "main dm3 profile"),
            LinkedTo::Account => ("EthAddressLink", "Ethereum address"),
        };
        format!(
            "dm3 Profile Link:\n{} wants you to link your local dm3 profile with your {what}.\n\nMain ID: {}\n\
             Main ID Type: {kind}\nLinked Profile Name: {}\nNonce: {}\nIssued At: {}\nExpiration Time: {}",
            self.scope_uri,
            self.main_id,
            self.linked_profile,
            self.nonce,
            self.issued_at,
            Until(self.expiration_time)
        )
    }
}

impl SignedProfileLink {
    /// Checks the signature, and that the link is valid at `now` (unix seconds), which the library's
    /// `verifyProfileLink` leaves to its caller. `signing_key` is that of the main profile; a link to an account needs
    /// none.
    ///
    /// # Errors
    /// See [`LinkError`]. Whether `signing_key` is really that of `main_id` is not checked.
    pub fn verify(&self, signing_key: Option<&PublicKey>, now: u64) -> Result<(), LinkError> {
        let link = &self.profile_link;
        let (from, until) = (link.issued_at, link.expiration_time);
        if now < from || until.is_some_and(|until| now >= until) {
            return Err(LinkError::Time { from, until, now });
        }
        match link.linked_to {
            LinkedTo::Profile => {
                Ok(signing_key.ok_or(LinkError::NoKey)?.verify(&link.message(), &self.signature)?)
            }
            LinkedTo::Account => self.verify_account(),
        }
    }

    fn verify_account(&self) -> Result<(), LinkError> {
        let link = &self.profile_link;
        let account: Address = link.main_id.parse().map_err(|_| LinkError::Account(link.main_id.clone()))?;
        let bytes = self.signature.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
        let bytes = bytes.ok_or(LinkError::SignatureHex)?;
        // The library takes a signature in any of its forms.
        let normal = Signature::normalize(&bytes);
        let signature = normal.as_ref().map_or(bytes.as_slice(), |normal| normal.as_bytes());
        Ok(check_key(account, personal_digest(link.message().as_bytes()), signature)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `createProfileLink` and `signProfileLink` of @dm3-org/dm3-lib-profile 1.7.1 at 1795000000, with the keys
    // that follow from the wallet whose key is thirty-two times 01.
    const SIGNING_KEY: &str = "FPGTrDaHOPdj//2QLhCTZy6Tveg40iYgN4nGedFt/7E=";
    const TO_PROFILE: &str = r#"{"profileLink":{"type":"ProfileLink","mainId":"main.eth",
        "linkedProfile":"app.user.dm3.eth","scopeUri":"https://app.example","issuedAt":1795000000,
        "expirationTime":1795000600,"nonce":7},
        "signature":"JdgK2gZ80nRl+aOiBbbE+nTgoSIBH+YscigMGiZm2wsF0WA7JoXVn2eBjKC2SS9Q9mGuogbTE6HwN5k8+EwJBQ=="}"#;
    const TO_ACCOUNT: &str = r#"{"profileLink":{"type":"EthAddressLink",
        "mainId":"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1","linkedProfile":"app.user.dm3.eth",
        "scopeUri":"https://app.example","issuedAt":1795000000,"expirationTime":null,"nonce":0},
        "signature":"0xf301eb9a147e5460098a32d20dbdb3442778f6e7a635c1da881ca2a1334bf9e14631c24a35e357d3add02d42faeb93bfe98c62add539441b939e92c9415b47631c"}"#;

    fn link(json: &str) -> SignedProfileLink {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn links_that_the_library_signed_verify() {
        let key = PublicKey::parse(SIGNING_KEY).unwrap();
        assert_eq!(link(TO_PROFILE).verify(Some(&key), 1_795_000_000), Ok(()));
        assert_eq!(link(TO_ACCOUNT).verify(None, 2_795_000_000), Ok(()));
    }

    #[test]
    fn links_are_made_as_the_library_makes_them() {
        let [profile, account] = [TO_PROFILE, TO_ACCOUNT].map(|json| link(json).profile_link);
        let make = |main_id: &str, ttl| {
            let (linked, scope) = ("app.user.dm3.eth".into(), "https://app.example".into());
            ProfileLink::new(main_id.into(), linked, scope, 1_795_000_000, ttl)
        };
        assert_eq!(ProfileLink { nonce: 7, ..make("main.eth", Some(600)) }, profile);
        assert_eq!(make("0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1", None), account);
    }

    #[test]
    fn links_of_others_of_other_times_and_with_other_content_do_not_count() {
        let key = PublicKey::parse(SIGNING_KEY).unwrap();
        let now = 1_795_000_001;
        assert_eq!(link(TO_PROFILE).verify(None, now), Err(LinkError::NoKey));
        let refused = Err(LinkError::SigningKey(SigningKeyError::Signature));
        assert_eq!(link(TO_PROFILE).verify(Some(&PublicKey::from([7; 32])), now), refused);
        for (from, to) in
            [("main.eth", "mine.eth"), ("app.user", "bad.user"), (":7}", ":8}"), ("0600,", "0601,")]
        {
            assert_eq!(link(&TO_PROFILE.replace(from, to)).verify(Some(&key), now), refused, "{to}");
        }
        for (from, to) in
            [("app.user", "bad.user"), ("app.example", "bad.example"), (":0}", ":1}"), ("null", "1895000000")]
        {
            let verified = link(&TO_ACCOUNT.replace(from, to)).verify(None, now);
            assert!(matches!(verified, Err(LinkError::Signature(KeyFault::Signer { .. }))), "{to}");
        }
        for now in [1_794_999_999, 1_795_000_600] {
            assert!(matches!(link(TO_PROFILE).verify(Some(&key), now), Err(LinkError::Time { .. })));
        }
        let cut = TO_ACCOUNT.replace("631c\"}", "63\"}");
        assert!(matches!(link(&cut).verify(None, now), Err(LinkError::Signature(_))));
    }
}
