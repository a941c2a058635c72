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
use super::{Shared, examples};
use crate::clock::rfc3339;
use crate::dm3::{AccountMessage, AccountTopic};
use crate::ens::Name;
use crate::registry::{AccountError, UserProfileError};
use crate::state::schema;
use crate::store;

/// What creates or deletes an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    /// What is signed.
    #[schema(value_type = AccountMessageSchema)]
    message: AccountMessage,
    /// Ed25519 by the signing key of the account's profile over the message as canonical JSON (keys sorted, no white
    /// space), base64.
    signature: String,
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
    /// Unix seconds; a message counts for five minutes, and once.
    timestamp: u64,
    /// `createAccount` or `deleteAccount`.
    #[schema(pattern = "^(create|delete)Account$")]
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
    let AccountBody { message, signature } = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed(format!("the body is not a signed message: {error}")))?;
    let name = app.registry.change_account(&service, &message, &signature).await?;
    match message.topic {
        AccountTopic::CreateAccount => {
            let created = account(&app, &service, &name).await?;
            Ok((StatusCode::CREATED, created).into_response())
        }
        AccountTopic::DeleteAccount => {
            let deleted = DeletedAccount { ens_name: name.to_string(), service: service.to_string() };
            Ok(([(header::CACHE_CONTROL, "no-cache")], Json(deleted)).into_response())
        }
    }
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
    account(&app, &Name::parse(&service)?, &Name::parse(&name)?).await
}

async fn account(app: &super::App, service: &Name, name: &Name) -> Result<Response, Problem> {
    let Some(created_at) = app.registry.account(service, name).await? else {
        return Err(store_problem(&store::AccountError::Missing));
    };
    let (ens_name, service) = (name.to_string(), service.to_string());
    let resource = AccountResource { ens_name, service, created_at: rfc3339(created_at) };
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(resource)).into_response())
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let detail = error.to_string();
        let new = |status, code| Self::new(status, code, detail);
        match error {
            AccountError::NoSuchService(_) => new(StatusCode::NOT_FOUND, Code::NoSuchService),
            AccountError::Name(error) => error.into(),
            AccountError::OtherService { .. } => new(StatusCode::BAD_REQUEST, Code::OtherService),
            AccountError::Time { .. } => new(StatusCode::GONE, Code::Expired),
            AccountError::NoProfile(_) => new(StatusCode::UNPROCESSABLE_ENTITY, Code::NoProfile),
            AccountError::Signature(_) => new(StatusCode::UNAUTHORIZED, Code::Proof),
            AccountError::Profile(UserProfileError::Store(error)) => error.into(),
            AccountError::Profile(UserProfileError::Chain(reason)) => Self::chain(&reason),
            AccountError::Store(store::AccountError::Store(error)) => error.into(),
            AccountError::Store(error) => store_problem(&error),
        }
    }
}

fn store_problem(error: &store::AccountError) -> Problem {
    let (status, code) = match error {
        store::AccountError::Missing => (StatusCode::NOT_FOUND, Code::NoAccount),
        store::AccountError::Exists => (StatusCode::CONFLICT, Code::AccountExists),
        store::AccountError::Seen | store::AccountError::Older => (StatusCode::CONFLICT, Code::Seen),
        store::AccountError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, Code::Database),
    };
    Problem::new(status, code, error.to_string())
}
