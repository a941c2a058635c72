//! Remembers what gateways answered: evidence for those who want to check a lookup themselves.

use std::sync::{Mutex, PoisonError};

use alloy::primitives::{Address, Bytes};
use alloy::providers::{CcipReadGateway, CcipReadGatewayError, CcipReadRequest};

/// What a gateway answered to a lookup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GatewayAnswer {
    /// The URL templates that were tried in order; one of them has answered.
    pub urls: Vec<String>,
    /// The contract that sent the lookup.
    pub sender: Address,
    /// The lookup.
    pub request: Bytes,
    /// The answer.
    pub response: Bytes,
}

/// Passes one call's lookups on, and keeps the answers.
pub struct Recorder<'a, G> {
    gateway: &'a G,
    /// Held for a push only.
    answers: Mutex<Vec<GatewayAnswer>>,
}

impl<'a, G> Recorder<'a, G> {
    pub const fn new(gateway: &'a G) -> Self {
        Self { gateway, answers: Mutex::new(Vec::new()) }
    }

    pub fn answers(&self) -> Vec<GatewayAnswer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait::async_trait]
impl<G: CcipReadGateway> CcipReadGateway for Recorder<'_, G> {
    async fn request(
        &self,
        request: &CcipReadRequest,
        max_response_size: usize,
    ) -> Result<Bytes, CcipReadGatewayError> {
        let response = self.gateway.request(request, max_response_size).await?;
        let CcipReadRequest { sender, urls, data } = request.clone();
        let answer = GatewayAnswer { urls, sender, request: data, response: response.clone() };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        Ok(response)
    }
}
