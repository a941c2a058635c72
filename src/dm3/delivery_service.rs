//! Profiles of delivery services: what a sender needs to know to hand in a message. Nobody signs them; they are as
//! trustworthy as the record that they stand in.

use serde::{Deserialize, Serialize};
use url::Url;

use super::public_key::PublicKey;

/// A delivery service's profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryServiceProfile {
    /// Ed25519: verifies the postmarks of the service.
    pub public_signing_key: PublicKey,
    /// X25519: envelopes are encrypted to it.
    pub public_encryption_key: PublicKey,
    /// Where its API is.
    pub url: Url,
}

/// What is wrong with a delivery service's profile.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum DeliveryServiceError {
    /// Not JSON, or a field is missing, unknown or of the wrong type.
    #[error("not a delivery service's profile: {0}")]
    Shape(String),
    /// A key that is not base64 of 32 bytes.
    #[error("{field} is not the base64 form of 32 bytes")]
    Key {
        /// The field's name in JSON.
        field: &'static str,
    },
    /// Not where a service could be.
    #[error("url is '{0}': an http or https URL is expected")]
    Url(String),
}

// Field order is the alphabetical one of canonical JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    public_encryption_key: String,
    public_signing_key: String,
    url: String,
}

impl DeliveryServiceProfile {
    /// Parses JSON in any form.
    ///
    /// # Errors
    /// See [`DeliveryServiceError`].
    pub fn parse(json: &str) -> Result<Self, DeliveryServiceError> {
        let body: Body =
            serde_json::from_str(json).map_err(|error| DeliveryServiceError::Shape(error.to_string()))?;
        let key = |field, text: &str| PublicKey::parse(text).ok_or(DeliveryServiceError::Key { field });
        let url = Url::parse(&body.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        Ok(Self {
            public_signing_key: key("publicSigningKey", &body.public_signing_key)?,
            public_encryption_key: key("publicEncryptionKey", &body.public_encryption_key)?,
            url: url.ok_or(DeliveryServiceError::Url(body.url))?,
        })
    }

    /// Canonical JSON: sorted keys, no white space.
    pub fn to_json(&self) -> String {
        let body = Body {
            public_encryption_key: self.public_encryption_key.to_string(),
            public_signing_key: self.public_signing_key.to_string(),
            url: self.url.to_string(),
        };
        // Strings always serialise.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "FPGTrDaHOPdj//2QLhCTZy6Tveg40iYgN4nGedFt/7E=";

    fn document(key: &str, url: &str) -> String {
        format!(r#"{{ "url": "{url}", "publicSigningKey": "{key}", "publicEncryptionKey": "{KEY}" }}"#)
    }

    #[test]
    fn a_profile_of_a_delivery_service_is_read() {
        let profile = DeliveryServiceProfile::parse(&document(KEY, "https://ds.example/api")).unwrap();
        assert_eq!(profile.public_signing_key.to_string(), KEY);
        assert_eq!(profile.url.as_str(), "https://ds.example/api");
        assert_eq!(DeliveryServiceProfile::parse(&profile.to_json()), Ok(profile));
    }

    #[test]
    fn each_fault_is_told() {
        let fault = |json: &str| DeliveryServiceProfile::parse(json).unwrap_err().to_string();
        assert!(fault("{}").contains("missing field"));
        assert!(fault(&document(&KEY[1..], "https://ds.example")).contains("publicSigningKey"));
        assert!(fault(&document(KEY, "ftp://ds.example")).contains("http or https"));
        assert!(fault(&document(KEY, "ds.example")).contains("http or https"));
    }
}
