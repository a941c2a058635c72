//! `PUT /v1/names/{name}`: every status, each by what it refuses.

use alloy::primitives::Address;
use serde_json::{Value, json};

use crate::harness::{NOW, TestServer, Wallet, nothing, state, texts, zero_hash};

const ALICE: &str = "alice.user.dm3.eth";

/// A claim of alice by wallet 1, with one part of its state changed before it is signed.
fn claim_with(change: impl FnOnce(&mut Value)) -> Value {
    let wallet = Wallet::new(1);
    let mut state = state(ALICE, 1, &zero_hash(), wallet.address(), nothing());
    change(&mut state);
    wallet.sign(state)
}

async fn refusal_of(body: &Value) -> (u16, String) {
    let server = TestServer::start().await;
    let reply = server.put(ALICE, body).await;
    (reply.status.as_u16(), reply.code().to_owned())
}

#[tokio::test]
async fn a_first_claim_is_201_and_a_change_is_200() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let claimed = server.claim(&wallet, ALICE, texts(&[("url", "https://a.example")])).await;
    assert_eq!(
        claimed["owner"].as_str().unwrap().to_lowercase(),
        wallet.address().to_string().to_lowercase()
    );
    assert_eq!((&claimed["version"], &claimed["zone"]), (&json!(1), &json!("user.dm3.eth")));
    assert_eq!(claimed, server.get(&format!("/v1/names/{ALICE}")).await.body);
    let changed = server.send(&wallet.next(&claimed, wallet.address(), nothing())).await;
    assert_eq!((changed.status.as_u16(), &changed.body["version"]), (200, &json!(2)));
}

