//! Names as text and in DNS wire form: what is taken is the same in both, and in normal form.

#![no_main]

use dm3_gateway::ens::{Name, wire};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(name) = wire::decode(data) {
        assert_eq!(wire::encode(&name), data);
        assert_eq!(Name::parse(name.as_str()).as_ref(), Ok(&name));
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(name) = Name::parse(text)
    {
        assert_eq!(wire::decode(&wire::encode(&name)), Ok(name));
    }
});
