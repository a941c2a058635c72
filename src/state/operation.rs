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
