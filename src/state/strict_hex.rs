//! Bytes in JSON: a text of 0x and an even number of hex digits, and nothing else. What is accepted once stays accepted,
//! so other forms that a library would take as well are refused.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// For `#[serde(deserialize_with = "…")]` on addresses, hashes and bytes.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    if !text.starts_with("0x") {
        return Err(D::Error::custom("hex beginning with 0x is expected"));
    }
    text.parse().map_err(D::Error::custom)
}
