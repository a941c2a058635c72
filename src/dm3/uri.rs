//! Record URIs: how a text record carries a document, or says where it is.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cid::Cid;
use url::Url;

use super::profile::{ProfileError, SignedUserProfile};

const JSON: &str = "data:application/json,";
const JSON_BASE64: &str = "data:application/json;base64,";

/// A record URI, its document not yet looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordUri<'a> {
    /// The document follows in the record.
    Inline {
        /// JSON text.
        json: Cow<'a, str>,
        /// It follows as it is, which is the canonical inline form; neither base64 nor percent-encoded.
        is_plain: bool,
    },
    /// `https://…?dm3Hash=0x…`; fetched and checked by whoever looks the record up.
    Https {
        /// The whole URL.
        url: Url,
        /// SHA-256 of the canonical JSON of the document.
        hash: [u8; 32],
    },
    /// `ipfs://<cid>`; the same.
    Ipfs(Cid),
}

/// Why a record is not a record URI.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum UriError {
    /// None of the forms.
    #[error("not a dm3 record URI: expected {JSON}…, {JSON_BASE64}…, https://…?dm3Hash=0x… or ipfs://…")]
    Scheme,
    /// The base64 of an inline document is broken, or not UTF-8 inside.
    #[error("the inline document is not base64 of UTF-8")]
    Base64,
    /// dm3's library takes the characters of a plain record for bytes, and cannot read it then.
    #[error("an inline document with characters outside of ASCII must be written as {JSON_BASE64}…")]
    NotAscii,
    /// dm3's library does not decode it.
    #[error("the inline document is percent-encoded, which dm3's library cannot read: write it as it is")]
    PercentEncoded,
    /// Percent-encoded, and not UTF-8 inside.
    #[error("the percent-encoded document is not UTF-8")]
    NotUtf8,
    /// Readers could not check what they fetch.
    #[error("the https record has no dm3Hash parameter with 0x and 64 lower-case hex digits")]
    Hash,
    /// No CID behind the scheme.
    #[error("the ipfs record names no CID: ipfs://<cid> is expected")]
    Cid,
    /// Inline, but no profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl<'a> RecordUri<'a> {
    /// Parses the value of a record that is to be published: what comes out, every reader can read.
    ///
    /// # Errors
    /// See [`UriError`]. The document is not looked at.
    pub fn parse(value: &'a str) -> Result<Self, UriError> {
        match Self::read(value)? {
            Self::Inline { is_plain: true, json } if !json.is_ascii() => Err(UriError::NotAscii),
            Self::Inline { is_plain: false, .. } if !value.starts_with(JSON_BASE64) => {
                Err(UriError::PercentEncoded)
            }
            uri => Ok(uri),
        }
    }

    /// Reads the value of a record that somebody has published. The specification allows percent-encoding.
    ///
    /// # Errors
    /// See [`UriError`]. The document is not looked at.
    pub fn read(value: &'a str) -> Result<Self, UriError> {
        if let Some(encoded) = value.strip_prefix(JSON_BASE64) {
            let json = BASE64_STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            Ok(Self::Inline { json: json.ok_or(UriError::Base64)?.into(), is_plain: false })
        } else if let Some(text) = value.strip_prefix(JSON) {
            read_text(text)
        } else if value.starts_with("https://") {
            read_https(value)
        } else if let Some(cid) = value.strip_prefix("ipfs://") {
            cid.parse().map(Self::Ipfs).map_err(|_| UriError::Cid)
        } else {
            Err(UriError::Scheme)
        }
    }
}

/// The canonical inline record of a signed profile.
pub fn inline_record(profile: &SignedUserProfile) -> String {
    format!("{JSON}{}", profile.to_json())
}

/// The profile in an inline record, if there is one. Whose signature it carries is not checked.
pub fn read_inline_profile(record: &str) -> Option<SignedUserProfile> {
    match RecordUri::read(record).ok()? {
        RecordUri::Inline { json, .. } => SignedUserProfile::read(&json).ok(),
        RecordUri::Https { .. } | RecordUri::Ipfs(_) => None,
    }
}

/// What has the beginning of a JSON object is one; a percent sign inside of it stands for itself.
fn read_text(text: &str) -> Result<RecordUri<'_>, UriError> {
    let inside = text.trim_start().strip_prefix('{').map(str::trim_start);
    if inside.is_some_and(|inside| inside.starts_with(['"', '}'])) || !text.contains('%') {
        return Ok(RecordUri::Inline { json: text.into(), is_plain: true });
    }
    let json = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| UriError::NotUtf8)?;
    Ok(RecordUri::Inline { json, is_plain: false })
}

fn read_https(value: &str) -> Result<RecordUri<'_>, UriError> {
    let url = Url::parse(value).map_err(|_| UriError::Scheme)?;
    let mut hashes = url.query_pairs().filter(|(key, _)| key == "dm3Hash").map(|(_, hash)| hash);
    let (first, second) = (hashes.next(), hashes.next());
    let hash = first.filter(|_| second.is_none()).and_then(|hash| parse_hash(&hash)).ok_or(UriError::Hash)?;
    Ok(RecordUri::Https { url, hash })
}