#[tokio::test]
async fn a_body_that_is_not_json_or_has_another_shape_is_400() {
    let server = TestServer::start().await;
    let put = |body: String| async {
        let request = server.http.put(format!("{}/v1/names/{ALICE}", server.url)).body(body);
        let reply = crate::harness::reply(request).await;
        (reply.status.as_u16(), reply.code().to_owned(), reply.body["detail"].to_string())
    };
    let claim = Wallet::new(1).claim(ALICE, nothing());
    let without = |key: &str| {
        let mut body = claim.clone();
        body["state"].as_object_mut().unwrap().remove(key);
        body.to_string()
    };
    let mut unknown = claim.clone();
    unknown["state"]["colour"] = json!("blue");
    let mut other_proof = claim.clone();
    other_proof["proof"] = json!({ "kind": "trust-me" });
    let mut odd_hex = claim.clone();
    odd_hex["state"]["previous"] = json!("0x123");
    let mut big_coin = claim.clone();
    big_coin["state"]["records"]["addresses"] = json!([{ "coinType": 1_u64 << 53, "value": "0x00" }]);
    for (body, says) in [
        ("{".to_owned(), "EOF"),
        ("[]".to_owned(), "operation"),
        (without("owner"), "missing field `owner`"),
        (without("validUntil"), "missing field `validUntil`"),
        (unknown.to_string(), "unknown field `colour`"),
        (other_proof.to_string(), "unknown variant `trust-me`"),
        (odd_hex.to_string(), "operation"),
        (big_coin.to_string(), "2^53"),
        ("[".repeat(100_000), "sequence"),
    ] {
        let (status, code, detail) = put(body).await;
        assert_eq!((status, code.as_str()), (400, "malformed"), "{detail}");
        assert!(detail.contains(says), "{detail}");
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_413() {
    let server = TestServer::start().await;
    let mut body = claim_with(|_| {});
    body["padding"] = json!("x".repeat(1 << 20));
    assert_eq!(server.put(ALICE, &body).await.status, 413);
}

#[tokio::test]
async fn a_body_for_another_name_is_400() {
    let body = Wallet::new(1).claim("bob.user.dm3.eth", nothing());
    assert_eq!(refusal_of(&body).await, (400, "other-name".into()));
}

#[tokio::test]
async fn a_body_for_another_chain_is_400() {
    let body = claim_with(|state| state["chainId"] = json!(11_155_111));
    assert_eq!(refusal_of(&body).await, (400, "other-chain".into()));
}

#[tokio::test]
async fn a_name_that_is_not_in_normal_form_is_400_and_told_its_normal_form() {
    let server = TestServer::start().await;
    let reply = server.put("Alice.user.dm3.eth", &claim_with(|_| {})).await;
    assert_eq!(reply.refusal(), (400, "invalid-name"));
    assert_eq!(reply.body["normalForm"], ALICE);
    let mut body = claim_with(|_| {});
    body["state"]["name"] = json!("aLICE.user.dm3.eth");
    assert_eq!(server.put(ALICE, &body).await.refusal(), (400, "invalid-name"));
    assert_eq!(server.put("al%20ice.user.dm3.eth", &body).await.refusal(), (400, "invalid-name"));
}

#[tokio::test]
async fn a_valid_until_more_than_a_day_ahead_is_400() {
    let body = claim_with(|state| state["validUntil"] = json!(NOW + 86_401));
    assert_eq!(refusal_of(&body).await, (400, "valid-for-too-long".into()));
    let server = TestServer::start().await;
    let last = claim_with(|state| state["validUntil"] = json!(NOW + 86_400));
    assert_eq!(server.put(ALICE, &last).await.status, 201);
}

#[tokio::test]
async fn somebody_elses_signature_is_401() {
    let mut body = claim_with(|_| {});
    body["proof"] = Wallet::new(2).sign(body["state"].clone())["proof"].clone();
    assert_eq!(refusal_of(&body).await, (401, "proof".into()));
}

#[tokio::test]
async fn a_signature_over_another_state_is_401() {
    let mut body = claim_with(|_| {});
    body["state"]["records"] = texts(&[("url", "https://evil.example")]);
    assert_eq!(refusal_of(&body).await, (401, "proof".into()));
}

#[tokio::test]
async fn a_high_s_signature_is_401() {
    let mut body = claim_with(|_| {});
    let mut bytes = hex::decode(&body["proof"]["signature"].as_str().unwrap()[2..]).unwrap();
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    let (order, s) = (
        alloy::primitives::U256::from_be_slice(&order),
        alloy::primitives::U256::from_be_slice(&bytes[32..64]),
    );
    bytes[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
    bytes[64] = 55 - bytes[64];
    body["proof"]["signature"] = json!(crate::harness::to_hex(&bytes));
    let server = TestServer::start().await;
    let reply = server.put(ALICE, &body).await;
    assert_eq!(reply.refusal(), (401, "proof"));
    assert!(reply.body["detail"].as_str().unwrap().contains("upper half"), "{}", reply.body);
}

#[tokio::test]
async fn a_signature_of_another_length_is_401() {
    let mut body = claim_with(|_| {});
    let compact = body["proof"]["signature"].as_str().unwrap()[..130].to_owned();
    body["proof"]["signature"] = json!(compact);
    assert_eq!(refusal_of(&body).await, (401, "proof".into()));
}

#[tokio::test]
async fn an_update_signed_by_anybody_but_the_owner_is_401() {
    let server = TestServer::start().await;
    let (owner, thief) = (Wallet::new(1), Wallet::new(2));
    let held = server.claim(&owner, ALICE, nothing()).await;
    for new_owner in [owner.address(), thief.address(), Address::ZERO] {
        let body = thief.next(&held, new_owner, nothing());
        assert_eq!(server.send(&body).await.refusal(), (401, "proof"), "new owner {new_owner}");
    }
}

#[tokio::test]
async fn a_reserved_label_is_403() {
    let body = Wallet::new(1).claim("admin.user.dm3.eth", nothing());
    assert_eq!(TestServer::start().await.send(&body).await.refusal(), (403, "reserved"));
}

#[tokio::test]
async fn a_label_like_an_address_is_403_in_an_open_zone() {
    let wallet = Wallet::new(1);
    let label = wallet.address_name().replace(".addr.", ".user.");
    let reply = TestServer::start().await.send(&wallet.claim(&label, nothing())).await;
    assert_eq!(reply.refusal(), (403, "like-an-address"));
}

#[tokio::test]
async fn a_label_that_is_too_short_is_403() {
    let body = Wallet::new(1).claim("al.user.dm3.eth", nothing());
    assert_eq!(TestServer::start().await.send(&body).await.refusal(), (403, "too-short"));
}

#[tokio::test]
async fn a_second_name_for_one_owner_is_403() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let first = server.claim(&wallet, ALICE, nothing()).await;
    let second = wallet.claim("alice2.user.dm3.eth", nothing());
    assert_eq!(server.send(&second).await.refusal(), (403, "quota"));
    assert_eq!(server.send(&wallet.next(&first, Address::ZERO, nothing())).await.status, 200);
    assert_eq!(server.send(&second).await.status, 201);
}

#[tokio::test]
async fn a_transferred_name_counts_only_after_its_new_owner_signed_a_state() {
    let server = TestServer::start().await;
    let (giver, taker) = (Wallet::new(1), Wallet::new(2));
    let gift = server.claim(&giver, ALICE, nothing()).await;
    let own = server.claim(&taker, "taker.user.dm3.eth", nothing()).await;
    let given = server.send(&giver.next(&gift, taker.address(), nothing())).await;
    assert_eq!(given.status, 200);
    server.claim(&giver, "giver.user.dm3.eth", nothing()).await;
    let accept = taker.next(&given.body, taker.address(), texts(&[("url", "mine")]));
    assert_eq!(server.send(&accept).await.refusal(), (403, "quota"));
    assert_eq!(server.send(&taker.next(&own, Address::ZERO, nothing())).await.status, 200);
    assert_eq!(server.send(&accept).await.status, 200);
    assert_eq!(server.send(&taker.claim("third.user.dm3.eth", nothing())).await.refusal(), (403, "quota"));
}

#[tokio::test]
async fn a_zone_can_let_an_account_hold_any_number_of_names() {
    let server = TestServer::start_with(|settings| settings.zones[1].names_per_owner = Some(0)).await;
    let wallet = Wallet::new(1);
    for n in 0..5 {
        server.claim(&wallet, &format!("name{n}.user.dm3.eth"), nothing()).await;
    }
}

#[tokio::test]
async fn a_name_that_changes_too_often_is_429() {
    let server = TestServer::start_with(|settings| settings.limits.operations_per_day = 3).await;
    let wallet = Wallet::new(1);
    let mut held = server.claim(&wallet, ALICE, nothing()).await;
    for _ in 0..2 {
        held = server.send(&wallet.next(&held, wallet.address(), nothing())).await.body;
    }
    let next = wallet.next(&held, wallet.address(), nothing());
    assert_eq!(server.send(&next).await.refusal(), (429, "too-often"));
    server.move_clock(86_400);
    let mut state = next["state"].clone();
    state["validUntil"] = json!(NOW + 87_000);
    assert_eq!(server.send(&wallet.sign(state)).await.status, 200);
}

#[tokio::test]
async fn bytes_without_0x_are_400() {
    let server = TestServer::start().await;
    for (part, key) in [("state", "owner"), ("state", "previous"), ("proof", "signature")] {
        let mut body = claim_with(|_| {});
        body[part][key] = json!(body[part][key].as_str().unwrap()[2..]);
        assert_eq!(server.put(ALICE, &body).await.refusal(), (400, "malformed"), "{key}");
    }
}

#[tokio::test]
async fn an_address_name_of_somebody_else_is_403() {
    let server = TestServer::start().await;
    let (owner, thief) = (Wallet::new(1), Wallet::new(2));
    let theft = thief.claim(&owner.address_name(), nothing());
    assert_eq!(server.send(&theft).await.refusal(), (403, "belongs-to-address"));
    let held = server.claim(&owner, &owner.address_name(), nothing()).await;
    let transfer = owner.next(&held, thief.address(), nothing());
    assert_eq!(server.send(&transfer).await.refusal(), (403, "belongs-to-address"));
}

#[tokio::test]
async fn names_that_are_not_one_label_under_a_zone_are_403() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    for name in ["user.dm3.eth", "a.alice.user.dm3.eth"] {
        assert_eq!(
            server.send(&wallet.claim(name, nothing())).await.refusal(),
            (403, "not-one-label"),
            "{name}"
        );
    }
    let reply = server.send(&wallet.claim("alice.addr.dm3.eth", nothing())).await;
    assert_eq!(reply.refusal(), (403, "not-an-address"));
}

#[tokio::test]
async fn a_name_outside_of_our_zones_is_404() {
    let body = Wallet::new(1).claim("alice.eth", nothing());
    assert_eq!(TestServer::start().await.send(&body).await.refusal(), (404, "no-such-zone"));
}

#[tokio::test]
async fn a_claim_of_a_taken_name_is_409_and_tells_who_has_it() {
    let server = TestServer::start().await;
    let held = server.claim(&Wallet::new(1), ALICE, nothing()).await;
    let reply = server.send(&Wallet::new(2).claim(ALICE, nothing())).await;
    assert_eq!(reply.refusal(), (409, "conflict"));
    assert_eq!(reply.body["owner"], held["owner"]);
    assert_eq!((&reply.body["nextVersion"], &reply.body["previous"]), (&json!(2), &held["stateHash"]));
}

#[tokio::test]
async fn a_stale_version_another_predecessor_and_a_replayed_body_are_409() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let claim = wallet.claim(ALICE, nothing());
    let first = server.send(&claim).await.body;
    let update = wallet.next(&first, wallet.address(), texts(&[("url", "two")]));
    assert_eq!(server.send(&update).await.status, 200);
    let second = server.get(&format!("/v1/names/{ALICE}")).await.body;
    let stale = wallet.next(&first, wallet.address(), texts(&[("url", "other two")]));
    let previous = first["stateHash"].as_str().unwrap();
    let other_predecessor = wallet.sign(state(ALICE, 3, previous, wallet.address(), nothing()));
    let previous = second["stateHash"].as_str().unwrap();
    let skipped = wallet.sign(state(ALICE, 4, previous, wallet.address(), nothing()));
    for body in [&claim, &update, &stale, &other_predecessor, &skipped] {
        assert_eq!(server.send(body).await.refusal(), (409, "conflict"), "{body}");
    }
    assert_eq!(server.get(&format!("/v1/names/{ALICE}")).await.body, second);
}

