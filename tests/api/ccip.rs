//! CCIP read: `GET /{resolver}/{calldata}`, `POST /{resolver}`, `POST /`.

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::{SolCall, SolValue};
use dm3_gateway::ens::abi::{RegisterParams, multicallCall, registerParamsCall, resolveCall};
use dm3_gateway::ens::call::{RecordCall, RecordKey};
use dm3_gateway::ens::{CoinType, Name, wire};
use dm3_gateway::gateway::answer;
use serde_json::{Value, json};

use crate::harness::{NOW, RESOLVER, TestServer, Wallet, nothing, question, reply, texts, to_hex};

const ALICE: &str = "alice.user.dm3.eth";

fn coin(number: u64) -> RecordKey {
    RecordKey::AddrOf(Some(CoinType::try_from(number).unwrap()))
}

fn path(calldata: &[u8]) -> String {
    format!("/{}/{}.json", to_hex(RESOLVER.as_slice()), to_hex(calldata))
}

fn resolve(name: &str, call: Vec<u8>) -> Vec<u8> {
    let name = Name::parse(name).unwrap();
    resolveCall { name: wire::encode(&name).into(), data: call.into() }.abi_encode()
}

fn calls(name: &str, records: impl IntoIterator<Item = RecordKey>) -> Vec<Bytes> {
    let node = Name::parse(name).unwrap().node();
    records.into_iter().map(|record| RecordCall { node, record }.encode().into()).collect()
}

async fn server_with_alice() -> (TestServer, Wallet) {
    let (server, wallet) = (TestServer::start().await, Wallet::new(1));
    let mut records = texts(&[("url", "https://example.com"), ("empty", "")]);
    records["addresses"] = json!([
        { "coinType": 0, "value": format!("0x0014{}", "11".repeat(20)) },
        { "coinType": 0x8000_0000_u64, "value": Wallet::new(5).address() },
    ]);
    records["contenthash"] = json!("0xe301017012201234");
    server.claim(&wallet, ALICE, records).await;
    (server, wallet)
}

#[tokio::test]
async fn every_record_is_answered_set_and_unset() {
    let (server, wallet) = server_with_alice().await;
    let answers = |name: &'static str, record: RecordKey| {
        let server = &server;
        async move { server.look_up(&question(name, record)).await }
    };
    let address = wallet.address();
    let bytes = |bytes: &[u8]| Bytes::copy_from_slice(bytes).abi_encode();
    let bitcoin = [&[0x00, 0x14][..], &[0x11; 20]].concat();
    assert_eq!(answers(ALICE, RecordKey::Addr).await, address.abi_encode());
    assert_eq!(answers(ALICE, coin(60)).await, bytes(address.as_slice()));
    assert_eq!(answers(ALICE, coin(0)).await, bytes(&bitcoin));
    assert_eq!(answers(ALICE, coin(0x8000_000a)).await, bytes(Wallet::new(5).address().as_slice()));
    assert_eq!(answers(ALICE, coin(2)).await, bytes(&[]));
    assert_eq!(answers(ALICE, RecordKey::AddrOf(None)).await, bytes(&[]));
    assert_eq!(answers(ALICE, RecordKey::Text("url".into())).await, "https://example.com".abi_encode());
    assert_eq!(answers(ALICE, RecordKey::Text("empty".into())).await, "".abi_encode());
    assert_eq!(answers(ALICE, RecordKey::Text("avatar".into())).await, "".abi_encode());
    assert_eq!(
        answers(ALICE, RecordKey::Contenthash).await,
        bytes(&[0xe3, 1, 1, 0x70, 0x12, 0x20, 0x12, 0x34])
    );
    for unclaimed in ["bob.user.dm3.eth", "user.dm3.eth", "deep.alice.user.dm3.eth", "x.addr.dm3.eth"] {
        assert_eq!(answers(unclaimed, RecordKey::Addr).await, Address::ZERO.abi_encode(), "{unclaimed}");
        assert_eq!(answers(unclaimed, coin(60)).await, bytes(&[]));
        assert_eq!(answers(unclaimed, RecordKey::Text("url".into())).await, "".abi_encode());
        assert_eq!(answers(unclaimed, RecordKey::Contenthash).await, bytes(&[]));
    }
}

