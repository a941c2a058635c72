//! Guarded fetching: everything that somebody else's data can make us ask for goes through here.
//!
//! Names are resolved by us, and only public addresses are connected to, whatever the name; so nobody can point a name of
//! theirs at something inside. Redirects are not followed. Time and size are bounded.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

/// From the connection to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest body that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 10;

/// Chooses the TLS provider of this process. Before the first client is built; that there is one already is as good.
pub fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Fetches from hosts that the operator has listed.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    /// `host` or `host:port`, as in the settings.
    allowed: Vec<String>,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No URL, or none that is asked over HTTP.
    #[error("this is not an http or https URL")]
    Url,
    /// The operator has not listed it.
    #[error("this gateway does not fetch from {0}")]
    NotAllowed(String),
    /// An address that is not public, which nobody has listed as such.
    #[error("{0} is not a public address")]
    Inside(IpAddr),
    /// The other side said no.
    #[error("it answered {status}: {body}")]
    Status {
        /// Its HTTP status.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// Too much.
    #[error("it answered more than {MAX_BYTES} bytes")]
    TooLong,
    /// No connection, no certificate, no answer in time, a redirect.
    #[error("no answer: {0}")]
    Http(String),
}

impl Fetcher {
    /// A fetcher for these hosts. An inside address is asked only when it is listed itself: names never lead there.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(allowed: &[String]) -> Result<Self, reqwest::Error> {
        choose_tls();
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(PublicOnly))
            .build()?;
        Ok(Self { client, allowed: allowed.to_vec() })
    }

    /// The body of a GET or, with `body`, of a POST of JSON.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, url: &Url, body: Option<String>) -> Result<Vec<u8>, FetchError> {
        self.check(url)?;
        let request = match body {
            None => self.client.get(url.clone()),
            Some(body) => self.client.post(url.clone()).header("content-type", "application/json").body(body),
        };
        let response = request.send().await.map_err(|error| FetchError::Http(root_cause(&error)))?;
        let status = response.status();
        let body = read(response).await?;
        if status.is_success() {
            return Ok(body);
        }
        let body = String::from_utf8_lossy(body.get(..200).unwrap_or(&body)).into_owned();
        Err(FetchError::Status { status: status.as_u16(), body })
    }

    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(FetchError::Url);
        }
        let host = url.host_str().ok_or(FetchError::Url)?;
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        let is_listed = |one: &String| one.eq_ignore_ascii_case(host) || one.eq_ignore_ascii_case(&with_port);
        // Behind a listed name only public addresses are asked; a listed address is meant as it is.
        if self.allowed.iter().any(is_listed) { Ok(()) } else { Err(FetchError::NotAllowed(with_port)) }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| FetchError::Http(root_cause(&error)))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What is behind an error of the HTTP client: the outermost one only says that there was one.
pub fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Resolves names to public addresses only. The connection goes to what was resolved here, so that a second answer of
/// the name's server changes nothing.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(inside) = found.iter().find(|address| !is_public(address.ip())) {
                return Err(FetchError::Inside(inside.ip()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public Internet: none of the special blocks of RFC 6890 and its successors, and none
/// that holds such an IPv4 address.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

/// Only 2000::/3 is given out (IANA); within it, 6to4 and Teredo hold IPv4 addresses.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [first, second, ..] = address.segments();
    let is_given_out = first & 0xe000 == 0x2000;
    let is_tunnel = first == 0x2002 || (first == 0x2001 && second == 0);
    let is_documentation = (first == 0x2001 && second == 0xdb8) || first == 0x3fff;
    is_given_out && !is_tunnel && !is_documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.5",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "93.184.216.34", "::ffff:1.1.1.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn only_listed_hosts_are_asked_and_names_never_lead_inside() {
        let fetcher = Fetcher::new(&["localhost".into(), "gw.example:8443".into()]).unwrap();
        let fetch = async |url: &str| fetcher.fetch(&url.parse().unwrap(), None).await.unwrap_err();
        assert!(matches!(fetch("https://other.example/").await, FetchError::NotAllowed(_)));
        assert!(matches!(fetch("https://gw.example/").await, FetchError::NotAllowed(_)));
        assert!(matches!(fetch("http://127.0.0.1/").await, FetchError::NotAllowed(_)));
        assert!(matches!(fetch("http://2130706433/").await, FetchError::NotAllowed(_)));
        assert!(matches!(fetch("http://me@localhost/").await, FetchError::Url));
        assert!(matches!(fetch("file:///etc/passwd").await, FetchError::Url));
        let inside = fetch("http://localhost:1/").await.to_string();
        assert!(inside.contains("is not a public address"), "{inside}");
    }
}
