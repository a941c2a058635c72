//! Public keys of a profile, and what its signing key signs.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// A public key of 32 bytes, base64 in JSON. Whether it is a point on its curve is not checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// Not what the owner of a signing key signed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum SigningKeyError {
    /// Not the text of a signature.
    #[error("a signature by a profile's signing key is the base64 form of 64 bytes")]
    Form,
    /// By another key, or over another text.
    #[error("the signature is not by the profile's signing key over this text")]
    Signature,
}

impl PublicKey {
    /// Parses base64.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64_STANDARD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).map(Self)
    }

    /// The key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks a detached Ed25519 signature over the UTF-8 of `text`, in base64, as libsodium's `crypto_sign_detached`
    /// makes it.
    ///
    /// # Errors
    /// See [`SigningKeyError`]. Keys of small order verify nothing.
    pub fn verify(&self, text: &str, signature: &str) -> Result<(), SigningKeyError> {
        let bytes = BASE64_STANDARD.decode(signature).map_err(|_| SigningKeyError::Form)?;
        let signature = ed25519_dalek::Signature::from_slice(&bytes).map_err(|_| SigningKeyError::Form)?;
        ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .and_then(|key| key.verify_strict(text.as_bytes(), &signature))
            .map_err(|_| SigningKeyError::Signature)
    }
}

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
