//! A client for services in other processes: asks a gateway over HTTP, and gives what [`Lookups`](super::Lookups) gives.

mod changes;

use std::time::Duration;

pub use changes::Changes;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::sender_check::SenderCheck;
use super::verdict::{DeliveryServiceLookup, ProfileLookup};
use crate::ens::Name;
use crate::fetch::choose_tls;

/// For one request. A gateway answers within its `request_seconds`, 20 at most.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A connection that says nothing for so long is broken. On a stream, a gateway says something every 10 seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// Asks a gateway for profiles.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
}

/// Why a gateway gave no lookup. That a profile is not there, or cannot be reached, is no error: it is a verdict.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The gateway's URL.
    #[error("'{0}' is not the URL of a gateway: http or https and a host are expected")]
    Url(Url),
    /// No connection, no answer in time, or not what a gateway answers.
    #[error("the gateway does not answer: {0}")]
    Http(#[from] reqwest::Error),
    /// A stream that is not one of changes.
    #[error("what came is no stream of changes of a gateway: {0}")]
    Stream(String),
    /// It said no.
    #[error("the gateway answered {status}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's detail.
        detail: String,
    },
}

#[derive(Deserialize)]
struct Items {
    items: Vec<ProfileLookup>,
}

#[derive(Deserialize)]
struct Refusal {
    detail: String,
}

impl Client {
    /// For the gateway at this URL.
    ///
    /// # Errors
    /// [`ClientError::Url`], or when an HTTP client cannot be made.
    pub fn new(gateway: Url) -> Result<Self, ClientError> {
        if gateway.cannot_be_a_base() || !matches!(gateway.scheme(), "http" | "https") {
            return Err(ClientError::Url(gateway));
        }
        choose_tls();
        Ok(Self { http: reqwest::Client::builder().read_timeout(SILENCE).build()?, base: gateway })
    }

    /// Anybody's profile; looked up at most `max_age` seconds ago, if anything answers.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn profile(&self, name: &Name, max_age: Option<u64>) -> Result<ProfileLookup, ClientError> {
        read(self.get(&["v1", "profiles", name.as_str()], max_age).send().await?).await
    }

    /// Those of up to 500 names, in the same order.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn profiles(
        &self,
        names: &[Name],
        max_age: Option<u64>,
    ) -> Result<Vec<ProfileLookup>, ClientError> {
        let names: Vec<_> = names.iter().map(Name::as_str).collect();
        let body = json!({ "names": names, "maxAge": max_age });
        let response = self.post(&["v1", "profiles"], &body).send().await?;
        Ok(read::<Items>(response).await?.items)
    }

    /// A delivery service's profile.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn delivery_service(
        &self,
        name: &Name,
        max_age: Option<u64>,
    ) -> Result<DeliveryServiceLookup, ClientError> {
        read(self.get(&["v1", "delivery-services", name.as_str()], max_age).send().await?).await
    }

    /// Whether the rules of `receiver`, an account at `service` that the gateway keeps, let `sender` through.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn check_sender(
        &self,
        service: &Name,
        receiver: &Name,
        sender: &Name,
        max_age: Option<u64>,
    ) -> Result<SenderCheck, ClientError> {
        let path = ["v1", "delivery-services", service.as_str(), "accounts", receiver.as_str(), "checks"];
        let body = json!({ "sender": sender.as_str(), "maxAge": max_age });
        read(self.post(&path, &body).send().await?).await
    }

    /// What becomes of up to 500 names, from a cursor of before on; without one, what each is now comes first.
    #[must_use]
    pub fn changes(&self, names: &[Name], cursor: Option<u64>) -> Changes {
        Changes::new(self.clone(), names, cursor)
    }

    fn get(&self, path: &[&str], max_age: Option<u64>) -> reqwest::RequestBuilder {
        let query: Vec<_> = max_age.map(|seconds| ("max_age", seconds.to_string())).into_iter().collect();
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.get(url).timeout(TIMEOUT)
    }

    fn post(&self, path: &[&str], body: &Value) -> reqwest::RequestBuilder {
        self.http.post(self.url(path)).timeout(TIMEOUT).json(body)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // The URL can be a base, which was checked.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

async fn read<T: for<'de> Deserialize<'de>>(response: reqwest::Response) -> Result<T, ClientError> {
    Ok(accepted(response).await?.json().await?)
}

async fn accepted(response: reqwest::Response) -> Result<reqwest::Response, ClientError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let refusal = response.json::<Refusal>().await;
    let detail = refusal.map_or_else(|_| "without a reason".to_owned(), |refusal| refusal.detail);
    Err(ClientError::Refused { status: status.as_u16(), detail })
}
