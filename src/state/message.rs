//! The message that a resolver contract has somebody sign, to change a name (ERC-7884).

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::{Eip712Domain, SolStruct};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::eip712::{DOMAIN_NAME, DOMAIN_VERSION};
use super::operation::AcceptedAt;
use super::schema;

/// The types, as the contract writes them.
mod typed {
    alloy::sol! {
        struct Message { bytes data; address sender; uint256 expirationTimestamp; }
    }
}

/// The EIP-712 domain of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageDomain {
    /// `dm3-gateway`.
    pub name: String,
    /// `1`.
    pub version: String,
    /// The chain of the contract.
    pub chain_id: u64,
    /// The contract.
    pub verifying_contract: Address,
}

/// A message and its signature. Its domain is the one that [`MessageDomain::of`] makes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedMessage {
    /// The contract that the message was made by: the `verifyingContract` of its domain.
    #[schema(value_type = schema::Address)]
    pub resolver: Address,
    /// The call that changes the name: `setText`, `setAddr`, `setContenthash`, `register` or `transferFrom`.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    pub data: Bytes,
    /// Who signs.
    #[schema(value_type = schema::Address)]
    pub sender: Address,
    /// Unix seconds after which the message is not taken.
    pub expiration_timestamp: u64,
    /// As in `eip712`.
    #[serde(deserialize_with = "super::strict_hex::deserialize")]
    #[schema(value_type = schema::Bytes)]
    pub signature: Bytes,
    /// Of a contract account: where it accepted the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_at: Option<AcceptedAt>,
}

impl MessageDomain {
    /// The domain of the messages of a resolver contract.
    pub fn of(resolver: Address, chain_id: u64) -> Self {
        Self {
            name: DOMAIN_NAME.into(),
            version: DOMAIN_VERSION.into(),
            chain_id,
            verifying_contract: resolver,
        }
    }
}

impl SignedMessage {
    /// What was signed: the typed-data digest of the message, for a contract on this chain.
    pub fn signing_digest(&self, chain_id: u64) -> B256 {
        let MessageDomain { name, version, chain_id, verifying_contract } =
            MessageDomain::of(self.resolver, chain_id);
        let domain = Eip712Domain {
            name: Some(name.into()),
            version: Some(version.into()),
            chain_id: Some(U256::from(chain_id)),
            verifying_contract: Some(verifying_contract),
            salt: None,
        };
        let message = typed::Message {
            data: self.data.clone(),
            sender: self.sender,
            expirationTimestamp: U256::from(self.expiration_timestamp),
        };
        message.eip712_signing_hash(&domain)
    }

    /// Whether both ask for the same, whatever the signatures.
    pub fn is_same(&self, other: &Self) -> bool {
        let Self { resolver, data, sender, expiration_timestamp, signature: _, accepted_at: _ } = self;
        let asked = (&other.resolver, &other.data, &other.sender, &other.expiration_timestamp);
        asked == (resolver, data, sender, expiration_timestamp)
    }
}
