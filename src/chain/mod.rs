//! Ethereum through alloy: contract bindings, reading ENS, what contract accounts accept, putting the resolver on a
//! chain, the local development chain.

mod anvil;
mod balances;
pub mod ccip_gateway;
mod ccip_recorder;
mod contract_account;
pub mod contracts;
pub mod deploy;
pub mod dev;
pub mod ens;
mod ens_reader;
mod error;
mod fault;
mod signatures;
mod universal;
mod wallet;

pub use anvil::AnvilError;
pub use balances::{Age, Balances, BalancesUnreachable, Holdings, TokenFault};
pub use ccip_gateway::GuardedCcipGateway;
pub use ccip_recorder::GatewayAnswer;
pub use contract_account::{ContractAccountError, ContractAccounts};
pub use ens_reader::{EnsReader, Entry, ReadBlock, ReadRecords};
pub use error::ChainError;
pub use fault::Fault;
pub use signatures::{SignatureFault, Signatures};
pub use universal::{Resolved, UniversalError, UniversalResolver};
pub use wallet::{Wallet, WalletError, connect};
