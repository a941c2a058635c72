//! `/auth`: how dm3's own clients get a token, and how services check one.

use alloy::primitives::Address;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::code::Code;
use super::dm3_failure::Dm3Failure;
use super::dm3_profile::{parse_any_form, parse_body};
use super::problem::Problem;
use super::{Shared, examples};
use crate::clock::rfc3339;
use crate::ens::Name;
use crate::session::{Session, SessionError};
use crate::state::schema;

/// How old what is known of others' names may be. Of our own, it is what they hold now.
const MAX_AGE_SECONDS: u64 = 60;

/// The answer to a challenge.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AuthBody {
    /// The challenge, as it was given.
    challenge: String,
    /// Ed25519 by the profile's signing key over the whole challenge, base64.
    signature: String,
}

/// A challenge for an account
///
/// For dm3's own clients: a JWT, good for 15 minutes, which the signing key of the account's profile signs as it is.
#[utoipa::path(get, path = "/auth/{ensName}", tag = "dm3", operation_id = "dm3_challenge",
    params(("ensName" = schema::Name, Path, description = "The account", example = json!(examples::DM3_NAME))),
    responses((status = 200, description = "The challenge", body = String, content_type = "application/json"),
        Dm3Failure))]
pub async fn challenge(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<String>, Dm3Failure> {
    let Path(name) = name?;
    Ok(Json(app.sessions.challenge(&parse_any_form(&name)?)?))
}

/// A token for a signed challenge
///
/// For dm3's own clients: a JWT, good for an hour.
#[utoipa::path(post, path = "/auth/{ensName}", tag = "dm3", operation_id = "dm3_token",
    params(("ensName" = schema::Name, Path, description = "The account", example = json!(examples::DM3_NAME))),
    request_body(content = AuthBody, example = json!({ "challenge": "eyJ…", "signature": "…" })),
    responses(
        (status = 200, description = "The token", body = String, content_type = "application/json"),
        (status = 413, description = "Too large a body", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn token(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<String>, Dm3Failure> {
    let Path(name) = name?;
    let account = parse_any_form(&name)?;
    let AuthBody { challenge, signature } = parse_body(&body?)?;
    app.sessions.check_challenge(&account, &challenge)?;
    let profile = app.lookups.verified(&account, Some(MAX_AGE_SECONDS)).await?;
    let profile = profile.ok_or_else(|| Dm3Failure::refused(format!("{account} has no profile")))?;
    let key = profile.signed.profile().public_signing_key;
    key.verify(&challenge, &signature).map_err(Dm3Failure::refused)?;
    Ok(Json(app.sessions.token(&account, profile.address)?))
}

/// What `GET /v1/session` can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// Whose token it has to be; anybody's if nobody says.
    #[param(value_type = Option<schema::Name>, nullable = false, example = json!(examples::DM3_NAME))]
    account: Option<String>,
}

/// Whose a token is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
#[serde(rename_all = "camelCase")]
pub struct SessionResource {
    /// The ENS name.
    #[schema(value_type = schema::Name)]
    account: String,
    /// The Ethereum account that it answers.
    #[schema(value_type = schema::Address)]
    address: Address,
    /// Whom the token is for.
    audience: String,
    /// When it was given.
    #[schema(value_type = schema::Time)]
    issued_at: String,
    /// Until when it is valid.
    #[schema(value_type = schema::Time)]
    expires_at: String,
}

/// Check a token
///
/// For services that want to know whom they talk to: `Authorization: Bearer <token>`.
#[utoipa::path(get, path = "/v1/session", tag = "dm3", operation_id = "check_token",
    params(SessionQuery, ("authorization" = Option<String>, Header, description = "`Bearer` and the token", example = "Bearer eyJ…")),
    responses(
        (status = 200, description = "It is valid", body = SessionResource),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 401, description = "`session`"),
        Problem,
    ))]
pub async fn check(
    State(app): State<Shared>,
    query: Result<Query<SessionQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(SessionQuery { account }) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let account = account.as_deref().map(parse_any_form).transpose()?;
    let session = match session(&app, &headers, account.as_ref()).await? {
        Ok(session) => session,
        Err(detail) => return Ok(refused(&detail)),
    };
    let resource = SessionResource {
        account: session.account.to_string(),
        address: session.address,
        audience: app.sessions.audience().to_owned(),
        issued_at: rfc3339(session.issued_at),
        expires_at: rfc3339(session.expires_at),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(resource)).into_response())
}

/// The session that a request has a token of: of `account`, if one is given. Or what is wrong with the token.
pub(super) async fn session(
    app: &Shared,
    headers: &HeaderMap,
    account: Option<&Name>,
) -> Result<Result<Session, String>, Problem> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        return Ok(Err("Authorization: Bearer <token> is expected".into()));
    };
    let session = match app.sessions.check(token.trim()) {
        Ok(session) => session,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if account.is_some_and(|account| *account != session.account) {
        return Ok(Err(SessionError::Account(session.account.to_string()).to_string()));
    }
    // A token outlives neither the name's owner nor their profile.
    let profile = app.lookups.verified(&session.account, Some(MAX_AGE_SECONDS)).await?;
    if profile.is_none_or(|profile| profile.address != session.address) {
        return Ok(Err(SessionError::Changed(session.account).to_string()));
    }
    Ok(Ok(session))
}

/// Whoever it is has to get a token first.
pub(super) fn refused(detail: &str) -> Response {
    Problem::new(StatusCode::UNAUTHORIZED, Code::Session, detail).into_response()
}
