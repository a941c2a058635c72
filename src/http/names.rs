//! Names: what they hold, their chains, and the operations that change them.

use alloy::primitives::Address;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::code::Code;
use super::name_resources::{LinkResource, NameResource, ReleasedName};
use super::page::{self, Page};
use super::problem::Problem;
use super::{App, Shared, examples};
use crate::ens::Name;
use crate::registry::Zone;
use crate::state::{OperationBody, schema};
use crate::store::Listing;

/// What a name holds
///
/// What it answers to resolvers can be more: records that it inherits, and the defaults.
#[utoipa::path(get, path = "/v1/names/{name}", tag = "names", operation_id = "show_name",
    params(("name" = schema::Name, Path, description = "The name", example = json!(examples::NAME))),
    responses(
        (status = 200, description = "Somebody holds it", body = NameResource),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 404, description = "`unclaimed`, `no-such-zone`"),
        Problem,
    ))]
pub async fn show(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = parse_name(path)?;
    let zone = zone_of(&app, &name)?;
    let entry = app.registry.entry(name.node()).await?;
    match NameResource::of(&name, zone, app.registry.chain_id(), &entry) {
        Some(resource) => Ok(uncached(resource)),
        None => Err(Problem::unclaimed(&name, &entry)),
    }
}

/// Claim, change, transfer or release a name
///
/// The body is the complete next state of the name with a proof that it may be, as a rule its owner's signature
/// (EIP-712, domain `name` "dm3-gateway", `version` "1"). A release has the zero address as owner and no records.
#[utoipa::path(put, path = "/v1/names/{name}", tag = "names", operation_id = "apply_operation",
    params(("name" = schema::Name, Path, description = "The name", example = json!(examples::NAME))),
    request_body(content = OperationBody, example = json!(examples::operation())),
    responses(
        (status = 200, description = "Changed, or released", body = inline(Applied)),
        (status = 201, description = "Claimed", body = NameResource),
        (status = 400, description = "`malformed`, `invalid-name`, `other-name`, `other-chain`, \
            `valid-for-too-long`, `body`"),
        (status = 401, description = "`proof`"),
        (status = 403, description = "`not-one-label`, `not-an-address`, `belongs-to-address`, `like-an-address`, \
            `reserved`, `too-short`, `quota`"),
        (status = 404, description = "`no-such-zone`"),
        (status = 409, description = "`conflict`, `nothing-to-release`"),
        (status = 410, description = "`expired`"),
        (status = 413, description = "`body`"),
        (status = 422, description = "`invalid-record`"),
        (status = 429, description = "`too-often`"),
        Problem,
    ))]
pub async fn apply(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let name = parse_name(path)?;
    let body = parse_body(body)?;
    let zone = zone_of(&app, &name)?;
    let applied = app.registry.apply(name.clone(), body).await?;
    let status = if applied.is_claim { StatusCode::CREATED } else { StatusCode::OK };
    let left = match NameResource::of(&name, zone, app.registry.chain_id(), &applied.entry) {
        Some(resource) => Applied::Held(resource),
        None => Applied::Released(ReleasedName::of(&name, &applied.entry)),
    };
    Ok((status, uncached(left)).into_response())
}

/// What a change leaves: a name, or where its next claim goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Applied<'a> {
    Held(NameResource<'a>),
    Released(ReleasedName<'a>),
}

/// What `GET /v1/names/{name}/history` can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// The `next` of the page before.
    #[param(nullable = false, pattern = "^[0-9]+$", example = "0")]
    cursor: Option<String>,
    /// How many items to give; 50 if nobody says.
    #[param(minimum = 1, maximum = 200, nullable = false, example = 50)]
    limit: Option<u32>,
}

/// The chain of a name's operations
///
/// Oldest first. Each can be verified: its hash, its proof, and that it names the hash of the one before.
#[utoipa::path(get, path = "/v1/names/{name}/history", tag = "names", operation_id = "show_history",
    params(("name" = schema::Name, Path, description = "The name", example = json!(examples::NAME)), HistoryQuery),
    responses(
        (status = 200, description = "A page of them", body = Page<LinkResource>),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 404, description = "`unclaimed`, `no-such-zone`"),
        Problem,
    ))]
