//! Records that the operator sets in the settings.

use alloy::primitives::{B256, Bytes};

use super::record_rules::check_data;
use crate::config::{Limits, ZoneRecords};
use crate::dm3;
use crate::ens::{self, CoinType, CoinTypeError};
use crate::state::{AddressRecord, DataRecord, Records, RecordsBody, TextRecord};

/// The records of a zone's own name, or what is wrong with them.
pub fn records(settings: &ZoneRecords) -> Result<Records, String> {
    let body = RecordsBody {
        texts: settings
            .texts
            .iter()
            .map(|(key, value)| TextRecord { key: key.clone(), value: value.clone() })
            .collect(),
        addresses: settings.addresses.iter().map(address).collect::<Result<_, _>>()?,
        data: settings.data.iter().map(data).collect::<Result<_, _>>()?,
        contenthash: settings
            .contenthash
            .as_deref()
            .map_or(Ok(Vec::new()), ens::contenthash::parse)
            .map_err(|error| format!("contenthash: {error}"))?
            .into(),
        salt: B256::ZERO,
    };
    let records = Records::parse(body, &Limits::default()).map_err(|error| error.to_string())?;
    records.data().iter().try_for_each(check_data).map_err(|error| error.to_string())?;
    Ok(records)
}

/// The same for records that many names share: nobody's address, and nobody's profile.
pub fn fallback(settings: &ZoneRecords) -> Result<Records, String> {
    if !settings.addresses.is_empty() {
        return Err("addresses cannot be shared by names of different owners".into());
    }
    if let Some(key) = settings.texts.keys().find(|key| dm3::is_profile_record(key)) {
        return Err(format!("{key} cannot be shared by names of different owners"));
    }
    records(settings)
}

fn address((coin, value): (&String, &String)) -> Result<AddressRecord, String> {
    let coin_type: CoinType = coin.parse().map_err(|error: CoinTypeError| error.to_string())?;
    let value = ens::address::parse(coin_type, value);
    let value = value.map_err(|error| format!("the address of coin {coin}: {error}"))?.into();
    Ok(AddressRecord { coin_type, value })
}

fn data((key, value): (&String, &String)) -> Result<DataRecord, String> {
    Ok(DataRecord { key: key.clone(), value: bytes(&format!("data record '{key}'"), value)? })
}

fn bytes(what: &str, hex: &str) -> Result<Bytes, String> {
    let digits = hex.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
    digits.map(Bytes::from).ok_or_else(|| format!("{what}: 0x and an even number of hex digits are expected"))
}
