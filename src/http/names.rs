//! Names: what they hold, their chains, and the operations that change them.

use std::time::{Duration, UNIX_EPOCH};

use alloy::primitives::{Address, B256};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{self, Page};
use super::problem::Problem;
use super::{App, Shared};
use crate::ens::Name;
use crate::registry::Zone;
use crate::state::{OperationBody, Records, RecordsBody};
use crate::store::{Entry, HistoryItem, Listing, NameSummary};

/// A claimed name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NameResource<'a> {
    name: &'a str,
    node: B256,
    zone: &'a str,
    chain_id: u64,
    owner: Address,
    version: u64,
    state_hash: B256,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<&'a RecordsBody>,
    created_at: String,
    updated_at: String,
}

/// `GET /v1/names/{name}`.
pub async fn show(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let name = parse_name(path)?;
    let zone = zone_of(&app, &name)?;
    let entry = app.registry.entry(name.node()).await?;
    match resource(&app, &name, zone, &entry) {
        Some(resource) => Ok(uncached(resource)),
        None => Err(Problem::unclaimed(&name, &entry)),
    }
}

/// `PUT /v1/names/{name}`.
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
    match resource(&app, &name, zone, &applied.entry) {
        Some(resource) => Ok((status, uncached(resource)).into_response()),
        // Released: what is left is where the next claim goes on.
        None => {
            let (next, previous) = (applied.entry.version + 1, applied.entry.state_hash);
            let released = json!({ "name": name.as_str(), "owner": null, "version": applied.entry.version,
                "stateHash": previous, "nextVersion": next, "previous": previous });
            Ok((status, uncached(released)).into_response())
        }
    }
}

/// What `GET /v1/names/{name}/history` can be asked.
#[derive(Debug, Deserialize)]
pub struct HistoryQuery {
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/names/{name}/history`.
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
    let items: Vec<_> = items.iter().map(|item| history_item(&name, item)).collect();
    Ok(uncached(Page::new(items, last.map(|version| version.to_string()))))
}

/// What `GET /v1/names` can be asked.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    owner: Option<String>,
    zone: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/names?owner=…` or `?zone=…`, or both.
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
    let items: Vec<_> = names.iter().map(|summary| summary_resource(&app, summary)).collect();
    Ok(uncached(Page::new(items, next)))
}

fn parse_name(path: Result<Path<String>, PathRejection>) -> Result<Name, Problem> {
    let Path(name) = path.map_err(|error| Problem::malformed(error.body_text()))?;
    Ok(Name::parse(&name)?)
}

fn parse_body(body: Result<Bytes, BytesRejection>) -> Result<OperationBody, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), "body", error.body_text()))?;
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

/// `None` when nobody holds the name.
fn resource<'a>(app: &App, name: &'a Name, zone: &'a Zone, entry: &'a Entry) -> Option<NameResource<'a>> {
    Some(NameResource {
        name: name.as_str(),
        node: *name.node().as_bytes(),
        zone: zone.name().as_str(),
        chain_id: app.registry.chain_id(),
        owner: entry.owner?,
        version: entry.version,
        state_hash: entry.state_hash,
        records: Some(entry.records.body()),
        created_at: rfc3339(entry.created_at),
        updated_at: rfc3339(entry.updated_at),
    })
}

/// In a listing, a name comes without its records: a page of them could have a hundred megabytes.
fn summary_resource<'a>(app: &App, summary: &'a NameSummary) -> NameResource<'a> {
    NameResource {
        name: summary.name.as_str(),
        node: *summary.name.node().as_bytes(),
        zone: &summary.zone,
        chain_id: app.registry.chain_id(),
        owner: summary.owner,
        version: summary.version,
        state_hash: summary.state_hash,
        records: None,
        created_at: rfc3339(summary.created_at),
        updated_at: rfc3339(summary.updated_at),
    }
}

/// One link of a chain. `records` is null when they were erased; `recordsHash` still verifies the chain.
fn history_item(name: &Name, item: &HistoryItem) -> Value {
    let state = &item.state;
    json!({
        "state": {
            "name": name.as_str(),
            "chainId": state.chain_id,
            "version": state.version,
            "previous": state.previous,
            "owner": state.owner,
            "records": state.records.as_ref().map(Records::body),
            "validUntil": state.valid_until,
        },
        "stateHash": item.state_hash,
        "recordsHash": item.records_hash,
        "proof": item.proof,
        "createdAt": rfc3339(item.created_at),
    })
}

/// What a name holds can change with the next request.
fn uncached(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(body)).into_response()
}

/// RFC 3339 in UTC, to the second.
fn rfc3339(unix_seconds: u64) -> String {
    // The last second of the year 9999, behind which the format has no words.
    const LAST: u64 = 253_402_300_799;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(unix_seconds.min(LAST))).to_string()
}
