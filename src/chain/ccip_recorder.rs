//! Remembers what gateways answered: evidence for those who want to check a lookup themselves.

use std::sync::{Mutex, PoisonError};

use alloy::primitives::{Address, Bytes};
use alloy::providers::{CcipReadGateway, CcipReadGatewayError, CcipReadRequest};
use async_trait::async_trait;
use url::Url;

/// Of the URLs of a lookup, so many are tried: each may take as long as a fetch.
const MAX_URLS: usize = 4;

/// What a gateway answered to a lookup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GatewayAnswer {
    /// Scheme, host and port of its URL.
    pub url: String,
    /// The contract that sent the lookup.
    pub sender: Address,
    /// The lookup.
    pub request: Bytes,
    /// The answer.
    pub response: Bytes,
}

/// Passes one call's lookups on, a URL at a time, and keeps the answers.
pub struct Recorder<'a, G> {
    gateway: &'a G,
    /// Held for a push only, as the other.
    answers: Mutex<Vec<GatewayAnswer>>,
    /// What was said where no gateway answered.
    failures: Mutex<Vec<String>>,
}

impl<'a, G: CcipReadGateway> Recorder<'a, G> {
    pub const fn new(gateway: &'a G) -> Self {
        Self { gateway, answers: Mutex::new(Vec::new()), failures: Mutex::new(Vec::new()) }
    }

    /// What was answered, and what was said where nothing was.
    pub fn taken(&self) -> (Vec<GatewayAnswer>, Vec<String>) {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (answers, self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn ask(
        &self,
        request: &CcipReadRequest,
        max_response_size: usize,
    ) -> Result<Bytes, CcipReadGatewayError> {
        let mut last = CcipReadGatewayError::new("the lookup names no URL");
        for template in request.urls.iter().take(MAX_URLS) {
            let one = CcipReadRequest { urls: vec![template.clone()], ..request.clone() };
            match self.gateway.request(&one, max_response_size).await {
                Ok(response) => {
                    let CcipReadRequest { sender, data: request, .. } = one;
                    let answer =
                        GatewayAnswer { url: origin(template), sender, request, response: response.clone() };
                    self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                    return Ok(response);
                }
                // A 4xx is final (ERC-3668).
                Err(error) if error.status.is_some_and(|status| (400..500).contains(&status)) => {
                    return Err(error);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

#[async_trait]
impl<G: CcipReadGateway> CcipReadGateway for Recorder<'_, G> {
    async fn request(
        &self,
        request: &CcipReadRequest,
        max_response_size: usize,
    ) -> Result<Bytes, CcipReadGatewayError> {
        let answer = self.ask(request, max_response_size).await;
        if let Err(error) = &answer {
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(error.message.clone());
        }
        answer
    }
}

/// What follows the host is others' text, and as long as they like.
fn origin(template: &str) -> String {
    let url = Url::parse(&template.replace("{sender}", "sender").replace("{data}", "data"));
    url.map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}
