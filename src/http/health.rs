//! For supervisors and load balancers.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;

/// What `/health/live` says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Liveness {
    /// The process answers.
    Live,
}

/// What `/health/ready` says.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Readiness {
    /// The database answers, and takes writes; the signer signs.
    Ready,
}

/// The process answers
///
/// Also when it has too much to do.
#[utoipa::path(get, path = "/health/live", tag = "service", operation_id = "check_liveness",
    responses((status = 200, description = "It does", body = Liveness)))]
pub async fn live() -> Json<Liveness> {
    Json(Liveness::Live)
}

/// The database answers, and takes writes; the signer signs
#[utoipa::path(get, path = "/health/ready", tag = "service", operation_id = "check_readiness",
    responses((status = 200, description = "They do", body = Readiness), Problem,
        (status = 503, description = "`database`, `signer`, `overloaded`, `timeout`: try again")))]
pub async fn ready(State(app): State<Shared>) -> Result<Json<Readiness>, Problem> {
    app.registry.ping().await?;
    app.gateway.check_signer().await?;
    Ok(Json(Readiness::Ready))
}
