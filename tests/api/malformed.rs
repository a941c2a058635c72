//! Requests from people who mean harm: a 4xx or the right answer for what they now ask, never a panic, a hang or a 5xx.

use alloy::primitives::{Address, Bytes, U256};
use alloy::sol_types::{SolCall, SolValue};
use dm3_gateway::ens::Name;
use dm3_gateway::ens::abi::{addr_0Call, addr_1Call, contenthashCall, multicallCall, resolveCall, textCall};
use dm3_gateway::ens::call::{RecordCall, RecordKey};
use dm3_gateway::ens::wire;
use futures_util::{StreamExt, stream};
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;

use crate::harness::{RESOLVER, TestServer, Wallet, question, texts, to_hex};

const ALICE: &str = "alice.user.dm3.eth";
const MUTATIONS: usize = 10_000;

/// A valid question with some of its bytes changed, cut off, doubled or replaced by numbers that hurt.
fn mutate(original: &[u8], rng: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut data = original.to_vec();
    for _ in 0..=rng(4) {
        let at = rng(data.len().max(1));
        match rng(7) {
            0 if !data.is_empty() => data[at] ^= 1 << rng(8),
            1 if !data.is_empty() => data[at] = rng(256) as u8,
            2 => data.truncate(at),
            3 => data.extend(std::iter::repeat_n(rng(256) as u8, rng(70))),
            4 => drop(data.splice(at..at, std::iter::repeat_n(0xff, rng(33)))),
            // A whole word becomes an offset or a length that points somewhere else.
            5 if data.len() >= 36 => {
                let word = 4 + rng((data.len() - 4) / 32) * 32;
                let number: [u8; 8] = match rng(4) {
                    0 => [0xff; 8],
                    1 => (data.len() as u64).to_be_bytes(),
                    2 => [0; 8],
                    _ => (rng(1 << 16) as u64).to_be_bytes(),
                };
                let fill = if rng(8) == 0 { 0xff } else { 0 };
                data[word..word + 24].fill(fill);
                data[word + 24..word + 32].copy_from_slice(&number);
            }
            _ if data.len() > 1 => drop(data.drain(at..(at + 1 + rng(40)).min(data.len()))),
            _ => {}
        }
    }
    data
}

/// Compares a result with what has to be answered, by alloy's own decoder and a second reading of the DNS form. What
/// these cannot read, the gateway must not answer either.
fn check(request: &[u8], result: &[u8]) {
    let asked = resolveCall::abi_decode(request).expect("calldata that alloy reads");
    let mut labels = Vec::new();
    let mut rest = &asked.name[..];
    while rest[0] != 0 {
        labels.push(std::str::from_utf8(&rest[1..=usize::from(rest[0])]).unwrap());
        rest = &rest[1 + usize::from(rest[0])..];
    }
    let name = labels.join(".");
    let Ok(calls) = multicallCall::abi_decode(&asked.data) else {
        let expected = model(&asked.data, &name).expect("a call that alloy reads");
        return assert_eq!(result, expected, "{}", to_hex(request));
    };
    let entries = Vec::<Bytes>::abi_decode(result).unwrap();
    assert_eq!(entries.len(), calls.data.len());
    for (entry, call) in entries.iter().zip(&calls.data) {
        match model(call, &name) {
            Some(expected) => assert_eq!(entry, &expected, "{}", to_hex(request)),
            None => assert_eq!(entry.len() % 32, 4, "an error is expected: {}", to_hex(request)),
        }
    }
}

