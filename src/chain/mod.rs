//! Ethereum through alloy: contract bindings, reading ENS through its Universal Resolver, what contract accounts accept,
//! the local development chain.

mod anvil;
mod contract_account;
pub mod contracts;
pub mod dev;
mod fault;
mod universal;

pub use anvil::AnvilError;
pub use contract_account::{AcceptedAt, ContractAccountError, ContractAccounts};
pub use universal::{Resolved, UniversalError, UniversalResolver};
