//! What a gateway says of itself.

use alloy::primitives::B256;
use serde::Deserialize;

use crate::config::ZoneKind;

/// `GET /v1/info`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    pub version: String,
    pub chain_id: u64,
    pub ttl_seconds: u64,
    pub zones: Vec<ZoneInfo>,
}

/// One of its zones.
#[derive(Clone, Debug, Deserialize)]
pub struct ZoneInfo {
    pub name: String,
    pub node: B256,
    pub kind: ZoneKind,
}
