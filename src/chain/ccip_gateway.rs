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

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;
    use crate::fetch::testing::{Server, response};

    const SENDER: Address = address!("0x00000000000000000000000000000000C0FFEE00");

    /// Somebody's gateway, and ours that may ask it.
    async fn gateways() -> (Server, GuardedCcipGateway) {
        let server = Server::answering(|request| {
            let path = request.split(' ').nth(1).unwrap();
            match path.split('/').nth(1).unwrap() {
                "good" => response(200, "", br#"{"data":"0x1234"}"#),
                "more" => response(200, "", br#"{"data":"0xABcd","message":"fine"}"#),
                "else" => response(200, "", b"<html>"),
                "odd" => response(200, "", br#"{"data":"0x123"}"#),
                "bare" => response(200, "", br#"{"data":"1234"}"#),
                "gone" => response(404, "", br#"{"message":"no such name"}"#),
                "down" => response(503, "", b"later"),
                "away" => response(302, "location: /good\r\n", b""),
                _ => vec![],
            }
        })
        .await;
        let fetcher = Fetcher::public(&[server.place()]).unwrap();
        (server, GuardedCcipGateway::new(fetcher))
    }

    async fn request(gateway: &GuardedCcipGateway, urls: Vec<String>) -> Result<Bytes, CcipReadGatewayError> {
        let data = Bytes::from_static(&[0xab, 0xcd]);
        gateway.request(&CcipReadRequest { sender: SENDER, urls, data }, 1 << 20).await
    }

    #[tokio::test]
    async fn a_template_with_data_is_asked_by_get_and_another_by_post() {
        let (server, gateway) = gateways().await;
        let base = server.url("");
        for path in ["good/{sender}/{data}.json", "good/{data}{data}", "good/{sender}", "more"] {
            let answer = request(&gateway, vec![format!("{base}{path}")]).await.unwrap();
            assert_eq!(answer.to_vec(), if path == "more" { vec![0xab, 0xcd] } else { vec![0x12, 0x34] });
        }
        let requests = server.requests();
        let sender = "0x00000000000000000000000000000000c0ffee00";
        assert!(requests[0].starts_with(&format!("GET /good/{sender}/0xabcd.json ")), "{}", requests[0]);
        assert!(requests[1].starts_with("GET /good/0xabcd0xabcd "), "{}", requests[1]);
        assert!(requests[2].starts_with(&format!("POST /good/{sender} ")), "{}", requests[2]);
        for post in &requests[2..] {
            let (head, body) = post.split_once("\r\n\r\n").unwrap();
            assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body, serde_json::json!({ "data": "0xabcd", "sender": sender }));
        }
    }

    #[tokio::test]
    async fn the_next_url_is_tried_after_a_fault_and_not_after_a_refusal() {
        let (server, gateway) = gateways().await;
        let urls = |paths: &[&str]| paths.iter().map(|path| server.url(path).to_string()).collect::<Vec<_>>();
        for fault in ["/down", "/away", "/silent", "/else", "/odd", "/bare"] {
            assert_eq!(
                request(&gateway, urls(&[fault, "/good"])).await.unwrap().to_vec(),
                [0x12, 0x34],
                "{fault}"
            );
            assert!(request(&gateway, urls(&[fault])).await.is_err(), "{fault}");
        }
        let before = server.connections();
        let error = request(&gateway, urls(&["/gone", "/good"])).await.unwrap_err();
        assert_eq!((error.status, server.connections()), (Some(404), before + 1));
        assert!(error.message.starts_with("127.0.0.1: it answered 404: "), "{}", error.message);
        for ours in
            ["nonsense", "http://127.0.0.1:1/{data}", "http://me@public.example/", "http://localhost/", ""]
        {
            let urls = [vec![ours.to_owned()], urls(&["/good"])].concat();
            assert_eq!(request(&gateway, urls).await.unwrap().to_vec(), [0x12, 0x34], "{ours}");
        }
        assert!(request(&gateway, vec![]).await.unwrap_err().message.contains("names no URL"));
    }

    #[tokio::test]
    async fn what_a_contract_can_make_us_ask_is_bounded() {
        let (server, gateway) = gateways().await;
        let down = server.url("/down").to_string();
        let urls = [vec![down; 4], vec![server.url("/good").to_string()]].concat();
        assert_eq!(request(&gateway, urls).await.unwrap_err().status, Some(503));
        assert_eq!(server.connections(), 4);
        for long in ["{data}".repeat(60 << 10), "{sender}".repeat(2 << 10), "x".repeat(61 << 10)] {
            let error = request(&gateway, vec![format!("{}{long}", server.url("/good/"))]).await.unwrap_err();
            assert!(error.message.contains("with the lookup's data in it"), "{}", error.message);
            assert!(error.message.len() < 400, "{}", error.message.len());
        }
        assert_eq!(server.connections(), 4);
        let data = Bytes::from_static(&[1]);
        let good = CcipReadRequest { sender: SENDER, urls: vec![server.url("/good").to_string()], data };
        assert!(gateway.request(&good, 1).await.unwrap_err().message.contains("more than is taken"));
        let inside = vec!["http://169.254.169.254/?token=hunter2".to_owned()];
        let error = request(&gateway, inside).await.unwrap_err().message;
        assert!(error.contains("not a public address") && !error.contains("hunter2"), "{error}");
    }
}
