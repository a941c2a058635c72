//! Who signs answers: a key in memory, or one that never leaves a key management service.

use std::env::VarError;
use std::path::{Path, PathBuf};

use alloy::primitives::{Address, B256};
use zeroize::Zeroizing;

use super::kms::{KmsError, KmsSigner};
use crate::account::{
    KeystoreError, SecretKey, SecretKeyError, Signature, read_key_file, read_keystore, write_key_file,
};
use crate::config::{PasswordSource, SignerSettings};

/// Signs answers.
#[derive(Debug)]
pub enum Signer {
    /// At once.
    Key(SecretKey),
    /// By asking AWS.
    Kms(Box<KmsSigner>),
}

/// Why an answer is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// AWS KMS.
    #[error("AWS KMS does not sign: {0}")]
    Kms(#[from] KmsError),
}

/// Why there is no signer.
#[derive(Debug, thiserror::Error)]
pub enum SignerLoadError {
    /// The key file holds no key.
    #[error("the signer key file {path}: {source}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: SecretKeyError,
    },
    /// The key file cannot be read or made.
    #[error("the signer key file {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An environment variable that the settings name is not set.
    #[error("the environment variable {0}, which the signer needs, is not set")]
    NoVariable(String),
    /// It holds no key.
    #[error("the environment variable {0}: {1}")]
    Variable(String, SecretKeyError),
    /// The keystore.
    #[error("the signer's keystore: {0}")]
    Keystore(#[from] KeystoreError),
    /// The keystore's password cannot be read.
    #[error("the signer's password file {path}: {source}")]
    Password {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// AWS KMS.
    #[error("the signer in AWS KMS: {0}")]
    Kms(#[from] KmsError),
}

impl Signer {
    /// The signer of the settings, and the key file that was made for it, if there was none.
    ///
    /// # Errors
    /// See [`SignerLoadError`].
    pub async fn load_or_make(settings: &SignerSettings) -> Result<(Self, Option<PathBuf>), SignerLoadError> {
        match settings {
            SignerSettings::KeyFile(path) if matches!(path.try_exists(), Ok(false)) => {
                let error = |source| SignerLoadError::File { path: path.clone(), source };
                let key = SecretKey::generate().map_err(|source| error(source.into()))?;
                write_key_file(path, &key).map_err(error)?;
                Ok((Self::Key(key), Some(path.clone())))
            }
            _ => Ok((Self::load(settings).await?, None)),
        }
    }

    /// The signer of the settings. No key is made.
    ///
    /// # Errors
    /// See [`SignerLoadError`].
    pub async fn load(settings: &SignerSettings) -> Result<Self, SignerLoadError> {
        Ok(Self::Key(match settings {
            SignerSettings::Key(key) => key.clone(),
            SignerSettings::KeyFile(path) => read_key_file(path)
                .map_err(|source| SignerLoadError::File { path: path.clone(), source })?
                .map_err(|source| SignerLoadError::Key { path: path.clone(), source })?,
            SignerSettings::Variable(name) => {
                variable(name)?.parse().map_err(|error| SignerLoadError::Variable(name.clone(), error))?
            }
            SignerSettings::Keystore { path, password } => read_keystore(path, &read_password(password)?)?,
            SignerSettings::AwsKms(key) => return Ok(Self::Kms(Box::new(KmsSigner::open(key).await?))),
        }))
    }

    /// The account that it signs for.
    pub const fn address(&self) -> Address {
        match self {
            Self::Key(key) => key.address(),
            Self::Kms(signer) => signer.address(),
        }
    }

    /// Signs a digest as it is.
    ///
    /// # Errors
    /// See [`SignerError`]; a key in memory always signs.
    pub async fn sign(&self, digest: B256) -> Result<Signature, SignerError> {
        match self {
            Self::Key(key) => Ok(key.sign(digest)),
            Self::Kms(signer) => Ok(signer.sign(digest).await?),
        }
    }

    /// Whether it signs. Costs nothing unless it failed the last time.
    ///
    /// # Errors
    /// See [`SignerError`].
    pub async fn check(&self) -> Result<(), SignerError> {
        match self {
            Self::Key(_) => Ok(()),
            Self::Kms(signer) => Ok(signer.check().await?),
        }
    }
}

fn variable(name: &str) -> Result<Zeroizing<String>, SignerLoadError> {
    std::env::var(name).map(Zeroizing::new).map_err(|error| match error {
        VarError::NotPresent | VarError::NotUnicode(_) => SignerLoadError::NoVariable(name.to_owned()),
    })
}

fn read_password(source: &PasswordSource) -> Result<Zeroizing<String>, SignerLoadError> {
    let read = |path: &Path| std::fs::read_to_string(path).map(Zeroizing::new);
    match source {
        PasswordSource::Variable(name) => variable(name),
        PasswordSource::File(path) => {
            let text =
                read(path).map_err(|source| SignerLoadError::Password { path: path.clone(), source })?;
            Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
    }
}
