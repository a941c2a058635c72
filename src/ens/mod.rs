//! ENS without any I/O: names in normal form, their nodes and wire form, and what resolvers are asked;
//! addresses and content hashes in the form that people read.

pub mod abi;
pub mod address;
pub mod call;
mod coin;
pub mod contenthash;
mod name;
mod node;
pub mod wire;
pub mod write;

pub use coin::{CoinType, CoinTypeError, CoinTypeTooLarge};
pub use name::{Name, NameError};
pub use node::Node;
