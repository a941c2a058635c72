//! Resolving any ENS name as other clients do: through the Universal Resolver (ENSIP-23), following CCIP read.

use alloy::eips::BlockId;
use alloy::ens::UniversalResolver as Binding;
use alloy::network::{Ethereum, TransactionBuilder};
use alloy::primitives::{Address, Bytes};
use alloy::providers::{
    CcipReadClient, CcipReadError, CcipReadGateway, HttpCcipReadGateway, Provider, ProviderBuilder,
    RootProvider,
};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolCall, SolError, SolInterface};
use url::Url;

use super::ccip_recorder::{GatewayAnswer, Recorder};
use super::contracts::{Dm3Resolver, UNIVERSAL_RESOLVER};
use super::fault::{Fault, shorten};
use crate::ens::abi;
use crate::ens::call::RecordCall;
use crate::ens::{Name, wire};

/// A chain with ENS on it, and what fetches from the gateways of its resolvers.
#[derive(Debug)]
pub struct UniversalResolver<G = HttpCcipReadGateway> {
    provider: RootProvider,
    gateway: G,
}

/// What a resolver answered, after the chain has verified it.
#[derive(Debug)]
pub struct Resolved {
    /// What the resolver function returns, ABI-encoded.
    pub result: Bytes,
    /// The resolver contract.
    pub resolver: Address,
    /// What gateways answered on the way.
    pub gateways: Vec<GatewayAnswer>,
    /// What was said where no gateway answered. A resolver that asks several questions goes on without.
    pub failures: Vec<String>,
}

/// Why a name does not resolve.
#[derive(Debug, thiserror::Error)]
pub enum UniversalError {
    /// No resolver is set for the name or for one above it.
    #[error("no resolver is set for {0} in ENS, nor for a name above it")]
    NoResolver(Name),
    /// What is set as resolver is no contract.
    #[error("the resolver {resolver} of {name} is not a contract")]
    NotAContract {
        /// The name.
        name: Name,
        /// What is set.
        resolver: Address,
    },
    /// The resolver does not know this function.
    #[error("the resolver of {0} does not support this kind of record")]
    Unsupported(Name),
    /// The resolver reverted, for instance because no signer that it knows has signed the answer.
    #[error("the resolver of {name} refused: {reason}")]
    Refused {
        /// The name.
        name: Name,
        /// Its error in words, or the revert data in hex.
        reason: String,
    },
    /// There is no Universal Resolver.
    #[error("there is no Universal Resolver at {UNIVERSAL_RESOLVER} on this chain")]
    NoUniversalResolver,
    /// The gateways.
    #[error("no gateway of the resolver of {name} gave an answer: {reason}")]
    Gateway {
        /// The name.
        name: Name,
        /// What the last one said.
        reason: String,
    },
    /// The RPC endpoint, or something that no contract should answer.
    #[error("the chain did not answer: {0}")]
    Chain(String),
}

impl UniversalResolver {
    /// Over a JSON-RPC endpoint. `http` fetches from gateways; its timeout and redirect policy are what bounds that.
    pub fn new(rpc_url: Url, http: reqwest::Client) -> Self {
        let provider = ProviderBuilder::default().connect_reqwest(http.clone(), rpc_url);
        Self { provider, gateway: HttpCcipReadGateway::new(http) }
    }
}

impl<G: CcipReadGateway> UniversalResolver<G> {
    /// Over an endpoint, with something else that fetches from gateways.
    pub const fn with_gateway(provider: RootProvider, gateway: G) -> Self {
        Self { provider, gateway }
    }

    /// The endpoint.
    pub const fn provider(&self) -> &RootProvider {
        &self.provider
    }

    /// Asks a name's resolver one question.
    ///
    /// # Errors
    /// See [`UniversalError`].
    pub async fn resolve(&self, name: &Name, call: &RecordCall) -> Result<Resolved, UniversalError> {
        self.resolve_at(name, call.encode(), BlockId::latest()).await
    }

