//! Calldata: the name, the call, the multicall. The first byte chooses how it begins.

#![no_main]

use dm3_gateway::config::{AnswerSettings, Limits};
use dm3_gateway::ens::call::ResolverCall;
use dm3_gateway::gateway::{Entrance, Lookup, Query, Question};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let selector: [u8; 4] = match first % 4 {
        0 => [0x90, 0x61, 0xb9, 0x23],
        1 => [0xf8, 0xc3, 0x0f, 0x63],
        2 => [0xac, 0x96, 0x50, 0xd8],
        _ => [0x8d, 0xe0, 0xa2, 0xed],
    };
    let calldata = [&selector, rest].concat();
    let _ = ResolverCall::parse(&calldata, 64);
    let _ = ResolverCall::parse(rest, 64);
    let lookup = Lookup { entrance: Entrance::Main, resolver: [1; 20].into(), calldata };
    if let Ok(query) = Query::parse(&lookup, &AnswerSettings::default(), &Limits::default()) {
        if let Question::Records(ResolverCall::Many(calls)) = query.question() {
            assert!(calls.len() <= 64);
        }
    }
});
