//! What is asked: a name, and a resolver call about it.

use alloy::sol_types::SolCall;
use alloy::sol_types::abi::token::PackedSeqToken;

use crate::config::Limits;
use crate::ens::Name;
use crate::ens::abi::{self, resolveCall};
use crate::ens::call::{CallError, RecordCall, ResolverCall};
use crate::ens::wire::{self, WireError};

/// A parsed question. The node of each call in it is that of the name.
#[derive(Debug, PartialEq, Eq)]
pub struct Query {
    name: Name,
    call: ResolverCall,
}

/// Why calldata is not a question that this gateway can ever answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QueryError {
    /// Not `resolve(bytes,bytes)`.
    #[error(
        "the calldata does not begin with a function this gateway answers: 0x{} (resolve(bytes,bytes)) is expected",
        hex::encode(resolveCall::SELECTOR)
    )]
    NotResolve,
    /// The arguments of `resolve` are not ABI-encoded.
    #[error("the arguments of resolve(bytes,bytes) are malformed: {0}")]
    Malformed(String),
    /// The name.
    #[error("the name in the calldata: {0}")]
    Name(#[from] WireError),
    /// The call about it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Not ours to answer.
    #[error("{0} is not in any zone of this gateway")]
    OutsideOfZones(Name),
}

impl Query {
    /// Parses the calldata of a lookup.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn parse(calldata: &[u8], limits: &Limits) -> Result<Self, QueryError> {
        let arguments = calldata.strip_prefix(&resolveCall::SELECTOR).ok_or(QueryError::NotResolve)?;
        let (name, call): (PackedSeqToken<'_>, PackedSeqToken<'_>) =
            abi::arguments(arguments).map_err(|error| QueryError::Malformed(error.to_string()))?;
        let name = wire::decode(name.as_slice())?;
        let call = match ResolverCall::parse(call.as_slice(), limits.multicall_calls)? {
            ResolverCall::One(call) => ResolverCall::One(about(&name, call)?),
            ResolverCall::Many(calls) => {
                ResolverCall::Many(calls.into_iter().map(|call| about(&name, call?)).collect())
            }
        };
        Ok(Self { name, call })
    }

    /// Whom it is about.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// What is asked.
    pub const fn call(&self) -> &ResolverCall {
        &self.call
    }

    pub(super) fn outside_of_zones(&self) -> QueryError {
        QueryError::OutsideOfZones(self.name.clone())
    }

    /// The calldata that asks `call` about `name`.
    pub fn encode(name: &Name, call: &RecordCall) -> Vec<u8> {
        resolveCall { name: wire::encode(name).into(), data: call.encode().into() }.abi_encode()
    }
}

/// The call, if it is about this name.
fn about(name: &Name, call: RecordCall) -> Result<RecordCall, CallError> {
    if call.node == name.node() {
        Ok(call)
    } else {
        Err(CallError::WrongNode { name: name.to_string(), expected: name.node(), asked: call.node })
    }
}
