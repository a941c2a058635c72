//! Asking a gateway over HTTP as clients do, a browser among them.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Method, RequestBuilder};
use serde::Deserialize;
use url::{Host, Url};

use crate::fetch::root_cause;

/// The page that asks.
pub const ORIGIN: &str = "https://app.example";
/// More than any answer has.
const MAX_BODY: usize = 4 << 20;

/// An HTTP client that follows nothing.
#[derive(Debug)]
pub struct Http(Client);

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The server's certificate in DER, over TLS.
    pub certificate: Option<Vec<u8>>,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error("its certificate is refused: {0}")]
    Certificate(String),
    #[error("it does not answer in time")]
    Timeout,
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
}

impl Http {
    pub fn new(timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(timeout).redirect(Policy::none()).tls_info(true).build()?;
        Ok(Self(client))
    }

    pub async fn get(&self, url: &str) -> Result<Reply, ProbeError> {
        self.send(self.0.get(url)).await
    }

    /// A lookup by POST.
    pub async fn post(&self, url: &str, sender: &str, data: &[u8]) -> Result<Reply, ProbeError> {
        let body = serde_json::json!({ "sender": sender, "data": format!("0x{}", hex::encode(data)) });
        self.send(self.0.post(url).json(&body)).await
    }

    /// What a browser asks before a POST of JSON from another page.
    pub async fn preflight(&self, url: &str) -> Result<Reply, ProbeError> {
        let request = self.0.request(Method::OPTIONS, url);
        let request = request.header("access-control-request-method", "POST");
        self.send(request.header("access-control-request-headers", "content-type")).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Reply, ProbeError> {
        let mut response = request.header("origin", ORIGIN).send().await.map_err(explain)?;
        let certificate =
            response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).map(<[u8]>::to_vec);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(explain)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BODY {
                return Err(ProbeError::Unreachable("it answers without end".to_owned()));
            }
        }
        Ok(Reply { status, headers, body, certificate })
    }
}

impl Reply {
    /// The answer in it, when it is one.
    pub fn data(&self) -> Option<Vec<u8>> {
        #[derive(Deserialize)]
        struct Answer {
            data: String,
        }
        let answer: Answer = serde_json::from_slice(&self.body).ok()?;
        hex::decode(answer.data.strip_prefix("0x")?).ok()
    }

    /// The code of a problem.
    pub fn code(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Problem {
            code: String,
        }
        serde_json::from_slice(&self.body).ok().map(|Problem { code }| code)
    }

    /// What it says, for people.
    pub fn in_words(&self) -> String {
        #[derive(Deserialize)]
        struct Failure {
            #[serde(alias = "detail")]
            message: String,
        }
        let said = match serde_json::from_slice::<Failure>(&self.body) {
            Ok(failure) => failure.message,
            Err(_) => String::from_utf8_lossy(self.body.get(..80).unwrap_or(&self.body)).into_owned(),
        };
        format!("it answers {}: {said}", self.status)
    }

    /// Whether a page of another origin may read it.
    pub fn is_readable_by_pages(&self) -> bool {
        self.allows("access-control-allow-origin", ORIGIN)
    }

    /// Whether a list in a header has this item, or all.
    pub fn allows(&self, header: &str, item: &str) -> bool {
        self.headers.get_all(header).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value.split(',').map(str::trim).any(|one| one == "*" || one.eq_ignore_ascii_case(item))
        })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub const fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }
}

fn explain(error: reqwest::Error) -> ProbeError {
    let cause = root_cause(&error);
    if error.is_timeout() {
        ProbeError::Timeout
    } else if cause.contains("certificate") {
        ProbeError::Certificate(cause)
    } else {
        ProbeError::Unreachable(cause)
    }
}

/// Whether a URL leads whoever follows it to their own machine.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}
