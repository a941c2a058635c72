//! Signing with a key in AWS KMS, through alloy's signer: the key never leaves AWS, and each new answer is a request.
//!
//! Credentials come from where AWS's tools take them: the environment, profiles, the machine's role.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alloy::primitives::{Address, B256};
use alloy::signers::Signer;
use alloy::signers::aws::aws_config::timeout::TimeoutConfig;
use alloy::signers::aws::aws_config::{BehaviorVersion, Region, defaults};
use alloy::signers::aws::{AwsSigner, AwsSignerError, aws_sdk_kms};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use futures_util::future::BoxFuture;

use crate::account::Signature;
use crate::config::KmsKey;
use crate::keccak::keccak256;

/// How long AWS may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long one request may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a signature may take, with every request that is tried for it: less than a request of ours, so that clients
/// hear that they should ask the next gateway.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(4);

/// A key in AWS KMS.
pub struct KmsSigner {
    signer: AwsSigner,
    address: Address,
    /// Whether the last request came to nothing.
    is_failing: AtomicBool,
}

/// Why AWS KMS did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum KmsError {
    /// There is no public key, so nobody knows whose signatures these would be.
    #[error("no public key of it: {0}")]
    Open(String),
    /// No signature.
    #[error("{0}")]
    Sign(String),
    /// A signature that contracts refuse.
    #[error("its signature is none: {0}")]
    Signature(#[from] crate::account::SignatureError),
}

impl KmsSigner {
    /// Asks for the key's account.
    ///
    /// # Errors
    /// When AWS does not give it.
    pub async fn open(key: &KmsKey) -> Result<Self, KmsError> {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let mut loader = defaults(BehaviorVersion::v2026_01_12()).http_client(http).timeout_config(timeouts);
        if let Some(region) = &key.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &key.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        // Boxed without their types, which are nested deeper than the compiler likes.
        let config: BoxFuture<'_, _> = Box::pin(loader.load());
        let client = aws_sdk_kms::Client::new(&config.await);
        let signer: BoxFuture<'_, _> = Box::pin(AwsSigner::new(client, key.id.clone(), None));
        let signer = signer.await.map_err(|error| KmsError::Open(in_words(&error)))?;
        Ok(Self { address: signer.address(), signer, is_failing: AtomicBool::new(false) })
    }

    /// The key's account.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Signs a digest. AWS gives DER with any `s` and no `v`; alloy makes `s` low and finds `v`.
    ///
    /// # Errors
    /// When AWS does not answer in time, or not with a signature of this key.
    pub async fn sign(&self, digest: B256) -> Result<Signature, KmsError> {
        let signed = self.try_sign(digest).await;
        self.is_failing.store(signed.is_err(), Ordering::Relaxed);
        signed
    }

    /// Signs something that is no answer, if the last signature failed.
    ///
    /// # Errors
    /// When that fails, too.
    pub async fn check(&self) -> Result<(), KmsError> {
        if self.is_failing.load(Ordering::Relaxed) {
            self.sign(keccak256(&[b"dm3-gateway: does this key sign?"])).await?;
        }
        Ok(())
    }

    async fn try_sign(&self, digest: B256) -> Result<Signature, KmsError> {
        let signature = self.signer.sign_hash(&digest).await.map_err(|error| match error {
            alloy::signers::Error::Other(error) => KmsError::Sign(match error.downcast_ref() {
                Some(error) => in_words(error),
                None => error.to_string(),
            }),
            other => KmsError::Sign(other.to_string()),
        })?;
        Ok(Signature::parse(&signature.as_bytes())?)
    }
}

impl fmt::Debug for KmsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KmsSigner(of {})", self.address())
    }
}

/// With what is behind it: the outermost error says only that there was one.
fn in_words(error: &AwsSignerError) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let told = deeper.to_string();
        if !words.ends_with(&told) {
            words = format!("{words}: {told}");
        }
        cause = deeper.source();
    }
    words
}
