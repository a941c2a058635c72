//! Writes that begin at a resolver contract (ERC-7884). `tests/clients/writes.test.mjs` asks the real contract; here is
//! every refusal.

use alloy::primitives::Address;
use alloy::sol_types::SolCall;
use dm3_gateway::ens::abi::{RegisterRequest, registerCall, setAddr_0Call, setContenthashCall};
use serde_json::{Value, json};

use crate::dm3_user::Dm3User;
use crate::harness::{NOW, RESOLVER, Reply, TestServer, Wallet, nothing, texts, to_hex};
use crate::messages::{HOUR, Message, node, register, request, set_addr, set_text, signed, transfer};

const ALICE: &str = "alice.user.dm3.eth";
const PATH: &str = "/v1/erc7884";

async fn post(server: &TestServer, body: &Value) -> Reply {
    server.post(PATH, body.to_string()).await
}

/// What a name holds after a message that has to count.
async fn counted(server: &TestServer, body: &Value) -> Value {
    let reply = post(server, body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let name = reply.body["name"].as_str().unwrap();
    assert_eq!(server.get(&format!("/v1/names/{name}")).await.body, reply.body);
    reply.body
}

/// Refused with this status and code, by an error that says `says`; and the name is as it was.
async fn refused(server: &TestServer, body: &Value, refusal: (u16, &str), says: &str) {
    let before = server.get(&format!("/v1/names/{ALICE}")).await.body;
    let reply = post(server, body).await;
    assert_eq!(reply.refusal(), refusal, "{}", reply.body);
    assert!(reply.body["detail"].as_str().unwrap().contains(says), "{}", reply.body);
    assert_eq!(server.get(&format!("/v1/names/{ALICE}")).await.body, before);
}

/// A server on which the wallet of key 1 holds Alice's name.
async fn with_alice() -> (TestServer, Wallet) {
    let (server, wallet) = (TestServer::start().await, Wallet::new(1));
    server.claim(&wallet, ALICE, texts(&[("url", "https://example.com"), ("email", "a@example.com")])).await;
    (server, wallet)
}

#[tokio::test]
async fn each_setter_changes_its_record_and_no_other() {
    let (server, wallet) = with_alice().await;
    let url = ("url", "https://example.com");
    let body = counted(&server, &signed(&wallet, set_text(ALICE, "email", "b@example.com"))).await;
    assert_eq!(body["records"]["texts"], texts(&[url, ("email", "b@example.com")])["texts"]);
    counted(&server, &signed(&wallet, set_text(ALICE, "notice", "hello"))).await;
    let body = counted(&server, &signed(&wallet, set_addr(ALICE, 0, &[0, 20]))).await;
    assert_eq!(body["records"]["addresses"], json!([{ "coinType": 0, "value": "0x0014" }]));
    let other = Address::repeat_byte(7);
    let call = setAddr_0Call { node: node(ALICE), account: other }.abi_encode();
    counted(&server, &signed(&wallet, call)).await;
    assert_eq!(server.addr(ALICE).await, other);
    let call = setContenthashCall { node: node(ALICE), hash: vec![0xe3, 1].into() }.abi_encode();
    let body = counted(&server, &signed(&wallet, call)).await;
    assert_eq!(body["records"]["contenthash"], "0xe301");
    assert_eq!(body["records"]["addresses"].as_array().unwrap().len(), 2);
    let expected = texts(&[url, ("email", "b@example.com"), ("notice", "hello")]);
    assert_eq!(body["records"]["texts"], expected["texts"]);
    assert_eq!((&body["version"], &body["owner"]), (&json!(6), &json!(to_hex(wallet.address().as_slice()))));
    assert_eq!(server.text(ALICE, "notice").await, "hello");
}

#[tokio::test]
async fn what_is_set_to_nothing_answers_nothing_even_where_it_would_be_inherited() {
    let (server, wallet) = with_alice().await;
    server.claim(&wallet, &wallet.address_name(), texts(&[("url", "inherited")])).await;
    counted(&server, &signed(&wallet, set_text(ALICE, "url", ""))).await;
    assert_eq!(server.text(ALICE, "url").await, "");
    let call = setAddr_0Call { node: node(ALICE), account: Address::ZERO }.abi_encode();
    counted(&server, &signed(&wallet, call)).await;
    assert_eq!(server.addr(ALICE).await, Address::ZERO);
}

#[tokio::test]
async fn a_name_is_registered_and_given_to_somebody_else() {
    let (server, wallet, other) = (TestServer::start().await, Wallet::new(1), Wallet::new(2));
    let body = counted(&server, &signed(&wallet, register(ALICE, wallet.address()))).await;
    assert_eq!((&body["version"], &body["records"]["texts"]), (&json!(1), &json!([])));
    counted(&server, &signed(&wallet, set_text(ALICE, "url", "x"))).await;
    let body = counted(&server, &signed(&wallet, transfer(ALICE, wallet.address(), other.address()))).await;
    assert_eq!(body["owner"], to_hex(other.address().as_slice()));
    assert_eq!(body["records"]["texts"], json!([]), "the new owner sets their own");
    refused(&server, &signed(&wallet, set_text(ALICE, "url", "y")), (403, "not-owner"), "held by").await;
    counted(&server, &signed(&other, set_text(ALICE, "url", "z"))).await;
    // The name counts against nobody's quota but that of who signed for it.
    counted(&server, &signed(&wallet, register("bob.user.dm3.eth", wallet.address()))).await;
}

#[tokio::test]
async fn an_address_name_is_its_accounts_before_anybody_claims_it() {
    let (server, wallet) = (TestServer::start().await, Wallet::new(1));
    let name = wallet.address_name();
    let body = counted(&server, &signed(&wallet, set_text(&name, "url", "x"))).await;
    assert_eq!((&body["name"], &body["version"]), (&json!(name), &json!(1)));
    let other = Wallet::new(2);
    let foreign = signed(&other, set_text(&name, "url", "y"));
    assert_eq!(post(&server, &foreign).await.refusal(), (403, "not-owner"));
    let unclaimed = signed(&wallet, set_text(&other.address_name(), "url", "y"));
    assert_eq!(post(&server, &unclaimed).await.refusal(), (404, "unknown-node"));
    let call = transfer(&name, wallet.address(), other.address());
    assert_eq!(post(&server, &signed(&wallet, call)).await.refusal(), (403, "belongs-to-address"));
    let call = register(&other.address_name(), wallet.address());
    assert_eq!(post(&server, &signed(&wallet, call)).await.refusal(), (403, "belongs-to-address"));
    counted(&server, &signed(&other, register(&other.address_name(), other.address()))).await;
}

#[tokio::test]
async fn both_forms_of_the_body_and_of_its_numbers_are_taken() {
    let (server, wallet) = with_alice().await;
    for (key, chain, expires) in [
        ("a", json!(1), json!(NOW + HOUR)),
        ("b", json!("1"), json!((NOW + HOUR).to_string())),
        ("c", json!("0x1"), json!(format!("{:#x}", NOW + HOUR))),
    ] {
        let mut flat = signed(&wallet, set_text(ALICE, key, "x"));
        flat["sender"]["chainId"] = chain;
        flat["data"]["expirationTimestamp"] = expires;
        let mut nested = json!({
            "data": flat["data"]["data"],
            "sender": flat["data"]["sender"],
            "signature": { "message": flat["data"], "domain": flat["sender"], "signature": flat["signature"] },
        });
        let version = counted(&server, &flat).await["version"].clone();
        assert_eq!(counted(&server, &nested).await["version"], version, "the same message once more");
        nested["sender"] = json!(Address::ZERO);
        refused(&server, &nested, (400, "malformed"), "not those of the message").await;
    }
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let (server, wallet) = with_alice().await;
    let good = signed(&wallet, set_text(ALICE, "url", "x"));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body
    };
    for (body, says) in [
        (json!(null), "the body is not a signed message"),
        (json!([]), "the body is not a signed message"),
        (json!({}), "missing field"),
        (with(&|body| body["data"]["more"] = json!(1)), "unknown field"),
        (with(&|body| body["sender"]["salt"] = json!("0x00")), "unknown field"),
        (with(&|body| body["data"]["expirationTimestamp"] = json!(-1)), "-1"),
        (with(&|body| body["data"]["sender"] = json!("alice")), "0x"),
        (with(&|body| body["signature"] = json!("0x0")), "not a signed message"),
        (with(&|body| body["signature"] = json!({})), "line 1 column"),
    ] {
        refused(&server, &body, (400, "malformed"), says).await;
    }
    assert_eq!(server.post(PATH, "{").await.refusal(), (400, "malformed"));
}

