//! Zones: the ENS names under which this gateway is authoritative, and who may claim names there.

use std::collections::HashSet;
use std::sync::Arc;

use alloy::primitives::Address;

use super::configured;
use crate::config::{ZoneKind, ZoneSettings};
use crate::ens::{Name, NameError, Node};
use crate::state::Records;

/// A zone.
#[derive(Debug)]
pub struct Zone {
    name: Name,
    rules: ZoneRules,
    records: Arc<Records>,
    fallback: Arc<Records>,
}

/// Who may claim in a zone, by its kind.
#[derive(Debug)]
pub enum ZoneRules {
    /// The account whose address the label is, and nobody else, ever.
    Address,
    /// Whoever comes first.
    Open(OpenRules),
}

/// The policy of an open zone.
#[derive(Debug)]
pub struct OpenRules {
    /// The address zone from which names take what they do not set.
    pub inherit_from: Option<Name>,
    /// How many names an account may hold; `None` for any number.
    pub names_per_owner: Option<u32>,
    /// The shortest label, in characters.
    pub min_label_length: usize,
    /// Labels that nobody can claim.
    pub reserved: HashSet<String>,
}

/// Where a name stands.
#[derive(Debug)]
pub enum Place<'a> {
    /// One label under a zone: it can be claimed.
    Label {
        /// The zone.
        zone: &'a Zone,
        /// The label.
        label: &'a str,
    },
    /// A zone's own name.
    Apex(&'a Zone),
    /// More than one label under a zone.
    Deeper(&'a Zone),
}

impl<'a> Place<'a> {
    /// The zone that has the name.
    pub const fn zone(&self) -> &'a Zone {
        match self {
            Self::Label { zone, .. } | Self::Apex(zone) | Self::Deeper(zone) => zone,
        }
    }

    /// The account of an address name.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Label { zone: Zone { rules: ZoneRules::Address, .. }, label } => address_label(label),
            _ => None,
        }
    }
}

/// The zones of this gateway.
#[derive(Debug)]
pub struct Zones(Vec<Zone>);

/// What is wrong with the zones of the settings.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ZoneError {
    /// None at all.
    #[error("no zones are configured: at least one [[zones]] is needed")]
    None,
    /// A zone's name.
    #[error("zones: {0}")]
    Name(#[from] NameError),
    /// Two zones of one name.
    #[error("zone {0} is configured twice")]
    Twice(Name),
    /// `inherit_from` names no address zone.
    #[error("zone {zone} inherits from {from}, which is not an address zone of this gateway")]
    InheritFrom {
        /// The zone.
        zone: Name,
        /// What it names.
        from: String,
    },
    /// A setting that only open zones have.
    #[error(
        "zone {0} is an address zone: it cannot have inherit_from, names_per_owner, min_label_length or reserved"
    )]
    NotForAddressZones(Name),
    /// A record of the settings.
    #[error("zone {zone}, {table}: {reason}")]
    Record {
        /// The zone.
        zone: Name,
        /// `records` or `fallback`.
        table: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A reserved label that nobody could claim anyway.
    #[error("zone {zone} reserves '{label}', which is not a label in normal form")]
    Reserved {
        /// The zone.
        zone: Name,
        /// The label.
        label: String,
    },
}

impl Zone {
    /// Its ENS name.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// Who may claim.
    pub const fn rules(&self) -> &ZoneRules {
        &self.rules
    }

    /// What its own name answers.
    pub const fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// What claimed names answer that nothing else says.
    pub const fn fallback(&self) -> &Arc<Records> {
        &self.fallback
    }

    /// The node of the address name from which a name of `owner` in this zone takes what it does not set.
    pub fn inherited_node(&self, owner: Option<Address>) -> Option<Node> {
        match (&self.rules, owner) {
            (ZoneRules::Open(OpenRules { inherit_from: Some(zone), .. }), Some(owner)) => {
                Some(zone.node().child(&label_of(owner)))
            }
            _ => None,
        }
    }

