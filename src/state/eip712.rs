//! The EIP-712 hashes of a state. The domain names no chain and no contract: wallets refuse to sign for a chain that
//! they are not on, and the chain is in the message.

use std::borrow::Cow;

use alloy::primitives::{B256, Bytes, U256};
use alloy::sol_types::{Eip712Domain, SolStruct, SolValue};

use super::name_state::NameState;
use super::records::{AddressRecord, DataRecord, Records, TextRecord};
use crate::keccak::keccak256;

/// Of every domain here.
pub const DOMAIN_NAME: &str = "dm3-gateway";
pub const DOMAIN_VERSION: &str = "1";

/// The types, as the design writes them.
mod typed {
    alloy::sol! {
        struct AddressRecord { uint256 coinType; bytes value; }
        struct DataRecord { string key; bytes value; }
        struct TextRecord { string key; string value; }
        struct Records {
            TextRecord[] texts;
            AddressRecord[] addresses;
            DataRecord[] data;
            bytes contenthash;
            bytes32 salt;
        }
        struct NameState {
            string name;
            uint64 chainId;
            uint64 version;
            bytes32 previous;
            address owner;
            Records records;
            uint64 validUntil;
        }
    }
}

/// The struct hash of records. It stays when the records are erased.
pub fn records_hash(records: &Records) -> B256 {
    let copy = |bytes: &Bytes| bytes.clone();
    let text =
        |record: &TextRecord| typed::TextRecord { key: record.key.clone(), value: record.value.clone() };
    let address = |record: &AddressRecord| typed::AddressRecord {
        coinType: U256::from(u64::from(record.coin_type)),
        value: copy(&record.value),
    };
    let data =
        |record: &DataRecord| typed::DataRecord { key: record.key.clone(), value: copy(&record.value) };
    typed::Records {
        texts: records.texts().iter().map(text).collect(),
        addresses: records.addresses().iter().map(address).collect(),
        data: records.data().iter().map(data).collect(),
        contenthash: copy(records.contenthash()),
        salt: records.salt(),
    }
    .eip712_hash_struct()
}

/// The struct hash of a state, from its fields and the hash of its records: it can be computed of an erased state
/// too. The next state names it as `previous`.
pub fn state_hash(state: &NameState, records_hash: B256) -> B256 {
    let type_hash = keccak256(&[<typed::NameState as SolStruct>::eip712_encode_type().as_bytes()]);
    let fields = (
        type_hash,
        keccak256(&[state.name.as_str().as_bytes()]),
        state.chain_id,
        state.version,
        state.previous,
        state.owner,
        records_hash,
        state.valid_until,
    );
    keccak256(&[&fields.abi_encode()])
}

/// What is signed: the typed-data digest of a state with this struct hash.
pub fn signing_digest(state_hash: B256) -> B256 {
    let domain = Eip712Domain {
        name: Some(Cow::Borrowed(DOMAIN_NAME)),
        version: Some(Cow::Borrowed(DOMAIN_VERSION)),
        ..Eip712Domain::default()
    };
    keccak256(&[b"\x19\x01", domain.separator().as_slice(), state_hash.as_slice()])
}
