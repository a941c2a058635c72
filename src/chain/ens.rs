//! Who decides about a name in ENS, and which resolver it has.

use alloy::primitives::{Address, B256, FixedBytes, U256};
use alloy::providers::{DynProvider, Provider};

use super::contracts::ens::{Introspection, NameWrapper, Registry, UniversalResolverV2};
use super::contracts::{ENS_REGISTRY, UNIVERSAL_RESOLVER};
use super::error::ChainError;
use crate::ens::{Name, Node, wire};

/// ERC-1155, which no other owner of a name has together with `ens()`.
const ERC1155: FixedBytes<4> = FixedBytes([0xd9, 0xb6, 0x7a, 0x26]);

/// ENS on a chain.
#[derive(Clone, Debug)]
pub struct Ens {
    provider: DynProvider,
    registry: Address,
}

/// Who decides about a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// The registry does not have the name.
    Nobody,
    /// An account, in the registry itself.
    Account(Address),
    /// The name is wrapped.
    Wrapped {
        /// The name wrapper.
        wrapper: Address,
        /// The account that the wrapped name belongs to; zero when it expired.
        owner: Address,
        /// What the owner has given up.
        fuses: u32,
    },
}

impl Holder {
    /// The account behind it; zero when there is none.
    pub const fn account(&self) -> Address {
        match self {
            Self::Nobody => Address::ZERO,
            Self::Account(account) => *account,
            Self::Wrapped { owner, .. } => *owner,
        }
    }
}

impl Ens {
    /// ENS with its registry at this address; `None` takes the usual one.
    ///
    /// # Errors
    /// When there is no contract.
    pub async fn new(provider: DynProvider, registry: Option<Address>) -> Result<Self, ChainError> {
        let registry = registry.unwrap_or(ENS_REGISTRY);
        if provider.get_code_at(registry).await?.is_empty() {
            return Err(ChainError::Unexpected(format!("there is no ENS registry at {registry}")));
        }
        Ok(Self { provider, registry })
    }

    /// The registry's address.
    pub const fn registry(&self) -> Address {
        self.registry
    }

    /// Who decides about a node.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn holder(&self, node: Node) -> Result<Holder, ChainError> {
        let node = *node.as_bytes();
        let owner = Registry::new(self.registry, &self.provider).owner(node).call().await?;
        if owner.is_zero() {
            return Ok(Holder::Nobody);
        }
        if !self.is_wrapper(owner).await? {
            return Ok(Holder::Account(owner));
        }
        let wrapped =
            NameWrapper::new(owner, &self.provider).getData(U256::from_be_bytes(node.0)).call().await?;
        Ok(Holder::Wrapped { wrapper: owner, owner: wrapped.owner, fuses: wrapped.fuses })
    }

    /// Whether an account may set the name's resolver and make names below it, as the holder or for the holder.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn may_change(&self, account: Address, node: Node, holder: Holder) -> Result<bool, ChainError> {
        Ok(match holder {
            Holder::Nobody => false,
            Holder::Account(owner) if owner == account => true,
            Holder::Account(owner) => {
                Registry::new(self.registry, &self.provider).isApprovedForAll(owner, account).call().await?
            }
            Holder::Wrapped { wrapper, .. } => {
                let wrapper = NameWrapper::new(wrapper, &self.provider);
                wrapper.canModifyName(*node.as_bytes(), account).call().await?
            }
        })
    }

    /// The resolver that is set for the name itself; zero for none.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn resolver(&self, node: Node) -> Result<Address, ChainError> {
        Ok(Registry::new(self.registry, &self.provider).resolver(*node.as_bytes()).call().await?)
    }

    /// The resolver that answers for a name (ENSIP-10): that of the nearest name, going up, that has one.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn find_resolver(&self, name: &Name) -> Result<Option<(String, Address)>, ChainError> {
        let mut rest = name.as_str();
        while !rest.is_empty() {
            let resolver = self.resolver(node_of(rest)).await?;
            if !resolver.is_zero() {
                return Ok(Some((rest.to_owned(), resolver)));
            }
            rest = parent_of(rest);
        }
        Ok(None)
    }

    /// Where ENSv2 keeps the entry of a name, if the chain has ENSv2.
    ///
    /// # Errors
    /// See [`ChainError`].
    pub async fn registry_v2(&self, name: &Name) -> Result<Option<Address>, ChainError> {
        let universal = UniversalResolverV2::new(UNIVERSAL_RESOLVER, &self.provider);
        match universal.findRegistries(wire::encode(name).into()).call().await {
            Ok(found) => Ok(found.get(1).copied().filter(|registry| !registry.is_zero())),
            // One of ENSv1 has no such function.
            Err(error) => match ChainError::from(error) {
                ChainError::Unreachable(reason) => Err(ChainError::Unreachable(reason)),
                ChainError::Refused(_) | ChainError::Unexpected(_) => Ok(None),
            },
        }
    }

    async fn is_wrapper(&self, owner: Address) -> Result<bool, ChainError> {
        if self.provider.get_code_at(owner).await?.is_empty() {
            return Ok(false);
        }
        let is_token = Introspection::new(owner, &self.provider).supportsInterface(ERC1155).call().await;
        let ens = NameWrapper::new(owner, &self.provider).ens().call().await;
        // Most contracts have neither function, and revert.
        Ok(is_token.unwrap_or(false) && ens.is_ok_and(|registry| registry == self.registry))
    }
}

/// The node of a name whose form was checked with the name that it ends.
pub fn node_of(name: &str) -> Node {
    name.rsplit('.').filter(|label| !label.is_empty()).fold(Node::ROOT, Node::child)
}

/// What follows the first label.
pub fn parent_of(name: &str) -> &str {
    name.split_once('.').map_or("", |(_, parent)| parent)
}

/// The keccak256 of a label.
pub fn label_hash(label: &str) -> B256 {
    alloy::primitives::keccak256(label)
}
