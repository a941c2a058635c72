//! Guarded fetching: everything that somebody else's data can make us ask for goes through here.
//!
//! - **Where to.** `guard` looks at the URL, `address` at where its name leads. Nobody can point a name of theirs at
//!   something inside: the connection goes to the addresses that were looked at, and nothing resolves the name again.
//! - **How much.** Five seconds in all, 256 KiB, so many at a time and so many of one host. Redirects are not followed,
//!   compressed bodies not unpacked, proxies of the environment not used.
//! - **Whose fault.** A [`FetchError`] tells what we refuse, what did not answer, and what answered wrongly.
//!
//! Both http and https are asked: what comes back is believed for its hash or its signature, never for the connection
//! that it came over. A caller whose format demands https looks for that itself.

mod address;
mod error;
mod guard;
mod places;
mod resolve;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING,
};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use error::{FetchError, root_cause};
use guard::{Guard, Way};
use places::Places;
use resolve::{PublicOnly, System};

/// The largest body that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 10;
/// So much of the body of an error is shown.
const SHOWN_BYTES: usize = 200;
/// How long an idle connection to a host that the operator has named is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What one fetch may take, and how many there may be.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// From the call to the last byte, waiting for a place included.
    time: Duration,
    /// Of a body.
    bytes: usize,
    /// Fetches at a time.
    at_once: usize,
    /// Fetches at a time from one host and port.
    per_host: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { time: Duration::from_secs(5), bytes: MAX_BYTES, at_once: 128, per_host: 16 }
    }
}

/// Chooses the TLS provider of this process. Before the first client is built; that there is one already is as good.
pub fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Fetches what others' data names. Clones share their bounds.
#[derive(Clone, Debug)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    guard: Guard,
    /// Connects to public addresses only, where a name leads there.
    guarded: Client,
    /// Connects to wherever a name leads.
    trusting: Client,
    places: Places,
    bounds: Bounds,
}

impl Fetcher {
    /// A fetcher for these hosts (`host` or `host:port`). An inside address is asked only when it is listed itself: names
    /// never lead there.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn listed(hosts: &[String]) -> Result<Self, reqwest::Error> {
        Self::new(Guard::listed(hosts), Arc::new(System::default()), Bounds::default())
    }

    /// A fetcher for the public Internet. What `allowed` lists (`host` or `host:port`) is asked even when it is an inside
    /// address, or leads to one: that is for development.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn public(allowed: &[String]) -> Result<Self, reqwest::Error> {
        Self::new(Guard::public(allowed), Arc::new(System::default()), Bounds::default())
    }

    /// A fetcher for services that the operator has configured, wherever they are, and for nothing else: the hosts and
    /// ports of these URLs.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn configured(services: &[Url]) -> Result<Self, reqwest::Error> {
        Self::new(Guard::configured(services), Arc::new(System::default()), Bounds::default())
    }

    fn new(guard: Guard, names: Arc<dyn Resolve>, bounds: Bounds) -> Result<Self, reqwest::Error> {
        choose_tls();
        // Each connection to a host that anybody can name is closed after use: else those kept open would not be bounded.
        let guarded = client().pool_max_idle_per_host(0).dns_resolver(Arc::new(PublicOnly(names.clone())));
        let trusting = client().pool_idle_timeout(IDLE).dns_resolver(names);
        let (guarded, trusting) = (guarded.build()?, trusting.build()?);
        let places = Places::new(bounds.at_once, bounds.per_host);
        Ok(Self { inner: Arc::new(Inner { guard, guarded, trusting, places, bounds }) })
    }

    /// The body of a GET.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn get(&self, url: &Url, accept: Option<&str>) -> Result<Vec<u8>, FetchError> {
        let make = |client: &Client| match accept {
            Some(accept) => client.get(url.clone()).header(ACCEPT, accept),
            None => client.get(url.clone()),
        };
        self.fetch(url, make).await
    }

    /// The body of the answer to a POST of JSON.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn post_json(&self, url: &Url, body: String) -> Result<Vec<u8>, FetchError> {
        let make =
            |client: &Client| client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        self.fetch(url, make).await
    }

    async fn fetch(
        &self,
        url: &Url,
        make: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<Vec<u8>, FetchError> {
        let Inner { guard, guarded, trusting, places, bounds } = &*self.inner;
        let way = guard.check(url)?;
        let client = match way {
            Way::Guarded => guarded,
            Way::Trusting => trusting,
        };
        let deadline = Instant::now() + bounds.time;
        let place = guard::place(url);
        let _place = timeout_at(deadline, places.enter(&place)).await.map_err(|_| FetchError::Busy)?;
        let request = make(client).header(ACCEPT_ENCODING, "identity");
        let exchange = async {
            let response = request.send().await.map_err(|error| FetchError::of_client(error, &place))?;
            read(response, bounds.bytes, &place).await
        };
        timeout_at(deadline, exchange).await.map_err(|_| FetchError::Timeout(bounds.time))?
    }
}

fn client() -> ClientBuilder {
    let agent = concat!("dm3-gateway/", env!("CARGO_PKG_VERSION"));
    let client = Client::builder().user_agent(agent).redirect(Policy::none()).no_proxy().http1_only();
    // Another crate may switch decoders on for the whole build.
    client.no_gzip().no_brotli().no_deflate().no_zstd()
}

/// The body of a success. Of anything else the status counts, whatever comes with it.
async fn read(mut response: Response, limit: usize, place: &str) -> Result<Vec<u8>, FetchError> {
    let status = response.status();
    let encoding = unasked_encoding(response.headers());
    if !status.is_success() {
        let body = if encoding.is_some() { Vec::new() } else { beginning(&mut response).await };
        return Err(FetchError::status(status.as_u16(), &explanation(status, &body)));
    }
    if let Some(encoding) = encoding {
        return Err(FetchError::Encoding(encoding));
    }
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(FetchError::TooLong(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| FetchError::of_client(error, place))? {
        if body.len() + chunk.len() > limit {
            return Err(FetchError::TooLong(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An encoding that we did not ask for.
fn unasked_encoding(headers: &HeaderMap) -> Option<String> {
    let harmless = [(CONTENT_ENCODING, "identity"), (TRANSFER_ENCODING, "chunked")];
    harmless.into_iter().find_map(|(header, harmless)| {
        let values = headers.get_all(header);
        let value =
            values.iter().find(|value| !value.as_bytes().eq_ignore_ascii_case(harmless.as_bytes()))?;
        Some(error::printable(value.as_bytes(), 40))
    })
}

async fn beginning(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < SHOWN_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body
}

fn explanation(status: StatusCode, body: &[u8]) -> String {
    if status.is_redirection() {
        return "redirects are not followed".into();
    }
    error::printable(body, SHOWN_BYTES)
}
