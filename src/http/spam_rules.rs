//! What accounts at delivery services demand of senders, and whether a sender has it.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::accounts::{AccountBody, AccountResource, not_signed, signing_key, uncached};
use super::code::Code;
use super::problem::Problem;
use super::{Shared, dm3_auth, examples};
use crate::dm3::AccountTopic;
use crate::ens::Name;
use crate::lookup::SenderCheck;
use crate::state::schema;
use crate::store::{self, Account};

/// What an account demands of senders, as everybody may know it; what is not there is not demanded.
#[derive(Debug, ToSchema)]
#[schema(as = Minimums, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a type of the dm3 room, which knows nothing of descriptions")]
pub struct MinimumsSchema {
    /// What the sender's account has to have, in wei, decimal.
    #[schema(nullable = false, pattern = "^(0|[1-9][0-9]{0,77})$")]
    min_balance: Option<String>,
    /// How many transactions the sender's account has to have sent.
    #[schema(nullable = false, maximum = 9_007_199_254_740_991_u64)]
    min_nonce: Option<u64>,
    /// What the sender's account has to have of a token.
    #[schema(value_type = MinTokenBalanceSchema, required = false)]
    min_token_balance: Option<MinTokenBalanceSchema>,
}

/// What an account demands of senders, and whom it does not want; what is not there is not demanded.
#[derive(Debug, ToSchema)]
#[schema(as = SpamRules, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a type of the dm3 room, which knows nothing of descriptions")]
pub struct SpamRulesSchema {
    /// Accounts that the receiver does not want to hear from, whatever name they have.
    #[schema(value_type = Vec<schema::Address>, required = false, max_items = 500)]
    blocked_accounts: Option<Vec<String>>,
    /// Names that the receiver does not want to hear from: these, not those below them.
    #[schema(value_type = Vec<schema::Name>, required = false, max_items = 500)]
    blocked_names: Option<Vec<String>>,
    /// What the sender's account has to have, in wei, decimal.
    #[schema(nullable = false, pattern = "^(0|[1-9][0-9]{0,77})$")]
    min_balance: Option<String>,
    /// How many transactions the sender's account has to have sent.
    #[schema(nullable = false, maximum = 9_007_199_254_740_991_u64)]
    min_nonce: Option<u64>,
    /// What the sender's account has to have of a token.
    #[schema(value_type = MinTokenBalanceSchema, required = false)]
    min_token_balance: Option<MinTokenBalanceSchema>,
}

/// An amount of a token (ERC-20).
#[derive(Debug, ToSchema)]
#[schema(as = MinTokenBalance)]
#[expect(dead_code, reason = "describes a type of the dm3 room, which knows nothing of descriptions")]
pub struct MinTokenBalanceSchema {
    /// The token's contract, on the chain of the names.
    #[schema(value_type = schema::Address)]
    address: String,
    /// In the token's smallest unit, decimal.
    #[schema(pattern = "^(0|[1-9][0-9]{0,77})$")]
    amount: String,
}

/// Who wants to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckBody {
    /// The sender's ENS name.
    #[schema(value_type = schema::Name)]
    sender: String,
    /// How many seconds ago the profiles may have been looked up.
    max_age: Option<u64>,
}

/// The two names of a path.
type AccountPath = Result<Path<(String, String)>, PathRejection>;

/// Set an account's spam rules
///
/// With a message that the signing key of the account's profile has signed, of the topic `setSpamRules`. The rules take the
/// place of all that there were; `{}` demands nothing. Each message counts once.
#[utoipa::path(put, path = "/v1/delivery-services/{name}/accounts/{account}/spam-rules", tag = "dm3",
    operation_id = "set_spam_rules",
    params(
        ("name" = schema::Name, Path, description = "The delivery service", example = json!(examples::SERVICE)),
        ("account" = schema::Name, Path, description = "The account", example = json!(examples::DM3_NAME)),
    ),
    request_body(content = AccountBody, example = json!(examples::spam_rules())),
    responses(
        (status = 200, description = "Set", body = AccountResource),
        (status = 400, description = "`malformed`, `invalid-name`, `other-name`, `other-service`, `body`"),
        (status = 401, description = "`proof`"),
        (status = 404, description = "`no-such-service`, `no-account`"),
        (status = 409, description = "`seen`"),
        (status = 410, description = "`expired`: the time of the message is not now"),
        (status = 413, description = "`body`"),
        (status = 422, description = "`no-profile`, `invalid-spam-rules`"),
        Problem,
    ))]
