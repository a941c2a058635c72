//! Every route. `openapi.rs` describes them.

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Method, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};

use super::ccip_failure::Failure;
use super::dm3_failure::Dm3Failure;
use super::html::{self, PageFailure};
use super::middleware::{self, Bounds, REQUEST_ID};
use super::problem::Problem;
use super::{
    Shared, accounts, availability, ccip, codecs, dm3_auth, dm3_profile, erc7884, health, info, lookups,
    names, openapi, spam_rules, zones,
};
use crate::gateway::Entrance;

/// The routes of the gateway, with what every request goes through.
pub fn router(app: Shared) -> Router {
    let limits = app.limits;
    let bounds = Bounds::new(&limits);
    let ccip = ccip_routes(Entrance::Main)
        .nest("/tor", ccip_routes(Entrance::Tor))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CatchPanicLayer::custom(middleware::after_panic::<Failure>))
        .layer(from_fn_with_state(bounds.clone(), middleware::bounded::<Failure>));
    let dm3 = dm3_routes()
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CatchPanicLayer::custom(middleware::after_panic::<Dm3Failure>))
        .layer(from_fn_with_state(bounds.clone(), middleware::bounded::<Dm3Failure>));
    let api = Router::new()
        .route("/v1/names", get(names::list))
        .route("/v1/names/{name}", get(names::show).put(names::apply))
        .route("/v1/names/{name}/history", get(names::history))
        .route("/v1/names/{name}/availability", get(availability::show))
        .route("/v1/erc7884", post(erc7884::apply))
        .route("/v1/codecs/address", get(codecs::address))
        .route("/v1/codecs/contenthash", get(codecs::contenthash))
        .route("/v1/profiles", post(lookups::profiles))
        .route("/v1/profiles/{name}", get(lookups::profile).delete(lookups::purge))
        .route("/v1/delivery-services/{name}", get(lookups::delivery_service))
        .route("/v1/delivery-services/{name}/accounts", post(accounts::change))
        .route("/v1/delivery-services/{name}/accounts/{account}", get(accounts::show))
        .route(
            "/v1/delivery-services/{name}/accounts/{account}/spam-rules",
            get(spam_rules::show).put(spam_rules::set),
        )
        .route("/v1/delivery-services/{name}/accounts/{account}/checks", post(spam_rules::check))
        .route("/v1/session", get(dm3_auth::check))
        .route("/v1/zones", get(zones::list))
        .route("/v1/info", get(info::show))
        .route("/health/ready", get(health::ready))
        .route("/openapi.json", get(openapi::show))
        .fallback(|| async { Problem::no_such_route() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CatchPanicLayer::custom(middleware::after_panic::<Problem>))
        .layer(from_fn_with_state(bounds.clone(), middleware::bounded::<Problem>));
    // Outside of the bounds: who has too much to do is alive, and a stream has no end.
    let unbounded = Router::new()
        .route("/health/live", get(health::live))
        .route("/v1/changes", get(lookups::changes))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(CatchPanicLayer::custom(middleware::after_panic::<Problem>));
    let pages = page_routes()
        .layer(CatchPanicLayer::custom(middleware::after_panic::<PageFailure>))
        .layer(from_fn_with_state(bounds, middleware::bounded::<PageFailure>))
        .layer(map_response(html::harden));
    ccip.merge(dm3)
        .merge(api)
        .merge(unbounded)
        .merge(pages)
        .layer(DefaultBodyLimit::max(limits.body_bytes))
        .layer(cors())
        .layer(from_fn(middleware::observe))
        .with_state(app)
}

/// CCIP read (ERC-3668), through one door.
fn ccip_routes(entrance: Entrance) -> Router<Shared> {
    Router::new()
        .route("/", post(ccip::post_to_root))
        .route("/{resolver}", post(ccip::post))
        .route("/{resolver}/{calldata}", get(ccip::get).post(ccip::post_to_template))
        .layer(Extension(entrance))
}

/// The API of dm3's own clients.
fn dm3_routes() -> Router<Shared> {
    Router::new()
        .route("/profile/address", post(dm3_profile::publish))
        .route("/profile/name", post(dm3_profile::claim))
        .route("/profile/deleteName", post(dm3_profile::remove))
        .route("/profile/{address}", get(dm3_profile::show))
        .route("/profile/name/{address}", get(dm3_profile::show_name))
        .route("/auth/{ensName}", get(dm3_auth::challenge).post(dm3_auth::token))
}

/// For people.
fn page_routes() -> Router<Shared> {
    let below = Router::new()
        .route("/names/{name}", get(html::name))
        .route("/page/{file}", get(html::asset))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() });
    // The root is a batch gateway, too, which knows what to say about other methods.
    Router::new().route("/", get(html::claim)).merge(below)
}

/// Browsers call gateways from any page, and nothing here rests on cookies.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(Any)
        .expose_headers([header::ETAG, HeaderName::from_static(REQUEST_ID)])
        .max_age(Duration::from_secs(86_400))
}
