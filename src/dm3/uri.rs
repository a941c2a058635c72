//! Record URIs: how a text record carries a profile, or says where it is.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::profile::{ProfileError, SignedUserProfile};

const JSON: &str = "data:application/json,";
const JSON_BASE64: &str = "data:application/json;base64,";

/// What a `network.dm3.profile` record may hold when it is published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordUri {
    /// The profile itself; `plain` when its JSON follows as it is, which is the canonical inline form.
    Inline {
        /// The profile, its signature not yet compared with any account.
        profile: Box<SignedUserProfile>,
        /// Not base64.
        plain: bool,
    },
    /// `https://…?dm3Hash=0x<sha-256>`; fetched and checked by whoever looks the profile up.
    Https,
    /// `ipfs://<cid>`; the same.
    Ipfs,
}

/// Why a record is not a record URI.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum UriError {
    /// None of the forms.
    #[error("not a dm3 record URI: expected {JSON}…, {JSON_BASE64}…, https://…?dm3Hash=0x… or ipfs://…")]
    Scheme,
    /// The base64 of an inline profile is broken, or not UTF-8 inside.
    #[error("the inline profile is not base64 of UTF-8")]
    Base64,
    /// dm3's library takes the characters of a plain record for bytes, and cannot read it then.
    #[error("an inline profile with characters outside of ASCII must be written as {JSON_BASE64}…")]
    NotAscii,
    /// Readers could not check what they fetch.
    #[error("the https record has no dm3Hash parameter with 0x and 64 hex digits")]
    Hash,
    /// No CID behind the scheme.
    #[error("the ipfs record names no CID")]
    Cid,
    /// Inline, but no profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl RecordUri {
    /// Parses the value of a profile record that is to be published.
    ///
    /// # Errors
    /// See [`UriError`]. Whose signature an inline profile carries, is not checked.
    pub fn parse(value: &str) -> Result<Self, UriError> {
        if let Some(encoded) = value.strip_prefix(JSON_BASE64) {
            let json = BASE64_STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let profile = SignedUserProfile::parse(&json.ok_or(UriError::Base64)?)?;
            Ok(Self::Inline { profile: Box::new(profile), plain: false })
        } else if let Some(json) = value.strip_prefix(JSON) {
            if !json.is_ascii() {
                return Err(UriError::NotAscii);
            }
            Ok(Self::Inline { profile: Box::new(SignedUserProfile::parse(json)?), plain: true })
        } else if value.starts_with("https://") {
            parse_https(value)
        } else if let Some(cid) = value.strip_prefix("ipfs://") {
            let named = !cid.is_empty() && cid.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if named { Ok(Self::Ipfs) } else { Err(UriError::Cid) }
        } else {
            Err(UriError::Scheme)
        }
    }

    /// The canonical inline form of a profile.
    pub fn inline(profile: &SignedUserProfile) -> String {
        format!("{JSON}{}", profile.to_json())
    }
}

fn parse_https(value: &str) -> Result<RecordUri, UriError> {
    let url = url::Url::parse(value).map_err(|_| UriError::Scheme)?;
    let hashes: Vec<_> = url.query_pairs().filter(|(key, _)| key == "dm3Hash").collect();
    let is_hash = |text: &str| {
        text.strip_prefix("0x")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    match hashes.as_slice() {
        [(_, hash)] if is_hash(hash) => Ok(RecordUri::Https),
        _ => Err(UriError::Hash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::SecretKey;
    use crate::dm3::{ProfileKeys, UserProfile};
    use crate::ens::Name;
    use proptest::prelude::*;

    fn signed() -> SignedUserProfile {
        let key: SecretKey = "01".repeat(32).parse().unwrap();
        let keys = ProfileKeys::of_wallet(&key);
        UserProfile {
            public_signing_key: keys.public_signing_key(),
            public_encryption_key: keys.public_encryption_key(),
            delivery_services: vec![Name::parse("ds.eth").unwrap()],
        }
        .sign(&key)
    }

    #[test]
    fn both_inline_forms_are_read() {
        let signed = signed();
        let plain = RecordUri::inline(&signed);
        let base64 = format!("{JSON_BASE64}{}", BASE64_STANDARD.encode(signed.to_json()));
        let expected = |plain| RecordUri::Inline { profile: Box::new(signed.clone()), plain };
        assert_eq!(RecordUri::parse(&plain), Ok(expected(true)));
        assert_eq!(RecordUri::parse(&base64), Ok(expected(false)));
    }

    #[test]
    fn records_elsewhere_name_what_they_can_be_checked_with() {
        let hash = "ab".repeat(32);
        assert_eq!(RecordUri::parse(&format!("https://x.example/p?dm3Hash=0x{hash}")), Ok(RecordUri::Https));
        assert_eq!(
            RecordUri::parse("ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"),
            Ok(RecordUri::Ipfs)
        );
        assert_eq!(RecordUri::parse("https://x.example/p"), Err(UriError::Hash));
        assert_eq!(RecordUri::parse("https://x.example/p?dm3Hash=0x12"), Err(UriError::Hash));
        assert_eq!(RecordUri::parse("ipfs://"), Err(UriError::Cid));
        assert_eq!(RecordUri::parse("http://x.example/"), Err(UriError::Scheme));
        assert_eq!(RecordUri::parse("data:application/json;base64,*"), Err(UriError::Base64));
    }

    #[test]
    fn each_fault_of_an_inline_profile_is_told() {
        let json = signed().to_json();
        let parse = |json: &str| RecordUri::parse(&format!("{JSON}{json}")).unwrap_err().to_string();
        assert!(parse("{").contains("not a dm3 profile"));
        assert!(parse(&json.replace("\"signature\"", "\"sig\"")).contains("unknown field `sig`"));
        assert!(parse(&json.replacen('{', "{ ", 1)).contains("canonical"));
        assert!(parse(&json.replace("ds.eth", "DS.eth")).contains("deliveryServices[0]"));
        assert!(
            parse(&json.replace("publicSigningKey\":\"", "publicSigningKey\":\"AA"))
                .contains("publicSigningKey")
        );
        assert!(parse(&json.replace("\"0x", "\"")).contains("signature"));
        assert!(parse(&json.replace("ds.eth", "dß.eth")).contains("base64"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_record_uri_or_refused(text in ".{0,200}", at in 0usize..300, new in ".{0,6}") {
            let _ = RecordUri::parse(&text);
            // The profile is ASCII: every place in it is between two characters.
            let mut changed = RecordUri::inline(&signed());
            changed.replace_range(at..(at + new.len()).min(changed.len()), &new);
            if let Ok(RecordUri::Inline { profile, plain: true }) = RecordUri::parse(&changed) {
                prop_assert_eq!(RecordUri::inline(&profile), changed);
            }
        }
    }

    #[test]
    fn a_profile_is_verified_against_one_account_and_its_whole_content() {
        let key: SecretKey = "01".repeat(32).parse().unwrap();
        let other: SecretKey = "02".repeat(32).parse().unwrap();
        let signed = signed();
        assert_eq!(signed.verify(key.address()), Ok(()));
        assert!(matches!(signed.verify(other.address()), Err(ProfileError::Signer { .. })));
        let changed = SignedUserProfile::parse(&signed.to_json().replace("ds.eth", "ds2.eth")).unwrap();
        assert!(matches!(changed.verify(key.address()), Err(ProfileError::Signer { .. })));
    }
}
