//! The records of a name.

use std::collections::HashSet;

use alloy::primitives::{B256, Bytes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema;
use crate::config::Limits;
use crate::ens::CoinType;

/// A text record (ENSIP-5). The empty value is set, to nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextRecord {
    /// The key, such as `url`.
    pub key: String,
    /// The value.
    pub value: String,
}

/// An address record (ENSIP-9), in binary form. The empty value is set, to nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddressRecord {
    /// The chain.
    #[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
    pub coin_type: CoinType,
    /// The chain's own binary form.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    pub value: Bytes,
}

/// A data record (ENSIP-24). The empty value is set, to nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    /// The key; what begins with `ens:` answers old resolver functions.
    pub key: String,
    /// The value.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    pub value: Bytes,
}

/// Records as they are on the wire: of the right types, not yet checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Records, description = "All that a name holds.")]
#[serde(deny_unknown_fields)]
pub struct RecordsBody {
    /// Text records, in signed order.
    pub texts: Vec<TextRecord>,
    /// Address records, in signed order.
    pub addresses: Vec<AddressRecord>,
    /// Data records, in signed order.
    pub data: Vec<DataRecord>,
    /// The content hash (ENSIP-7); empty is not set.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    pub contenthash: Bytes,
    /// Random, so that an erased state cannot be guessed from its hash.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Hash)]
    pub salt: B256,
}

/// Records whose keys are unique and whose sizes are within bounds. Their order is part of what was signed.
#[derive(Clone, Debug)]
pub struct Records(RecordsBody);

/// What is wrong with records.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum RecordsError {
    /// Too many of a kind.
    #[error("there are {count} records in {kind}, {limit} are allowed")]
    TooMany {
        /// `texts`, `addresses` or `data`.
        kind: &'static str,
        /// How many there are.
        count: usize,
        /// How many may be.
        limit: usize,
    },
    /// Two records would answer the same question.
    #[error("{kind} has two records for '{key}'")]
    Duplicate {
        /// `texts`, `addresses` or `data`.
        kind: &'static str,
        /// The key or coin type.
        key: String,
    },
    /// A key that is empty, too long, or has control characters.
    #[error("{kind} has the key {key:?}: 1 to {MAX_KEY_BYTES} bytes without control characters are allowed")]
    Key {
        /// `texts` or `data`.
        kind: &'static str,
        /// The key.
        key: String,
    },
    /// A value that is too long.
    #[error("{record} has {bytes} bytes, {limit} are allowed")]
    TooLong {
        /// Which record.
        record: String,
        /// Its size.
        bytes: usize,
        /// What it may be.
        limit: usize,
    },
}

/// The longest key of a text or data record.
const MAX_KEY_BYTES: usize = 255;
/// The longest address: Ethereum's has 20 bytes, the longest of ENSIP-9 and its successors stay below this.
const MAX_ADDRESS_BYTES: usize = 128;

impl Records {
    /// Checks keys, counts and sizes. What a value means is not looked at.
    ///
    /// # Errors
    /// See [`RecordsError`].
    pub fn parse(body: RecordsBody, limits: &Limits) -> Result<Self, RecordsError> {
        check_kind("texts", body.texts.iter().map(|record| record.key.clone()), limits)?;
        check_kind("data", body.data.iter().map(|record| record.key.clone()), limits)?;
        let coins = body.addresses.iter().map(|record| u64::from(record.coin_type).to_string());
        check_kind("addresses", coins, limits)?;
        for TextRecord { key, value } in &body.texts {
            check_size(|| format!("text record '{key}'"), value.len(), limits.record_bytes)?;
        }
        for DataRecord { key, value } in &body.data {
            check_size(|| format!("data record '{key}'"), value.len(), limits.record_bytes)?;
        }
        for AddressRecord { coin_type, value } in &body.addresses {
            let name = || format!("the address of coin {}", u64::from(*coin_type));
            check_size(name, value.len(), MAX_ADDRESS_BYTES)?;
        }
        check_size(|| "contenthash".into(), body.contenthash.len(), limits.record_bytes)?;
        Ok(Self(body))
    }

    /// Records that were checked before they were stored.
    pub(crate) const fn stored(body: RecordsBody) -> Self {
        Self(body)
    }

    /// Text records, in signed order.
    pub fn texts(&self) -> &[TextRecord] {
        &self.0.texts
    }

    /// Address records, in signed order.
    pub fn addresses(&self) -> &[AddressRecord] {
        &self.0.addresses
    }

    /// Data records, in signed order.
    pub fn data(&self) -> &[DataRecord] {
        &self.0.data
    }

    /// The content hash; empty when not set.
    pub const fn contenthash(&self) -> &Bytes {
        &self.0.contenthash
    }

    /// The salt.
    pub const fn salt(&self) -> B256 {
        self.0.salt
    }

    /// The wire form.
    pub const fn body(&self) -> &RecordsBody {
        &self.0
    }

    /// The text record with this key; `Some("")` is set, to nothing.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts().iter().find(|record| record.key == key).map(|record| record.value.as_str())
    }

    /// The address record of this coin, without any default; `Some` of nothing is set, to nothing.
    pub fn address(&self, coin: CoinType) -> Option<&Bytes> {
        self.addresses().iter().find(|record| record.coin_type == coin).map(|record| &record.value)
    }

    /// The data record with this key; `Some` of nothing is set, to nothing.
    pub fn data_record(&self, key: &str) -> Option<&Bytes> {
        self.data().iter().find(|record| record.key == key).map(|record| &record.value)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        let RecordsBody { texts, addresses, data, contenthash, salt: _ } = &self.0;
        texts.is_empty() && addresses.is_empty() && data.is_empty() && contenthash.is_empty()
    }

    /// About how much memory they take.
    pub fn weight(&self) -> usize {
        let texts: usize = self.texts().iter().map(|record| record.key.len() + record.value.len() + 48).sum();
        let addresses: usize = self.addresses().iter().map(|record| record.value.len() + 48).sum();
        let data: usize = self.data().iter().map(|record| record.key.len() + record.value.len() + 64).sum();
        texts + addresses + data + self.contenthash().len() + 128
    }
}

impl RecordsBody {
    /// No records.
    pub const fn empty(salt: B256) -> Self {
        Self { texts: Vec::new(), addresses: Vec::new(), data: Vec::new(), contenthash: Bytes::new(), salt }
    }
}

fn check_kind(
    kind: &'static str,
    keys: impl ExactSizeIterator<Item = String>,
    limits: &Limits,
) -> Result<(), RecordsError> {
    if keys.len() > limits.records {
        return Err(RecordsError::TooMany { kind, count: keys.len(), limit: limits.records });
    }
    let mut seen = HashSet::new();
    for key in keys {
        if key.is_empty() || key.len() > MAX_KEY_BYTES || key.chars().any(char::is_control) {
            return Err(RecordsError::Key { kind, key });
        }
        if let Some(key) = seen.replace(key) {
            return Err(RecordsError::Duplicate { kind, key });
        }
    }
    Ok(())
}

fn check_size(record: impl FnOnce() -> String, bytes: usize, limit: usize) -> Result<(), RecordsError> {
    if bytes <= limit { Ok(()) } else { Err(RecordsError::TooLong { record: record(), bytes, limit }) }
}