/// The result of one call; `None` for an error.
fn model(call: &[u8], name: &str) -> Option<Vec<u8>> {
    let is_alice = name == ALICE;
    let (owner, url) = if is_alice { (Wallet::new(1).address(), "u") } else { (Address::ZERO, "") };
    if call.get(4..36)? != Name::parse(name).unwrap().node().as_bytes().as_slice() {
        None
    } else if addr_0Call::abi_decode(call).is_ok() {
        Some(owner.abi_encode())
    } else if let Ok(text) = textCall::abi_decode_validate(call) {
        Some(if text.key == "url" { url } else { "" }.abi_encode())
    } else if let Ok(coin) = addr_1Call::abi_decode(call) {
        let bytes = if coin.coinType == U256::from(60) && is_alice { owner.to_vec() } else { vec![] };
        Some(Bytes::from(bytes).abi_encode())
    } else if contenthashCall::abi_decode(call).is_ok() {
        Some(Bytes::new().abi_encode())
    } else {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_mutations_of_valid_questions_are_answered_or_refused() {
    let server = TestServer::start().await;
    server.claim(&Wallet::new(1), ALICE, texts(&[("url", "u")])).await;
    let node = Name::parse(ALICE).unwrap().node();
    let call = |record| RecordCall { node, record }.encode();
    let data = vec![call(RecordKey::Addr).into(), call(RecordKey::Text("url".into())).into()];
    let many = multicallCall { data }.abi_encode();
    let name = wire::encode(&Name::parse(ALICE).unwrap());
    let seeds = [
        question(ALICE, RecordKey::Addr),
        question(ALICE, RecordKey::Text("url".into())),
        resolveCall { name: name.into(), data: many.into() }.abi_encode(),
    ];
    // A fixed seed, so that what fails once fails again.
    let mut source = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut rng = |below: usize| proptest::prelude::Rng::next_u64(&mut source) as usize % below;
    let requests: Vec<_> = (0..MUTATIONS).map(|n| mutate(&seeds[n % seeds.len()], &mut rng)).collect();
    let outcomes: Vec<u16> = stream::iter(&requests)
        .map(|request| async {
            let body = json!({ "data": to_hex(request), "sender": RESOLVER }).to_string();
            let reply = server.post("/", body).await;
            let status = reply.status.as_u16();
            match status {
                200 => check(request, &server.verified(request, &reply.body)),
                _ => assert!(reply.body["message"].is_string(), "{}: {}", to_hex(request), reply.body),
            }
            assert!(status == 200 || (400..500).contains(&status), "{status} for {}", to_hex(request));
            status
        })
        .buffer_unordered(32)
        .collect()
        .await;
    let answered = outcomes.iter().filter(|&&status| status == 200).count();
    assert!(answered > MUTATIONS / 100 && answered < MUTATIONS / 2, "{answered} were answered");
}

#[tokio::test]
async fn names_with_labels_of_every_wrong_shape_are_refused() {
    let server = TestServer::start().await;
    let node = Name::parse(ALICE).unwrap().node();
    let call = RecordCall { node, record: RecordKey::Addr }.encode();
    let oversized = [&[255][..], &[b'a'; 255], b"\x03eth\0"].concat();
    let many_labels = [&b"\x01a".repeat(130)[..], b"\0"].concat();
    for name in [
        &b""[..],
        b"\0",
        b"\x05alice",
        b"\x05alice\x04user\x03dm3\x03eth",
        b"\x05alice\0\x04user\x03dm3\x03eth\0",
        b"\x05alice\x04user\x03dm3\x03eth\0\0",
        b"\x06alice\x04user\x03dm3\x03eth\0",
        b"\x05al\xffce\x04user\x03dm3\x03eth\0",
        b"\x0aalice.user\x03dm3\x03eth\0",
        &oversized,
        &many_labels,
    ] {
        let calldata = resolveCall { name: name.to_vec().into(), data: call.clone().into() }.abi_encode();
        let body = json!({ "data": to_hex(&calldata), "sender": RESOLVER }).to_string();
        let refused = server.post("/", body).await;
        assert_eq!(refused.status, 400, "{name:?}: {}", refused.body);
        let message = refused.body["message"].as_str().unwrap();
        assert!(message.starts_with("the name in the calldata:"), "{name:?}: {message}");
    }
}

#[tokio::test]
async fn paths_that_are_no_text_are_refused() {
    let server = TestServer::start().await;
    for path in
        ["/v1/names/%ff%fe", "/%ff/0x", "/v1/names/%00", "/v1/names/..%2f..%2fetc", "/v1/names/a%2fb.eth"]
    {
        let status = server.get(path).await.status.as_u16();
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    let long = format!("/v1/names/{}.eth", "a".repeat(60_000));
    assert_eq!(server.get(&long).await.refusal(), (400, "invalid-name"));
}
