//! User profiles: what a sender needs to know to write to somebody, signed by that somebody's account.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

use super::public_key::PublicKey;
use crate::account::{KeyFault, SecretKey, Signature, check_key, personal_digest};
use crate::ens::Name;

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
/// [`verify`](Self::verify). Contract accounts (ERC-1271) sign with whatever bytes they accept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedUserProfile {
    profile: UserProfile,
    signature: Bytes,
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
    /// Not hex.
    #[error("the profile's signature: 0x and an even number of hex digits are expected")]
    SignatureHex,
    /// Not that of the account.
    #[error("the profile's signature: {0}")]
    Signature(#[from] KeyFault),
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

    /// The EIP-191 digest of the [creation message](Self::creation_message).
    pub fn signing_digest(&self, account: Address) -> B256 {
        personal_digest(self.creation_message(account).as_bytes())
    }

    /// Signs the profile with the account's key.
    pub fn sign(self, key: &SecretKey) -> SignedUserProfile {
        let signature = key.sign(self.signing_digest(key.address()));
        SignedUserProfile { profile: self, signature: Bytes::copy_from_slice(signature.as_bytes()) }
    }
}

impl SignedUserProfile {
    /// Parses canonical JSON, as it is published.
    ///
    /// # Errors
    /// See [`ProfileError`]. Whose signature it is, is not checked.
    pub fn parse(json: &str) -> Result<Self, ProfileError> {
        let signed = Self::from_body(&from_json(json)?)?;
        let canonical = signed.to_json();
        if canonical == json { Ok(signed) } else { Err(ProfileError::NotCanonical { canonical }) }
    }

    /// Reads JSON as others have written it, with white space and with keys in any order.
    ///
    /// # Errors
    /// See [`ProfileError`]. Whose signature it is, is not checked.
    pub fn read(json: &str) -> Result<Self, ProfileError> {
        Self::from_body(&from_json(json)?)
    }

    fn from_body(SignedBody { profile, signature }: &SignedBody) -> Result<Self, ProfileError> {
        let key = |field, text| PublicKey::parse(text).ok_or(ProfileError::Key { field });
        let profile = UserProfile {
            public_signing_key: key("publicSigningKey", &profile.public_signing_key)?,
            public_encryption_key: key("publicEncryptionKey", &profile.public_encryption_key)?,
            delivery_services: parse_delivery_services(&profile.delivery_services)?,
        };
        let digits = signature.strip_prefix("0x").ok_or(ProfileError::SignatureHex)?;
        let signature = hex::decode(digits).map_err(|_| ProfileError::SignatureHex)?.into();
        Ok(Self { profile, signature })
    }

    /// The profile, whoever signed it.
    pub const fn profile(&self) -> &UserProfile {
        &self.profile
    }

    /// The account's signature.
    pub const fn signature(&self) -> &Bytes {
        &self.signature
    }

    /// Canonical JSON: sorted keys, no white space, lower-case hex.
    pub fn to_json(&self) -> String {
        let signature = format!("0x{}", hex::encode(&self.signature));
        to_json(&SignedBody { profile: self.profile.body(), signature })
    }

    /// Checks that the key of `account` signed exactly this profile for exactly this account. What a contract account
    /// has signed, only the chain can tell: it is asked about [`signing_digest`](UserProfile::signing_digest).
    ///
    /// # Errors
    /// [`ProfileError::Signature`].
    pub fn verify(&self, account: Address) -> Result<(), ProfileError> {
        Ok(check_key(account, self.profile.signing_digest(account), &self.signature)?)
    }

    /// With the account's signature in its one accepted form, where it is the account's in another form that dm3's
    /// library takes. Anything else stays as it is: a contract account is asked about the very bytes.
    pub fn normalized_for(self, account: Address) -> Self {
        let digest = self.profile.signing_digest(account);
        match Signature::normalize(&self.signature) {
            Some(normal) if normal.recover(digest) == Ok(account) => {
                Self { signature: Bytes::copy_from_slice(normal.as_bytes()), ..self }
            }
            _ => self,
        }
    }
}

fn from_json(json: &str) -> Result<SignedBody, ProfileError> {
    serde_json::from_str(json).map_err(|error| ProfileError::Shape(error.to_string()))
}

fn to_json(body: &impl Serialize) -> String {
    // Strings and lists of strings always serialise; an empty document would be refused by every reader.
    serde_json::to_string(body).unwrap_or_default()
}

fn parse_delivery_services(names: &[String]) -> Result<Vec<Name>, ProfileError> {
    let parse = |(index, name): (usize, &String)| {
        Name::parse(name).map_err(|error| ProfileError::DeliveryService { index, reason: error.to_string() })
    };
    names.iter().enumerate().map(parse).collect()
}
