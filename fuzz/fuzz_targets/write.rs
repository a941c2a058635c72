//! Calls that change a name: what is taken is canonical, so that no other bytes say the same.

#![no_main]

use dm3_gateway::ens::write::WriteCall;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(call) = WriteCall::parse(data) else { return };
    // Whatever follows the arguments, or is left out of them.
    assert!(WriteCall::parse(&[data, &[0; 32]].concat()).is_err());
    assert!(WriteCall::parse(&data[..data.len() - 1]).is_err());
    assert_eq!(WriteCall::parse(data).as_ref(), Ok(&call));
});
