//! Ethereum through alloy: contract bindings, reading ENS through its Universal Resolver, what contract accounts accept,
//! the local development chain.

mod anvil;
mod balances;
pub mod ccip_gateway;
mod ccip_recorder;
mod contract_account;
pub mod contracts;
pub mod dev;
mod ens_reader;
mod fault;
mod signatures;
mod universal;

pub use anvil::AnvilError;
pub use balances::{Age, Balances, BalancesUnreachable, Holdings, TokenFault};
pub use ccip_gateway::GuardedCcipGateway;
pub use ccip_recorder::GatewayAnswer;
pub use contract_account::{ContractAccountError, ContractAccounts};
pub use ens_reader::{EnsReader, Entry, ReadBlock, ReadRecords};
pub use fault::Fault;
pub use signatures::{SignatureFault, Signatures};
pub use universal::{Resolved, UniversalError, UniversalResolver};
