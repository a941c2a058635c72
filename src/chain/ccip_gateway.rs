//! Asking CCIP gateways that contracts name (ERC-3668), through the guard: who wrote the contract chose the URL.

use alloy::primitives::{Address, Bytes};
use alloy::providers::{CcipReadGateway, CcipReadGatewayError, CcipReadRequest};
use async_trait::async_trait;
use serde::Deserialize;
use url::Url;

use super::fault::shorten;
use crate::fetch::{FetchError, Fetcher};

/// Of the URLs of a lookup, so many are tried: each may take as long as a fetch.
const MAX_URLS: usize = 4;
/// Bytes of a URL with sender and data in it; the guard refuses longer ones as well.
const MAX_URL_BYTES: usize = 60 << 10;

/// Gateways for alloy's CCIP-read client, each asked through one [`Fetcher`].
#[derive(Clone, Debug)]
pub struct GuardedCcipGateway {
    fetcher: Fetcher,
}

/// Why one URL gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The template does not become a URL.
    #[error("the lookup's URL is none, or longer than {MAX_URL_BYTES} bytes with the lookup's data in it")]
    Url,
    /// Nothing was fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What was fetched is no answer.
    #[error("the answer is not {{\"data\": \"0x…\"}}")]
    Response,
}

impl AskError {
    /// Whether the gateway has decided: no other URL may be tried then (ERC-3668).
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Fetch(FetchError::Status { status, .. }) if *status >= 400 && *status < 500)
    }
}

impl GuardedCcipGateway {
    /// Asks through `fetcher`.
    pub const fn new(fetcher: Fetcher) -> Self {
        Self { fetcher }
    }
}

#[async_trait]
impl CcipReadGateway for GuardedCcipGateway {
    async fn request(
        &self,
        request: &CcipReadRequest,
        max_response_size: usize,
    ) -> Result<Bytes, CcipReadGatewayError> {
        let mut last = CcipReadGatewayError::new("the lookup names no URL");
        for template in request.urls.iter().take(MAX_URLS) {
            match ask(&self.fetcher, template, request.sender, &request.data).await {
                Ok(answer) if answer.len() <= max_response_size => return Ok(answer.into()),
                Ok(_) => last = tell(template, "it answered more than is taken", None),
                Err(error) => {
                    let status = match &error {
                        AskError::Fetch(FetchError::Status { status, .. }) => Some(*status),
                        _ => None,
                    };
                    last = tell(template, &error.to_string(), status);
                    if error.is_final() {
                        break;
                    }
                }
            }
        }
        Err(last)
    }
}

/// Asks the gateway behind one template: by GET when it has `{data}`, else by POST.
///
/// # Errors
/// See [`AskError`]. Whether the answer is true, only the contract can tell.
pub async fn ask(
    fetcher: &Fetcher,
    template: &str,
    sender: Address,
    data: &[u8],
) -> Result<Vec<u8>, AskError> {
    let (sender, data) = (format!("0x{}", hex::encode(sender)), format!("0x{}", hex::encode(data)));
    let url = expand(template, &sender, &data)?;
    let body = if template.contains("{data}") {
        fetcher.get(&url, None).await?
    } else {
        let body = serde_json::json!({ "data": data, "sender": sender });
        fetcher.post_json(&url, body.to_string()).await?
    };
    decode(&body)
}

fn expand(template: &str, sender: &str, data: &str) -> Result<Url, AskError> {
    // Counted before it is made: a template can name the data ten thousand times.
    let grown = template.matches("{data}").count().saturating_mul(data.len());
    let grown = grown.saturating_add(template.matches("{sender}").count().saturating_mul(sender.len()));
    if grown.saturating_add(template.len()) > MAX_URL_BYTES {
        return Err(AskError::Url);
    }
    template.replace("{sender}", sender).replace("{data}", data).parse().map_err(|_| AskError::Url)
}

fn decode(body: &[u8]) -> Result<Vec<u8>, AskError> {
    #[derive(Deserialize)]
    struct Response {
        data: String,
    }
    let response: Response = serde_json::from_slice(body).map_err(|_| AskError::Response)?;
    let digits = response.data.strip_prefix("0x").ok_or(AskError::Response)?;
    hex::decode(digits).map_err(|_| AskError::Response)
}

/// Which gateway, and why. Of its URL only the host: what follows is others' text, and as long as they like.
fn tell(template: &str, reason: &str, status: Option<u16>) -> CcipReadGatewayError {
    let url = template.parse::<Url>();
    let host = url.as_ref().ok().and_then(Url::host_str).unwrap_or("its URL");
    CcipReadGatewayError { status, message: format!("{}: {}", shorten(host), shorten(reason)) }
}