    /// That address name itself.
    pub fn inherited_name(&self, owner: Option<Address>) -> Option<Name> {
        match (&self.rules, owner) {
            (ZoneRules::Open(OpenRules { inherit_from: Some(zone), .. }), Some(owner)) => {
                Name::parse(&format!("{}.{zone}", label_of(owner))).ok()
            }
            _ => None,
        }
    }

    fn parse(settings: &ZoneSettings, all: &[ZoneSettings]) -> Result<Self, ZoneError> {
        let name = Name::parse(&settings.name)?;
        let rules = match settings.kind {
            ZoneKind::Address => {
                let ZoneSettings { inherit_from, names_per_owner, min_label_length, reserved, .. } = settings;
                let plain = inherit_from.is_none() && names_per_owner.is_none() && min_label_length.is_none();
                if !plain || !reserved.is_empty() {
                    return Err(ZoneError::NotForAddressZones(name));
                }
                ZoneRules::Address
            }
            ZoneKind::Open => ZoneRules::Open(OpenRules::parse(&name, settings, all)?),
        };
        let fault = |table| {
            let zone = name.clone();
            move |reason| ZoneError::Record { zone, table, reason }
        };
        let records = configured::records(&settings.records).map_err(fault("records"))?;
        let fallback = configured::fallback(&settings.fallback).map_err(fault("fallback"))?;
        Ok(Self { name, rules, records: Arc::new(records), fallback: Arc::new(fallback) })
    }
}

impl OpenRules {
    fn parse(zone: &Name, settings: &ZoneSettings, all: &[ZoneSettings]) -> Result<Self, ZoneError> {
        let is_address_zone =
            |from: &String| all.iter().any(|other| other.name == *from && other.kind == ZoneKind::Address);
        let inherit_from = match &settings.inherit_from {
            Some(from) if !is_address_zone(from) => {
                return Err(ZoneError::InheritFrom { zone: zone.clone(), from: from.clone() });
            }
            from => from.as_deref().map(Name::parse).transpose()?,
        };
        let is_label = |label: &&String| !label.contains('.') && Name::parse(label).is_ok();
        if let Some(label) = settings.reserved.iter().find(|label| !is_label(label)) {
            return Err(ZoneError::Reserved { zone: zone.clone(), label: label.clone() });
        }
        Ok(Self {
            inherit_from,
            names_per_owner: Some(settings.names_per_owner.unwrap_or(1)).filter(|&limit| limit > 0),
            min_label_length: settings.min_label_length.unwrap_or(3),
            reserved: settings.reserved.iter().cloned().collect(),
        })
    }
}

impl Zones {
    /// Checks the zones of the settings.
    ///
    /// # Errors
    /// See [`ZoneError`].
    pub fn parse(settings: &[ZoneSettings]) -> Result<Self, ZoneError> {
        let mut zones: Vec<Zone> = Vec::new();
        for one in settings {
            let zone = Zone::parse(one, settings)?;
            if zones.iter().any(|other| other.name == zone.name) {
                return Err(ZoneError::Twice(zone.name));
            }
            zones.push(zone);
        }
        if zones.is_empty() { Err(ZoneError::None) } else { Ok(Self(zones)) }
    }

    /// All of them, in the order of the settings.
    pub fn iter(&self) -> impl Iterator<Item = &Zone> {
        self.0.iter()
    }

    /// The address name of an account in the address zone `zone`; `None` when that is not one of ours.
    pub fn address_name(&self, zone: &Name, account: Address) -> Option<Name> {
        let is_meant = |other: &&Zone| other.name == *zone && matches!(other.rules, ZoneRules::Address);
        let zone = self.0.iter().find(is_meant)?;
        Name::parse(&format!("{}.{}", label_of(account), zone.name)).ok()
    }

    /// The address names of an account: one in each address zone, in the order of the settings.
    pub fn address_names(&self, account: Address) -> impl Iterator<Item = Name> {
        self.0.iter().filter_map(move |zone| self.address_name(zone.name(), account))
    }

