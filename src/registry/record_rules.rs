//! What the values of some records must be.

use alloy::primitives::Address;

use super::view::LayeredRecords;
use super::zone::{Zone, ZoneRules};
use crate::chain::SignatureFault;
use crate::dm3::{
    self, DeliveryServiceError, DeliveryServiceProfile, RecordUri, SignedUserProfile, UriError,
};
use crate::state::{AddressRecord, DataRecord, NameState, Records, TextRecord};

/// Why a record's value is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum RecordError {
    /// Not a profile, or not one that counts.
    #[error("text record '{key}': {source}")]
    Profile {
        /// The record.
        key: String,
        /// What is wrong.
        source: UriError,
    },
    /// A profile that is not signed by the account of the name.
    #[error("text record '{key}': the profile's signature: {fault}")]
    ProfileSignature {
        /// The record.
        key: String,
        /// Why not.
        fault: SignatureFault,
    },
    /// Not a delivery service's profile.
    #[error("text record '{key}': {source}")]
    DeliveryService {
        /// The record.
        key: String,
        /// What is wrong.
        source: DeliveryServiceError,
    },
    /// In an address zone, a profile that the resolver contract cannot check.
    #[error(
        "text record '{key}': in this zone the profile itself is expected, as data:application/json,{{…}}"
    )]
    ProfileNotInline {
        /// The record.
        key: String,
    },
    /// Nobody could have signed the profile.
    #[error(
        "text record '{key}': the name answers no account (its coin 60 is empty), so no profile can count for it"
    )]
    ProfileWithoutAccount {
        /// The record.
        key: String,
    },
    /// The address of an EVM chain.
    #[error("the address of coin {coin} has {bytes} bytes: addresses of EVM chains have 20, or none")]
    EvmAddress {
        /// The coin type.
        coin: u64,
        /// Its size.
        bytes: usize,
    },
    /// In an address zone, an EVM address that is somebody else's.
    #[error("the address of coin {coin} can only be {label} here, or empty")]
    NotTheLabel {
        /// The coin type.
        coin: u64,
        /// The label's account.
        label: Address,
    },
    /// A data record that answers an old resolver function.
    #[error("data record '{key}': {expected}")]
    EnsData {
        /// The key.
        key: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A transfer that would make the new owner say something.
    #[error("a transfer carries no records: the new owner sets their own")]
    InTransfer,
    /// Records that nobody would own.
    #[error("a release carries no records")]
    InRelease,
}

/// A profile that a state holds itself, and whose it has to be.
#[derive(Debug)]
pub struct PublishedProfile {
    /// The text record.
    pub key: String,
    /// The account that the name answers.
    pub account: Address,
    /// Its signature is not checked yet.
    pub profile: SignedUserProfile,
}

/// Checks the values of a state that is not a release, in its zone, and gives the profiles whose signatures are still to
/// be checked. `inherited` are the records of its owner's address name.
pub fn check(
    state: &NameState,
    zone: &Zone,
    inherited: Option<&Records>,
) -> Result<Vec<PublishedProfile>, RecordError> {
    let is_address_zone = matches!(zone.rules(), ZoneRules::Address);
    let label = is_address_zone.then_some(state.owner);
    state.records.addresses().iter().try_for_each(|record| check_address(record, label))?;
    state.records.data().iter().try_for_each(check_data)?;
    let layers =
        LayeredRecords { owner: Some(state.owner), own: Some(&state.records), inherited, fallback: None };
    let mut profiles = Vec::new();
    for TextRecord { key, value } in state.records.texts().iter().filter(|record| !record.value.is_empty()) {
        if dm3::is_profile_record(key) {
            profiles.extend(check_profile(key, value, layers.account(), is_address_zone)?);
        } else if dm3::is_delivery_service_record(key) {
            check_delivery_service(key, value)?;
        }
    }
    Ok(profiles)
}

fn check_profile(
    key: &str,
    value: &str,
    account: Option<Address>,
    is_address_zone: bool,
) -> Result<Option<PublishedProfile>, RecordError> {
    let key = || key.to_owned();
    let fault = |source: UriError| RecordError::Profile { key: key(), source };
    let account = account.ok_or_else(|| RecordError::ProfileWithoutAccount { key: key() })?;
    match RecordUri::parse(value).map_err(fault)? {
        RecordUri::Inline { json, is_plain } if is_plain || !is_address_zone => {
            let profile = SignedUserProfile::parse(&json).map_err(|error| fault(error.into()))?;
            Ok(Some(PublishedProfile { key: key(), account, profile }))
        }
        RecordUri::Https { .. } | RecordUri::Ipfs(_) if !is_address_zone => Ok(None),
        _ => Err(RecordError::ProfileNotInline { key: key() }),
    }
}

