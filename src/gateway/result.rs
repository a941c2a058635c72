//! Results: what the resolver function would return, ABI-encoded.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolValue;

use crate::ens::call::{CallError, RecordCall, RecordKey, ResolverCall};
use crate::registry::NameView;

/// The result of a call about the name that `view` is of.
pub fn encode(call: &ResolverCall, view: &NameView) -> Vec<u8> {
    match call {
        ResolverCall::One(call) => encode_one(call, view),
        ResolverCall::Many(calls) => {
            let entry = |call: &Result<RecordCall, CallError>| match call {
                Ok(call) => Bytes::from(encode_one(call, view)),
                Err(error) => Bytes::from(error.to_entry()),
            };
            calls.iter().map(entry).collect::<Vec<_>>().abi_encode()
        }
    }
}

fn encode_one(call: &RecordCall, view: &NameView) -> Vec<u8> {
    match &call.record {
        RecordKey::Addr => view.account().unwrap_or(Address::ZERO).abi_encode(),
        RecordKey::AddrOf(coin) => coin.map(|coin| view.address(coin)).unwrap_or_default().abi_encode(),
        RecordKey::Text(key) => view.text(key).abi_encode(),
        RecordKey::Contenthash => view.contenthash().abi_encode(),
    }
}
