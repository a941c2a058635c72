//! What arrives over HTTP: paths and bodies of lookups.

#![no_main]

use dm3_gateway::gateway::{Entrance, Lookup};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limit = 32 << 10;
    let _ = Lookup::from_body(Entrance::Main, None, data, limit);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (resolver, calldata) = text.split_once('/').unwrap_or((text, ""));
    if let Ok(lookup) = Lookup::from_path(Entrance::Tor, resolver, calldata, limit) {
        assert!(lookup.calldata.len() <= limit);
    }
});
