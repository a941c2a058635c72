//! What this gateway is.

use alloy::primitives::Address;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::zones::ZoneResource;
use crate::state::schema;

/// What a client needs to know about a gateway.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Info)]
#[serde(rename_all = "camelCase")]
pub struct InfoResource {
    /// The program.
    #[schema(examples("dm3-gateway"))]
    name: &'static str,
    /// Its version.
    #[schema(examples("0.1.0"))]
    version: &'static str,
    /// The chain whose ENS the names live in.
    chain_id: u64,
    /// The account that signs answers.
    #[schema(value_type = schema::Address)]
    signer: Address,
    /// Where others reach it.
    #[schema(examples("https://gw.example"))]
    public_url: String,
    /// How long an answer is valid, from its signing on.
    ttl_seconds: u64,
    /// For new profiles whose owner chooses none.
    #[schema(value_type = Vec<schema::Name>)]
    delivery_services: Vec<String>,
    /// Where names can be claimed.
    zones: Vec<ZoneResource>,
}

/// What this gateway is
#[utoipa::path(get, path = "/v1/info", tag = "service", operation_id = "show_info",
    responses((status = 200, description = "Its signer, its zones, its version", body = InfoResource), Problem))]
pub async fn show(State(app): State<Shared>) -> Json<InfoResource> {
    Json(InfoResource {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        chain_id: app.registry.chain_id(),
        signer: app.gateway.signer(),
        public_url: app.public_url.as_str().trim_end_matches('/').to_owned(),
        ttl_seconds: app.gateway.answers().ttl_seconds,
        delivery_services: app.delivery_services.iter().map(ToString::to_string).collect(),
        zones: app.registry.zones().iter().map(ZoneResource::of).collect(),
    })
}
