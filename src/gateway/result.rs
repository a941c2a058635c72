//! Results: what the resolver function would return, ABI-encoded.

use alloy::primitives::{Address, B256, Bytes, U256, address};
use alloy::sol_types::SolValue;

use super::protocol::Protocol;
use crate::ens::abi::RegisterParams;
use crate::ens::call::{CallError, RecordCall, RecordKey, ResolverCall};
use crate::registry::NameView;

/// The result of a call about the name that `view` is of.
pub fn encode(protocol: Protocol, call: &ResolverCall, view: &NameView) -> Vec<u8> {
    match call {
        // Contracts of the dm3 protocol take this one as 20 bytes.
        ResolverCall::One(RecordCall { record: RecordKey::Addr, .. }) if protocol == Protocol::Dm3 => {
            view.account().unwrap_or(Address::ZERO).to_vec()
        }
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

/// Ether, where the address of a token is expected (ERC-7528).
const ETHER: Address = address!("EeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE");

/// The terms of a registration: names cost nothing, and nobody has to commit to one first.
pub fn encode_terms(available: bool) -> Vec<u8> {
    let terms = RegisterParams {
        price: U256::ZERO,
        available,
        token: ETHER,
        commitTime: U256::ZERO,
        extraData: Bytes::new(),
    };
    terms.abi_encode()
}

fn encode_one(call: &RecordCall, view: &NameView) -> Vec<u8> {
    match &call.record {
        RecordKey::Addr => view.account().unwrap_or(Address::ZERO).abi_encode(),
        RecordKey::AddrOf(coin) => coin.map(|coin| view.address(coin)).unwrap_or_default().abi_encode(),
        RecordKey::Text(key) => view.text(key).abi_encode(),
        RecordKey::Contenthash => view.contenthash().abi_encode(),
        RecordKey::Name => String::from_utf8_lossy(&view.data("ens:name")).abi_encode(),
        RecordKey::Pubkey => {
            let point = view.data("ens:pubkey");
            let (x, y) = point.split_at_checked(32).unwrap_or_default();
            (B256::left_padding_from(x), B256::left_padding_from(y)).abi_encode()
        }
        RecordKey::Abi(content_types) => view.abi(*content_types).unwrap_or_default().abi_encode_params(),
        RecordKey::Interface(id) => {
            let implementer = view.data(&format!("ens:interface:0x{}", hex::encode(id)));
            Address::try_from(implementer.as_ref()).unwrap_or(Address::ZERO).abi_encode()
        }
        RecordKey::Data(key) => view.data(key).abi_encode(),
        RecordKey::HasAddr(coin) => coin.is_some_and(|coin| view.has_address(coin)).abi_encode(),
    }
}
