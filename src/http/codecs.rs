//! Addresses and content hashes, between the form that people write and the binary one that is signed.

use alloy::primitives::Bytes;
use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::code::Code;
use super::problem::Problem;
use crate::ens::{CoinType, CoinTypeError, address, contenthash};
use crate::state::schema;

/// What `GET /v1/codecs/address` can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AddressQuery {
    /// The coin: its name, its number (SLIP-44), or `evm:<chain id>`.
    #[param(example = "btc")]
    coin: String,
    /// The address as people write it, or its binary form in hex.
    #[param(example = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]
    text: String,
}

/// An address in both forms.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressForms {
    /// The coin's name.
    #[schema(examples("btc"))]
    coin: String,
    /// Its number.
    #[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
    coin_type: CoinType,
    /// As people write it; in hex where nobody writes it otherwise.
    #[schema(examples("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"))]
    text: String,
    /// As a record has it.
    #[schema(value_type = schema::Bytes)]
    value: Bytes,
}

/// What `GET /v1/codecs/contenthash` can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContenthashQuery {
    /// The content hash as people write it, or its binary form in hex.
    #[param(example = "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4")]
    text: String,
}

/// A content hash in both forms.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContenthashForms {
    /// As people write it; in hex where nobody writes it otherwise.
    #[schema(examples("ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4"))]
    text: String,
    /// As a record has it.
    #[schema(value_type = schema::Bytes)]
    value: Bytes,
}

/// An address, from the form that people write to the one that a record has, and back
#[utoipa::path(get, path = "/v1/codecs/address", tag = "service", operation_id = "convert_address",
    params(AddressQuery),
    responses(
        (status = 200, description = "It in both forms", body = AddressForms),
        (status = 400, description = "`malformed`"),
        (status = 422, description = "`invalid-record`: not an address of that coin"),
        Problem,
    ))]
pub async fn address(
    query: Result<Query<AddressQuery>, QueryRejection>,
) -> Result<Json<AddressForms>, Problem> {
    let Query(AddressQuery { coin, text }) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let coin_type: CoinType =
        coin.parse().map_err(|error: CoinTypeError| Problem::malformed(error.to_string()))?;
    let value = address::parse(coin_type, &text).map_err(|error| invalid(&error))?;
    let text = address::format(coin_type, &value);
    Ok(Json(AddressForms { coin: coin_type.to_string(), coin_type, text, value: value.into() }))
}

/// A content hash, from the form that people write to the one that a record has, and back
#[utoipa::path(get, path = "/v1/codecs/contenthash", tag = "service", operation_id = "convert_contenthash",
    params(ContenthashQuery),
    responses(
        (status = 200, description = "It in both forms", body = ContenthashForms),
        (status = 400, description = "`malformed`"),
        (status = 422, description = "`invalid-record`: not a content hash"),
        Problem,
    ))]
pub async fn contenthash(
    query: Result<Query<ContenthashQuery>, QueryRejection>,
) -> Result<Json<ContenthashForms>, Problem> {
    let Query(ContenthashQuery { text }) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let value = contenthash::parse(&text).map_err(|error| invalid(&error))?;
    Ok(Json(ContenthashForms { text: contenthash::format(&value), value: value.into() }))
}

fn invalid(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRecord, error.to_string())
}
