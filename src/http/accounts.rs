//! Accounts at delivery services that keep them here.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::Code;
use super::problem::Problem;
use super::spam_rules::{MinimumsSchema, SpamRulesSchema};
use super::{Shared, examples};
use crate::clock::rfc3339;
use crate::dm3::{AccountMessage, AccountTopic, PublicKey, SpamRules, SpamRulesBody};
use crate::ens::Name;
use crate::registry::AccountError;
use crate::state::schema;
use crate::store::{self, Account};

/// How old what is known of others' names may be. Of our own, it is what they hold now.
const MAX_AGE_SECONDS: u64 = 60;

/// What creates or deletes an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    /// What is signed.
    #[schema(value_type = AccountMessageSchema)]
    pub(super) message: AccountMessage,
    /// Ed25519 by the signing key of the account's profile over the message as canonical JSON (keys sorted, no white
    /// space), base64.
    pub(super) signature: String,
}

/// What is signed, as canonical JSON.
#[derive(Debug, ToSchema)]
#[schema(as = AccountMessage, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a type of the dm3 room, which knows nothing of descriptions")]
pub struct AccountMessageSchema {
    /// The `url` of the delivery service's profile.
    #[schema(examples("https://ds.example"))]
    delivery_service_url: String,
    /// The account.
    #[schema(value_type = schema::Name)]
    ens_name: String,
    /// Of `setSpamRules` only.
    #[schema(value_type = SpamRulesSchema, required = false)]
    spam_rules: Option<SpamRulesBody>,
    /// Unix seconds; a message counts for five minutes, and once.
    timestamp: u64,
    /// `createAccount`, `deleteAccount`, or `setSpamRules`.
    #[schema(pattern = "^((create|delete)Account|setSpamRules)$")]
    topic: String,
}

/// An account at a delivery service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
#[serde(rename_all = "camelCase")]
pub struct AccountResource {
    /// The ENS name that is the account.
    #[schema(value_type = schema::Name)]
    ens_name: String,
    /// The delivery service.
    #[schema(value_type = schema::Name)]
    service: String,
    /// When it was created.
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// What it demands of senders. Whom it has blocked is not told.
    #[schema(value_type = MinimumsSchema)]
    spam_rules: SpamRulesBody,
}

/// An account at a delivery service that was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeletedAccount)]
#[serde(rename_all = "camelCase")]
pub struct DeletedAccount {
    /// The ENS name that was the account.
    #[schema(value_type = schema::Name)]
    ens_name: String,
    /// The delivery service.
    #[schema(value_type = schema::Name)]
    service: String,
}

/// Create or delete an account
///
/// With a message that the signing key of the account's profile has signed. Each message counts once.
#[utoipa::path(post, path = "/v1/delivery-services/{name}/accounts", tag = "dm3", operation_id = "change_account",
    params(("name" = schema::Name, Path, description = "The delivery service", example = json!(examples::SERVICE))),
    request_body(content = AccountBody, example = json!(examples::account())),
    responses(
        (status = 200, description = "Deleted", body = DeletedAccount),
        (status = 201, description = "Created", body = AccountResource),
        (status = 400, description = "`malformed`, `invalid-name`, `other-service`, `body`"),
        (status = 401, description = "`proof`"),
        (status = 404, description = "`no-such-service`, `no-account`"),
        (status = 409, description = "`seen`, `account-exists`"),
        (status = 410, description = "`expired`: the time of the message is not now"),
        (status = 413, description = "`body`"),
        (status = 422, description = "`no-profile`"),
        Problem,
    ))]