#[tokio::test]
async fn what_is_no_call_that_changes_a_name_is_refused() {
    let (server, wallet) = with_alice().await;
    let set = set_text(ALICE, "url", "x");
    let register_with = |change: &dyn Fn(&mut RegisterRequest)| {
        let mut request = request("bob.user.dm3.eth", wallet.address());
        change(&mut request);
        registerCall { request }.abi_encode()
    };
    let (own, other) = (wallet.address(), Address::repeat_byte(9));
    for (data, refusal, says) in [
        (vec![], (400, "malformed"), "setText"),
        (vec![0xac, 0x96, 0x50, 0xd8], (400, "malformed"), "0xac9650d8"),
        (set[..set.len() - 32].to_vec(), (400, "malformed"), "setText(bytes32,string,string)"),
        ([&set[..], &[0; 32]].concat(), (400, "malformed"), "as Solidity encodes"),
        (register_with(&|request| request.extraData = vec![1].into()), (400, "malformed"), "extraData"),
        (register_with(&|request| request.resolver = other), (400, "malformed"), "resolver is"),
        (register_with(&|request| request.owner = other), (403, "not-owner"), "have to be the same"),
        (register_with(&|request| request.name = vec![3, b'B'].into()), (400, "malformed"), "encoded name"),
        (
            register_with(&|request| request.name = b"\x03Bob\x04user\x03dm3\x03eth\0".to_vec().into()),
            (400, "invalid-name"),
            "bob.user.dm3.eth",
        ),
        (transfer(ALICE, other, own), (403, "not-owner"), "have to be the same"),
        (transfer(ALICE, own, Address::ZERO), (400, "malformed"), "newOwner"),
        (transfer(ALICE, own, own), (400, "malformed"), "newOwner"),
    ] {
        refused(&server, &signed(&wallet, data), refusal, says).await;
    }
}

