//! An operation: a state with the proof that it may be.

use alloy::primitives::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::name_state::StateBody;
use super::schema;
use crate::account::{Signature, SignatureError};

/// The body of `PUT /v1/names/{name}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Operation, description = "The next state of a name, and why it may be.")]
#[serde(deny_unknown_fields)]
pub struct OperationBody {
    /// The complete next state.
    pub state: StateBody,
    /// Why it may be.
    pub proof: ProofBody,
}

/// A proof as it is on the wire and in the database.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Proof, description = "Why a state may be.")]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProofBody {
    /// The owner's signature over the state; on a claim, the new owner's.
    Eip712 {
        /// 65 bytes `r ‖ s ‖ v`.
        #[serde(deserialize_with = "super::strict_hex::deserialize")]
        #[schema(value_type = schema::Bytes)]
        signature: Bytes,
    },
}

/// A proof in its accepted form; not yet compared with anybody.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The owner's signature over the state.
    Eip712(Signature),
}

impl Proof {
    /// Checks the form of a proof.
    ///
    /// # Errors
    /// When the signature is not in the one accepted form.
    pub fn parse(body: &ProofBody) -> Result<Self, SignatureError> {
        match body {
            ProofBody::Eip712 { signature } => Signature::parse(signature).map(Self::Eip712),
        }
    }

    /// The wire form.
    pub fn to_body(&self) -> ProofBody {
        match self {
            Self::Eip712(signature) => {
                ProofBody::Eip712 { signature: Bytes::copy_from_slice(signature.as_bytes()) }
            }
        }
    }
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
            let _ = Proof::parse(&body.proof);
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
