//! The signed state of a name, without any I/O: its records, its EIP-712 hash, its JSON, and the proof beside it.
//!
//! This room stands between `ens` and `store`, because the database, the registry, the commands and the page all
//! speak of states.

mod eip712;
mod message;
mod name_state;
mod operation;
mod records;
pub mod schema;
pub mod strict_hex;

pub use eip712::{records_hash, signing_digest, state_hash};
pub use message::{MessageDomain, SignedMessage};
pub use name_state::{NameState, StateBody, StateError};
pub use operation::{AcceptedAt, OperationBody, Proof, SignedByProfile};
pub use records::{AddressRecord, DataRecord, Records, RecordsBody, RecordsError, TextRecord};
