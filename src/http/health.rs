//! For supervisors and load balancers.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Shared;
use super::problem::Problem;

/// `GET /health/live`: the process answers.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers, and takes writes.
pub async fn ready(State(app): State<Shared>) -> Result<Json<Value>, Problem> {
    app.registry.ping().await?;
    Ok(Json(json!({ "status": "ready" })))
}