pub async fn change(
    State(app): State<Shared>,
    service: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let Path(service) = service.map_err(|error| Problem::malformed(error.body_text()))?;
    let service = Name::parse(&service)?;
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    let AccountBody { message, signature } = serde_json::from_slice(&body).map_err(not_signed)?;
    if message.topic == AccountTopic::SetSpamRules {
        let detail = "setSpamRules is sent by PUT to the account's spam-rules";
        return Err(Problem::malformed(detail));
    }
    let name = Name::parse(&message.ens_name)?;
    let key = signing_key(&app, &name).await?;
    let created_at = app.registry.change_account(&service, &name, &message, &signature, &key).await?;
    if message.topic == AccountTopic::DeleteAccount {
        return Ok(uncached(DeletedAccount { ens_name: name.to_string(), service: service.to_string() }));
    }
    let account = Account { created_at, spam_rules: SpamRules::default() };
    Ok((StatusCode::CREATED, uncached(AccountResource::of(&service, &name, &account))).into_response())
}

/// Of the name's profile, which has to be verified now.
pub(super) async fn signing_key(app: &Shared, name: &Name) -> Result<PublicKey, Problem> {
    let profile = app.lookups.verified(name, Some(MAX_AGE_SECONDS)).await?;
    let profile = profile.ok_or_else(|| {
        let detail = format!("{name} has no verified profile, so nobody can sign for it");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::NoProfile, detail)
    })?;
    Ok(profile.signed.profile().public_signing_key)
}

pub(super) fn not_signed(error: serde_json::Error) -> Problem {
    Problem::malformed(format!("the body is not a signed message: {error}"))
}

/// An account
#[utoipa::path(get, path = "/v1/delivery-services/{name}/accounts/{account}", tag = "dm3",
    operation_id = "show_account",
    params(
        ("name" = schema::Name, Path, description = "The delivery service", example = json!(examples::SERVICE)),
        ("account" = schema::Name, Path, description = "The account", example = json!(examples::DM3_NAME)),
    ),
    responses(
        (status = 200, description = "There is one", body = AccountResource),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 404, description = "`no-such-service`, `no-account`"),
        Problem,
    ))]
pub async fn show(
    State(app): State<Shared>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((service, name)) = path.map_err(|error| Problem::malformed(error.body_text()))?;
    let (service, name) = (Name::parse(&service)?, Name::parse(&name)?);
    let account = app.registry.account(&service, &name).await?.ok_or(store::AccountError::Missing)?;
    Ok(uncached(AccountResource::of(&service, &name, &account)))
}

impl AccountResource {
    pub(super) fn of(service: &Name, name: &Name, account: &Account) -> Self {
        let (ens_name, service) = (name.to_string(), service.to_string());
        let spam_rules = account.spam_rules.to_public_body();
        Self { ens_name, service, created_at: rfc3339(account.created_at), spam_rules }
    }
}

pub(super) fn uncached(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(body)).into_response()
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        let new = |status, code| Self::new(status, code, detail.clone());
        match error {
            AccountError::NoSuchService(_) => new(StatusCode::NOT_FOUND, Code::NoSuchService),
            AccountError::OtherService { .. } => new(StatusCode::BAD_REQUEST, Code::OtherService),
            AccountError::Time { .. } => new(StatusCode::GONE, Code::Expired),
            AccountError::Topic => new(StatusCode::BAD_REQUEST, Code::Malformed),
            AccountError::SpamRules(_) => new(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidSpamRules),
            AccountError::Signature(_) => new(StatusCode::UNAUTHORIZED, Code::Proof),
            AccountError::Store(error) => error.into(),
            AccountError::Unfinished(_) => Self::internal(&detail),
        }
    }
}

impl From<store::AccountError> for Problem {
    fn from(error: store::AccountError) -> Self {
        let detail = error.to_string();
        let new = |status, code| Self::new(status, code, detail);
        match error {
            store::AccountError::Missing => new(StatusCode::NOT_FOUND, Code::NoAccount),
            store::AccountError::Exists => new(StatusCode::CONFLICT, Code::AccountExists),
            store::AccountError::Seen | store::AccountError::Older => new(StatusCode::CONFLICT, Code::Seen),
            store::AccountError::Store(error) => error.into(),
        }
    }
}
