//! The complete state of a name at one version.

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::eip712;
use super::records::{Records, RecordsBody, RecordsError};
use super::schema;
use crate::config::Limits;
use crate::ens::{Name, NameError};

/// A state as it is on the wire: of the right types, not yet checked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = State, description = "The complete state of a name at one version.")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StateBody {
    /// The full name, in normal form.
    #[schema(value_type = schema::Name)]
    pub name: String,
    /// The chain whose ENS the name lives in.
    pub chain_id: u64,
    /// 1 for a name's first state, then one more each time.
    pub version: u64,
    /// The struct hash of the state before; zero for version 1.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Hash)]
    pub previous: B256,
    /// The zero address releases the name.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Address)]
    pub owner: Address,
    /// All records of the name; there is no other way to keep one than to write it again.
    pub records: RecordsBody,
    /// Unix seconds after which the state is not taken any more.
    pub valid_until: u64,
}

/// A well-formed state. Whether it is the next one, and allowed, is the registry's business.
#[derive(Clone, Debug)]
pub struct NameState {
    /// The full name.
    pub name: Name,
    /// The chain whose ENS the name lives in.
    pub chain_id: u64,
    /// 1 for a name's first state, then one more each time.
    pub version: u64,
    /// The struct hash of the state before; zero for version 1.
    pub previous: B256,
    /// The zero address releases the name.
    pub owner: Address,
    /// The records.
    pub records: Records,
    /// Unix seconds.
    pub valid_until: u64,
}

/// Why a state is not well formed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum StateError {
    /// The name.
    #[error("state.name: {0}")]
    Name(#[from] NameError),
    /// The records.
    #[error("state.records: {0}")]
    Records(#[from] RecordsError),
}

impl NameState {
    /// Checks the form of a state.
    ///
    /// # Errors
    /// See [`StateError`].
    pub fn parse(body: StateBody, limits: &Limits) -> Result<Self, StateError> {
        let StateBody { name, chain_id, version, previous, owner, records, valid_until } = body;
        let name = Name::parse(&name)?;
        let records = Records::parse(records, limits)?;
        Ok(Self { name, chain_id, version, previous, owner, records, valid_until })
    }

    /// The wire form.
    pub fn to_body(&self) -> StateBody {
        StateBody {
            name: self.name.as_str().to_owned(),
            chain_id: self.chain_id,
            version: self.version,
            previous: self.previous,
            owner: self.owner,
            records: self.records.body().clone(),
            valid_until: self.valid_until,
        }
    }

    /// The EIP-712 struct hash, which the next state names as `previous`.
    pub fn hash(&self) -> B256 {
        eip712::state_hash(self, eip712::records_hash(&self.records))
    }

    /// The digest that its owner signs.
    pub fn signing_digest(&self) -> B256 {
        eip712::signing_digest(self.hash())
    }

    /// Whether this gives the name up.
    pub fn is_release(&self) -> bool {
        self.owner.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::SecretKey;
    use serde_json::json;

    /// The vector of the design, made with ethers 6.17.
    #[test]
    fn hash_digest_and_signature_are_those_of_ethers() {
        let key: SecretKey = format!("{:064x}", 1).parse().unwrap();
        let body = json!({
            "name": "alice.user.dm3.eth", "chainId": 1, "version": 1, "previous": format!("0x{}", "00".repeat(32)),
            "owner": key.address().to_string(),
            "records": {
                "texts": [{"key": "url", "value": "https://example.com"}],
                "addresses": [{"coinType": 0, "value": format!("0x0014{}", "11".repeat(20))}],
                "data": [], "contenthash": "0x", "salt": format!("0x{}", "22".repeat(32)),
            },
            "validUntil": 1_800_000_000,
        });
        let state = NameState::parse(serde_json::from_value(body).unwrap(), &Limits::default()).unwrap();
        let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
        assert_eq!(
            hex(state.hash().as_slice()),
            "0xbc270bf24f802319e3b8a25ddc1849548b3d9dbd62b806aa6293516ccaec7df8"
        );
        let digest = state.signing_digest();
        assert_eq!(
            hex(digest.as_slice()),
            "0x9faf55eac64494815136bb8e06c4e2c0ad5e578d950d98c73972045166b4b7eb"
        );
        assert_eq!(
            hex(key.sign(digest).as_bytes()),
            "0x114639af16ca3da148eab4c99ecffe448dd83e978b88b3bb2daf722ba99090f1\
             443872631b24548bbaaecee11bbb9e1b4a12ac83d4b007aaca8bf7c2e05f043e1b"
        );
    }
}
