//! Profile records: what is taken is canonical.

#![no_main]

use dm3_gateway::dm3::{RecordUri, SignedUserProfile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(profile) = SignedUserProfile::parse(text) {
        assert_eq!(profile.to_json(), text);
        let _ = profile.verify([7; 20].into());
    }
    if let Ok(RecordUri::Inline { profile, plain: true }) = RecordUri::parse(text) {
        assert_eq!(RecordUri::inline(&profile), text);
    }
});
