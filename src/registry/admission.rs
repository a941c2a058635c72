//! Who may do what to a name: the policy of its zone.

use alloy::primitives::Address;

use super::zone::{OpenRules, Place, Zone, ZoneRules, address_label};
use crate::state::NameState;
use crate::store::Entry;

/// Why a zone's policy forbids an operation.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum PolicyError {
    /// The zone itself, or more than one label under it.
    #[error("only names of one label under {zone} can be claimed, like label.{zone}")]
    NotOneLabel {
        /// The zone.
        zone: String,
    },
    /// In an address zone.
    #[error("names of this zone are addresses: 0x and 40 lower-case hex digits, followed by .{zone}")]
    NotAnAddress {
        /// The zone.
        zone: String,
    },
    /// In an address zone.
    #[error("this name belongs to {0} for ever: it can be changed and released, but nobody else can own it")]
    BelongsToAddress(Address),
    /// In an open zone.
    #[error("labels that look like an address are reserved")]
    LikeAnAddress,
    /// In an open zone.
    #[error("the label '{0}' is reserved")]
    Reserved(String),
    /// In an open zone.
    #[error("the label has {length} characters, {minimum} are the least here")]
    TooShort {
        /// How many it has.
        length: usize,
        /// How many it needs.
        minimum: usize,
    },
    /// In an open zone.
    #[error("{owner} holds as many names in this zone as one account may ({limit}): release one first")]
    Quota {
        /// The account.
        owner: Address,
        /// How many it may hold.
        limit: u32,
    },
}

/// What an operation does.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Change {
    /// Nobody held the name.
    Claim,
    /// The owner stays.
    Update,
    /// Somebody else becomes the owner.
    Transfer,
    /// Nobody will hold the name.
    Release,
}

impl Change {
    /// What `next` does to a name in the state of `current`; `None` when it releases what nobody holds.
    pub fn between(current: &Entry, next: &NameState) -> Option<Self> {
        match (current.owner, next.is_release()) {
            (None, true) => None,
            (None, false) => Some(Self::Claim),
            (Some(_), true) => Some(Self::Release),
            (Some(owner), false) if owner == next.owner => Some(Self::Update),
            (Some(_), false) => Some(Self::Transfer),
        }
    }
}

/// The zone of a name that somebody could claim, were it free. Whose quota allows it is not asked.
pub fn claimable<'a>(place: &Place<'a>) -> Result<&'a Zone, PolicyError> {
    let (zone, label) = one_label(place)?;
    match zone.rules() {
        ZoneRules::Address => address_label(label).map(|_| zone).ok_or_else(|| not_an_address(zone)),
        ZoneRules::Open(rules) => admit_label(label, rules).map(|()| zone),
    }
}

fn one_label<'a>(place: &Place<'a>) -> Result<(&'a Zone, &'a str), PolicyError> {
    match *place {
        Place::Label { zone, label } => Ok((zone, label)),
        Place::Apex(zone) | Place::Deeper(zone) => {
            Err(PolicyError::NotOneLabel { zone: zone.name().to_string() })
        }
    }
}

fn not_an_address(zone: &Zone) -> PolicyError {
    PolicyError::NotAnAddress { zone: zone.name().to_string() }
}

/// The zone of a name that can be claimed, if its policy lets this change happen. The quota is checked later, inside
/// the transaction. Rules about labels bind claims only: who has a name keeps it when the policy becomes stricter.
pub fn admit<'a>(place: &Place<'a>, change: Change, next: &NameState) -> Result<&'a Zone, PolicyError> {
    let (zone, label) = one_label(place)?;
    match zone.rules() {
        ZoneRules::Address => match address_label(label) {
            None => Err(not_an_address(zone)),
            Some(account) if account != next.owner && !next.is_release() => {
                Err(PolicyError::BelongsToAddress(account))
            }
            Some(_) => Ok(zone),
        },
        ZoneRules::Open(rules) if change == Change::Claim => admit_label(label, rules).map(|()| zone),
        ZoneRules::Open(_) => Ok(zone),
    }
}

fn admit_label(label: &str, rules: &OpenRules) -> Result<(), PolicyError> {
    let length = label.chars().count();
    if address_label(label).is_some() {
        Err(PolicyError::LikeAnAddress)
    } else if rules.reserved.contains(label) {
        Err(PolicyError::Reserved(label.to_owned()))
    } else if length < rules.min_label_length {
        Err(PolicyError::TooShort { length, minimum: rules.min_label_length })
    } else {
        Ok(())
    }
}

/// Whose quota a name takes after a change: its owner's, once that owner has signed a state of it. So nobody can fill
/// somebody else's quota by transferring names.
pub fn counts_for(change: Change, next: &NameState) -> Option<Address> {
    match change {
        Change::Claim | Change::Update => Some(next.owner),
        Change::Transfer | Change::Release => None,
    }
}