#[tokio::test]
async fn a_message_is_for_a_contract_that_is_answered_for() {
    let server = TestServer::start_with(|settings| settings.answers.resolvers = vec![RESOLVER]).await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, ALICE, nothing()).await;
    for (field, value) in [
        ("name", json!("dm3-gateway ")),
        ("version", json!("2")),
        ("chainId", json!(5)),
        ("chainId", json!("0x10000000000000001")),
        ("verifyingContract", json!(Address::repeat_byte(0xd0))),
    ] {
        let mut body = signed(&wallet, set_text(ALICE, "url", "x"));
        body["sender"][field] = value;
        refused(&server, &body, (400, "other-domain"), &format!("the domain's {field} is")).await;
    }
    counted(&server, &signed(&wallet, set_text(ALICE, "url", "x"))).await;
}

#[tokio::test]
async fn only_the_sender_has_signed_and_exactly_this() {
    let (server, wallet) = with_alice().await;
    let message = Message::of(&wallet, set_text(ALICE, "url", "x"));
    let stranger = Wallet::new(2);
    refused(&server, &message.signed_by(&stranger), (401, "proof"), "").await;
    for (pointer, value) in [
        ("/data/data", json!(to_hex(&set_text(ALICE, "url", "y")))),
        ("/data/expirationTimestamp", json!(NOW + HOUR - 1)),
        ("/sender/verifyingContract", json!(Address::repeat_byte(0xd0))),
        ("/signature", json!("0x")),
        ("/signature", json!(format!("0x{}", "11".repeat(65)))),
        ("/signature", json!(format!("0x{}", "11".repeat(9000)))),
    ] {
        let mut body = message.signed_by(&wallet);
        *body.pointer_mut(pointer).unwrap() = value;
        refused(&server, &body, (401, "proof"), "").await;
    }
    // Another sender is another message, and another owner.
    let mut body = message.signed_by(&wallet);
    body["data"]["sender"] = json!(stranger.address());
    refused(&server, &body, (403, "not-owner"), "").await;
    // What the owner has signed as a state is no message.
    let state = wallet.claim(ALICE, nothing());
    let mut body = message.signed_by(&wallet);
    body["signature"] = state["proof"]["signature"].clone();
    refused(&server, &body, (401, "proof"), "").await;
}

