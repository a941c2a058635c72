//! CCIP read (ERC-3668). Errors have the shape that the standard gives them: a 4xx ends the client's search, after a
//! 5xx it tries the next gateway.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::middleware::Fault;
use super::problem::Problem;
use super::{App, Shared};
use crate::gateway::{Answer, AnswerError, Entrance, Lookup, LookupError};

/// An error in the shape of ERC-3668: `{"message": "…"}`.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    message: String,
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

/// `GET /{resolver}/{calldata}`, with or without `.json`.
pub async fn get(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    path: LookupPath,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answer_path(&app, entrance, path, headers.get(header::IF_NONE_MATCH)).await
}

/// `POST /{resolver}/{calldata}`. A client should not do that, but web3.py does where a template has `{data}` and no
/// `{sender}`, which the resolver contract leaves out for a reason. The path says everything that the body does.
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

/// `POST /{resolver}`.
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

/// `POST /`, where the body names the contract.
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
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "message": self.message })))
            .into_response()
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
