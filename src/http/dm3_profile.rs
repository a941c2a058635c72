//! `/profile`: how dm3's own clients publish a profile, claim a name and give it up.

use alloy::primitives::Address;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::dm3_failure::Dm3Failure;
use super::{App, Shared, examples};
use crate::dm3::SignedUserProfile;
use crate::ens::{Name, NameError};
use crate::registry::ZoneRules;
use crate::state::schema;

/// What publishes a profile.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishBody {
    /// The account.
    #[schema(value_type = schema::Address)]
    address: String,
    /// Its profile and signature.
    #[schema(value_type = SignedProfile)]
    signed_user_profile: Box<RawValue>,
    /// The address zone, with or without a dot in front; the first one of this gateway if nobody says.
    #[schema(nullable = false)]
    subdomain: Option<String>,
}

/// What claims a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimBody {
    /// The name.
    #[serde(alias = "alias")]
    #[schema(value_type = schema::Name)]
    dm3_name: String,
    /// The address name under which the profile is published.
    #[serde(alias = "name")]
    #[schema(value_type = schema::Name)]
    address_name: String,
    /// Ed25519 by the profile's signing key over `alias: <dm3Name>`, base64.
    signature: String,
}

/// What gives a name up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemoveBody {
    /// The name.
    #[serde(alias = "name")]
    #[schema(value_type = schema::Name)]
    dm3_name: String,
    /// Ed25519 by the profile's signing key over `remove: <dm3Name>`, base64.
    signature: String,
}

/// A dm3 profile with the signature of its account.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the dm3 room reads and writes")]
pub struct SignedProfile {
    /// The profile.
    profile: Profile,
    /// 65 bytes `r ‖ s ‖ v` over dm3's creation message (EIP-191).
    #[schema(value_type = schema::Bytes)]
    signature: String,
}

/// A dm3 profile.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what the dm3 room reads and writes")]
pub struct Profile {
    /// ENS names of delivery services, the preferred first.
    #[schema(value_type = Vec<schema::Name>)]
    delivery_services: Vec<String>,
    /// X25519, base64 of 32 bytes.
    public_encryption_key: String,
    /// Ed25519, base64 of 32 bytes.
    public_signing_key: String,
}

/// A name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NameOf {
    /// The name.
    #[schema(value_type = schema::Name)]
    name: String,
}

