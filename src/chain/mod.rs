//! Ethereum through alloy: contract bindings, reading ENS through its Universal Resolver, the local development chain.

mod anvil;
pub mod contracts;
pub mod dev;
mod universal;

pub use anvil::AnvilError;
pub use universal::{Resolved, UniversalError, UniversalResolver};
