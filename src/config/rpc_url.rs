//! Where a chain is asked.

use std::str::FromStr;

use serde::Deserialize;

/// The URL of a JSON-RPC endpoint. There is often a key in it: its `Debug` shows the host only.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RpcUrl(url::Url);

/// Not such a URL.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("an http or https URL is expected")]
pub struct RpcUrlError;

impl RpcUrl {
    /// The URL.
    pub fn url(&self) -> url::Url {
        self.0.clone()
    }
}

impl TryFrom<url::Url> for RpcUrl {
    type Error = RpcUrlError;

    fn try_from(url: url::Url) -> Result<Self, RpcUrlError> {
        if matches!(url.scheme(), "http" | "https") { Ok(Self(url)) } else { Err(RpcUrlError) }
    }
}

impl FromStr for RpcUrl {
    type Err = RpcUrlError;

    fn from_str(text: &str) -> Result<Self, RpcUrlError> {
        url::Url::parse(text).map_err(|_| RpcUrlError)?.try_into()
    }
}

impl TryFrom<String> for RpcUrl {
    type Error = RpcUrlError;

    fn try_from(text: String) -> Result<Self, RpcUrlError> {
        text.parse()
    }
}

impl std::fmt::Debug for RpcUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RpcUrl({})", self.0.host_str().unwrap_or_default())
    }
}
