//! The pages for people, and the files of their front end.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::ccip::matches;
use super::middleware::Fault;
use super::problem::Problem;
use super::{App, Shared};
use crate::ens::{Name, NameError};
use crate::keccak::keccak256;
use crate::page::{self, Asset, Failure, Markup, NamePage, Site, Standing};
use crate::registry::{ApplyError, Place, ZoneRules, address_label};
use crate::store::StoreError;

/// From no other host, nothing inline, in no frame. Pictures are those that a record holds itself: one from elsewhere would
/// tell that host who looks at the name.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers that all of these answers have.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Wallets that open a window of their own need to talk to it.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin-allow-popups"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    ),
];

const HTML: &str = "text/html; charset=utf-8";

/// The claim page.
pub async fn claim(State(app): State<Shared>, request: HeaderMap) -> Response {
    document(&request, StatusCode::OK, page::claim_page(&site(&app)))
}

/// The page of a name.
pub async fn name(
    State(app): State<Shared>,
    path: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Result<Response, PageFailure> {
    let Path(text) = path.map_err(|_| {
        let detail = "The address of this page is not text in UTF-8.".to_owned();
        PageFailure::new(StatusCode::BAD_REQUEST, "This is not a name", detail)
    })?;
    let name = Name::parse(&text)?;
    let place = app.registry.zones().place(&name).ok_or_else(|| {
        let detail = format!("{name} is not in any zone of this gateway.");
        PageFailure::new(StatusCode::NOT_FOUND, "This name is somewhere else", detail)
    })?;
    let (status, page) = name_page(&app, &name, &place).await?;
    Ok(document(&request, status, page))
}

async fn name_page(app: &App, name: &Name, place: &Place<'_>) -> Result<(StatusCode, Markup), StoreError> {
    let registry = &app.registry;
    let (view, entry) = (registry.view(name, place).await?, registry.entry(name.node()).await?);
    let held = entry.owner.filter(|_| matches!(place, Place::Label { .. }));
    let history = match held {
        None => Vec::new(),
        Some(_) => {
            let after = entry.version.saturating_sub(NamePage::HISTORY.into());
            registry.history(name.node(), after, NamePage::HISTORY).await?
        }
    };
    let standing = match held {
        Some(owner) => Standing::Held { owner, entry: &entry, history: &history },
        None => standing_unheld(app, name, place).await?,
    };
    let status = match standing {
        Standing::Free | Standing::NotGiven(_) => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    let inherited = match (held, place.zone().inherited_name(held)) {
        (Some(_), Some(name)) => {
            let current = registry.entry(name.node()).await?;
            let after = current.version.saturating_sub(1);
            let newest = registry.history(name.node(), after, 1).await?.pop();
            Some((name.to_string(), newest))
        }
        _ => None,
    };
    let zone = place.zone().name();
    let is_open = matches!(place.zone().rules(), ZoneRules::Open(_));
    let page = NamePage { site: site(app), name, zone, is_open, standing, view: &view, inherited };
    Ok((status, page.render()))
}

async fn standing_unheld<'a>(app: &App, name: &Name, place: &Place<'_>) -> Result<Standing<'a>, StoreError> {
    if matches!(place, Place::Apex(_)) {
        return Ok(Standing::Zone);
    }
    if let (Place::Label { label, .. }, ZoneRules::Address) = (place, place.zone().rules())
        && let Some(account) = address_label(label)
    {
        return Ok(Standing::OfAddress(account));
    }
    match app.registry.claimable(name).await {
        // Taken since we looked: the next look shows it.
        Ok(()) | Err(ApplyError::Conflict { .. }) => Ok(Standing::Free),
        Err(ApplyError::Store(error)) => Err(error),
        Err(error) => Ok(Standing::NotGiven(error.to_string())),
    }
}

