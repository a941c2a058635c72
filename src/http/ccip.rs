//! CCIP read (ERC-3668). Errors have the shape that the standard gives them: a 4xx ends the client's search, after a
//! 5xx it tries the next gateway.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::middleware::Fault;
use super::problem::Problem;
use super::{App, Shared, examples};
use crate::gateway::{Answer, AnswerBody, AnswerError, Entrance, Lookup, LookupBody, LookupError};
use crate::state::schema;

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
        let response = |status: u16, description: &str| {
            let content = Content::new(Some(Ref::from_schema_name(Self::name())));
            let response =
                ResponseBuilder::new().description(description).content("application/json", content).build();
            (status.to_string(), response.into())
        };
        [
            response(400, "Not a lookup, or one that is never answered"),
            response(403, "This gateway does not sign for the contract"),
            response(404, "The name is outside of all zones"),
            response(413, "Too much calldata, or too large a body"),
            response(500, "The gateway failed; try another"),
            response(503, "The database does not answer, or there is too much to do; try another"),
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

type LookupPath = Result<Path<(String, String)>, PathRejection>;

/// Look up (CCIP read)
///
/// An answer of the gateway to the calldata that the contract's `OffchainLookup` has, signed for that contract.
#[utoipa::path(get, path = "/{resolver}/{calldata}", tag = "resolution", operation_id = "lookup",
    params(
        ("resolver" = schema::Address, Path, description = "The contract that verifies the answer",
            example = json!(examples::RESOLVER)),
        ("calldata" = String, Path, description = "What the contract asked, in hex, with or without `.json` behind it",
            pattern = "^0x([0-9a-fA-F]{2})*([.]json)?$", example = json!(examples::CALLDATA)),
        ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that is known", nullable = false),
    ),
    responses(
        (status = 200, description = "The signed answer", body = AnswerBody,
            headers(("etag" = String), ("cache-control" = String))),
        (status = 304, description = "The answer is that one"),
        Failure,
    ))]
pub async fn get(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    path: LookupPath,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answer_path(&app, entrance, path, headers.get(header::IF_NONE_MATCH)).await
}

// A client should not do that, but web3.py does where a template has `{data}` and no `{sender}`, which the resolver
// contract leaves out for a reason. The path says everything that the body does.
/// Look up (CCIP read), with everything in the path and a body that is not read
#[utoipa::path(post, path = "/{resolver}/{calldata}", tag = "resolution", operation_id = "lookup_by_template",
    params(
        ("resolver" = schema::Address, Path, description = "The contract that verifies the answer",
            example = json!(examples::RESOLVER)),
        ("calldata" = String, Path, description = "What the contract asked, in hex, with or without `.json` behind it",
            pattern = "^0x([0-9a-fA-F]{2})*([.]json)?$", example = json!(examples::CALLDATA)),
    ),
    responses(
        (status = 200, description = "The signed answer", body = AnswerBody,
            headers(("etag" = String), ("cache-control" = String))),
        Failure,
    ))]
pub async fn post_to_template(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    path: LookupPath,
) -> Result<Response, Refusal> {
    answer_path(&app, entrance, path, None).await
}

async fn answer_path(
    app: &App,
    entrance: Entrance,
    path: LookupPath,
    if_none_match: Option<&HeaderValue>,
) -> Result<Response, Refusal> {
    let Path((resolver, calldata)) = path.map_err(|_| Refusal::NotALookup)?;
    if !resolver.starts_with("0x") {
        return Err(Refusal::NotALookup);
    }
    let lookup = Lookup::from_path(entrance, &resolver, &calldata, app.limits.calldata_bytes)?;
    let answer = app.gateway.answer(lookup).await?;
    Ok(respond(app, &answer, if_none_match))
}

/// Look up (CCIP read), with the calldata in the body
///
/// The contract of the path beats the body's `sender`.
#[utoipa::path(post, path = "/{resolver}", tag = "resolution", operation_id = "lookup_by_post",
    params(("resolver" = schema::Address, Path, description = "The contract that verifies the answer",
            example = json!(examples::RESOLVER))),
    request_body(content = LookupBody, example = json!(examples::lookup())),
    responses(
        (status = 200, description = "The signed answer", body = AnswerBody,
            headers(("etag" = String), ("cache-control" = String))),
        Failure,
    ))]
pub async fn post(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    path: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let Path(resolver) = path.map_err(|_| Refusal::NotALookup)?;
    if !resolver.starts_with("0x") {
        return Err(Refusal::NotALookup);
    }
    answer_post(&app, entrance, Some(&resolver), &body?).await
}

/// Look up (CCIP read), with everything in the body
#[utoipa::path(post, path = "/", tag = "resolution", operation_id = "lookup_at_root",
    request_body(content = LookupBody, example = json!(examples::lookup())),
    responses(
        (status = 200, description = "The signed answer", body = AnswerBody,
            headers(("etag" = String), ("cache-control" = String))),
        Failure,
    ))]
pub async fn post_to_root(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    answer_post(&app, entrance, None, &body?).await
}

async fn answer_post(
    app: &App,
    entrance: Entrance,
    resolver: Option<&str>,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let lookup = Lookup::from_body(entrance, resolver, body, app.limits.calldata_bytes)?;
    let answer = app.gateway.answer(lookup).await?;
    Ok(respond(app, &answer, None))
}

fn respond(app: &App, answer: &Answer, if_none_match: Option<&HeaderValue>) -> Response {
    let headers = [
        (header::ETAG, answer.etag().to_owned()),
        (header::CACHE_CONTROL, cache_control(app, answer)),
        // Nothing here depends on a header of the request; this is for caches that compress.
        (header::VARY, "accept-encoding".to_owned()),
    ];
    let is_known =
        if_none_match.and_then(|tags| tags.to_str().ok()).is_some_and(|tags| matches(tags, answer.etag()));
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, "application/json")], answer.body().clone()).into_response()
}

/// `If-None-Match` compares weakly (RFC 9110 §13.1.2): proxies that compress make strong tags weak.
fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Never longer than the answer itself lives.
fn cache_control(app: &App, answer: &Answer) -> String {
    let remaining = answer.expires().saturating_sub(app.gateway.now());
    match app.gateway.answers().http_max_age_seconds.min(remaining) {
        0 => "no-cache".to_owned(),
        seconds => format!("public, max-age={seconds}"),
    }
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
        if let AnswerError::Store(error) = &error {
            tracing::error!(%error, "the database failed");
        }
        Self::Failure(Failure::new(error.status(), error.message()))
    }
}

impl Failure {
    fn new(status: u16, message: String) -> Self {
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), message }
    }
}