#[tokio::test]
async fn a_release_of_what_nobody_holds_is_409() {
    let reply = TestServer::start()
        .await
        .put(ALICE, &claim_with(|state| state["owner"] = json!(Address::ZERO)))
        .await;
    assert_eq!(reply.refusal(), (409, "nothing-to-release"));
    assert_eq!((&reply.body["nextVersion"], &reply.body["previous"]), (&json!(1), &json!(zero_hash())));
}

#[tokio::test]
async fn an_expired_valid_until_is_410() {
    let body = claim_with(|state| state["validUntil"] = json!(NOW - 1));
    assert_eq!(refusal_of(&body).await, (410, "expired".into()));
}

#[tokio::test]
async fn a_transfer_and_a_release_with_records_are_422() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let held = server.claim(&wallet, ALICE, nothing()).await;
    for owner in [Wallet::new(2).address(), Address::ZERO] {
        let body = wallet.next(&held, owner, texts(&[("url", "x")]));
        assert_eq!(server.send(&body).await.refusal(), (422, "invalid-record"));
    }
}

#[tokio::test]
async fn records_out_of_bounds_are_422() {
    let server = TestServer::start().await;
    let with = |key: &str, value: Value| {
        let mut records = nothing();
        records[key] = value;
        Wallet::new(1).claim(ALICE, records)
    };
    let text = |key: &str, value: &str| json!({ "key": key, "value": value });
    let many: Vec<_> = (0..101).map(|n| text(&format!("k{n}"), "v")).collect();
    for (body, says) in [
        (with("texts", json!([text("a", "1"), text("a", "2")])), "two records for 'a'"),
        (with("texts", json!(many)), "100 are allowed"),
        (with("texts", json!([text("a", &"x".repeat(8193))])), "8192 are allowed"),
        (with("texts", json!([text("", "x")])), "1 to 255 bytes"),
        (with("texts", json!([text("a\u{0}", "x")])), "control characters"),
        (with("addresses", json!([{"coinType": 60, "value": "0x1234"}])), "have 20, or none"),
        (
            with("addresses", json!([{"coinType": 0, "value": format!("0x{}", "00".repeat(129))}])),
            "128 are allowed",
        ),
        (with("data", json!([{"key": "ens:pubkey", "value": "0x00"}])), "64 bytes"),
        (with("contenthash", json!(format!("0x{}", "00".repeat(8193)))), "8192 are allowed"),
    ] {
        let reply = server.send(&body).await;
        assert_eq!(reply.refusal(), (422, "invalid-record"), "{says}");
        assert!(reply.body["detail"].as_str().unwrap().contains(says), "{}", reply.body);
    }
    assert_eq!(server.get(&format!("/v1/names/{ALICE}")).await.status, 404);
}

#[tokio::test]
async fn an_address_name_answers_no_other_evm_account_than_its_label() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    for coin in [60_u64, 0x8000_0000, 0x8000_000a] {
        let mut records = nothing();
        records["addresses"] = json!([{ "coinType": coin, "value": Wallet::new(2).address() }]);
        let reply = server.send(&wallet.claim(&wallet.address_name(), records)).await;
        assert_eq!(reply.refusal(), (422, "invalid-record"), "coin {coin}");
    }
}
