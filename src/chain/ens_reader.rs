//! Several records of a name in one lookup, with what they rest on.

use alloy::eips::BlockId;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::{CcipReadGateway, Provider, ProviderBuilder};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolCall, SolError, SolValue};
use tokio::sync::OnceCell;
use url::Url;

use super::ccip_recorder::GatewayAnswer;
use super::contracts::{ENS_REGISTRY, EnsRegistry};
use super::fault::Fault;
use super::universal::{UniversalError, UniversalResolver, describe_revert, failure_of_gateways};
use crate::ens::Name;
use crate::ens::abi::{UnsupportedResolverProfile, multicallCall};
use crate::ens::call::{RecordCall, RecordKey};

/// Reads names of a chain through its Universal Resolver.
#[derive(Debug)]
pub struct EnsReader<G> {
    universal: UniversalResolver<G>,
    chain_id: u64,
    /// Set once the endpoint was seen to be of the right chain.
    chain_checked: OnceCell<()>,
}

/// A block at which a chain was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadBlock {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
}

/// What a resolver answered to one of several questions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// What the resolver function returns, ABI-encoded.
    Value(Bytes),
    /// The resolver does not have this kind of record.
    Unsupported,
    /// No gateway gave an answer.
    Gateway(String),
    /// The resolver reverted.
    Refused(String),
}

/// Records of a name.
#[derive(Debug)]
pub struct ReadRecords {
    /// In the order of the questions.
    pub entries: Vec<Entry>,
    /// The resolver contract.
    pub resolver: Address,
    /// The block.
    pub block: ReadBlock,
    /// What gateways answered.
    pub gateways: Vec<GatewayAnswer>,
    /// The TTL of the name's node in the ENS registry, in seconds; 0: none is set.
    pub ttl: u64,
}

impl<G: CcipReadGateway> EnsReader<G> {
    /// Over a JSON-RPC endpoint of the chain `chain_id`. Nothing is asked yet.
    pub fn new(rpc_url: Url, http: reqwest::Client, gateway: G, chain_id: u64) -> Self {
        let provider = ProviderBuilder::default().connect_reqwest(http, rpc_url);
        let universal = UniversalResolver::with_gateway(provider, gateway);
        Self { universal, chain_id, chain_checked: OnceCell::new() }
    }

    /// The chain.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The newest block.
    ///
    /// # Errors
    /// [`UniversalError::Chain`].
    pub async fn newest_block(&self) -> Result<ReadBlock, UniversalError> {
        self.chain_checked.get_or_try_init(|| self.check_chain()).await?;
        let block = self.universal.provider().get_block(BlockId::latest()).await.map_err(unreachable)?;
        let block = block.ok_or_else(|| UniversalError::Chain("it has no newest block".into()))?;
        Ok(ReadBlock { number: block.header.number, hash: block.header.hash })
    }

    /// Asks for these records in one `multicall`, at `block`.
    ///
    /// # Errors
    /// See [`UniversalError`]; what concerns one of the questions only is in its entry.
    pub async fn read(
        &self,
        name: &Name,
        records: &[RecordKey],
        block: ReadBlock,
    ) -> Result<ReadRecords, UniversalError> {
        let call =
            |record: &RecordKey| RecordCall { node: name.node(), record: record.clone() }.encode().into();
        let data = multicallCall { data: records.iter().map(call).collect() }.abi_encode();
        let at = BlockId::hash(block.hash);
        let (resolved, ttl) = tokio::join!(self.universal.resolve_at(name, data, at), self.ttl(name, at));
        let resolved = resolved?;
        let answers = multicallCall::abi_decode_returns(&resolved.result).map_err(|error| {
            let reason = format!("its answer to a multicall is malformed: {error}");
            UniversalError::Refused { name: name.clone(), reason }
        })?;
        if answers.len() != records.len() {
            let reason = format!("it gave {} answers to {} questions", answers.len(), records.len());
            return Err(UniversalError::Refused { name: name.clone(), reason });
        }
        Ok(ReadRecords {
            entries: answers.into_iter().map(|answer| Entry::of(answer, &resolved.failures)).collect(),
            resolver: resolved.resolver,
            block,
            gateways: resolved.gateways,
            // Without it, the settings decide how long the records are good.
            ttl: ttl.unwrap_or_default(),
        })
    }

    async fn ttl(&self, name: &Name, at: BlockId) -> Result<u64, UniversalError> {
        let input = EnsRegistry::ttlCall { node: *name.node().as_bytes() }.abi_encode();
        let call = TransactionRequest::default().with_to(ENS_REGISTRY).with_input(input);
        let answer = self.universal.provider().call(call).block(at).await.map_err(unreachable)?;
        Ok(EnsRegistry::ttlCall::abi_decode_returns(&answer).unwrap_or_default())
    }

    async fn check_chain(&self) -> Result<(), UniversalError> {
        let (found, expected) =
            (self.universal.provider().get_chain_id().await.map_err(unreachable)?, self.chain_id);
        if found == expected {
            return Ok(());
        }
        Err(UniversalError::Chain(format!("rpc_url is of chain {found}, chain_id is {expected}")))
    }
}

impl Entry {
    /// An error is recognisable by its length (ENSIP-23).
    fn of(answer: Bytes, failures: &[String]) -> Self {
        if answer.len().is_multiple_of(32) && !answer.is_empty() {
            return Self::Value(answer);
        }
        if let Some(reason) = failure_of_gateways(&answer, failures) {
            return Self::Gateway(reason);
        }
        if answer.is_empty() || answer.starts_with(&UnsupportedResolverProfile::SELECTOR) {
            return Self::Unsupported;
        }
        Self::Refused(describe_revert(&answer))
    }

    /// A text; empty when there is none.
    ///
    /// # Errors
    /// When the value is not the ABI encoding of a text.
    pub fn text(&self) -> Result<String, alloy::sol_types::Error> {
        match self {
            Self::Value(value) => String::abi_decode(value),
            _ => Ok(String::new()),
        }
    }

    /// An account; `None` when there is none.
    ///
    /// # Errors
    /// When the value is not the ABI encoding of an address.
    pub fn account(&self) -> Result<Option<Address>, alloy::sol_types::Error> {
        match self {
            Self::Value(value) => {
                Address::abi_decode(value).map(|account| Some(account).filter(|account| !account.is_zero()))
            }
            _ => Ok(None),
        }
    }
}

fn unreachable(error: alloy::transports::TransportError) -> UniversalError {
    UniversalError::Chain(Fault::from(error).0)
}