/// Publish a profile under the account's address name
///
/// For dm3's own clients. The same profile again is acknowledged; one that was replaced does not come back. Once the
/// name has a versioned state, only such states change it (`PUT /v1/names/{name}`).
#[utoipa::path(post, path = "/profile/address", tag = "dm3", operation_id = "dm3_publish_profile",
    request_body(content = PublishBody, example = json!(examples::publication())),
    responses(
        (status = 200, description = "Published", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 413, description = "Too large a body", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn publish(
    State(app): State<Shared>,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Dm3Failure> {
    let body: PublishBody = parse_body(&body?)?;
    let account = parse_account(&body.address)?;
    let (document, limit) = (body.signed_user_profile.get(), app.limits.record_bytes);
    if document.len() > limit {
        let length = document.len();
        return Err(Dm3Failure::refused(format!(
            "the profile has {length} bytes, a record has {limit} at most"
        )));
    }
    let profile = SignedUserProfile::read(document).map_err(Dm3Failure::refused)?.normalized_for(account);
    let zone = address_zone(&app, body.subdomain.as_deref())?;
    app.registry.publish_profile(&zone, account, profile).await?;
    Ok("OK")
}

/// Claim a name for the account of a published profile
///
/// For dm3's own clients.
#[utoipa::path(post, path = "/profile/name", tag = "dm3", operation_id = "dm3_claim_name",
    request_body(content = ClaimBody, example = json!(examples::alias())),
    responses(
        (status = 200, description = "Claimed", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 413, description = "Too large a body", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn claim(
    State(app): State<Shared>,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Dm3Failure> {
    let ClaimBody { dm3_name, address_name, signature } = parse_body(&body?)?;
    let name = Name::parse(&dm3_name)?;
    app.registry.claim_alias(name, parse_any_form(&address_name)?, signature).await?;
    Ok("OK")
}

/// Give a name up
///
/// For dm3's own clients. To claim the name again afterwards, use `PUT /v1/names/{name}`: the signature that claimed it
/// counts once.
#[utoipa::path(post, path = "/profile/deleteName", tag = "dm3", operation_id = "dm3_remove_name",
    request_body(content = RemoveBody, example = json!(examples::removal())),
    responses(
        (status = 200, description = "Given up", body = String, content_type = "text/plain; charset=utf-8"),
        (status = 413, description = "Too large a body", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn remove(
    State(app): State<Shared>,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Dm3Failure> {
    let RemoveBody { dm3_name, signature } = parse_body(&body?)?;
    app.registry.remove_alias(Name::parse(&dm3_name)?, signature).await?;
    Ok("OK")
}

/// The profile of an account
///
/// For dm3's own clients.
#[utoipa::path(get, path = "/profile/{address}", tag = "dm3", operation_id = "dm3_show_profile",
    params(("address" = schema::Address, Path, description = "The account", example = json!(examples::DM3_OWNER))),
    responses(
        (status = 200, description = "Its profile", body = SignedProfile),
        (status = 404, description = "It has published none", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn show(
    State(app): State<Shared>,
    address: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Dm3Failure> {
    let Path(address) = address?;
    let account = parse_account(&address)?;
    for name in app.registry.zones().address_names(account) {
        if let Some(found) = app.lookups.verified(&name, None).await? {
            return Ok(Json(serde_json::from_str(&found.signed.to_json()).unwrap_or_default()));
        }
    }
    Err(Dm3Failure::not_found(format!("{account} has published no profile here")))
}

/// The name of an account
///
/// For dm3's own clients: of several names, the one that was claimed first.
#[utoipa::path(get, path = "/profile/name/{address}", tag = "dm3", operation_id = "dm3_show_name",
    params(("address" = schema::Address, Path, description = "The account", example = json!(examples::DM3_OWNER))),
    responses(
        (status = 200, description = "Its name", body = NameOf),
        (status = 404, description = "It has claimed none", body = Dm3Failure),
        Dm3Failure,
    ))]
pub async fn show_name(
    State(app): State<Shared>,
    address: Result<Path<String>, PathRejection>,
) -> Result<Json<NameOf>, Dm3Failure> {
    let Path(address) = address?;
    let account = parse_account(&address)?;
    let first = app.registry.first_name(account).await?;
    let first = first.ok_or_else(|| Dm3Failure::not_found(format!("{account} has claimed no name here")))?;
    Ok(Json(NameOf { name: first.to_string() }))
}

/// A name in any spelling. Clients write addresses with their checksum's capitals.
pub(super) fn parse_any_form(text: &str) -> Result<Name, NameError> {
    match Name::parse(text) {
        Err(NameError::NotNormal { normal_form, .. }) => Name::parse(&normal_form),
        parsed => parsed,
    }
}

pub(super) fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Dm3Failure> {
    serde_json::from_slice(body).map_err(|error| Dm3Failure::refused(format!("invalid schema: {error}")))
}

/// In lower or upper case, or with a right checksum (ERC-55).
fn parse_account(text: &str) -> Result<Address, Dm3Failure> {
    let account = text.starts_with("0x").then(|| text.parse::<Address>().ok()).flatten();
    let has_one_case = |text: &str| {
        let digits = text.get(2..).unwrap_or_default();
        !digits.bytes().any(|b| b.is_ascii_uppercase()) || !digits.bytes().any(|b| b.is_ascii_lowercase())
    };
    account.filter(|account| has_one_case(text) || account.to_checksum(None) == text).ok_or_else(|| {
        Dm3Failure::refused(format!("invalid address: '{text}'; 0x and 40 hex digits are expected"))
    })
}

fn address_zone(app: &App, subdomain: Option<&str>) -> Result<Name, Dm3Failure> {
    let Some(subdomain) = subdomain else {
        let mut zones = app.registry.zones().iter();
        let zone =
            zones.find(|zone| matches!(zone.rules(), ZoneRules::Address)).map(|zone| zone.name().clone());
        return zone.ok_or_else(|| Dm3Failure::refused("this gateway has no address zone"));
    };
    Ok(parse_any_form(subdomain.trim_start_matches('.'))?)
}