    /// Asks a name's resolver at a block. `data` is the call of a resolver function, or of `multicall`.
    ///
    /// # Errors
    /// See [`UniversalError`].
    pub async fn resolve_at(
        &self,
        name: &Name,
        data: Vec<u8>,
        block: BlockId,
    ) -> Result<Resolved, UniversalError> {
        let input = Binding::resolveCall { name: wire::encode(name).into(), data: data.into() };
        let transaction =
            TransactionRequest::default().with_to(UNIVERSAL_RESOLVER).with_input(input.abi_encode());
        let client = CcipReadClient::new(Recorder::new(&self.gateway));
        let answer = client.call_at::<_, Ethereum>(&self.provider, transaction, block).await;
        let answer = answer.map_err(|error| explain(name, error, client.gateway()))?;
        if answer.is_empty() {
            return Err(self.no_answer().await);
        }
        let decoded = Binding::resolveCall::abi_decode_returns(&answer)
            .map_err(|error| UniversalError::Chain(error.to_string()))?;
        let (gateways, failures) = client.gateway().taken();
        Ok(Resolved { result: decoded._0, resolver: decoded._1, gateways, failures })
    }

    /// An account without code answers every call with nothing.
    async fn no_answer(&self) -> UniversalError {
        match self.provider.get_code_at(UNIVERSAL_RESOLVER).await {
            Ok(code) if code.is_empty() => UniversalError::NoUniversalResolver,
            Ok(_) => UniversalError::Chain("the Universal Resolver answered nothing".into()),
            Err(error) => UniversalError::Chain(Fault::from(error).0),
        }
    }
}

fn explain<G: CcipReadGateway>(
    name: &Name,
    error: CcipReadError,
    recorder: &Recorder<'_, G>,
) -> UniversalError {
    let (_, failures) = recorder.taken();
    let name = name.clone();
    let error = match error {
        CcipReadError::Transport(error) => error,
        CcipReadError::Gateway(error) => {
            return UniversalError::Gateway { name, reason: shorten(&error.to_string()) };
        }
        other => return UniversalError::Chain(shorten(&other.to_string())),
    };
    let Some(revert) = error.as_error_resp().and_then(|response| response.as_revert_data()) else {
        return UniversalError::Chain(Fault::from(error).0);
    };
    use Binding::UniversalResolverErrors as Revert;
    match Revert::abi_decode(&revert) {
        Ok(Revert::ResolverNotFound(_)) => UniversalError::NoResolver(name),
        Ok(Revert::ResolverNotContract(error)) => {
            UniversalError::NotAContract { name, resolver: error.resolver }
        }
        Ok(Revert::UnsupportedResolverProfile(_)) => UniversalError::Unsupported(name),
        Ok(Revert::ResolverError(error)) => explain_resolver(name, &error.errorData, &failures),
        _ => explain_resolver(name, &revert, &failures),
    }
}

/// What a resolver reverted with, or the batch gateway put in its place (ENSIP-21).
fn explain_resolver(name: Name, revert: &[u8], failures: &[String]) -> UniversalError {
    match failure_of_gateways(revert, failures) {
        Some(reason) => UniversalError::Gateway { name, reason },
        None => UniversalError::Refused { name, reason: describe_revert(revert) },
    }
}

/// What a batch gateway put in the place of an answer (ENSIP-21), if it is that: contracts revert with `Error` too.
pub(super) fn failure_of_gateways(revert: &[u8], failures: &[String]) -> Option<String> {
    if let Ok(error) = abi::HttpError::abi_decode(revert) {
        return Some(shorten(&format!("status {}: {}", error.status, error.message)));
    }
    let message = abi::Error::abi_decode(revert).ok()?.message;
    failures.iter().any(|failure| message.contains(failure.as_str())).then(|| shorten(&message))
}

/// The error of a resolver, in words where it is one of ours.
pub(super) fn describe_revert(revert: &[u8]) -> String {
    use Dm3Resolver::Dm3ResolverErrors as Ours;
    shorten(&match Ours::abi_decode(revert) {
        Ok(Ours::UnknownSigner(error)) => format!("it does not know the signer {}", error.signer),
        Ok(Ours::AnswerExpired(error)) => format!("the answer expired at {}", error.expires),
        Ok(_) | Err(_) => match abi::Error::abi_decode(revert) {
            Ok(error) => error.message,
            Err(_) => format!("0x{}", hex::encode(revert)),
        },
    })
}
