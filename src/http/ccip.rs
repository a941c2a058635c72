//! CCIP read (ERC-3668). What is not an answer is in `ccip_failure.rs`.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ccip_failure::{Failure, Refusal};
use super::{App, Shared, examples};
use crate::gateway::{Answer, AnswerBody, Entrance, Lookup, LookupBody};
use crate::state::schema;

/// The path of a lookup by GET.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct LookupPath {
    /// The contract that verifies the answer.
    #[param(value_type = schema::Address, example = json!(examples::RESOLVER))]
    resolver: String,
    /// What the contract asked, in hex, with or without `.json` behind it.
    #[param(pattern = "^0x([0-9a-fA-F]{2})*([.]json)?$", example = json!(examples::CALLDATA))]
    calldata: String,
}

/// Look up (CCIP read)
///
/// An answer of the gateway to the calldata that the contract's `OffchainLookup` has, signed for that contract.
#[utoipa::path(get, path = "/{resolver}/{calldata}", tag = "resolution", operation_id = "lookup",
    params(
        LookupPath,
        ("if-none-match" = Option<String>, Header, nullable = false,
            description = "The `etag` of an answer that is known"),
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
    path: Result<Path<LookupPath>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    answer_path(&app, entrance, path, headers.get(header::IF_NONE_MATCH)).await
}

// A client should not do that, but web3.py does where a template has `{data}` and no `{sender}`, which the resolver
// contract leaves out for a reason. The path says everything that the body does.
/// Look up (CCIP read), with everything in the path and a body that is not read
#[utoipa::path(post, path = "/{resolver}/{calldata}", tag = "resolution", operation_id = "lookup_by_template",
    params(LookupPath),
    responses(
        (status = 200, description = "The signed answer", body = AnswerBody,
            headers(("etag" = String), ("cache-control" = String))),
        Failure,
    ))]
pub async fn post_to_template(
    State(app): State<Shared>,
    Extension(entrance): Extension<Entrance>,
    path: Result<Path<LookupPath>, PathRejection>,
) -> Result<Response, Refusal> {
    answer_path(&app, entrance, path, None).await
}

async fn answer_path(
    app: &App,
    entrance: Entrance,
    path: Result<Path<LookupPath>, PathRejection>,
    if_none_match: Option<&HeaderValue>,
) -> Result<Response, Refusal> {
    let Path(LookupPath { resolver, calldata }) = path.map_err(|_| Refusal::NotALookup)?;
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
///
/// A batch of lookups (ENSIP-21, `query`) is taken here and by the other ways, too. Its answer is not signed; those in it
/// are.
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
pub(super) fn matches(tags: &str, etag: &str) -> bool {
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