#[tokio::test]
async fn old_resolver_functions_are_answered_from_data_records_set_and_unset() {
    let (server, wallet) = (TestServer::start().await, Wallet::new(1));
    let mut records = nothing();
    let hex = |byte: &str, count| format!("0x{}", byte.repeat(count));
    records["data"] = json!([
        { "key": "agent", "value": "0x00ff" },
        { "key": "ens:pubkey", "value": format!("0x{}{}", "11".repeat(32), "22".repeat(32)) },
        { "key": "ens:abi:4", "value": "0x0404" },
        { "key": "ens:abi:8", "value": "0x0808" },
        { "key": "ens:interface:0x01020304", "value": hex("33", 20) },
        { "key": "ens:name", "value": "0x616c696365" },
    ]);
    records["addresses"] =
        json!([{ "coinType": 0x8000_0000_u64, "value": wallet.address() }, { "coinType": 2, "value": "0x" }]);
    server.claim(&wallet, ALICE, records).await;
    let abi = |types: u64, kind: u64, bytes: &[u8]| {
        let expected = (U256::from(kind), Bytes::copy_from_slice(bytes)).abi_encode_params();
        (RecordKey::Abi(U256::from(types)), expected)
    };
    let word = B256::repeat_byte;
    let mut questions = vec![
        (RecordKey::Addr, wallet.address().abi_encode()),
        (coin(60), Bytes::copy_from_slice(wallet.address().as_slice()).abi_encode()),
        (RecordKey::Text("avatar".into()), "".abi_encode()),
        (RecordKey::Contenthash, Bytes::new().abi_encode()),
        (RecordKey::Name, "alice".abi_encode()),
        (RecordKey::Pubkey, (word(0x11), word(0x22)).abi_encode()),
        (RecordKey::Interface([1, 2, 3, 4]), Address::repeat_byte(0x33).abi_encode()),
        (RecordKey::Interface([9; 4]), Address::ZERO.abi_encode()),
        (RecordKey::Data("agent".into()), Bytes::from_static(&[0, 0xff]).abi_encode()),
        (RecordKey::Data("other".into()), Bytes::new().abi_encode()),
        abi(4, 4, &[4, 4]),
        abi(0xff, 4, &[4, 4]),
        abi(8 + 1, 8, &[8, 8]),
        abi(3, 0, &[]),
        abi(0, 0, &[]),
    ];
    // A coin has an address without any default: the owner's Ether, the EVM default itself, nothing that is set to nothing.
    for (number, has) in [(60, true), (0x8000_0000, true), (0x8000_000a, false), (0, false), (2, false)] {
        questions.push((RecordKey::HasAddr(Some(CoinType::try_from(number).unwrap())), has.abi_encode()));
    }
    for (record, expected) in &questions {
        let record = record.clone();
        assert_eq!(server.look_up(&question(ALICE, record.clone())).await, *expected, "{record:?}");
    }
    let sixty_four = || questions.iter().cycle().take(64);
    let data = calls(ALICE, sixty_four().map(|(record, _)| record.clone()));
    let request = resolve(ALICE, multicallCall { data }.abi_encode());
    let results = Vec::<Bytes>::abi_decode(&server.look_up(&request).await).unwrap();
    assert_eq!(results, sixty_four().map(|(_, expected)| Bytes::from(expected.clone())).collect::<Vec<_>>());

    for (record, expected) in [
        (RecordKey::Name, "".abi_encode()),
        (RecordKey::Pubkey, (B256::ZERO, B256::ZERO).abi_encode()),
        abi(1, 0, &[]),
        (RecordKey::Interface([1, 2, 3, 4]), Address::ZERO.abi_encode()),
        (RecordKey::Data("agent".into()), Bytes::new().abi_encode()),
        (RecordKey::HasAddr(Some(CoinType::ETH)), false.abi_encode()),
    ] {
        assert_eq!(
            server.look_up(&question("bob.user.dm3.eth", record.clone())).await,
            expected,
            "{record:?}"
        );
    }
}

#[tokio::test]
async fn an_address_name_answers_its_own_address_even_when_nobody_claimed_it() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    assert_eq!(server.addr(&wallet.address_name()).await, wallet.address());
    let mut records = nothing();
    records["addresses"] = json!([{ "coinType": 60, "value": "0x" }]);
    server.claim(&wallet, &wallet.address_name(), records).await;
    assert_eq!(server.addr(&wallet.address_name()).await, Address::ZERO);
}