/// A file of the front end. Its address has its content's hash in it, so it can be kept for ever.
pub async fn asset(
    path: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let asset = path.ok().and_then(|Path(file)| Asset::find(&file)).ok_or_else(Problem::no_such_route)?;
    let etag = format!("W/\"{}\"", asset.version());
    let kept = "public, max-age=31536000, immutable";
    let body = if takes_gzip(&request) {
        Body::Gzip(asset.gzip().to_vec())
    } else {
        Body::Plain(asset.body().to_vec())
    };
    Ok(answer(&request, StatusCode::OK, &etag, asset.content_type(), kept, body))
}

/// Adds what keeps a browser from doing anything but showing the page.
pub async fn harden(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response
}

fn site(app: &App) -> Site<'_> {
    Site {
        public_url: &app.public_url,
        chain_id: app.registry.chain_id(),
        zones: app.registry.zones(),
        delivery_services: &app.delivery_services,
    }
}

enum Body {
    Plain(Vec<u8>),
    Gzip(Vec<u8>),
}

/// What a name holds can change with the next request; a browser that has the page already asks with its tag.
fn document(request: &HeaderMap, status: StatusCode, page: Markup) -> Response {
    let text = page.into_string().into_bytes();
    let etag = format!("W/\"{}\"", hex::encode(keccak256(&[&text]).get(..12).unwrap_or_default()));
    let body = if takes_gzip(request) { Body::Gzip(page::compressed(&text)) } else { Body::Plain(text) };
    answer(request, status, &etag, HTML, "no-cache", body)
}

fn answer(
    request: &HeaderMap,
    status: StatusCode,
    etag: &str,
    content_type: &'static str,
    cache_control: &'static str,
    body: Body,
) -> Response {
    let headers =
        [(header::ETAG, etag), (header::CACHE_CONTROL, cache_control), (header::VARY, "accept-encoding")];
    let known = request.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let strong = etag.trim_start_matches("W/");
    if status == StatusCode::OK && known.is_some_and(|tags| matches(tags, strong)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content = [(header::CONTENT_TYPE, content_type)];
    match body {
        Body::Plain(bytes) => (status, headers, content, bytes).into_response(),
        Body::Gzip(bytes) => {
            (status, headers, content, [(header::CONTENT_ENCODING, "gzip")], bytes).into_response()
        }
    }
}

/// Whether gzip is among the accepted encodings, and not with a weight of zero.
fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted =
        request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = |weight: &str| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        is_gzip && !parts.any(is_refused)
    })
}

/// A page that says what went wrong.
#[derive(Debug)]
pub struct PageFailure {
    status: StatusCode,
    failure: Failure,
}

impl PageFailure {
    const fn new(status: StatusCode, title: &'static str, detail: String) -> Self {
        Self { status, failure: Failure { title, detail, instead: None } }
    }
}

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        // All pages but the one at the root are one step below it, and from there the step leads nowhere else.
        let page = page::failure_page("../", &self.failure).into_string();
        let headers = [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "no-store")];
        (self.status, headers, page).into_response()
    }
}

impl Fault for PageFailure {
    fn overloaded() -> Self {
        let detail = "There is too much to do just now. Load the page again in a moment.".into();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The gateway is busy", detail)
    }

    fn timed_out() -> Self {
        let detail = "That took too long. Load the page again.".into();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The gateway is slow", detail)
    }

    fn bug() -> Self {
        let detail = "Something failed here. Whoever runs this gateway finds it in the log.".into();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The gateway failed", detail)
    }
}

impl From<StoreError> for PageFailure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the database failed");
        let detail = "The database does not answer. Load the page again in a moment.".into();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "The gateway is out of order", detail)
    }
}

impl From<NameError> for PageFailure {
    fn from(error: NameError) -> Self {
        let mut page = Self::new(StatusCode::BAD_REQUEST, "This is not a name", format!("{error}."));
        if let NameError::NotNormal { normal_form, .. } = error {
            page.failure.instead = Some(normal_form);
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let takes = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            takes_gzip(&headers)
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5, deflate"));
        assert!(!takes("") && !takes("br") && !takes("gzip;q=0") && !takes("x-gzip, gzip; q=0.0"));
    }
}
