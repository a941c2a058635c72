//! Content hashes (ENSIP-7): the URI that people write, and the binary form that resolvers store and answer, a protocol's
//! code (multicodec, as a varint) and what the protocol makes of the rest. What is accepted, and what it becomes, is what
//! `@ensdomains/content-hash` does with content that its own protocol would take.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cid::multibase::Base;
use cid::multihash::Multihash;
use cid::{Cid, Version};
use data_encoding::BASE32;
use sha3::{Digest, Sha3_256};

/// Longer texts than this are refused before they are looked at: decoding Base58 takes time that grows with the square of
/// its length. A CID with the longest hash has about 120 characters.
const MAX_CHARACTERS: usize = 256;

/// The multicodec of public keys of libp2p, which IPNS names are hashes of.
const LIBP2P_KEY: u64 = 0x72;
/// The multihash that holds its content itself, and how long that is at least for a public key.
const IDENTITY: u64 = 0;
const SHORTEST_KEY: usize = 36;
/// The version byte of onion services that are keys (Tor's rend-spec-v3).
const ONION_VERSION: u8 = 3;

/// Why a text is no content hash.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum ContenthashError {
    /// Not a URI of a protocol that is known here.
    #[error(
        "ipfs://…, ipns://…, bzz://…, ar://…, onion://… or onion3://… is expected, or the binary form as 0x…"
    )]
    Protocol,
    /// Begins with `0x`, but is not hex.
    #[error("0x is followed by what is not an even number of hex digits")]
    Hex,
    /// Something follows what a content hash can hold.
    #[error("a content hash holds no path, query or fragment: leave out what follows the {0}")]
    Path(&'static str),
    /// Not what the protocol is addressed by.
    #[error("this is no {protocol} content: {expected} is expected after {protocol}://")]
    Content {
        /// The protocol, as the URI begins.
        protocol: &'static str,
        /// What would be right.
        expected: &'static str,
    },
}

/// A protocol of ENSIP-7.
struct Protocol {
    /// What its URIs begin with, before `://`.
    scheme: &'static str,
    /// What its binary form begins with: the multicodec as a varint.
    code: &'static [u8],
    /// What follows `://`.
    expected: &'static str,
    /// From what follows `://` to what follows the code.
    parse: fn(&str) -> Option<Vec<u8>>,
    /// The opposite; `None` for what has no text form. Need not refuse all that `parse` could not give.
    format: fn(&[u8]) -> Option<String>,
}

const PROTOCOLS: [Protocol; 6] = [
    Protocol {
        scheme: "ipfs",
        code: &[0xe3, 0x01],
        expected: "a CID, such as bafy… or Qm…,",
        parse: parse_ipfs,
        format: format_ipfs,
    },
    Protocol {
        scheme: "ipns",
        code: &[0xe5, 0x01],
        expected: "the hash of a public key, such as k51… or 12D3Koo…, not a DNS name,",
        parse: parse_ipns,
        format: format_ipns,
    },
    Protocol {
        scheme: "bzz",
        code: &[0xe4, 0x01],
        expected: "64 hex digits",
        parse: parse_swarm,
        format: format_swarm,
    },
    Protocol {
        scheme: "ar",
        // 0xb29910
        code: &[0x90, 0xb2, 0xca, 0x05],
        expected: "the id of a transaction, 43 characters,",
        parse: parse_arweave,
        format: format_arweave,
    },
    Protocol {
        scheme: "onion",
        code: &[0xbc, 0x03],
        expected: "16 characters of Base32, without .onion,",
        parse: parse_onion,
        format: format_onion,
    },
    Protocol {
        scheme: "onion3",
        code: &[0xbd, 0x03],
        expected: "56 characters of Base32 with a right checksum, without .onion,",
        parse: parse_onion3,
        format: format_onion3,
    },
];

