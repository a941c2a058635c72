//! Errors of the API of dm3's own clients: `{"error": "…"}`. Those clients know 200 and everything else.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::{IntoResponses, ToSchema};

use super::middleware::Fault;
use super::openapi::described;
use crate::ens::NameError;
use crate::lookup::Unreachable;
use crate::registry::{ApplyError, UnversionedError};
use crate::session::SessionError;
use crate::store::StoreError;

/// An error in the shape that dm3's clients know.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dm3Failure {
    #[serde(skip)]
    status: StatusCode,
    /// What is wrong, for people.
    error: String,
}

/// What every one of these routes can answer instead of its own.
impl IntoResponses for Dm3Failure {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = described::<Self>;
        [
            response(400, "The request is not what it should be, or not allowed"),
            response(500, "The gateway failed"),
            response(503, "The database or the chain does not answer, or there is too much to do; try again"),
        ]
        .into()
    }
}

impl Dm3Failure {
    /// Whatever dm3's original answers 400 to, which is everything that the client did wrong.
    pub fn refused(error: impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.to_string() }
    }

    /// There is nothing to show.
    pub fn not_found(error: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.into() }
    }

    fn unavailable(error: &str) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, error: error.into() }
    }

    fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::bug()
    }

    fn chain(reason: &str) -> Self {
        tracing::error!(%reason, "the chain could not be asked about a contract account");
        Self::unavailable("the chain does not answer; try again")
    }
}

impl IntoResponse for Dm3Failure {
    fn into_response(self) -> Response {
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(&self)).into_response()
    }
}

impl Fault for Dm3Failure {
    fn overloaded() -> Self {
        Self::unavailable("the gateway has too much to do; try again")
    }

    fn timed_out() -> Self {
        Self::unavailable("the request took too long; try again")
    }

    fn bug() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: "something failed here".into() }
    }
}

impl From<BytesRejection> for Dm3Failure {
    fn from(error: BytesRejection) -> Self {
        Self { status: error.status(), error: error.body_text() }
    }
}

impl From<PathRejection> for Dm3Failure {
    fn from(error: PathRejection) -> Self {
        Self::refused(error.body_text())
    }
}

impl From<NameError> for Dm3Failure {
    fn from(error: NameError) -> Self {
        Self::refused(error)
    }
}

impl From<StoreError> for Dm3Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::unavailable("the database does not answer; try again")
    }
}

impl From<Unreachable> for Dm3Failure {
    fn from(error: Unreachable) -> Self {
        // Others' text, escaped.
        tracing::warn!(reason = ?error.to_string(), "a profile could not be looked up");
        Self::unavailable("the profile cannot be looked up just now; try again")
    }
}

impl From<SessionError> for Dm3Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Make(reason) => Self::internal(&reason),
            error => Self::refused(error),
        }
    }
}

impl From<UnversionedError> for Dm3Failure {
    fn from(error: UnversionedError) -> Self {
        match error {
            UnversionedError::Apply(ApplyError::Store(error)) => error.into(),
            UnversionedError::Apply(ApplyError::Chain(reason)) => Self::chain(&reason),
            UnversionedError::Apply(error @ (ApplyError::Randomness(_) | ApplyError::Unfinished(_))) => {
                Self::internal(&error)
            }
            // The name changes faster than its next state can be made.
            UnversionedError::Apply(ApplyError::Conflict { .. }) => Self::overloaded(),
            error => Self::refused(error),
        }
    }
}
