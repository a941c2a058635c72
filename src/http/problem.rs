//! Errors of the API: RFC 9457 `application/problem+json`, with a `code` that stays.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::middleware::Fault;
use crate::ens::{Name, NameError};
use crate::registry::{ApplyError, PolicyError};
use crate::state::StateError;
use crate::store::{Entry, StoreError};

/// An error of the API.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    code: &'static str,
    detail: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem; `code` is one of those that clients rely on.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let kind = format!("urn:dm3-gateway:problem:{code}");
        Self { kind, title, status, code, detail: detail.into(), more: Map::new() }
    }

    /// A part of the request that is not what it should be.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// Nothing is served under this path.
    pub fn no_such_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-route",
            "nothing is served here; GET /v1/info tells about this gateway",
        )
    }

    /// Something is, but not by this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "this path is not served by this method",
        )
    }

    /// The name is outside of all zones.
    pub fn no_such_zone(name: &Name) -> Self {
        let detail = format!("{name} is not in any zone of this gateway; GET /v1/zones lists them");
        Self::new(StatusCode::NOT_FOUND, "no-such-zone", detail)
    }

    /// Nobody holds the name. Tells what a claim has to say.
    pub fn unclaimed(name: &Name, entry: &Entry) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unclaimed", format!("nobody holds {name}")).next_after(entry)
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    fn next_after(self, entry: &Entry) -> Self {
        self.with("nextVersion", json!(entry.version + 1)).with("previous", json!(entry.state_hash))
    }

    fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed here; the log knows what")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // What is unclaimed now may be claimed with the next request.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl Fault for Problem {
    fn overloaded() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "the gateway has too much to do; try again")
    }

    fn timed_out() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "the request took too long; try again")
    }

    fn bug() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed here; the log knows what")
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "invalid-name", error.to_string());
        match error {
            NameError::NotNormal { normal_form, .. } => problem.with("normalForm", json!(normal_form)),
            _ => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database", "the database does not answer; try again")
    }
}

impl From<PolicyError> for Problem {
    fn from(error: PolicyError) -> Self {
        let code = match error {
            PolicyError::NotOneLabel { .. } => "not-one-label",
            PolicyError::NotAnAddress { .. } => "not-an-address",
            PolicyError::BelongsToAddress(_) => "belongs-to-address",
            PolicyError::LikeAnAddress => "like-an-address",
            PolicyError::Reserved(_) => "reserved",
            PolicyError::TooShort { .. } => "too-short",
            PolicyError::Quota { .. } => "quota",
        };
        Self::new(StatusCode::FORBIDDEN, code, error.to_string())
    }
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Self {
        let detail = error.to_string();
        let new = |status, code| Self::new(status, code, detail.clone());
        match error {
            ApplyError::State(StateError::Name(error)) => error.into(),
            ApplyError::State(StateError::Records(_)) | ApplyError::Record(_) => {
                new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-record")
            }
            ApplyError::OtherName { .. } => new(StatusCode::BAD_REQUEST, "other-name"),
            ApplyError::OtherChain { .. } => new(StatusCode::BAD_REQUEST, "other-chain"),
            ApplyError::Version(_) => new(StatusCode::BAD_REQUEST, "malformed"),
            ApplyError::ValidForTooLong { .. } => new(StatusCode::BAD_REQUEST, "valid-for-too-long"),
            ApplyError::Expired { .. } => new(StatusCode::GONE, "expired"),
            ApplyError::NoSuchZone(name) => Self::no_such_zone(&name),
            ApplyError::Policy(error) => error.into(),
            ApplyError::Proof(_) => new(StatusCode::UNAUTHORIZED, "proof"),
            ApplyError::Conflict { current, .. } => {
                let problem = new(StatusCode::CONFLICT, "conflict").next_after(&current);
                problem.with("version", json!(current.version)).with("owner", json!(current.owner))
            }
            ApplyError::NothingToRelease { current, .. } => {
                new(StatusCode::CONFLICT, "nothing-to-release").next_after(&current)
            }
            ApplyError::TooOften { .. } => new(StatusCode::TOO_MANY_REQUESTS, "too-often"),
            ApplyError::Store(error) => error.into(),
            ApplyError::Unfinished(error) => Self::internal(&error),
        }
    }
}