#[tokio::test]
async fn a_multicall_answers_each_entry_and_a_bad_one_spoils_no_other() {
    let (server, wallet) = server_with_alice().await;
    let mut data = calls(ALICE, [RecordKey::Addr, RecordKey::Text("url".into())]);
    data.push(Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]));
    data.extend(calls("bob.user.dm3.eth", [RecordKey::Addr]));
    data.extend(calls(ALICE, [RecordKey::Text("avatar".into())]));
    let request = resolve(ALICE, multicallCall { data }.abi_encode());
    let results = Vec::<Bytes>::abi_decode(&server.look_up(&request).await).unwrap();
    assert_eq!(results[0], wallet.address().abi_encode());
    assert_eq!(results[1], "https://example.com".abi_encode());
    assert_eq!(hex::encode(&results[2][..8]), "7b1c461bdeadbeef");
    assert_eq!((hex::encode(&results[3][..4]), results[3].len() % 32), ("08c379a0".into(), 4));
    assert_eq!(results[4], "".abi_encode());
    let empty = resolve(ALICE, multicallCall { data: vec![] }.abi_encode());
    assert!(Vec::<Bytes>::abi_decode(&server.look_up(&empty).await).unwrap().is_empty());
}

#[tokio::test]
async fn a_multicall_has_at_most_64_entries() {
    let (server, _) = server_with_alice().await;
    let request = |count| {
        let keys = (0..count).map(|n| RecordKey::Text(n.to_string()));
        resolve(ALICE, multicallCall { data: calls(ALICE, keys) }.abi_encode())
    };
    let results = Vec::<Bytes>::abi_decode(&server.look_up(&request(64)).await).unwrap();
    assert_eq!(results.len(), 64);
    let refused = server.get(&path(&request(65))).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["message"].as_str().unwrap().contains("64 are allowed"), "{}", refused.body);
}

#[tokio::test]
async fn get_and_post_give_the_same_answer_whatever_the_case_of_hex() {
    let (server, _) = server_with_alice().await;
    let request = question(ALICE, RecordKey::Addr);
    let (resolver, data) = (to_hex(RESOLVER.as_slice()), to_hex(&request));
    let mixed = format!("0x{}", data[2..].to_uppercase());
    let body = json!({ "data": data, "sender": resolver }).to_string();
    let expected = server.get(&path(&request)).await.body;
    assert_eq!(server.get(&format!("/{resolver}/{data}")).await.body, expected);
    assert_eq!(server.get(&format!("/{}/{mixed}.json", RESOLVER.to_checksum(None))).await.body, expected);
    assert_eq!(server.post(&format!("/{resolver}"), body.clone()).await.body, expected);
    assert_eq!(server.post("/", body.clone()).await.body, expected);
    // As web3.py does it.
    assert_eq!(server.post(&path(&request), body).await.body, expected);
}

#[tokio::test]
async fn the_contract_in_the_path_beats_the_sender_in_the_body() {
    let (server, _) = server_with_alice().await;
    let request = question(ALICE, RecordKey::Addr);
    let universal_resolver = to_hex(Address::repeat_byte(0xee).as_slice());
    let body = json!({ "data": to_hex(&request), "sender": universal_resolver }).to_string();
    let answered = server.post(&format!("/{}", to_hex(RESOLVER.as_slice())), body).await;
    server.verified(&request, &answered.body);
}

