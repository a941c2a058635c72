//! What every request goes through: an id, a log line, bounds, and an answer even if we panic.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Response};
use axum::middleware::Next;
use axum::response::IntoResponse;
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::config::Limits;

/// The header that names a request in our log and in the caller's.
pub const REQUEST_ID: &str = "x-request-id";

/// The longest id that is taken over from a caller.
const MAX_REQUEST_ID_BYTES: usize = 64;

// A span of the highest level: the id belongs to every fault in the log, whatever the filter is.
/// Gives the request an id, and logs what became of it.
pub async fn observe(request: Request, next: Next) -> Response<Body> {
    let id = request_id(&request);
    let span = tracing::error_span!("request", id = id.to_str().unwrap_or_default());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros());
        tracing::debug!(%method, route, status, micros, "answered");
    });
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The caller's id, if it has the shape of one; else a random one.
fn request_id(request: &Request) -> HeaderValue {
    let is_id = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        (1..=MAX_REQUEST_ID_BYTES).contains(&bytes.len()) && bytes.iter().all(allowed)
    };
    request.headers().get(REQUEST_ID).filter(is_id).cloned().unwrap_or_else(|| {
        let mut bytes = [0u8; 16];
        // Without randomness the id is all zeros; that is no reason to refuse the request.
        let _ = getrandom::fill(&mut bytes);
        HeaderValue::try_from(hex::encode(bytes)).unwrap_or(HeaderValue::from_static("none"))
    })
}

/// How a group of routes says that a fault is ours.
pub trait Fault: IntoResponse {
    /// There are more requests than we take at a time.
    fn overloaded() -> Self;
    /// The request took too long.
    fn timed_out() -> Self;
    /// A bug.
    fn bug() -> Self;
}

/// How many requests there may be, and how long each may take.
#[derive(Clone, Debug)]
pub struct Bounds {
    requests: Arc<Semaphore>,
    seconds: u64,
}

impl Bounds {
    /// Those of the settings; clones share the count.
    pub fn new(limits: &Limits) -> Self {
        Self { requests: Arc::new(Semaphore::new(limits.requests)), seconds: limits.request_seconds }
    }
}

/// Turns requests away when there are too many, and ends those that take too long, the reading of their body included.
pub async fn bounded<F: Fault>(State(bounds): State<Bounds>, request: Request, next: Next) -> Response<Body> {
    let Ok(_permit) = bounds.requests.try_acquire() else {
        tracing::warn!("more requests than we take at a time");
        return F::overloaded().into_response();
    };
    let limit = Duration::from_secs(bounds.seconds);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(seconds = bounds.seconds, "a request took too long");
            F::timed_out().into_response()
        }
    }
}

/// The answer of a handler that panicked. It has no right to; this keeps the connection and tells the log.
pub fn after_panic<F: Fault>(payload: Box<dyn Any + Send>) -> Response<Body> {
    let text = payload.downcast_ref::<&str>().copied();
    let panic = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = panic.unwrap_or("unknown"), "a handler panicked");
    F::bug().into_response()
}