    /// Where a name stands; `None` outside of all zones. The longest zone that is a suffix of it has it.
    pub fn place<'a>(&'a self, name: &'a Name) -> Option<Place<'a>> {
        let zones = self.0.iter().filter(|zone| name.is_within(&zone.name));
        let zone = zones.max_by_key(|zone| zone.name.as_str().len())?;
        if *name == zone.name {
            return Some(Place::Apex(zone));
        }
        let (label, parent) = name.split_first();
        Some(if parent == zone.name.as_str() { Place::Label { zone, label } } else { Place::Deeper(zone) })
    }
}

/// The account whose address a label is: 0x and 40 hex digits, in lower case as normal form has them.
pub fn address_label(label: &str) -> Option<Address> {
    let mut bytes = [0u8; 20];
    hex::decode_to_slice(label.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(Address::from(bytes))
}

fn label_of(account: Address) -> String {
    format!("0x{}", hex::encode(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones(toml: &str) -> Result<Zones, ZoneError> {
        #[derive(serde::Deserialize)]
        struct File {
            zones: Vec<ZoneSettings>,
        }
        Zones::parse(&toml::from_str::<File>(toml).unwrap().zones)
    }

    #[test]
    fn the_longest_zone_has_a_name() {
        let zones = zones(
            "[[zones]]\nname = 'dm3.eth'\nkind = 'open'\n[[zones]]\nname = 'addr.dm3.eth'\nkind = 'address'",
        )
        .unwrap();
        let place = |name: &str| match zones.place(&Name::parse(name).unwrap()) {
            Some(Place::Label { zone, label }) => format!("{label} in {}", zone.name()),
            Some(Place::Apex(zone)) => format!("is {}", zone.name()),
            Some(Place::Deeper(zone)) => format!("deep in {}", zone.name()),
            None => "elsewhere".into(),
        };
        assert_eq!(place("alice.dm3.eth"), "alice in dm3.eth");
        assert_eq!(place("0xaa.addr.dm3.eth"), "0xaa in addr.dm3.eth");
        assert_eq!(place("addr.dm3.eth"), "is addr.dm3.eth");
        assert_eq!(place("a.b.dm3.eth"), "deep in dm3.eth");
        assert_eq!(place("alicedm3.eth"), "elsewhere");
        assert_eq!(place("eth"), "elsewhere");
    }

    #[test]
    fn contradictions_in_the_settings_are_told() {
        let message = |toml: &str| zones(toml).unwrap_err().to_string();
        let open = "[[zones]]\nname = 'a.eth'\nkind = 'open'\n";
        let address = "[[zones]]\nname = 'b.eth'\nkind = 'address'\n";
        assert_eq!(message("zones = []"), ZoneError::None.to_string());
        assert!(message(&format!("{open}{open}")).contains("twice"));
        assert!(message(&format!("{open}inherit_from = 'b.eth'")).contains("inherits from b.eth"));
        assert!(zones(&format!("{open}inherit_from = 'b.eth'\n{address}")).is_ok());
        assert!(message(&format!("{address}names_per_owner = 2")).contains("address zone"));
        assert!(message(&format!("{open}reserved = ['Admin']")).contains("reserves 'Admin'"));
        assert!(message("[[zones]]\nname = 'A.eth'\nkind = 'open'").contains("a.eth"));
        let record = |line: &str| message(&format!("{open}{line}"));
        assert!(
            record("records.addresses = { x = '0x00' }").contains("a.eth, records: 'x' is no known coin")
        );
        assert!(record("records.addresses = { 60 = '0x00' }").contains("coin 60: this is no address of eth"));
        assert!(record("records.contenthash = 'e301'").contains("contenthash"));
        assert!(record("records.data = { 'ens:pubkey' = '0x00' }").contains("64 bytes"));
        assert!(record("fallback.addresses = { 0 = '0x00' }").contains("fallback: addresses"));
        assert!(
            record("fallback.texts = { 'network.dm3.profile' = 'x' }")
                .contains("fallback: network.dm3.profile")
        );
    }
}
