//! Whether a name can be claimed, asked before anything is signed.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, ProblemBody};
use super::{App, Shared, examples};
use crate::ens::Name;
use crate::registry::ApplyError;
use crate::state::schema;

/// Whether a name can be claimed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    /// What was asked about, as it was written.
    #[schema(examples("alice.user.dm3.eth"))]
    name: String,
    /// Nothing about the name stands in the way of a claim. Quotas, which are the claimer's, are not looked at.
    available: bool,
    /// What a claim would be refused with; null when it would not.
    #[schema(required)]
    problem: Option<Box<ProblemBody>>,
}

/// Whether a name can be claimed, and if not, why
///
/// Says what `PUT` would refuse a claim with, for any text that could be a name, so that people can be told while they
/// type. `problem.normalForm` is a better spelling, where there is one.
#[utoipa::path(get, path = "/v1/names/{name}/availability", tag = "names", operation_id = "check_availability",
    params(("name" = schema::Name, Path, description = "The name", example = json!(examples::NAME))),
    responses(
        (status = 200, description = "What a claim would come to", body = Availability),
        (status = 400, description = "`malformed`"),
        Problem,
    ))]
pub async fn show(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Path(name) = path.map_err(|error| Problem::malformed(error.body_text()))?;
    let problem = refusal(&app, &name).await?.map(Problem::into_body);
    let availability = Availability { name, available: problem.is_none(), problem };
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(availability)))
}

/// What a claim of `name` would be refused with.
async fn refusal(app: &App, name: &str) -> Result<Option<Problem>, Problem> {
    let name = match Name::parse(name) {
        Ok(name) => name,
        Err(error) => return Ok(Some(error.into())),
    };
    match app.registry.claimable(&name).await {
        Ok(()) => Ok(None),
        Err(ApplyError::Store(error)) => Err(error.into()),
        Err(error) => Ok(Some(error.into())),
    }
}