/// The binary form of a content hash in its text form, or of one in hex, which is not looked into. `0x` and the empty text
/// are the empty content hash: none.
///
/// # Errors
/// See [`ContenthashError`].
pub fn parse(text: &str) -> Result<Vec<u8>, ContenthashError> {
    if let Some(digits) = text.strip_prefix("0x") {
        return hex::decode(digits).map_err(|_| ContenthashError::Hex);
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let (scheme, content) = text.split_once("://").ok_or(ContenthashError::Protocol)?;
    let protocol = PROTOCOLS.iter().find(|protocol| protocol.scheme.eq_ignore_ascii_case(scheme));
    let Protocol { scheme, code, expected, parse, .. } = protocol.ok_or(ContenthashError::Protocol)?;
    let content = content.strip_suffix('/').unwrap_or(content);
    if content.contains(['/', '?', '#']) {
        return Err(ContenthashError::Path(if *scheme == "ar" { "transaction" } else { "hash" }));
    }
    let parsed = if content.len() <= MAX_CHARACTERS { parse(content) } else { None };
    let content = parsed.ok_or(ContenthashError::Content { protocol: scheme, expected })?;
    Ok([*code, &content].concat())
}

/// The text form of a content hash in its binary form; hex, beginning with `0x`, where there is none. Text is given only
/// if [`parse`] makes the same bytes of it again. So CIDs of version 0, and IPNS names that are not hashes of keys, which
/// ENSIP-7 does not have, come as hex.
pub fn format(bytes: &[u8]) -> String {
    let text = PROTOCOLS.iter().find_map(|Protocol { scheme, code, format, .. }| {
        Some(format!("{scheme}://{}", format(bytes.strip_prefix(*code)?)?))
    });
    text.filter(|text| parse(text).is_ok_and(|parsed| parsed == bytes))
        .unwrap_or_else(|| format!("0x{}", hex::encode(bytes)))
}

/// A CID as text, in any of its bases; of version 0 it becomes one of version 1.
fn parse_cid(text: &str) -> Option<Cid> {
    // The library looks for a CID inside of URLs too, and knows bases that no URL could hold.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let cid: Cid = text.parse().ok()?;
    // It ignores what follows the hash.
    let bytes = if cid.version() == Version::V0 {
        bs58::decode(text).into_vec().ok()?
    } else {
        cid::multibase::decode(text).ok()?.1
    };
    (cid.to_bytes() == bytes).then(|| Cid::new_v1(cid.codec(), *cid.hash()))
}

/// A CID of version 1 as bytes, and nothing after it.
fn read_cid(bytes: &[u8]) -> Option<Cid> {
    Cid::try_from(bytes).ok().filter(|cid| cid.version() == Version::V1 && cid.encoded_len() == bytes.len())
}

fn parse_ipfs(text: &str) -> Option<Vec<u8>> {
    parse_cid(text).map(|cid| cid.to_bytes())
}

/// In Base32, which is IPFS's own choice; keys in Base36, which is IPNS's.
fn format_ipfs(bytes: &[u8]) -> Option<String> {
    let cid = read_cid(bytes)?;
    let base = if cid.codec() == LIBP2P_KEY { Base::Base36Lower } else { Base::Base32Lower };
    cid.to_string_of_base(base).ok()
}

/// A CID, or a peer id in Base58, which is the bare hash.
fn parse_ipns(text: &str) -> Option<Vec<u8>> {
    let hash = match parse_cid(text) {
        Some(cid) => *cid.hash(),
        None => Multihash::from_bytes(&bs58::decode(text).into_vec().ok()?).ok()?,
    };
    is_key_hash(&hash).then(|| Cid::new_v1(LIBP2P_KEY, hash).to_bytes())
}

fn format_ipns(bytes: &[u8]) -> Option<String> {
    let cid = read_cid(bytes).filter(|cid| cid.codec() == LIBP2P_KEY && is_key_hash(cid.hash()))?;
    cid.to_string_of_base(Base::Base36Lower).ok()
}

/// Whether a hash can be one of a public key. What is shorter and not hashed is a DNS name: whoever controls that could
/// change what it leads to, which is why ENS has ended it.
fn is_key_hash(hash: &Multihash<64>) -> bool {
    hash.code() != IDENTITY || usize::from(hash.size()) >= SHORTEST_KEY
}

/// What precedes a reference to Swarm: CID version 1, a Swarm manifest (0xfa), keccak-256 (0x1b), 32 bytes.
const SWARM_MANIFEST: [u8; 5] = [0x01, 0xfa, 0x01, 0x1b, 0x20];

fn parse_swarm(text: &str) -> Option<Vec<u8>> {
    let hash: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    Some([&SWARM_MANIFEST[..], &hash].concat())
}

fn format_swarm(bytes: &[u8]) -> Option<String> {
    bytes.strip_prefix(&SWARM_MANIFEST).map(hex::encode)
}

fn parse_arweave(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok().filter(|id| id.len() == 32)
}

fn format_arweave(id: &[u8]) -> Option<String> {
    (id.len() == 32).then(|| BASE64_URL_SAFE_NO_PAD.encode(id))
}

/// Onion services are stored as the text itself.
fn parse_onion(text: &str) -> Option<Vec<u8>> {
    base32(text).filter(|hash| hash.len() == 10).map(|_| text.to_ascii_lowercase().into_bytes())
}

fn format_onion(text: &[u8]) -> Option<String> {
    std::str::from_utf8(text).ok().map(str::to_owned)
}

fn parse_onion3(text: &str) -> Option<Vec<u8>> {
    let bytes: [u8; 35] = base32(text)?.try_into().ok()?;
    let [key @ .., first, second, version] = bytes;
    let hash = Sha3_256::new().chain_update(".onion checksum").chain_update(key).chain_update([version]);
    let is_right = version == ONION_VERSION && hash.finalize().starts_with(&[first, second]);
    is_right.then(|| text.to_ascii_lowercase().into_bytes())
}

fn format_onion3(text: &[u8]) -> Option<String> {
    format_onion(text)
}

fn base32(text: &str) -> Option<Vec<u8>> {
    BASE32.decode(text.to_ascii_uppercase().as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Both directions.
    #[track_caller]
    fn is(text: &str, bytes: &str) {
        let expected = hex::decode(bytes).unwrap();
        assert_eq!(parse(text), Ok(expected.clone()), "{text}");
        assert_eq!(format(&expected), text);
    }

    #[track_caller]
    fn is_shown_in_hex(bytes: &str) {
        assert_eq!(format(&hex::decode(bytes).unwrap()), format!("0x{bytes}"));
    }

    #[test]
    fn content_hashes_are_those_of_ensip_7() {
        let ipfs = "e3010170122029f2d17be6139079dc48696d1f582a8530eb9805b561eda517e22a892c7e3f1f";
        is("ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4", ipfs);
        let v0 = parse("ipfs://QmRAQB6YaCyidP37UdDnjFY5vQuiBrcqdyoW1CuDgwxkD4");
        assert_eq!(v0.map(hex::encode).as_deref(), Ok(ipfs));
        is(
            "bzz://d1de9994b4d039f6548d191eb26786769f580809256b4685ef316805265ea162",
            "e40101fa011b20d1de9994b4d039f6548d191eb26786769f580809256b4685ef316805265ea162",
        );
        is(
            "ipns://k51qzi5uqu5dgccx524mfjv7znyfsa6g013o6v4yvis9dxnrjbwojc62pt0450",
            "e5010172002408011220066e20f72cc583d769bc8df5fedff24942b3b8941e827f023d306bdc7aecf5f4",
        );
        is("onion://zqktlwi4fecvo6ri", "bc037a716b746c776934666563766f367269");
        is(
            "onion3://p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd",
            "bd037035336c663537716f7679757677736336786e72707079706c79337674716d376c3670636f626b6d797173696f6679657a6e667535757164",
        );
        is(
            "ar://ys32Pt8uC7TrVxHdOLByOspfPEq2LO63wREHQIM9SJQ",
            "90b2ca05cacdf63edf2e0bb4eb5711dd38b0723aca5f3c4ab62ceeb7c1110740833d4894",
        );
    }

    #[test]
    fn ipns_names_are_read_in_each_of_their_forms() {
        for (text, shown) in [
            (
                "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA",
                "k51qzi5uqu5dhdmyb9bd18pypu2wp5lpv2xnskfmrqa4lb5knqryrotb05e7or",
            ),
            (
                "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
                "k2k4r8ncs1yoluq95unsd7x2vfhgve0ncjoggwqx9vyh3vl8warrcp15",
            ),
        ] {
            let bytes = parse(&format!("ipns://{text}")).unwrap();
            assert_eq!(format(&bytes), format!("ipns://{shown}"));
            assert_eq!(parse(&format!("ipns://{shown}")), Ok(bytes));
        }
        // A DNS name, which ENS has ended, is neither read nor shown as one.
        assert!(matches!(parse("ipns://app.uniswap.org"), Err(ContenthashError::Content { .. })));
        is_shown_in_hex("e5010170000f6170702e756e69737761702e6f7267");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let content = |text| matches!(parse(text), Err(ContenthashError::Content { .. }));
        for text in [
            "ipfs://",
            "ipfs://Qm",
            "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d",
            "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4aaaa",
            "bzz://d1de9994b4d039f6548d191eb26786769f580809256b4685ef316805265ea1",
            "ar://ys32Pt8uC7TrVxHdOLByOspfPEq2LO63wREHQIM9SJ",
            "onion://zqktlwi4fecvo6r1",
            "onion://p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd",
            "onion3://zqktlwi4fecvo6ri",
            "onion3://p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqa",
            "onion3://q53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd",
            "onion3://p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion",
        ] {
            assert!(content(text), "{text}: {:?}", parse(text));
        }
        assert!(content(&format!("ipfs://z{}", "1".repeat(300))));
        for text in ["QmRAQB6YaCyidP37UdDnjFY5vQuiBrcqdyoW1CuDgwxkD4", "https://example.com", "e301"] {
            assert_eq!(parse(text), Err(ContenthashError::Protocol), "{text}");
        }
        let path = "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4/index.html";
        assert_eq!(parse(path), Err(ContenthashError::Path("hash")));
        assert_eq!(parse("0xe30"), Err(ContenthashError::Hex));
        assert_eq!(parse("0xe301"), Ok(vec![0xe3, 0x01]));
        assert_eq!((parse(""), parse("0x")), (Ok(vec![]), Ok(vec![])));
    }

    #[test]
    fn what_has_no_text_form_is_shown_in_hex() {
        for bytes in [
            "",
            "e3",
            "e301",
            // A CID of version 0; bytes after a CID; a code written longer than needed.
            "e301122029f2d17be6139079dc48696d1f582a8530eb9805b561eda517e22a892c7e3f1f",
            "e3010170122029f2d17be6139079dc48696d1f582a8530eb9805b561eda517e22a892c7e3f1f00",
            "e3010180701220000000000000000000000000000000000000000000000000000000000000000000",
            "e3810001701220000000000000000000000000000000000000000000000000000000000000000000",
            // Swarm's encrypted references, Skynet, an onion address with a wrong checksum.
            "e40101fa011b40d1de9994b4d039f6548d191eb26786769f580809256b4685ef316805265ea162",
            "90b2c605",
            "bc03ffff",
            "bd037a716b746c776934666563766f367269",
        ] {
            is_shown_in_hex(bytes);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_survive_being_shown(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(parse(&format(&bytes)), Ok(bytes));
        }

        #[test]
        fn bytes_with_a_known_code_survive_being_shown(
            at in 0..PROTOCOLS.len(),
            mut cid in proptest::sample::select(vec![vec![], vec![1, 0x70, 0x12, 0x20], vec![1, 0x72, 0, 0x24], vec![1, 0xfa, 1, 0x1b, 0x20]]),
            bytes in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let mut all = PROTOCOLS[at].code.to_vec();
            all.append(&mut cid);
            all.extend(bytes);
            prop_assert_eq!(parse(&format(&all)), Ok(all));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in "((ipfs|ipns|bzz|ar|onion|onion3)://)?(Qm|ba|k|z|u|12)?\\PC{0,90}") {
            if let Ok(bytes) = parse(&text) {
                prop_assert_eq!(parse(&format(&bytes)), Ok(bytes));
            }
        }

        #[test]
        fn texts_that_look_like_hashes_are_parsed_or_refused(
            text in "(ipfs|ipns|bzz|ar|onion|onion3)://(Qm|ba|k|z|u|m|f|12)?[a-zA-Z0-9]{0,90}",
        ) {
            if let Ok(bytes) = parse(&text) {
                prop_assert_eq!(parse(&format(&bytes)), Ok(bytes));
            }
        }
    }
}
