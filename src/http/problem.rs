//! Errors of the API: RFC 9457 `application/problem+json`, with a `code` that stays.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::code::Code;
use super::middleware::Fault;
use crate::ens::{Name, NameError};
use crate::gateway::SignerError;
use crate::lookup::Unreachable;
use crate::registry::{ApplyError, PolicyError};
use crate::state::{StateError, schema};
use crate::store::{Entry, StoreError};

/// An error of the API. Boxed, because it is in every handler's result.
#[derive(Debug)]
pub struct Problem(Box<ProblemBody>);

/// An error in RFC 9457's form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// `urn:dm3-gateway:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:dm3-gateway:problem:", examples("urn:dm3-gateway:problem:unclaimed"))]
    kind: String,
    /// What the status is called.
    #[schema(examples("Not Found"))]
    title: &'static str,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599, examples(404))]
    status: StatusCode,
    /// What to tell problems by.
    code: Code,
    /// What is wrong here, for people.
    #[schema(examples("nobody holds alice.user.dm3.eth"))]
    detail: String,
    /// The version that the name's next state has to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_version: Option<u64>,
    /// The hash that the name's next state has to name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Hash)]
    previous: Option<B256>,
    /// The name's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    version: Option<u64>,
    /// Who holds the name; null: nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Address>)]
    owner: Option<Option<Address>>,
    /// What to write instead (ENSIP-15).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Name)]
    normal_form: Option<String>,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// What every route of the API can answer instead of its own. `openapi.rs` adds the body.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = |status: &str, codes: &str| {
            (status.to_owned(), ResponseBuilder::new().description(codes).build().into())
        };
        [
            response("500", "`internal`: the log knows more"),
            response("503", "`database`, `chain`, `unreachable`, `overloaded`, `timeout`: try again"),
        ]
        .into()
    }
}

impl Problem {
    /// A problem; `code` is one of those that clients rely on.
    pub fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemBody {
            kind: format!("urn:dm3-gateway:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            code,
            detail: detail.into(),
            next_version: None,
            previous: None,
            version: None,
            owner: None,
            normal_form: None,
        }))
    }

    /// What it says, to be said inside of something else.
    pub fn into_body(self) -> Box<ProblemBody> {
        self.0
    }

    /// A part of the request that is not what it should be.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::Malformed, detail)
    }

    /// Nothing is served under this path.
    pub fn no_such_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            Code::NoSuchRoute,
            "nothing is served here; GET /v1/info tells about this gateway",
        )
    }

    /// Something is, but not by this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::MethodNotAllowed,
            "this path is not served by this method",
        )
    }

    /// The name is outside of all zones.
    pub fn no_such_zone(name: &Name) -> Self {
        let detail = format!("{name} is not in any zone of this gateway; GET /v1/zones lists them");
        Self::new(StatusCode::NOT_FOUND, Code::NoSuchZone, detail)
    }

    /// Nobody holds the name. Tells what a claim has to say.
    pub fn unclaimed(name: &Name, entry: &Entry) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::Unclaimed, format!("nobody holds {name}")).next_after(entry)
    }

    fn next_after(mut self, entry: &Entry) -> Self {
        self.0.next_version = Some(entry.version + 1);
        self.0.previous = Some(entry.state_hash);
        self
    }

    /// A contract account could not be asked.
    pub fn chain(reason: &str) -> Self {
        tracing::error!(%reason, "the chain could not be asked about a contract account");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Chain,
            "whether the contract account accepts the signature cannot be told: the chain does not answer; try again",
        )
    }

    /// A bug, or something that only the log may know.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            Code::Internal,
            "something failed here; the log knows what",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, Json(&self.0)).into_response();
        let headers = response.headers_mut();
        // RFC 9110 wants a 401 to say what would help; of a proof that is in the body, no header can.
        if matches!(self.0.code, Code::Session | Code::Operator) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // What is unclaimed now may be claimed with the next request.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

impl Fault for Problem {
    fn overloaded() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::Overloaded,
            "the gateway has too much to do; try again",
        )
    }

    fn timed_out() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout, "the request took too long; try again")
    }

    fn bug() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            Code::Internal,
            "something failed here; the log knows what",
        )
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, Code::InvalidName, error.to_string());
        if let NameError::NotNormal { normal_form, .. } = error {
            problem.0.normal_form = Some(normal_form);
        }
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Database, "the database does not answer; try again")
    }
}

impl From<SignerError> for Problem {
    fn from(error: SignerError) -> Self {
        tracing::error!(%error, "the signer failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Signer, "the signer of answers does not sign")
    }
}

impl From<Unreachable> for Problem {
    fn from(error: Unreachable) -> Self {
        // Others' text, escaped.
        tracing::warn!(reason = ?error.to_string(), "a profile could not be looked up");
        let detail = "the profile cannot be looked up just now; try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unreachable, detail)
    }
}

impl From<PolicyError> for Problem {
    fn from(error: PolicyError) -> Self {
        let code = match error {
            PolicyError::NotOneLabel { .. } => Code::NotOneLabel,
            PolicyError::NotAnAddress { .. } => Code::NotAnAddress,
            PolicyError::BelongsToAddress(_) => Code::BelongsToAddress,
            PolicyError::LikeAnAddress => Code::LikeAnAddress,
            PolicyError::Reserved(_) => Code::Reserved,
            PolicyError::TooShort { .. } => Code::TooShort,
            PolicyError::Quota { .. } => Code::Quota,
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
                new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidRecord)
            }
            ApplyError::OtherName { .. } => new(StatusCode::BAD_REQUEST, Code::OtherName),
            ApplyError::OtherChain { .. } => new(StatusCode::BAD_REQUEST, Code::OtherChain),
            ApplyError::Version(_) => new(StatusCode::BAD_REQUEST, Code::Malformed),
            ApplyError::ValidForTooLong { .. } => new(StatusCode::BAD_REQUEST, Code::ValidForTooLong),
            ApplyError::Expired { .. } => new(StatusCode::GONE, Code::Expired),
            ApplyError::NoSuchZone(name) => Self::no_such_zone(&name),
            ApplyError::Policy(error) => error.into(),
            ApplyError::Proof(_) => new(StatusCode::UNAUTHORIZED, Code::Proof),
            ApplyError::Conflict { current, .. } => {
                let mut problem = new(StatusCode::CONFLICT, Code::Conflict).next_after(&current);
                problem.0.version = Some(current.version);
                problem.0.owner = Some(current.owner);
                problem
            }
            ApplyError::NothingToRelease { current, .. } => {
                new(StatusCode::CONFLICT, Code::NothingToRelease).next_after(&current)
            }
            ApplyError::TooOften { .. } => new(StatusCode::TOO_MANY_REQUESTS, Code::TooOften),
            ApplyError::Chain(reason) => Self::chain(&reason),
            ApplyError::Store(error) => error.into(),
            // No versioned state is ever seen twice: it names the one before it.
            ApplyError::Seen(_) | ApplyError::Randomness(_) | ApplyError::Unfinished(_) => {
                Self::internal(&detail)
            }
        }
    }
}
