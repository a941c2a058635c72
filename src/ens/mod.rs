//! ENS without any I/O: names in normal form, their nodes and wire form, and what resolvers are asked.

pub mod abi;
pub mod call;
mod coin;
mod name;
mod node;
pub mod wire;

pub use coin::{CoinType, CoinTypeTooLarge};
pub use name::{Name, NameError};
pub use node::Node;
