//! Zones, as they are configured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Who may claim names in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneKind {
    /// The account whose address the label is.
    Address,
    /// Whoever comes first, within the zone's policy.
    Open,
}

/// A zone, as it is configured; see [`crate::registry::Zones`] for what is checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneSettings {
    /// The ENS name under which this gateway is authoritative.
    pub name: String,
    /// Who may claim.
    pub kind: ZoneKind,
    /// The address zone from which a name takes what it does not set itself, under its owner's address.
    pub inherit_from: Option<String>,
    /// How many names one account may hold here; 0 for any number. Default 1. Open zones only.
    pub names_per_owner: Option<u32>,
    /// The shortest label that can be claimed, in characters. Default 3. Open zones only.
    pub min_label_length: Option<usize>,
    /// Labels that nobody can claim. Default none. Open zones only.
    #[serde(default)]
    pub reserved: Vec<String>,
    /// What the zone's own name answers. Default nothing.
    #[serde(default)]
    pub records: ZoneRecords,
    /// What claimed names answer that neither they nor their owner's address name set: texts (but no dm3 profile), data
    /// and contenthash. Default nothing.
    #[serde(default)]
    pub fallback: ZoneRecords,
}

/// Records in the settings. Bytes are 0x and hex digits; addresses and the content hash may have their text form as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZoneRecords {
    /// Text records.
    pub texts: BTreeMap<String, String>,
    /// Address records by coin: its name, its number, or `evm:<chain id>`.
    pub addresses: BTreeMap<String, String>,
    /// Data records.
    pub data: BTreeMap<String, String>,
    /// The content hash.
    pub contenthash: Option<String>,
}

impl ZoneSettings {
    pub(super) fn defaults() -> Vec<Self> {
        let zone = |name: &str, kind, inherit_from: Option<&str>| Self {
            name: name.into(),
            kind,
            inherit_from: inherit_from.map(Into::into),
            names_per_owner: None,
            min_label_length: None,
            reserved: match kind {
                ZoneKind::Address => vec![],
                ZoneKind::Open => vec!["admin".into(), "support".into()],
            },
            records: ZoneRecords::default(),
            fallback: ZoneRecords::default(),
        };
        vec![
            zone("addr.dm3.eth", ZoneKind::Address, None),
            zone("user.dm3.eth", ZoneKind::Open, Some("addr.dm3.eth")),
        ]
    }
}