#[tokio::test]
async fn questions_that_can_never_be_answered_are_4xx_and_say_why() {
    let (server, _) = server_with_alice().await;
    let node = Name::parse(ALICE).unwrap().node();
    let wrong_node = resolve(
        ALICE,
        RecordCall { node: Name::parse("eth").unwrap().node(), record: RecordKey::Addr }.encode(),
    );
    let long_key = RecordCall { node, record: RecordKey::Text("k".repeat(33_000)) };
    let mut trailing = wire::encode(&Name::parse(ALICE).unwrap());
    trailing.push(0);
    let trailing = resolveCall { name: trailing.into(), data: Bytes::new() }.abi_encode();
    let upper =
        resolveCall { name: b"\x05Alice\x04user\x03dm3\x03eth\0".into(), data: Bytes::new() }.abi_encode();
    let inner = multicallCall { data: vec![] }.abi_encode();
    let nested = resolve(ALICE, multicallCall { data: vec![inner.into()] }.abi_encode());
    for (request, status, says) in [
        (nested, 400, "cannot be nested"),
        (question("alice.eth", RecordKey::Addr), 404, "not in any zone"),
        (wrong_node, 400, "namehash"),
        (resolve(ALICE, vec![1, 2, 3, 4]), 400, "0x01020304 is not supported"),
        (resolve(ALICE, vec![]), 400, "function selector"),
        (vec![0xab, 0xcd, 0xef, 0x01], 400, "0x9061b923"),
        (vec![], 400, "0x9061b923"),
        (resolveCall::SELECTOR.to_vec(), 400, "malformed"),
        (trailing, 400, "follow the final zero byte"),
        (upper, 400, "alice.user.dm3.eth"),
        (resolve(ALICE, long_key.encode()), 413, "32768 are allowed"),
    ] {
        let body = json!({ "data": to_hex(&request), "sender": RESOLVER }).to_string();
        let refused = server.post("/", body).await;
        let message = refused.body["message"].as_str().unwrap();
        assert_eq!(refused.status.as_u16(), status, "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[tokio::test]
async fn with_contracts_configured_no_other_gets_an_answer() {
    let server = TestServer::start_with(|settings| settings.answers.resolvers = vec![RESOLVER]).await;
    let request = question(ALICE, RecordKey::Addr);
    assert_eq!(server.get(&path(&request)).await.status, 200);
    let other = format!("/{}/{}.json", to_hex(&[0xee; 20]), to_hex(&request));
    let refused = server.get(&other).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body["message"].as_str().unwrap().contains("signs answers for"), "{}", refused.body);
}

#[tokio::test]
async fn requests_that_are_no_lookups_are_4xx() {
    let server = TestServer::start().await;
    let data = to_hex(&question(ALICE, RecordKey::Addr));
    let resolver = to_hex(RESOLVER.as_slice());
    for path in [
        format!("/0x1234/{data}.json"),
        format!("/{resolver}/{}.json", &data[2..]),
        format!("/{resolver}/{data}0.json"),
        format!("/{resolver}/0xzz"),
        format!("/{resolver}/.json"),
    ] {
        let refused = server.get(&path).await;
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.body["message"].is_string(), "{}", refused.body);
    }
    for body in [
        "".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        json!({ "data": data }).to_string(),
        json!({ "data": data, "sender": "me" }).to_string(),
        json!({ "data": 5, "sender": resolver }).to_string(),
    ] {
        assert_eq!(server.post("/", body.clone()).await.status, 400, "{body}");
    }
    assert_eq!(server.get("/nothing/here").await.refusal(), (404, "no-such-route"));
    assert_eq!(server.post("/nothing", "").await.refusal(), (404, "no-such-route"));
}

#[tokio::test]
async fn answers_carry_an_etag_and_are_not_sent_twice() {
    let (server, wallet) = server_with_alice().await;
    let url = format!("{}{}", server.url, path(&question(ALICE, RecordKey::Text("url".into()))));
    let first = reply(server.http.get(&url)).await;
    assert_eq!(
        (first.header("cache-control"), first.header("content-type")),
        ("no-cache", "application/json")
    );
    let etag = first.header("etag").to_owned();
    for known in [etag.clone(), format!("\"x\", W/{etag}")] {
        let second = reply(server.http.get(&url).header("if-none-match", known)).await;
        assert_eq!((second.status.as_u16(), &second.body), (304, &json!("")));
    }
    let held = server.get(&format!("/v1/names/{ALICE}")).await.body;
    server.send(&wallet.next(&held, wallet.address(), nothing())).await;
    let third = reply(server.http.get(&url).header("if-none-match", &etag)).await;
    assert_eq!(third.status, 200);
    assert_ne!(third.header("etag"), etag);
}

#[tokio::test]
async fn a_max_age_never_outlives_the_answer() {
    let server = TestServer::start_with(|settings| settings.answers.http_max_age_seconds = 200).await;
    let path = path(&question(ALICE, RecordKey::Addr));
    let first = server.get(&path).await;
    assert_eq!(
        (first.header("cache-control"), first.header("vary")),
        ("public, max-age=200", "accept-encoding")
    );
    let known =
        server.http.get(format!("{}{path}", server.url)).header("if-none-match", first.header("etag"));
    let known = reply(known).await;
    assert_eq!((known.status.as_u16(), known.header("cache-control")), (304, "public, max-age=200"));
    server.move_clock(140);
    assert_eq!(server.get(&path).await.header("cache-control"), "public, max-age=160");
}

#[tokio::test]
async fn a_cached_answer_is_reused_for_half_its_life_and_then_signed_anew() {
    let (server, _) = server_with_alice().await;
    let request = question(ALICE, RecordKey::Addr);
    let expires = |body: &Value| {
        let response = hex::decode(&body["data"].as_str().unwrap()[2..]).unwrap();
        answer::verify(RESOLVER, &request, &response, NOW).unwrap().expires
    };
    let first = server.get(&path(&request)).await.body;
    assert_eq!(expires(&first), NOW + 300);
    server.move_clock(150);
    assert_eq!(server.get(&path(&request)).await.body, first);
    server.move_clock(1);
    assert_eq!(expires(&server.get(&path(&request)).await.body), NOW + 451);
}

#[tokio::test]
async fn any_page_may_ask_preflight_included() {
    let (server, _) = server_with_alice().await;
    let url = format!("{}/{}", server.url, to_hex(RESOLVER.as_slice()));
    let preflight = server
        .http
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let preflight = reply(preflight).await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-headers"), "*");
    assert!(preflight.header("access-control-allow-methods").contains("POST"));
    let refused = reply(server.http.post(&url).header("origin", "https://app.example").body("{}")).await;
    assert_eq!((refused.status.as_u16(), refused.header("access-control-allow-origin")), (400, "*"));
}

#[tokio::test]
async fn a_multicall_whose_entries_all_overlap_is_answered() {
    let (server, _) = server_with_alice().await;
    // 64 entries that all point to the same 20,000 bytes.
    let mut call = multicallCall::SELECTOR.to_vec();
    call.extend_from_slice(&U256::from(32).to_be_bytes::<32>());
    call.extend_from_slice(&U256::from(64).to_be_bytes::<32>());
    for _ in 0..64 {
        call.extend_from_slice(&U256::from(64 * 32).to_be_bytes::<32>());
    }
    call.extend_from_slice(&U256::from(20_000).to_be_bytes::<32>());
    call.resize(call.len() + 20_000, 0);
    let body = json!({ "data": to_hex(&resolve(ALICE, call)), "sender": RESOLVER }).to_string();
    assert_eq!(server.post("/", body).await.status, 200);
}

#[tokio::test]
async fn the_terms_of_a_registration_say_whether_a_name_can_be_claimed_now() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let available = async |name: &str| {
        let name = wire::encode(&Name::parse(name).unwrap());
        let duration = U256::from(31_536_000);
        let calldata = registerParamsCall { name: name.into(), duration }.abi_encode();
        assert_eq!(hex::encode(&calldata[..4]), "8de0a2ed");
        let terms = RegisterParams::abi_decode_validate(&server.look_up(&calldata).await).unwrap();
        assert!(terms.price.is_zero() && terms.commitTime.is_zero() && terms.extraData.is_empty());
        assert_eq!(terms.token.to_string(), "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE");
        terms.available
    };
    assert!(available("alice.user.dm3.eth").await);
    assert!(available(&wallet.address_name()).await);
    let claimed = server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    assert!(!available("alice.user.dm3.eth").await, "the answer from before the claim");
    let released = wallet.next(&claimed, Address::ZERO, nothing());
    assert_eq!(server.send(&released).await.status, 200);
    assert!(available("alice.user.dm3.eth").await, "released");
    let looks_like_an_address = format!("0x{}.user.dm3.eth", "ab".repeat(20));
    for name in [
        "admin.user.dm3.eth",
        "ab.user.dm3.eth",
        "user.dm3.eth",
        "a.alice.user.dm3.eth",
        "bob.addr.dm3.eth",
        &looks_like_an_address,
    ] {
        assert!(!available(name).await, "{name}");
    }
}