#[tokio::test]
async fn names_that_nobody_holds_are_not_changed() {
    let (server, wallet) = with_alice().await;
    let bob = "bob.user.dm3.eth";
    refused(&server, &signed(&wallet, set_text(bob, "url", "x")), (404, "unknown-node"), "register it").await;
    let call = transfer(bob, wallet.address(), Address::repeat_byte(2));
    refused(&server, &signed(&wallet, call), (404, "unclaimed"), "nobody holds").await;
    let alice = server.get(&format!("/v1/names/{ALICE}")).await.body;
    server.send(&wallet.next(&alice, Address::ZERO, nothing())).await;
    let reply = post(&server, &signed(&wallet, set_text(ALICE, "url", "x"))).await;
    assert_eq!((reply.refusal(), &reply.body["nextVersion"]), ((404, "unclaimed"), &json!(3)));
    counted(&server, &signed(&wallet, register(ALICE, wallet.address()))).await;
}

#[tokio::test]
async fn registering_keeps_to_the_zones_policy() {
    let (server, wallet) = with_alice().await;
    let other = Wallet::new(2);
    for (name, refusal) in [
        (ALICE, (409, "conflict")),
        ("admin.user.dm3.eth", (403, "reserved")),
        ("ab.user.dm3.eth", (403, "too-short")),
        ("a.b.user.dm3.eth", (403, "not-one-label")),
        ("user.dm3.eth", (403, "not-one-label")),
        ("alice.addr.dm3.eth", (403, "not-an-address")),
        ("alice.other.eth", (404, "no-such-zone")),
    ] {
        refused(&server, &signed(&other, register(name, other.address())), refusal, "").await;
    }
    let second = register("bob.user.dm3.eth", wallet.address());
    refused(&server, &signed(&wallet, second), (403, "quota"), "").await;
}

#[tokio::test]
async fn records_keep_to_their_rules() {
    let (server, wallet) = with_alice().await;
    let (key, long) = (dm3_gateway::dm3::PROFILE_RECORD, "x".repeat(8193));
    for (data, says) in [
        (set_text(ALICE, "url", &long), "8192"),
        (set_text(ALICE, "", "x"), "1 to 255 bytes"),
        (set_text(ALICE, key, "nonsense"), key),
        (set_text(ALICE, key, &Wallet::new(2).profile("ds.eth")), key),
        (set_addr(ALICE, 60, &[1; 19]), "20"),
        (set_addr(ALICE, 1 << 53, &[1; 20]), "2^53"),
    ] {
        refused(&server, &signed(&wallet, data), (422, "invalid-record"), says).await;
    }
    counted(&server, &signed(&wallet, set_text(ALICE, key, &wallet.profile("ds.eth")))).await;
    // The profile is not signed by that account.
    let call = setAddr_0Call { node: node(ALICE), account: Address::repeat_byte(2) }.abi_encode();
    refused(&server, &signed(&wallet, call), (422, "invalid-record"), key).await;
    let name = wallet.address_name();
    let foreign = set_addr(&name, 60, Wallet::new(2).address().as_slice());
    assert_eq!(post(&server, &signed(&wallet, foreign)).await.refusal(), (422, "invalid-record"));
}

#[tokio::test]
async fn a_message_can_be_sent_for_an_hour() {
    let (server, wallet) = with_alice().await;
    let expiring = |key: &str, expires: u64| {
        Message::of(&wallet, set_text(ALICE, key, "x")).expiring(expires).signed_by(&wallet)
    };
    refused(&server, &expiring("a", NOW - 1), (410, "expired"), "ask the contract again").await;
    refused(&server, &expiring("a", NOW + HOUR + 61), (400, "valid-for-too-long"), "an hour").await;
    let mut body = expiring("a", NOW);
    body["data"]["expirationTimestamp"] = json!(format!("0x{}", "ff".repeat(32)));
    refused(&server, &body, (400, "valid-for-too-long"), "an hour").await;
    counted(&server, &expiring("a", NOW)).await;
    counted(&server, &expiring("b", NOW + HOUR + 60)).await;
}

#[tokio::test]
async fn a_message_counts_once() {
    let (server, wallet) = with_alice().await;
    let first = signed(&wallet, set_text(ALICE, "url", "first"));
    let version = counted(&server, &first).await["version"].clone();
    // Who did not hear the answer asks again.
    assert_eq!(counted(&server, &first).await["version"], version);
    counted(&server, &signed(&wallet, set_text(ALICE, "url", "second"))).await;
    refused(&server, &first, (409, "seen"), "has counted before").await;
}

