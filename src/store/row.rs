//! Reading columns into the types that they were written from.

use alloy::primitives::{Address, B256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::StoreError;
use crate::state::{Records, RecordsBody};

pub fn integer(row: &AnyRow, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| StoreError::Corrupt(column))
}

pub fn text(row: &AnyRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

pub fn hash(row: &AnyRow, column: &'static str) -> Result<B256, StoreError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    B256::try_from(bytes.as_slice()).map_err(|_| StoreError::Corrupt(column))
}

pub fn address(row: &AnyRow, column: &'static str) -> Result<Address, StoreError> {
    optional_address(row, column)?.ok_or(StoreError::Corrupt(column))
}

pub fn optional_address(row: &AnyRow, column: &'static str) -> Result<Option<Address>, StoreError> {
    let bytes: Option<Vec<u8>> = row.try_get(column)?;
    bytes
        .map(|bytes| Address::try_from(bytes.as_slice()).map_err(|_| StoreError::Corrupt(column)))
        .transpose()
}

/// `None` when the records were erased.
pub fn records(row: &AnyRow, column: &'static str) -> Result<Option<Records>, StoreError> {
    let json: Option<String> = row.try_get(column)?;
    json.map(|json| serde_json::from_str::<RecordsBody>(&json).map(Records::stored))
        .transpose()
        .map_err(|_| StoreError::Corrupt(column))
}

/// SQL knows signed integers only; what does not fit was refused before.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
