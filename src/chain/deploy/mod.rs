//! Putting the resolver on a chain: what is missing there, what that costs, and doing it.
//!
//! A plan is made from what the chain has, so a second run does only what the first one did not.

mod cost;
mod create2;
mod names;
mod plan;
mod send;
mod signers;

use alloy::contract;
use alloy::primitives::{Address, B256, Bytes};
use alloy::transports::TransportError;

use super::error::ChainError;
use crate::ens::Name;

pub use cost::{Cost, Fees};
pub use create2::{CREATE2_DEPLOYER, default_salt};
pub use plan::{Plan, plan};
pub use send::{Sent, send};
pub use signers::{SignerFaults, check_signers, find_twin, what_signer_has};

/// The compiler's input for the resolver, as Etherscan and Sourcify take it: what it compiles to is what is deployed.
pub const STANDARD_JSON: &str = include_str!("../../../contracts/artifacts/Dm3Resolver.standard.json");

/// What there should be. An existing resolver keeps what is not said.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The account that sends what it may.
    pub deployer: Address,
    /// The resolver's owner; `None`: the deployer, or whoever owns the resolver that is there.
    pub owner: Option<Address>,
    /// The account that may remove signers; `None` leaves it as it is.
    pub guardian: Option<Address>,
    /// Base URLs of the gateways.
    pub gateways: Vec<String>,
    /// Whose answers are accepted.
    pub signers: Vec<Address>,
    /// Whose answers are accepted no longer.
    pub retired_signers: Vec<Address>,
    /// The names that get the resolver.
    pub zones: Vec<Zone>,
    /// Which contract.
    pub place: Place,
}

/// A name that gets the resolver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// The name.
    pub name: Name,
    /// Whether the labels below it are their owners' addresses.
    pub is_address_zone: bool,
}

/// Which contract is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The one with the default salt; else one that a zone has already; else it is made with the default salt.
    Usual,
    /// The one with this salt.
    Salt(B256),
    /// The one at this address.
    At(Address),
}

/// A transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it does, for people.
    pub what: String,
    /// Who has to send it; `None` when that is not known here.
    pub from: Option<Address>,
    /// Where to.
    pub to: Address,
    /// Its calldata.
    pub data: Bytes,
    /// Whether it can work only after those before it.
    pub is_dependent: bool,
}

/// Why a resolver does not get onto a chain.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The deterministic deployer is missing.
    #[error("this chain has no deterministic deployer at {CREATE2_DEPLOYER}")]
    NoDeployer,
    /// Another contract.
    #[error("what is at {0} is not the resolver that this version deploys")]
    NotOurs(Address),
    /// The resolver that is there belongs to somebody else than was asked for.
    #[error("the resolver {resolver} belongs to {owner}, not to {wanted}")]
    OtherOwner {
        /// The resolver.
        resolver: Address,
        /// Whose it is.
        owner: Address,
        /// Whose it should be.
        wanted: Address,
    },
    /// A signer would be added and removed.
    #[error("{0} is to be added and removed as a signer")]
    ContradictorySigner(Address),
    /// The chain says that a transaction would fail.
    #[error("'{what}' would fail: {reason}")]
    WouldFail {
        /// What it does.
        what: String,
        /// Why.
        reason: ChainError,
    },
    /// A transaction failed.
    #[error("'{what}' failed in transaction {hash}")]
    Failed {
        /// What it does.
        what: String,
        /// The transaction.
        hash: B256,
    },
    /// A transaction may yet be mined.
    #[error("'{what}' was sent in transaction {hash}, which is not mined yet: {reason}")]
    NotMined {
        /// What it does.
        what: String,
        /// The transaction.
        hash: B256,
        /// Why no more is known.
        reason: ChainError,
    },
}

impl From<TransportError> for DeployError {
    fn from(error: TransportError) -> Self {
        ChainError::from(error).into()
    }
}

impl From<contract::Error> for DeployError {
    fn from(error: contract::Error) -> Self {
        ChainError::from(error).into()
    }
}
