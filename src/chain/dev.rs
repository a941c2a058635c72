//! A local chain with ENS on it, on which our zones have our resolver.

use alloy::network::Ethereum;
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::providers::ext::AnvilApi;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::sol_types::SolValue;
use alloy::transports::TransportError;
use url::Url;

use super::anvil::{Anvil, AnvilError, AnvilSettings};
use super::contracts::development::ENSRegistry::{self, ENSRegistryInstance};
use super::contracts::development::UniversalResolver;
use super::contracts::{Dm3Resolver, ENS_REGISTRY, UNIVERSAL_RESOLVER};
use crate::ens::{Name, Node};

/// Enough ether for the transactions of an account that is not ours.
const ALLOWANCE: u64 = 1_000_000_000_000_000_000;

/// A running local chain.
#[derive(Debug)]
pub struct DevChain {
    anvil: Anvil,
    provider: DynProvider,
    account: Address,
    chain_id: u64,
}

/// What to start.
#[derive(Debug)]
pub struct DevSettings {
    /// The port of the JSON-RPC endpoint; 0 for one that is free.
    pub rpc_port: u16,
    /// The chain id; `None` takes that of the fork.
    pub chain_id: Option<u64>,
    /// The endpoint of a chain to fork.
    pub fork_url: Option<Url>,
}

/// Why there is no local chain.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// Anvil.
    #[error(transparent)]
    Anvil(#[from] AnvilError),
    /// A transaction, or a question.
    #[error("the local chain refused: {0}")]
    Refused(String),
}

impl From<TransportError> for DevError {
    fn from(error: TransportError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<alloy::contract::Error> for DevError {
    fn from(error: alloy::contract::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<alloy::providers::PendingTransactionError> for DevError {
    fn from(error: alloy::providers::PendingTransactionError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl DevChain {
    /// Starts anvil, with an ENS registry and a Universal Resolver at their mainnet addresses where the fork has none.
    ///
    /// # Errors
    /// See [`DevError`].
    pub async fn start(settings: &DevSettings) -> Result<Self, DevError> {
        let DevSettings { rpc_port, chain_id, ref fork_url } = *settings;
        let anvil =
            Anvil::start(&AnvilSettings { port: rpc_port, chain_id, fork_url: fork_url.clone() }).await?;
        let provider = ProviderBuilder::new().connect_http(anvil.url().clone()).erased();
        let chain_id = provider.get_chain_id().await?;
        let account = provider.get_accounts().await?.first().copied();
        let account = account.ok_or_else(|| DevError::Refused("it has no accounts".into()))?;
        let chain = Self { anvil, provider, account, chain_id };
        chain.put_ens().await?;
        Ok(chain)
    }

    /// Its JSON-RPC endpoint.
    pub const fn rpc_url(&self) -> &Url {
        self.anvil.url()
    }

    /// Its chain id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The account that owns everything that is deployed here. Anvil signs for it.
    pub const fn account(&self) -> Address {
        self.account
    }

    /// Deploys our resolver, and sets it on the zones.
    ///
    /// # Errors
    /// See [`DevError`].
    pub async fn deploy<'a>(
        &self,
        gateway: &str,
        signer: Address,
        zones: impl Iterator<Item = (&'a Name, bool)>,
    ) -> Result<Address, DevError> {
        let (gateways, signers) = (vec![gateway.to_owned()], vec![signer]);
        let deployment = Dm3Resolver::deploy_builder(&self.provider, self.account, gateways, signers);
        let resolver = deployment.from(self.account).deploy().await?;
        let contract = Dm3Resolver::new(resolver, &self.provider);
        for (zone, is_address_zone) in zones {
            self.set_resolver(zone, resolver).await?;
            if is_address_zone {
                let call = contract.setAddressZone(*zone.node().as_bytes(), true);
                call.from(self.account).send().await?.get_receipt().await?;
            }
        }
        Ok(resolver)
    }

    /// Waits until anvil has ended by itself.
    pub async fn ended(&mut self) {
        // Why it cannot be waited for makes no difference: it is not there.
        let _ = self.anvil.ended().await;
    }

    /// Ends the chain, and waits until nothing is left of it.
    pub async fn stop(self) {
        self.anvil.stop().await;
    }

    async fn put_ens(&self) -> Result<(), DevError> {
        if self.provider.get_code_at(ENS_REGISTRY).await?.is_empty() {
            self.put_code(ENS_REGISTRY, &ENSRegistry::DEPLOYED_BYTECODE).await?;
            // The root's owner, in the slot where the registry of mainnet has it too.
            let slot = U256::from_be_bytes(keccak256((Node::ROOT.as_bytes(), U256::ZERO).abi_encode()).0);
            self.provider.anvil_set_storage_at(ENS_REGISTRY, slot, self.account.into_word()).await?;
        }
        if self.provider.get_code_at(UNIVERSAL_RESOLVER).await?.is_empty() {
            self.put_code(UNIVERSAL_RESOLVER, &UniversalResolver::DEPLOYED_BYTECODE).await?;
        }
        Ok(())
    }

    async fn put_code(&self, address: Address, code: &Bytes) -> Result<(), DevError> {
        Ok(self.provider.anvil_set_code(address, code.clone()).await?)
    }

    /// Makes the zone's name ours, whoever owns the names above it, and gives it the resolver.
    async fn set_resolver(&self, zone: &Name, resolver: Address) -> Result<(), DevError> {
        let registry = ENSRegistry::new(ENS_REGISTRY, &self.provider);
        let mut parent = Node::ROOT;
        let mut labels = zone.as_str().rsplit('.').peekable();
        while let Some(label) = labels.next() {
            let node = parent.child(label);
            let is_zone = labels.peek().is_none();
            if is_zone || registry.owner(*node.as_bytes()).call().await?.is_zero() {
                let resolver = if is_zone { resolver } else { Address::ZERO };
                self.set_subnode(&registry, parent, label, resolver).await?;
            }
            parent = node;
        }
        Ok(())
    }

    async fn set_subnode(
        &self,
        registry: &ENSRegistryInstance<&DynProvider, Ethereum>,
        parent: Node,
        label: &str,
        resolver: Address,
    ) -> Result<(), DevError> {
        let parent: B256 = *parent.as_bytes();
        let owner = registry.owner(parent).call().await?;
        if owner != self.account {
            self.provider.anvil_impersonate_account(owner).await?;
            self.provider.anvil_set_balance(owner, U256::from(ALLOWANCE)).await?;
        }
        let call = registry.setSubnodeRecord(parent, keccak256(label), self.account, resolver, 0);
        call.from(owner).send().await?.get_receipt().await?;
        Ok(())
    }
}
