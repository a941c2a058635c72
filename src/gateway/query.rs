//! What is asked: a name, and a resolver call about it, or the terms of its registration.

use alloy::primitives::Address;
use alloy::sol_types::SolCall;
use alloy::sol_types::abi::token::{PackedSeqToken, WordToken};

use super::lookup::Lookup;
use super::protocol::Protocol;
use crate::config::{AnswerSettings, Limits};
use crate::ens::Name;
use crate::ens::abi::{self, registerParamsCall, resolveCall};
use crate::ens::call::{CallError, RecordCall, RecordKey, ResolverCall};
use crate::ens::wire::{self, WireError};

/// A parsed question. The node of each call in it is that of the name.
#[derive(Debug, PartialEq, Eq)]
pub struct Query {
    protocol: Protocol,
    name: Name,
    question: Question,
}

/// What is asked about a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Question {
    /// Records.
    Records(ResolverCall),
    /// The terms of a registration (ENSIP-20). They are the same for any duration.
    Registration,
}

/// Why calldata is not a question that this gateway can ever answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum QueryError {
    /// No function that a resolver contract looks up here.
    #[error(
        "the calldata does not begin with a function this gateway answers: 0x{} (resolve(bytes,bytes)) is expected",
        hex::encode(resolveCall::SELECTOR)
    )]
    NotResolve,
    /// Its arguments are not ABI-encoded.
    #[error("the arguments of the function are malformed: {0}")]
    Malformed(String),
    /// The name.
    #[error("the name in the calldata: {0}")]
    Name(#[from] WireError),
    /// The call about it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The dm3 protocol knows three return types.
    #[error(
        "contracts of the dm3 protocol cannot take the answer to this function: only addr, text, and functions that return bytes"
    )]
    NotForDm3,
    /// Below `/tor`, for a contract that is not configured.
    #[error("{0} is not among the contracts that this gateway answers in the TOR protocol")]
    NotATorResolver(Address),
    /// Others are configured.
    #[error("{0} is not among the contracts that this gateway signs answers for")]
    NotAnsweredResolver(Address),
    /// Not ours to answer.
    #[error("{0} is not in any zone of this gateway")]
    OutsideOfZones(Name),
}

impl Query {
    /// Parses the calldata of a lookup.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn parse(lookup: &Lookup, answers: &AnswerSettings, limits: &Limits) -> Result<Self, QueryError> {
        let protocol = Protocol::of(lookup.entrance, &lookup.calldata).ok_or(QueryError::NotResolve)?;
        let resolver = &lookup.resolver;
        if protocol == Protocol::Tor && !answers.tor_resolvers.contains(resolver) {
            return Err(QueryError::NotATorResolver(*resolver));
        }
        if !(answers.resolvers.is_empty() || answers.resolvers.contains(resolver)) {
            return Err(QueryError::NotAnsweredResolver(*resolver));
        }
        let arguments = lookup.calldata.get(4..).unwrap_or_default();
        if lookup.calldata.starts_with(&registerParamsCall::SELECTOR) {
            let (PackedSeqToken(name), WordToken(_)) = abi::arguments(arguments).map_err(malformed)?;
            return Ok(Self { protocol, name: wire::decode(name)?, question: Question::Registration });
        }
        let (name, call) = split(protocol, arguments)?;
        let name = wire::decode(name)?;
        let call = match ResolverCall::parse(call, limits.multicall_calls)? {
            ResolverCall::One(call) => ResolverCall::One(about(&name, call)?),
            ResolverCall::Many(calls) => {
                ResolverCall::Many(calls.into_iter().map(|call| about(&name, call?)).collect())
            }
        };
        if protocol == Protocol::Dm3 && !fits_dm3(&call) {
            return Err(QueryError::NotForDm3);
        }
        Ok(Self { protocol, name, question: Question::Records(call) })
    }

    /// How it has to be answered.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whom it is about.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// What is asked.
    pub const fn question(&self) -> &Question {
        &self.question
    }

    pub(super) fn outside_of_zones(&self) -> QueryError {
        QueryError::OutsideOfZones(self.name.clone())
    }

    /// The calldata that asks `call` about `name`, as our own contract does.
    pub fn encode(name: &Name, call: &RecordCall) -> Vec<u8> {
        resolveCall { name: wire::encode(name).into(), data: call.encode().into() }.abi_encode()
    }
}

fn malformed(error: alloy::sol_types::Error) -> QueryError {
    QueryError::Malformed(error.to_string())
}

/// The encoded name and the call about it.
fn split(protocol: Protocol, arguments: &[u8]) -> Result<(&[u8], &[u8]), QueryError> {
    let (PackedSeqToken(name), PackedSeqToken(call)) = match protocol {
        Protocol::Ens | Protocol::Tor => abi::arguments(arguments).map_err(malformed)?,
        Protocol::Dm3 => {
            let (name, call, _context): (PackedSeqToken<'_>, PackedSeqToken<'_>, PackedSeqToken<'_>) =
                abi::arguments(arguments).map_err(malformed)?;
            (name, call)
        }
    };
    Ok((name, call))
}

/// Its verifier takes the result of `addr` as 20 bytes, that of `text` as abi(string) and everything else as abi(bytes).
const fn fits_dm3(call: &ResolverCall) -> bool {
    match call {
        ResolverCall::Many(_) => false,
        ResolverCall::One(call) => matches!(
            call.record,
            RecordKey::Addr
                | RecordKey::AddrOf(_)
                | RecordKey::Text(_)
                | RecordKey::Contenthash
                | RecordKey::Data(_)
        ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ens::abi::{multicallCall, resolveWithContextCall};
    use crate::gateway::Entrance;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_calldata_is_a_question_or_refused(rest in proptest::collection::vec(any::<u8>(), 0..600), which in 0usize..5) {
            let selectors: [&[u8]; 5] =
                [&registerParamsCall::SELECTOR, &resolveCall::SELECTOR, &resolveWithContextCall::SELECTOR, &multicallCall::SELECTOR, &[]];
            let lookup = Lookup {
                entrance: Entrance::Main,
                resolver: Address::ZERO,
                calldata: [selectors[which], &rest].concat(),
            };
            let _ = Query::parse(&lookup, &AnswerSettings::default(), &Limits::default());
        }

        #[test]
        fn what_is_encoded_is_read(label in "[a-z0-9]{1,20}", key in ".{0,40}") {
            let name = Name::parse(&format!("{label}.user.dm3.eth")).unwrap();
            let call = RecordCall { node: name.node(), record: RecordKey::Text(key) };
            let calldata = Query::encode(&name, &call);
            let lookup = Lookup { entrance: Entrance::Main, resolver: Address::ZERO, calldata };
            let query = Query::parse(&lookup, &AnswerSettings::default(), &Limits::default()).unwrap();
            prop_assert_eq!((query.name(), query.question()), (&name, &Question::Records(ResolverCall::One(call))));
        }
    }
}
