//! User profiles: what a sender needs to know to write to somebody, signed by that somebody's account.

use std::fmt;

use alloy::primitives::Address;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use crate::account::{SecretKey, Signature, SignatureError, personal_digest};
use crate::ens::Name;

/// A public key of 32 bytes, base64 in JSON. Whether it is a point on its curve is not checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl From<[u8; 32]> for PublicKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

/// A dm3 user profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserProfile {
    /// Ed25519: verifies what the user signs for delivery services and in messages.
    pub public_signing_key: PublicKey,
    /// X25519: messages are encrypted to it.
    pub public_encryption_key: PublicKey,
    /// ENS names of delivery services, the preferred first.
    pub delivery_services: Vec<Name>,
}

/// A profile with its account's signature. Whose account that is, the signature does not say: see
/// [`verify`](Self::verify).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedUserProfile {
    profile: UserProfile,
    signature: Signature,
}

/// What is wrong with a signed profile.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum ProfileError {
    /// Not JSON, or a field is missing, unknown or of the wrong type.
    #[error("the profile is not a dm3 profile: {0}")]
    Shape(String),
    /// A key that is not base64 of 32 bytes.
    #[error("{field} is not the base64 form of 32 bytes")]
    Key {
        /// The field's name in JSON.
        field: &'static str,
    },
    /// Not the name of a delivery service.
    #[error("deliveryServices[{index}] is not an ENS name: {reason}")]
    DeliveryService {
        /// Its place in the list.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// Not in the one accepted form, or not hex.
    #[error("the profile's signature: {0}")]
    Signature(String),
    /// Somebody else's, or over other content.
    #[error("the profile's signature is by {signer} over this content, not by {expected}")]
    Signer {
        /// Whom it recovers to.
        signer: Address,
        /// Whose it should be.
        expected: Address,
    },
    /// The same document, written differently.
    #[error("the profile is not in canonical form, which is {canonical}")]
    NotCanonical {
        /// How to write it.
        canonical: String,
    },
}

// Field order is the alphabetical one of canonical JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProfileBody {
    delivery_services: Vec<String>,
    public_encryption_key: String,
    public_signing_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedBody {
    profile: ProfileBody,
    signature: String,
}

impl UserProfile {
    /// Canonical JSON: sorted keys, no white space (what `safe-stable-stringify` prints).
    pub fn to_json(&self) -> String {
        to_json(&self.body())
    }

    fn body(&self) -> ProfileBody {
        ProfileBody {
            delivery_services: self.delivery_services.iter().map(|name| name.as_str().to_owned()).collect(),
            public_encryption_key: self.public_encryption_key.to_string(),
            public_signing_key: self.public_signing_key.to_string(),
        }
    }

    /// What the account signs (EIP-191).
    ///
    /// Format: `getProfileCreationMessage` of `@dm3-org/dm3-lib-profile`.
    pub fn creation_message(&self, account: Address) -> String {
        format!(
            "dm3.chat wants you register your dm3 profile with your Ethereum account:\n{account}\n\n\
             This is required only once!\n(There is no paid transaction initiated. The signature is used off-chain \
             only.)\n\nURI: https://dm3.chat\nVersion: 1\ndm3 Profile: {}",
            self.to_json()
        )
    }

    /// Signs the profile with the account's key.
    pub fn sign(self, key: &SecretKey) -> SignedUserProfile {
        let signature = key.sign_message(&self.creation_message(key.address()));
        SignedUserProfile { profile: self, signature }
    }
}

impl SignedUserProfile {
    /// Parses canonical JSON.
    ///
    /// # Errors
    /// See [`ProfileError`]. Whose signature it is, is not checked.
    pub fn parse(json: &str) -> Result<Self, ProfileError> {
        let body: SignedBody =
            serde_json::from_str(json).map_err(|error| ProfileError::Shape(error.to_string()))?;
        let profile = UserProfile {
            public_signing_key: parse_key("publicSigningKey", &body.profile.public_signing_key)?,
            public_encryption_key: parse_key("publicEncryptionKey", &body.profile.public_encryption_key)?,
            delivery_services: parse_delivery_services(&body.profile.delivery_services)?,
        };
        let bytes = body
            .signature
            .strip_prefix("0x")
            .and_then(|digits| hex::decode(digits).ok())
            .ok_or_else(|| ProfileError::Signature("0x and hex digits are expected".into()))?;
        let signature = Signature::parse(&bytes)
            .map_err(|error: SignatureError| ProfileError::Signature(error.to_string()))?;
        let signed = Self { profile, signature };
        let canonical = signed.to_json();
        if canonical == json { Ok(signed) } else { Err(ProfileError::NotCanonical { canonical }) }
    }

    /// The profile, whoever signed it.
    pub const fn profile(&self) -> &UserProfile {
        &self.profile
    }

    /// Canonical JSON: sorted keys, no white space, lower-case hex.
    pub fn to_json(&self) -> String {
        let signature = format!("0x{}", hex::encode(self.signature.as_bytes()));
        to_json(&SignedBody { profile: self.profile.body(), signature })
    }

    /// Checks that the key of `account` signed exactly this profile for exactly this account.
    ///
    /// # Errors
    /// [`ProfileError::Signer`], or [`ProfileError::Signature`] when it is nobody's.
    pub fn verify(&self, account: Address) -> Result<(), ProfileError> {
        let digest = personal_digest(self.profile.creation_message(account).as_bytes());
        match self.signature.recover(digest) {
            Ok(signer) if signer == account => Ok(()),
            Ok(signer) => Err(ProfileError::Signer { signer, expected: account }),
            Err(error) => Err(ProfileError::Signature(error.to_string())),
        }
    }
}

fn to_json(body: &impl Serialize) -> String {
    // Strings and lists of strings always serialise; an empty document would be refused by every reader.
    serde_json::to_string(body).unwrap_or_default()
}

fn parse_key(field: &'static str, text: &str) -> Result<PublicKey, ProfileError> {
    BASE64_STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(PublicKey)
        .ok_or(ProfileError::Key { field })
}

fn parse_delivery_services(names: &[String]) -> Result<Vec<Name>, ProfileError> {
    let parse = |(index, name): (usize, &String)| {
        Name::parse(name).map_err(|error| ProfileError::DeliveryService { index, reason: error.to_string() })
    };
    names.iter().enumerate().map(parse).collect()
}