pub async fn history(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let name = parse_name(path)?;
    zone_of(&app, &name)?;
    let Query(query) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let after = match &query.cursor {
        None => 0,
        Some(cursor) => {
            cursor.parse().map_err(|_| Problem::malformed("cursor: the next of another page is expected"))?
        }
    };
    let entry = app.registry.entry(name.node()).await?;
    if entry.version == 0 {
        return Err(Problem::unclaimed(&name, &entry));
    }
    let items = app.registry.history(name.node(), after, page::limit(query.limit)?).await?;
    let last = items.last().map(|item| item.state.version).filter(|&version| version < entry.version);
    let items: Vec<_> = items.iter().map(|item| LinkResource::of(&name, item)).collect();
    Ok(uncached(Page::new(items, last.map(|version| version.to_string()))))
}

/// What `GET /v1/names` can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Names that this account holds.
    #[param(value_type = Option<schema::Address>, nullable = false, example = json!(examples::OWNER))]
    owner: Option<String>,
    /// Names in this zone.
    #[param(value_type = Option<schema::Name>, nullable = false, example = json!(examples::ZONE))]
    zone: Option<String>,
    /// The `next` of the page before.
    #[param(nullable = false, example = "a.user.dm3.eth")]
    cursor: Option<String>,
    /// How many items to give; 50 if nobody says.
    #[param(minimum = 1, maximum = 200, nullable = false, example = 50)]
    limit: Option<u32>,
}

/// Names of an owner, in a zone, or both
///
/// Without their records.
#[utoipa::path(get, path = "/v1/names", tag = "names", operation_id = "list_names",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of them", body = Page<NameResource>),
        (status = 400, description = "`malformed` (also when neither `owner` nor `zone` is given), `invalid-name`"),
        (status = 404, description = "`no-such-zone`"),
        Problem,
    ))]
pub async fn list(
    State(app): State<Shared>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let limit = page::limit(query.limit)?;
    let listing = Listing {
        owner: query.owner.as_deref().map(parse_account).transpose()?,
        zone: query.zone.as_deref().map(|zone| parse_zone(&app, zone)).transpose()?,
        after: query.cursor,
        // One more than a page has tells whether another follows.
        limit: limit + 1,
    };
    if listing.owner.is_none() && listing.zone.is_none() {
        return Err(Problem::malformed("owner=0x… or zone=… is expected, or both"));
    }
    let mut names = app.registry.list(&listing).await?;
    let has_more = names.len() > limit as usize;
    names.truncate(limit as usize);
    let next = names.last().filter(|_| has_more).map(|last| last.name.to_string());
    let chain_id = app.registry.chain_id();
    let items: Vec<_> = names.iter().map(|summary| NameResource::listed(summary, chain_id)).collect();
    Ok(uncached(Page::new(items, next)))
}

fn parse_name(path: Result<Path<String>, PathRejection>) -> Result<Name, Problem> {
    let Path(name) = path.map_err(|error| Problem::malformed(error.body_text()))?;
    Ok(Name::parse(&name)?)
}

fn parse_body(body: Result<Bytes, BytesRejection>) -> Result<OperationBody, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed(format!("the body is not an operation: {error}")))
}

fn parse_account(text: &str) -> Result<Address, Problem> {
    let account = text.starts_with("0x").then(|| text.parse().ok()).flatten();
    account.ok_or_else(|| Problem::malformed(format!("owner is '{text}': 0x and 40 hex digits are expected")))
}

fn parse_zone(app: &App, text: &str) -> Result<String, Problem> {
    let name = Name::parse(text)?;
    let is_zone = app.registry.zones().iter().any(|zone| *zone.name() == name);
    if is_zone { Ok(name.to_string()) } else { Err(Problem::no_such_zone(&name)) }
}

fn zone_of<'a>(app: &'a App, name: &'a Name) -> Result<&'a Zone, Problem> {
    app.registry.zones().place(name).map(|place| place.zone()).ok_or_else(|| Problem::no_such_zone(name))
}

/// What a name holds can change with the next request.
fn uncached(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(body)).into_response()
}
