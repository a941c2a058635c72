//! Looking up what others have published.

pub mod ipfs;

pub use ipfs::{IpfsError, IpfsGateways};