/// The library compares texts, so there is one way to write a hash.
fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.bytes().any(|b| b.is_ascii_uppercase()))?;
    let mut hash = [0; 32];
    hex::decode_to_slice(digits, &mut hash).ok().map(|()| hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{KeyFault, SecretKey};
    use crate::dm3::{ProfileKeys, UserProfile};
    use crate::ens::Name;
    use alloy::primitives::Address;
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
    fn all_inline_forms_are_read_and_two_are_published() {
        let json = signed().to_json();
        let inline = |is_plain| Ok(RecordUri::Inline { json: json.clone().into(), is_plain });
        let plain = inline_record(&signed());
        let base64 = format!("{JSON_BASE64}{}", BASE64_STANDARD.encode(&json));
        let escaped: String = json.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let percent = format!("{JSON}{escaped}");
        // As encodeURI writes it, which leaves braces alone or not.
        let quotes = plain.replace('"', "%22");
        let braces = quotes.replace('{', "%7b");
        let some = [&base64, &percent, &quotes, &braces].map(|record| (record, false));
        for (record, is_plain) in some.into_iter().chain([(&plain, true)]) {
            assert_eq!(RecordUri::read(record), inline(is_plain), "{record}");
        }
        assert_eq!(RecordUri::parse(&plain), inline(true));
        assert_eq!(RecordUri::parse(&base64), inline(false));
        assert_eq!(RecordUri::parse(&percent), Err(UriError::PercentEncoded));
        assert_eq!(RecordUri::parse("data:application/json,{\"ß\":1}"), Err(UriError::NotAscii));
    }

    #[test]
    fn records_elsewhere_name_what_they_can_be_checked_with() {
        let hash = "ab".repeat(32);
        let url = format!("https://x.example/p?dm3Hash=0x{hash}");
        let expected = RecordUri::Https { url: Url::parse(&url).unwrap(), hash: [0xab; 32] };
        assert_eq!(RecordUri::parse(&url), Ok(expected));
        for cid in [
            "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
            "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        ] {
            assert_eq!(RecordUri::parse(&format!("ipfs://{cid}")), Ok(RecordUri::Ipfs(cid.parse().unwrap())));
        }
        for (record, error) in [
            ("https://x.example/p".to_owned(), UriError::Hash),
            ("https://x.example/p?dm3Hash=0x12".into(), UriError::Hash),
            (format!("{url}&dm3Hash=0x{hash}"), UriError::Hash),
            (url.replace("ab", "AB"), UriError::Hash),
            ("ipfs://".into(), UriError::Cid),
            ("ipfs://nonsense".into(), UriError::Cid),
            ("http://x.example/".into(), UriError::Scheme),
            ("data:application/json;base64,*".into(), UriError::Base64),
        ] {
            assert_eq!(RecordUri::parse(&record), Err(error), "{record}");
        }
    }

    #[test]
    fn each_fault_of_a_profile_is_told() {
        let json = signed().to_json();
        let parse = |json: &str| SignedUserProfile::parse(json).unwrap_err().to_string();
        assert!(parse("{").contains("not a dm3 profile"));
        assert!(parse(&json.replace("\"signature\"", "\"sig\"")).contains("unknown field `sig`"));
        assert!(parse(&json.replacen('{', "{ ", 1)).contains("canonical"));
        assert!(parse(&json.replace("ds.eth", "DS.eth")).contains("deliveryServices[0]"));
        assert!(
            parse(&json.replace("publicSigningKey\":\"", "publicSigningKey\":\"AA"))
                .contains("publicSigningKey")
        );
        assert!(parse(&json.replace("\"0x", "\"")).contains("signature"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_record_uri_or_refused(text in ".{0,200}", at in 0usize..300, new in ".{0,6}") {
            let _ = RecordUri::parse(&text);
            // The profile is ASCII: every place in it is between two characters.
            let mut changed = inline_record(&signed());
            changed.replace_range(at..(at + new.len()).min(changed.len()), &new);
            if let Ok(RecordUri::Inline { json, is_plain: true }) = RecordUri::parse(&changed)
                && let Ok(profile) = SignedUserProfile::parse(&json)
            {
                prop_assert_eq!(inline_record(&profile), changed);
            }
        }
    }

    #[test]
    fn what_others_wrote_is_read_into_the_canonical_form() {
        let signed = signed();
        let value: serde_json::Value = serde_json::from_str(&signed.to_json()).unwrap();
        let (profile, signature) = (&value["profile"], value["signature"].as_str().unwrap());
        let upper = format!("0x{}", signature.trim_start_matches("0x").to_uppercase());
        let written = format!("{{ \"signature\": \"{upper}\",\n \"profile\": {profile:#} }}");
        assert_eq!(SignedUserProfile::read(&written), Ok(signed.clone()));
        let raw_v = match signature.strip_suffix("1b") {
            Some(rs) => format!("{rs}00"),
            None => format!("{}01", signature.strip_suffix("1c").unwrap()),
        };
        let written = signed.to_json().replace(signature, &raw_v);
        let account: SecretKey = "01".repeat(32).parse().unwrap();
        let read = SignedUserProfile::read(&written).unwrap();
        assert_eq!(read.clone().normalized_for(account.address()), signed);
        // Nobody else's signature is touched: it may be a contract's, which takes these very bytes.
        assert_eq!(read.clone().normalized_for(Address::ZERO), read);
    }

    #[test]
    fn a_profile_is_verified_against_one_account_and_its_whole_content() {
        let key: SecretKey = "01".repeat(32).parse().unwrap();
        let other: SecretKey = "02".repeat(32).parse().unwrap();
        let signed = signed();
        assert_eq!(signed.verify(key.address()), Ok(()));
        let refused = |verified| matches!(verified, Err(ProfileError::Signature(KeyFault::Signer { .. })));
        assert!(refused(signed.verify(other.address())));
        let changed = SignedUserProfile::parse(&signed.to_json().replace("ds.eth", "ds2.eth")).unwrap();
        assert!(refused(changed.verify(key.address())));
    }
}
