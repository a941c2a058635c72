//! Bodies of PUT: what is taken has one hash, and comes back as it was.

#![no_main]

use dm3_gateway::config::Limits;
use dm3_gateway::state::{NameState, OperationBody};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = serde_json::from_slice::<OperationBody>(data) else { return };
    let Ok(state) = NameState::parse(body.state, &Limits::default()) else { return };
    let again = serde_json::to_value(state.to_body()).expect("a state is JSON");
    let again = serde_json::from_value(again).expect("as it was");
    assert_eq!(NameState::parse(again, &Limits::default()).expect("as it was").hash(), state.hash());
});
