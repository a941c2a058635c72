//! What this gateway is.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Shared, zones};

/// `GET /v1/info`.
pub async fn show(State(app): State<Shared>) -> Json<Value> {
    Json(json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "chainId": app.registry.chain_id(),
        "signer": app.gateway.signer(),
        "publicUrl": app.public_url.as_str().trim_end_matches('/'),
        "ttlSeconds": app.gateway.answers().ttl_seconds,
        "deliveryServices": app.delivery_services.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        "zones": app.registry.zones().iter().map(zones::resource).collect::<Vec<_>>(),
    }))
}
