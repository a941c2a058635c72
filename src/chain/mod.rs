//! Ethereum through alloy: contract bindings, reading ENS, putting the resolver on a chain, the local
//! development chain.

mod anvil;
pub mod contracts;
pub mod deploy;
pub mod dev;
pub mod ens;
mod error;
mod universal;
mod wallet;

pub use anvil::AnvilError;
pub use error::ChainError;
pub use universal::{Resolved, UniversalError, UniversalResolver};
pub use wallet::{Wallet, WalletError, connect};