pub async fn set(
    State(app): State<Shared>,
    path: AccountPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (service, name) = parse(path)?;
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    let AccountBody { message, signature } = serde_json::from_slice(&body).map_err(not_signed)?;
    if message.topic != AccountTopic::SetSpamRules {
        return Err(Problem::malformed("a message of the topic setSpamRules is expected"));
    }
    if Name::parse(&message.ens_name)? != name {
        let detail = format!("the message is about {}, the path about {name}", message.ens_name);
        return Err(Problem::new(StatusCode::BAD_REQUEST, Code::OtherName, detail));
    }
    let key = signing_key(&app, &name).await?;
    app.registry.change_account(&service, &name, &message, &signature, &key).await?;
    let account = find(&app, &service, &name).await?;
    Ok(uncached(AccountResource::of(&service, &name, &account)))
}

/// An account's spam rules, with its block lists
///
/// For the account itself: `Authorization: Bearer` and a token of its session (`/auth`).
#[utoipa::path(get, path = "/v1/delivery-services/{name}/accounts/{account}/spam-rules", tag = "dm3",
    operation_id = "show_spam_rules",
    params(
        ("name" = schema::Name, Path, description = "The delivery service", example = json!(examples::SERVICE)),
        ("account" = schema::Name, Path, description = "The account", example = json!(examples::DM3_NAME)),
        ("authorization" = Option<String>, Header, description = "`Bearer` and the token", example = "Bearer eyJ…"),
    ),
    responses(
        (status = 200, description = "The rules", body = SpamRulesSchema),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 401, description = "`session`: not a token of this account"),
        (status = 404, description = "`no-such-service`, `no-account`"),
        Problem,
    ))]
pub async fn show(
    State(app): State<Shared>,
    path: AccountPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (service, name) = parse(path)?;
    if let Err(detail) = dm3_auth::session(&app, &headers, Some(&name)).await? {
        return Ok(dm3_auth::refused(&detail));
    }
    let rules = find(&app, &service, &name).await?.spam_rules.to_body();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(rules)).into_response())
}

/// Check a sender
///
/// For a delivery service that is handed a message: the profiles of sender and receiver, and whether the receiver's rules
/// let the sender through. Nonce and balances are those of the account that the sender's name answers, read at one block.
/// A rule that cannot be decided is `unknown`, never `passed`.
#[utoipa::path(post, path = "/v1/delivery-services/{name}/accounts/{account}/checks", tag = "lookups",
    operation_id = "check_sender",
    params(
        ("name" = schema::Name, Path, description = "The delivery service", example = json!(examples::SERVICE)),
        ("account" = schema::Name, Path, description = "The receiver", example = json!(examples::DM3_NAME)),
    ),
    request_body(content = CheckBody, example = json!({ "sender": examples::NAME })),
    responses(
        (status = 200, description = "What the rules say", body = SenderCheck),
        (status = 400, description = "`malformed`, `invalid-name`, `body`"),
        (status = 404, description = "`no-such-service`, `no-account`"),
        (status = 413, description = "`body`"),
        Problem,
    ))]
pub async fn check(
    State(app): State<Shared>,
    path: AccountPath,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (service, receiver) = parse(path)?;
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    let CheckBody { sender, max_age } = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed(format!("the body names no sender: {error}")))?;
    let sender = Name::parse(&sender)?;
    let Account { spam_rules, .. } = find(&app, &service, &receiver).await?;
    // The answer has to be out before the request's own time is over.
    let patience = Duration::from_secs(app.limits.request_seconds) * 4 / 5;
    let check = app.lookups.check_sender(&spam_rules, &receiver, &sender, max_age, patience).await;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(check)).into_response())
}

fn parse(path: AccountPath) -> Result<(Name, Name), Problem> {
    let Path((service, name)) = path.map_err(|error| Problem::malformed(error.body_text()))?;
    Ok((Name::parse(&service)?, Name::parse(&name)?))
}

async fn find(app: &Shared, service: &Name, name: &Name) -> Result<Account, Problem> {
    Ok(app.registry.account(service, name).await?.ok_or(store::AccountError::Missing)?)
}