fn check_delivery_service(key: &str, value: &str) -> Result<(), RecordError> {
    let key = || key.to_owned();
    let uri = RecordUri::parse(value).map_err(|source| RecordError::Profile { key: key(), source })?;
    let RecordUri::Inline { json, .. } = uri else { return Ok(()) };
    let checked = DeliveryServiceProfile::parse(&json);
    checked.map(|_| ()).map_err(|source| RecordError::DeliveryService { key: key(), source })
}

/// The address of an EVM chain has 20 bytes or none, and is the label's where there is one.
fn check_address(record: &AddressRecord, label: Option<Address>) -> Result<(), RecordError> {
    let AddressRecord { coin_type, value } = record;
    if !coin_type.is_evm() || value.is_empty() {
        return Ok(());
    }
    let coin = u64::from(*coin_type);
    match (Address::try_from(value.as_ref()), label) {
        (Err(_), _) => Err(RecordError::EvmAddress { coin, bytes: value.len() }),
        (Ok(address), Some(label)) if address != label => Err(RecordError::NotTheLabel { coin, label }),
        _ => Ok(()),
    }
}

/// Data keys that begin with `ens:` answer `pubkey`, `ABI`, `interfaceImplementer` and `name`.
pub fn check_data(record: &DataRecord) -> Result<(), RecordError> {
    let DataRecord { key, value } = record;
    let Some(function) = key.strip_prefix("ens:") else { return Ok(()) };
    let is_content_type = |text: &str| {
        text.parse::<u64>().is_ok_and(|number| number.is_power_of_two() && number.to_string() == text)
    };
    let is_interface_id = |text: &str| {
        text.strip_prefix("0x")
            .is_some_and(|hex| hex.len() == 8 && hex.bytes().all(|b| b"0123456789abcdef".contains(&b)))
    };
    let (valid, expected) = match function.split_once(':') {
        None if function == "pubkey" => {
            (value.is_empty() || value.len() == 64, "64 bytes are expected, x and y")
        }
        None if function == "name" => (std::str::from_utf8(value).is_ok(), "UTF-8 is expected"),
        Some(("abi", kind)) => {
            (is_content_type(kind), "the content type is a power of two in decimal digits (ENSIP-4)")
        }
        Some(("interface", id)) => (
            is_interface_id(id) && (value.is_empty() || value.len() == 20),
            "the interface id is 0x and 8 lower-case hex digits, the value an address of 20 bytes",
        ),
        _ => (
            false,
            "of the keys that begin with ens: only pubkey, name, abi:<type> and interface:<id> are known",
        ),
    };
    if valid { Ok(()) } else { Err(RecordError::EnsData { key: key.clone(), expected }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ens::CoinType;

    #[test]
    fn data_records_for_old_functions_have_their_shapes() {
        let check = |key: &str, bytes: usize| {
            check_data(&DataRecord { key: key.into(), value: vec![0; bytes].into() })
        };
        for (key, bytes) in [
            ("anything", 3),
            ("ens:pubkey", 64),
            ("ens:abi:1", 9),
            ("ens:interface:0x01ffc9a7", 20),
            ("ens:name", 3),
        ] {
            assert_eq!(check(key, bytes), Ok(()), "{key}");
        }
        for (key, bytes) in [
            ("ens:pubkey", 63),
            ("ens:abi:3", 1),
            ("ens:abi:01", 1),
            ("ens:abi", 1),
            ("ens:interface:0x01FFC9A7", 20),
            ("ens:interface:0x01ffc9a7", 19),
            ("ens:other", 1),
        ] {
            assert!(check(key, bytes).is_err(), "{key}");
        }
    }

    #[test]
    fn evm_addresses_have_twenty_bytes_and_are_the_label_in_address_zones() {
        let label = Address::repeat_byte(1);
        let record = |coin: u64, value: &[u8]| AddressRecord {
            coin_type: CoinType::try_from(coin).unwrap(),
            value: value.to_vec().into(),
        };
        for coin in [60, 0x8000_0000, 0x8000_000a] {
            assert_eq!(check_address(&record(coin, label.as_slice()), Some(label)), Ok(()));
            assert_eq!(check_address(&record(coin, &[]), Some(label)), Ok(()));
            assert_eq!(check_address(&record(coin, &[2; 20]), None), Ok(()));
            assert!(check_address(&record(coin, &[2; 20]), Some(label)).is_err());
            assert!(check_address(&record(coin, &[2; 19]), None).is_err());
        }
        assert_eq!(check_address(&record(0, &[2; 25]), Some(label)), Ok(()));
    }
}
