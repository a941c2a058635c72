//! Profile records: what is taken is canonical, and what is read becomes so.

#![no_main]

use dm3_gateway::dm3::{RecordUri, SignedUserProfile, inline_record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(profile) = SignedUserProfile::parse(text) {
        assert_eq!(profile.to_json(), text);
        let _ = profile.verify([7; 20].into());
    }
    if let Ok(profile) = SignedUserProfile::read(text) {
        assert_eq!(SignedUserProfile::parse(&profile.to_json()), Ok(profile));
    }
    let _ = RecordUri::read(text);
    if let Ok(RecordUri::Inline { json, is_plain: true }) = RecordUri::parse(text)
        && let Ok(profile) = SignedUserProfile::parse(&json)
    {
        assert_eq!(inline_record(&profile), text);
    }
});
