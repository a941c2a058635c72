//! Anybody's verified profile: one name, many, a delivery service, and the changes of names that somebody watches.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::{IntoParams, ToSchema};

use super::code::Code;
use super::middleware::Fault;
use super::page::Page;
use super::problem::Problem;
use super::{Shared, examples};
use crate::ens::Name;
use crate::lookup::{Change, DeliveryServiceLookup, News, ProfileLookup, Watch};
use crate::state::schema;

/// How many names can be asked for or watched at once.
const MAX_NAMES: usize = 500;
/// How often a stream says that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What a lookup can be asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LookupQuery {
    /// It is looked up again if that was so many seconds ago or more; 0: in any case.
    #[param(nullable = false, example = 60)]
    max_age: Option<u64>,
}

/// Many names.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamesBody {
    /// The names, 500 at most.
    #[schema(value_type = Vec<schema::Name>, max_items = 500)]
    names: Vec<String>,
    /// They are looked up again if that was so many seconds ago or more; 0: in any case.
    max_age: Option<u64>,
}

/// What a stream of changes is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// The names, behind commas, 500 at most.
    #[param(example = json!(examples::NAME))]
    names: String,
    /// The id of the last event that came, when there was a stream before. A header `Last-Event-ID` says the same.
    #[param(nullable = false, example = "1795000000")]
    cursor: Option<String>,
}

/// Anybody's dm3 profile
///
/// Of any ENS name, verified: `verified`, `absent`, `invalid` or `unreachable`, with what that rests on. Delivery services
/// are looked up too, in the profile's order. Profiles are kept for as long as their name allows; what nobody can be asked
/// about just now is given as it was, and marked `stale`.
#[utoipa::path(get, path = "/v1/profiles/{name}", tag = "lookups", operation_id = "look_up_profile",
    params(("name" = schema::Name, Path, description = "Any ENS name", example = json!(examples::NAME)), LookupQuery),
    responses(
        (status = 200, description = "What is known", body = ProfileLookup),
        (status = 400, description = "`malformed`, `invalid-name`"),
        Problem,
    ))]
pub async fn profile(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<LookupQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let (name, max_age) = parse(name, query)?;
    Ok(uncached(app.lookups.profile(&name, max_age).await))
}

/// The profiles of up to 500 names
///
/// In the same order. What is no name is `invalid`; what is not known in time, or has no room in one answer, is
/// `unreachable`, with a reason that says so.
#[utoipa::path(post, path = "/v1/profiles", tag = "lookups", operation_id = "look_up_profiles",
    request_body(content = NamesBody, example = json!({ "names": [examples::NAME, "vitalik.eth"] })),
    responses(
        (status = 200, description = "What is known", body = Page<ProfileLookup>),
        (status = 400, description = "`malformed`, `body`"),
        (status = 413, description = "`body`"),
        Problem,
    ))]
pub async fn profiles(
    State(app): State<Shared>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|error| Problem::new(error.status(), Code::Body, error.body_text()))?;
    let NamesBody { names, max_age } = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed(format!("the body is not a list of names: {error}")))?;
    if names.len() > MAX_NAMES {
        return Err(too_many());
    }
    let parsed: Vec<_> = names.iter().map(|name| Name::parse(name)).collect();
    let well_formed: Vec<_> = parsed.iter().flatten().cloned().collect();
    // The answer has to be out before the request's own time is over.
    let patience = Duration::from_secs(app.limits.request_seconds) * 4 / 5;
    let mut found = app.lookups.profiles(&well_formed, max_age, patience).await.into_iter();
    let items: Vec<_> = names
        .iter()
        .zip(parsed)
        .filter_map(|(name, parsed)| match parsed {
            Ok(_) => found.next(),
            Err(error) => Some(app.lookups.no_name(name, &error)),
        })
        .collect();
    Ok(uncached(Page::whole(items)))
}

/// A delivery service's profile
#[utoipa::path(get, path = "/v1/delivery-services/{name}", tag = "lookups", operation_id = "look_up_delivery_service",
    params(("name" = schema::Name, Path, description = "Any ENS name", example = json!(examples::SERVICE)), LookupQuery),
    responses(
        (status = 200, description = "What is known", body = DeliveryServiceLookup),
        (status = 400, description = "`malformed`, `invalid-name`"),
        Problem,
    ))]
