//! Settings of lookups of anybody's profiles.

use serde::Deserialize;
use zeroize::Zeroizing;

use super::ConfigError;

/// How anybody's profiles are looked up and kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookupSettings {
    /// `lookups.ttl_seconds`: how long a lookup is good, unless the name's TTL in ENS or a gateway's answer says less.
    /// Default 300.
    pub ttl_seconds: u64,
    /// `lookups.absent_seconds`: the same when there is no profile. Default 60.
    pub absent_seconds: u64,
    /// `lookups.unreachable_seconds`: how long nobody is asked again after nobody answered. Default 5.
    pub unreachable_seconds: u64,
    /// `lookups.stale_seconds`: how old something may become that is still given, and marked, while nobody answers.
    /// Default 86,400.
    pub stale_seconds: u64,
    /// `lookups.cache_mebibytes`: memory for what is kept. Default 64.
    pub cache_mebibytes: u64,
    /// `lookups.keep`: whether lookups of others' names survive a restart, in the database. Default false.
    pub keep: bool,
    /// `lookups.ipfs_gateways`, `DM3_LOOKUPS_IPFS_GATEWAYS` (comma-separated): trustless gateways for records in IPFS,
    /// the preferred first. They may be inside. Default none.
    pub ipfs_gateways: Vec<url::Url>,
    /// `lookups.watches`: streams of changes at a time. Default 100.
    pub watches: usize,
    /// `DM3_LOOKUPS_PURGE_TOKEN`: what the operator shows to have something forgotten. Default none: nobody can.
    #[serde(skip)]
    pub purge_token: Option<PurgeToken>,
    /// `lookups.allowed_hosts`, `DM3_LOOKUPS_ALLOWED_HOSTS` (comma-separated): `host` or `host:port` that is asked even
    /// though it is not public. For development. Default none.
    pub allowed_hosts: Vec<String>,
}

impl LookupSettings {
    pub(super) fn check_gateways(&self) -> Result<(), ConfigError> {
        let is_asked = |url: &url::Url| {
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
        };
        match self.ipfs_gateways.iter().position(|url| !is_asked(url)) {
            Some(at) => Err(ConfigError::IpfsGateway(at + 1)),
            None => Ok(()),
        }
    }
}

impl Default for LookupSettings {
    fn default() -> Self {
        Self {
            ttl_seconds: 300,
            absent_seconds: 60,
            unreachable_seconds: 5,
            stale_seconds: 86_400,
            cache_mebibytes: 64,
            keep: false,
            watches: 100,
            purge_token: None,
            ipfs_gateways: Vec::new(),
            allowed_hosts: Vec::new(),
        }
    }
}

/// What the operator shows to have a kept lookup forgotten. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PurgeToken(Zeroizing<String>);

impl PurgeToken {
    /// At least 16 characters.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        match text.len() {
            length @ ..16 => Err(ConfigError::PurgeToken(length)),
            _ => Ok(Self(Zeroizing::new(text.to_owned()))),
        }
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PurgeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PurgeToken(…)")
    }
}
