//! Which URLs are asked: what can be told without resolving a name.

use url::{Host, Url};

use super::FetchError;
use super::address::is_public;

/// The request line has to fit into a URI of the `http` crate, 65,534 bytes.
const MAX_URL_BYTES: usize = 60 << 10;

/// Names below these are never those of a public host (RFC 6761, 6762, 7686, 8375, and ICANN's `internal`).
const INSIDE_SUFFIXES: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "onion", "alt"];

/// Below 1024, only HTTP's own ports are asked. These are above, and other protocols': the blocked ports of the Fetch
/// standard, and databases that take a line of an HTTP request for a command.
const OTHER_PROTOCOLS: [u16; 23] = [
    1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080, 11211,
];

/// How a URL is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// A name may lead to public addresses only.
    Guarded,
    /// The operator has named it; a name may lead anywhere.
    Trusting,
}

/// What may be asked.
#[derive(Debug)]
pub struct Guard {
    rule: Rule,
    /// `host` or `host:port`, as in the settings.
    named: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Only what is named; names lead to public addresses.
    Listed,
    /// Only what is named, wherever it leads.
    Configured,
    /// Anything public, and what is named wherever it leads.
    Public,
}

impl Guard {
    pub fn listed(hosts: &[String]) -> Self {
        Self { rule: Rule::Listed, named: hosts.to_vec() }
    }

    pub fn configured(services: &[Url]) -> Self {
        Self { rule: Rule::Configured, named: services.iter().map(place).collect() }
    }

    pub fn public(allowed: &[String]) -> Self {
        Self { rule: Rule::Public, named: allowed.to_vec() }
    }

    pub fn check(&self, url: &Url) -> Result<Way, FetchError> {
        if url.as_str().len() > MAX_URL_BYTES {
            return Err(FetchError::Url("the URL is longer than 60 KiB"));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Url("this is not an http or https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url("a URL with a user name or a password is not asked"));
        }
        match (self.rule, self.is_named(url)) {
            (Rule::Listed, true) => Ok(Way::Guarded),
            (Rule::Configured | Rule::Public, true) => Ok(Way::Trusting),
            (Rule::Listed | Rule::Configured, false) => Err(FetchError::NotAllowed(place(url))),
            (Rule::Public, false) => check_public(url),
        }
    }

    fn is_named(&self, url: &Url) -> bool {
        let (host, place) = (url.host_str().unwrap_or_default(), place(url));
        self.named.iter().any(|one| one.eq_ignore_ascii_case(host) || one.eq_ignore_ascii_case(&place))
    }
}

/// Host and port, as errors and limits name them.
pub fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{host}:{}", url.port_or_known_default().unwrap_or_default())
}

fn check_public(url: &Url) -> Result<Way, FetchError> {
    let inside = || FetchError::Inside(place(url));
    // The `url` crate has brought each spelling of an address into one form: what is a name here is none.
    let is_inside = match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(name)) => is_inside_name(check_name(name)?),
        None => return Err(FetchError::Url("the URL names no host")),
    };
    if is_inside {
        return Err(inside());
    }
    match url.port_or_known_default() {
        Some(80 | 443) => Ok(Way::Guarded),
        Some(port) if port >= 1024 && !OTHER_PROTOCOLS.contains(&port) => Ok(Way::Guarded),
        port => Err(FetchError::Port(port.unwrap_or_default())),
    }
}

/// The name without the dot of the root. Names of hosts have letters, digits and hyphens; the underscore is in use. What
/// else the URL standard lets pass, such as `{`, is read differently by different programs.
fn check_name(name: &str) -> Result<&str, FetchError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_plain = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(is_plain)
    };
    if name.len() <= 253 && name.split('.').all(is_plain) {
        return Ok(name);
    }
    Err(FetchError::Url("the URL's host is not the name of one"))
}

/// A name without a dot is one of the local network, whatever it leads to.
fn is_inside_name(name: &str) -> bool {
    let is_below = |suffix: &str| {
        name.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    !name.contains('.') || INSIDE_SUFFIXES.into_iter().any(is_below)
}