pub async fn delivery_service(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<LookupQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let (name, max_age) = parse(name, query)?;
    Ok(uncached(app.lookups.delivery_service(&name, max_age).await))
}

/// Forget what is kept for a name
///
/// For the operator: `Authorization: Bearer` and the token of the settings.
#[utoipa::path(delete, path = "/v1/profiles/{name}", tag = "lookups", operation_id = "purge_lookup",
    params(("name" = schema::Name, Path, description = "Any ENS name", example = json!(examples::NAME))),
    responses(
        (status = 204, description = "Nothing is kept for it"),
        (status = 400, description = "`malformed`, `invalid-name`"),
        (status = 401, description = "`operator`: not the operator's token, or none is set"),
        Problem,
    ))]
pub async fn purge(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let Path(name) = name.map_err(|error| Problem::malformed(error.body_text()))?;
    let name = Name::parse(&name)?;
    let token =
        headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    // Hashes are compared: how long that takes tells nothing about the token.
    let is_operator = |token: &[u8]| app.purge_token == Some(Sha256::digest(token).into());
    if !token.is_some_and(is_operator) {
        let detail = "Authorization: Bearer and the operator's token (DM3_LOOKUPS_PURGE_TOKEN) are expected";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, Code::Operator, detail));
    }
    app.lookups.purge(&name).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes of names that somebody watches
///
/// Server-sent events: `profile` events with a lookup each, as `GET /v1/profiles/{name}` gives it, and `complete` events,
/// when everything up to their id was told. Without a cursor, what each name is now comes first. With one, what has changed
/// since, perhaps once more than needed, never once less. Delivery services belong to what changes.
#[utoipa::path(get, path = "/v1/changes", tag = "lookups", operation_id = "watch_profiles",
    params(WatchQuery),
    responses(
        (status = 200, description = "A stream without an end", body = String, content_type = "text/event-stream"),
        (status = 400, description = "`malformed`, `invalid-name`"),
        Problem,
    ))]
pub async fn changes(
    State(app): State<Shared>,
    query: Result<Query<WatchQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(WatchQuery { names, cursor }) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    let names = parse_names(names.split(',').map(str::trim).filter(|name| !name.is_empty()))?;
    if names.is_empty() {
        return Err(Problem::malformed("names=… is expected: ENS names, behind commas"));
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok().map(str::to_owned));
    let since = last.or(cursor).map(|cursor| cursor.parse::<u64>()).transpose();
    let since =
        since.map_err(|_| Problem::malformed("cursor: the id of an event of such a stream is expected"))?;
    let Ok(slot) = app.watches.clone().try_acquire_owned() else { return Err(Problem::overloaded()) };
    let watch = Watch::new(app.lookups.clone(), names, since);
    let events = unfold((watch, app.stopping.clone(), slot), next_event);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

type Watching = (Watch, watch::Receiver<()>, OwnedSemaphorePermit);

/// `None` when the server stops: whoever comes back goes on with their cursor.
async fn next_event(
    (mut watching, mut stopping, slot): Watching,
) -> Option<(Result<Event, Infallible>, Watching)> {
    let Change { news, cursor } = tokio::select! {
        change = watching.next() => change,
        // The sender is dropped, and sends nothing.
        _ = stopping.changed() => return None,
    };
    let event = Event::default().id(cursor.to_string());
    // A lookup always serialises.
    let event = match news {
        News::Profile(lookup) => event.event("profile").json_data(lookup).ok()?,
        News::Complete => event.event("complete").data(cursor.to_string()),
    };
    Some((Ok(event), (watching, stopping, slot)))
}

fn parse(
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<LookupQuery>, QueryRejection>,
) -> Result<(Name, Option<u64>), Problem> {
    let Path(name) = name.map_err(|error| Problem::malformed(error.body_text()))?;
    let Query(LookupQuery { max_age }) = query.map_err(|error| Problem::malformed(error.body_text()))?;
    Ok((Name::parse(&name)?, max_age))
}

fn parse_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Name>, Problem> {
    let names = names.take(MAX_NAMES + 1).map(Name::parse).collect::<Result<Vec<_>, _>>()?;
    if names.len() > MAX_NAMES {
        return Err(too_many());
    }
    Ok(names)
}

fn too_many() -> Problem {
    Problem::malformed(format!("at most {MAX_NAMES} names are taken at once"))
}

/// The cache is ours: freshness is in the body, and a caller demands it with `max_age`.
fn uncached(body: impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
