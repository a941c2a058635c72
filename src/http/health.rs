//! For supervisors and load balancers.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Shared;
use super::problem::Problem;

/// `GET /health/live`: the process answers.
pub async fn live() -> Json<Value> {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database answers, and the server is not about to stop.
pub async fn ready(State(app): State<Shared>) -> Result<Json<Value>, Problem> {
    if app.is_stopping.load(Ordering::Relaxed) {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "the gateway is about to stop",
        ));
    }
    app.registry.ping().await?;
    Ok(Json(json!({ "status": "ready" })))
}
