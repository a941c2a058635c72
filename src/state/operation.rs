//! An operation: a state with the proof that it may be.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::message::SignedMessage;
use super::name_state::StateBody;
use super::schema;

/// The body of `PUT /v1/names/{name}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Operation, description = "The next state of a name, and why it may be.")]
#[serde(deny_unknown_fields)]
pub struct OperationBody {
    /// The complete next state.
    pub state: StateBody,
    /// Why it may be.
    pub proof: Proof,
}

/// A proof as it is on the wire and in the database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(
    description = "Why a state may be. Operations are sent with `eip712`; the other kinds are in histories."
)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Proof {
    /// The owner's signature over the state; on a claim, the new owner's.
    Eip712 {
        /// Of an account with a key: 65 bytes `r ‖ s ‖ v`. Of a contract account: what it takes (ERC-1271), or that as
        /// ERC-6492 wraps it.
        #[serde(deserialize_with = "super::strict_hex::deserialize")]
        #[schema(value_type = schema::Bytes)]
        signature: Bytes,
        /// In histories, of a contract account: where it accepted the signature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        accepted_at: Option<AcceptedAt>,
    },
    /// The owner's signature over a message that a resolver contract made (ERC-7884); on a claim, the new owner's. The
    /// state is the one before with what the message's call changes.
    Erc7884(SignedMessage),
    /// The account's signature over dm3's creation message of the profile that the state holds (EIP-191).
    Dm3Profile {
        /// 65 bytes `r ‖ s ‖ v`.
        #[serde(deserialize_with = "super::strict_hex::deserialize")]
        #[schema(value_type = schema::Bytes)]
        signature: Bytes,
    },
    /// The profile's signature over `alias: <name>`: a claim.
    Dm3Alias(SignedByProfile),
    /// The profile's signature over `remove: <name>`: a release.
    Dm3Remove(SignedByProfile),
}

impl Proof {
    /// Whether this is one of dm3's forms, which count only until the owner signs in another way.
    pub const fn is_dm3(&self) -> bool {
        match self {
            Self::Dm3Profile { .. } | Self::Dm3Alias(_) | Self::Dm3Remove(_) => true,
            Self::Eip712 { .. } | Self::Erc7884(_) => false,
        }
    }
}

/// Where a contract account accepted a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptedAt {
    /// The chain that was asked.
    pub chain_id: u64,
    /// The block at which it was.
    pub block_number: u64,
    /// The hash of that block.
    #[schema(value_type = schema::Hash)]
    pub block_hash: B256,
}

/// What a profile's signing key has signed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedByProfile {
    /// Ed25519, base64.
    pub signature: String,
    /// The account whose profile it is.
    #[schema(value_type = schema::Address)]
    pub account: Address,
    /// The profile with the account's signature: its canonical JSON.
    pub signed_profile: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;
    use crate::state::NameState;
    use proptest::prelude::*;

    const VALID: &str = r#"{"state":{"name":"alice.user.dm3.eth","chainId":1,"version":1,
        "previous":"0x0000000000000000000000000000000000000000000000000000000000000000",
        "owner":"0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf","records":{"texts":[{"key":"url","value":"x"}],
        "addresses":[{"coinType":60,"value":"0x"}],"data":[{"key":"a","value":"0x00"}],"contenthash":"0xe3",
        "salt":"0x2222222222222222222222222222222222222222222222222222222222222222"},"validUntil":1800000000},
        "proof":{"kind":"eip712","signature":"0x00"}}"#;

    proptest! {
        /// A valid body with some of it overwritten: taken with all that it says, or refused.
        #[test]
        fn any_body_is_an_operation_or_refused(at in 0usize..VALID.len(), new in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut bytes = VALID.as_bytes().to_vec();
            let end = (at + new.len()).min(bytes.len());
            bytes.splice(at..end, new);
            let Ok(body) = serde_json::from_slice::<OperationBody>(&bytes) else { return Ok(()) };
            let Ok(state) = NameState::parse(body.state, &Limits::default()) else { return Ok(()) };
            let again = serde_json::from_value(serde_json::to_value(state.to_body()).unwrap()).unwrap();
            prop_assert_eq!(NameState::parse(again, &Limits::default()).unwrap().hash(), state.hash());
        }
    }

    #[test]
    fn the_body_that_is_overwritten_is_valid() {
        let body: OperationBody = serde_json::from_str(VALID).unwrap();
        assert!(NameState::parse(body.state, &Limits::default()).is_ok());
    }
}