#[tokio::test]
async fn a_message_that_was_held_back_does_not_undo_a_younger_one() {
    let (server, wallet) = with_alice().await;
    let asked_at = |then: u64, value: &str| {
        Message::of(&wallet, set_text(ALICE, "url", value)).expiring(then + HOUR).signed_by(&wallet)
    };
    let (held_back, late) = (asked_at(NOW, "held back"), asked_at(NOW + 40, "late"));
    server.move_clock(100);
    counted(&server, &asked_at(NOW + 100, "young")).await;
    refused(&server, &held_back, (409, "seen"), "a younger message").await;
    counted(&server, &late).await;
    // Whoever owns the name by now.
    let given = transfer(ALICE, wallet.address(), Wallet::new(2).address());
    counted(&server, &Message::of(&wallet, given).expiring(NOW + 100 + HOUR).signed_by(&wallet)).await;
    let back = transfer(ALICE, Wallet::new(2).address(), wallet.address());
    let back = Message::of(&Wallet::new(2), back).expiring(NOW + 100 + HOUR).signed_by(&Wallet::new(2));
    counted(&server, &back).await;
    refused(&server, &held_back, (409, "seen"), "a younger message").await;
}

#[tokio::test]
async fn two_messages_at_the_same_time_both_count() {
    let (server, wallet) = with_alice().await;
    let (one, two) = (signed(&wallet, set_text(ALICE, "a", "x")), signed(&wallet, set_text(ALICE, "b", "y")));
    let (one, two) = tokio::join!(post(&server, &one), post(&server, &two));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200), "{} {}", one.body, two.body);
    assert_eq!((server.text(ALICE, "a").await, server.text(ALICE, "b").await), ("x".into(), "y".into()));
}

#[tokio::test]
async fn a_name_changes_no_more_often_by_messages() {
    let server = TestServer::start_with(|settings| settings.limits.operations_per_day = 2).await;
    let wallet = Wallet::new(1);
    counted(&server, &signed(&wallet, register(ALICE, wallet.address()))).await;
    counted(&server, &signed(&wallet, set_text(ALICE, "url", "x"))).await;
    refused(&server, &signed(&wallet, set_text(ALICE, "url", "y")), (429, "too-often"), "tomorrow").await;
}

#[tokio::test]
async fn the_history_has_the_message_and_goes_on_from_there() {
    let (server, wallet) = with_alice().await;
    let body = signed(&wallet, set_text(ALICE, "url", "x"));
    let changed = counted(&server, &body).await;
    let history = server.get(&format!("/v1/names/{ALICE}/history")).await.body;
    let link = &history["items"][1];
    let proof = json!({
        "kind": "erc7884", "resolver": RESOLVER, "data": body["data"]["data"], "sender": wallet.address(),
        "expirationTimestamp": NOW + HOUR, "signature": body["signature"],
    });
    assert_eq!(link["proof"], proof);
    assert_eq!(link["state"]["previous"], history["items"][0]["stateHash"]);
    assert_eq!(link["state"]["validUntil"], NOW + HOUR);
    assert_eq!(link["state"]["records"], changed["records"]);
    assert_ne!(link["state"]["records"]["salt"], history["items"][0]["state"]["records"]["salt"]);
    // It is no proof that anybody can send, and an owner's next state follows it.
    let mut next = wallet.next(&changed, wallet.address(), nothing());
    let eip712 = next["proof"].take();
    next["proof"] = proof;
    assert_eq!(server.send(&next).await.refusal(), (401, "proof"));
    next["proof"] = eip712;
    assert_eq!(server.send(&next).await.status, 200);
}

#[tokio::test]
async fn a_message_ends_dm3s_older_forms() {
    let server = TestServer::start().await;
    let user = Dm3User::new(1);
    let wallet = Wallet::new(1);
    let publish = |service: &str| user.publication(service).to_string();
    assert_eq!(server.post("/profile/address", publish("ds.eth")).await.status, 200);
    let name = wallet.address_name();
    let body = counted(&server, &signed(&wallet, set_text(&name, "url", "x"))).await;
    assert_eq!(body["records"]["texts"].as_array().unwrap().len(), 2, "the profile stays");
    let reply = server.post("/profile/address", publish("other.eth")).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(reply.body["error"].as_str().unwrap().contains("PUT /v1/names"), "{}", reply.body);
    assert_eq!(server.get(&format!("/v1/names/{name}")).await.body, body);
}

#[tokio::test]
async fn an_acknowledged_message_is_what_is_answered_next() {
    let (server, wallet) = with_alice().await;
    for number in 0..20 {
        let value = number.to_string();
        counted(&server, &signed(&wallet, set_text(ALICE, "url", &value))).await;
        assert_eq!(server.text(ALICE, "url").await, value);
    }
}
