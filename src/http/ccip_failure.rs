//! Errors of CCIP read (ERC-3668): a 4xx ends the client's search, after a 5xx it tries the next gateway.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::{IntoResponses, ToSchema};

use super::middleware::Fault;
use super::openapi::described;
use super::problem::Problem;
use crate::gateway::{AnswerError, LookupError};

/// An error in the shape of ERC-3668: `{"message": "…"}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    #[serde(skip)]
    status: StatusCode,
    /// What is wrong, for people.
    message: String,
}

/// What every lookup can be answered instead of an answer.
impl IntoResponses for Failure {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = described::<Self>;
        [
            response(400, "Not a lookup, or one that is never answered"),
            response(403, "This gateway does not sign for the contract"),
            response(404, "The name is outside of all zones"),
            response(413, "Too much calldata, or too large a body"),
            response(500, "The gateway failed; try another"),
            response(
                503,
                "The database or the signer does not answer, or there is too much to do; try another",
            ),
        ]
        .into()
    }
}

/// Whatever a CCIP route can answer instead of an answer.
#[derive(Debug)]
pub enum Refusal {
    /// A lookup that failed.
    Failure(Failure),
    /// The path only has the shape of a lookup.
    NotALookup,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(&self)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Failure(failure) => failure.into_response(),
            Self::NotALookup => Problem::no_such_route().into_response(),
        }
    }
}

impl Fault for Failure {
    fn overloaded() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message: "the gateway has too much to do".into() }
    }

    fn timed_out() -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, message: "the request took too long".into() }
    }

    fn bug() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message: "the gateway failed".into() }
    }
}

impl From<BytesRejection> for Refusal {
    fn from(error: BytesRejection) -> Self {
        Self::Failure(Failure { status: error.status(), message: error.body_text() })
    }
}

impl From<LookupError> for Refusal {
    fn from(error: LookupError) -> Self {
        Self::Failure(Failure::new(error.status(), error.to_string()))
    }
}

impl From<AnswerError> for Refusal {
    fn from(error: AnswerError) -> Self {
        match &error {
            AnswerError::Store(error) => tracing::error!(%error, "the database failed"),
            AnswerError::Signer(error) => tracing::error!(%error, "the signer failed"),
            AnswerError::Query(_) => {}
        }
        Self::Failure(Failure::new(error.status(), error.message()))
    }
}

impl Failure {
    fn new(status: u16, message: String) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), message }
    }
}
