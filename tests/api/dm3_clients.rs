//! `/profile` and `/auth`: the forms in which dm3's own clients sign, and what becomes of each.

use alloy::primitives::Address;
use dm3_gateway::clock::Clock;
use dm3_gateway::config::{AccountStoreSettings, ZoneSettings};
use dm3_gateway::dm3::PROFILE_RECORD;
use dm3_gateway::http::Server;
use serde_json::{Value, json};

use crate::dm3_user::Dm3User;
use crate::harness::{NOW, Reply, TestServer, Wallet, nothing, texts};

const ALICE: &str = "alice.user.dm3.eth";

async fn post(server: &TestServer, path: &str, body: &Value) -> Reply {
    server.post(path, body.to_string()).await
}

async fn publish(server: &TestServer, user: &Dm3User, service: &str) -> Reply {
    post(server, "/profile/address", &user.publication(service)).await
}

/// A server at which the user has published a profile and claimed [`ALICE`].
async fn with_alice(user: &Dm3User) -> TestServer {
    let server = TestServer::start().await;
    assert_eq!(publish(&server, user, "ds.eth").await.status, 200);
    assert_eq!(post(&server, "/profile/name", &user.claim(ALICE)).await.status, 200);
    server
}

async fn version(server: &TestServer, name: &str) -> u64 {
    let body = server.get(&format!("/v1/names/{name}")).await.body;
    body["version"].as_u64().unwrap_or_else(|| body["nextVersion"].as_u64().unwrap() - 1)
}

async fn held(server: &TestServer, name: &str) -> Value {
    server.get(&format!("/v1/names/{name}")).await.body
}

/// The request is refused, says why, and changes nothing.
async fn refused(server: &TestServer, path: &str, body: &Value, name: &str, why: &str) {
    let before = version(server, name).await;
    let reply = post(server, path, body).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    let error = reply.body["error"].as_str().unwrap();
    assert!(error.contains(why), "'{error}' does not tell of '{why}'");
    assert_eq!(version(server, name).await, before);
}

#[tokio::test]
async fn a_profile_is_published_under_the_address_name_and_answered() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    let reply = publish(&server, &user, "ds.eth").await;
    assert_eq!((reply.status.as_u16(), &reply.body), (200, &json!("OK")));
    let published = format!("data:application/json,{}", user.profile("ds.eth").to_json());
    assert_eq!(server.text(&user.address_name(), PROFILE_RECORD).await, published);
    for address in [user.address(), user.address().to_lowercase()] {
        let shown = server.get(&format!("/profile/{address}")).await;
        assert_eq!(shown.body, user.publication("ds.eth")["signedUserProfile"]);
    }
}

#[tokio::test]
async fn the_current_profile_is_acknowledged_and_an_earlier_one_does_not_come_back() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    for service in ["one.eth", "one.eth", "two.eth", "two.eth"] {
        assert_eq!(publish(&server, &user, service).await.status, 200, "{service}");
    }
    assert_eq!(version(&server, &user.address_name()).await, 2);
    let earlier = user.publication("one.eth");
    refused(&server, "/profile/address", &earlier, &user.address_name(), "counted for").await;
    assert_eq!(publish(&server, &user, "three.eth").await.status, 200);
}

/// The library always makes the same bytes of the same profile, so its user has to go another way.
#[tokio::test]
async fn a_profile_that_was_replaced_comes_back_with_a_versioned_state_only() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    for service in ["mine.eth", "old.eth"] {
        publish(&server, &user, service).await;
    }
    let back = user.publication("mine.eth");
    refused(&server, "/profile/address", &back, &user.address_name(), "PUT /v1/names").await;
    let before = held(&server, &user.address_name()).await;
    let records = texts(&[(PROFILE_RECORD, &user.wallet.profile("mine.eth"))]);
    assert_eq!(server.send(&user.wallet.next(&before, user.wallet.address(), records)).await.status, 200);
}

#[tokio::test]
async fn a_profile_counts_for_its_own_account_only() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    let mut stolen = user.publication("ds.eth");
    stolen["address"] = json!(Dm3User::new(2).address());
    refused(&server, "/profile/address", &stolen, &Dm3User::new(2).address_name(), "has to sign it").await;
    let mut changed = user.publication("ds.eth");
    changed["signedUserProfile"]["profile"]["deliveryServices"] = json!(["other.eth"]);
    refused(&server, "/profile/address", &changed, &user.address_name(), "has to sign it").await;
}

#[tokio::test]
async fn what_is_no_publication_is_told() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    let change = |change: &dyn Fn(&mut Value)| {
        let mut body = user.publication("ds.eth");
        change(&mut body);
        body
    };
    for (body, why) in [
        (json!({}), "missing field"),
        (change(&|body| body["address"] = json!("0x12")), "invalid address"),
        (change(&|body| body["address"] = json!(user.address().replace('d', "D"))), "invalid address"),
        (change(&|body| body["signedUserProfile"] = json!({})), "missing field"),
        (change(&|body| body["signedUserProfile"]["signature"] = json!("0x12")), "65 bytes"),
        (change(&|body| body["signedUserProfile"]["profile"]["publicSigningKey"] = json!("AA")), "32 bytes"),
        (change(&|body| body["signedUserProfile"]["profile"]["more"] = json!(1)), "unknown field"),
        (change(&|body| body["subdomain"] = json!("addr.other.eth")), "not an address zone"),
        (change(&|body| body["subdomain"] = json!("user.dm3.eth")), "not an address zone"),
    ] {
        refused(&server, "/profile/address", &body, &user.address_name(), why).await;
    }
}

#[tokio::test]
async fn once_a_versioned_state_is_signed_no_profile_is_published_without_one() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    publish(&server, &user, "one.eth").await;
    let before = held(&server, &user.address_name()).await;
    let records = texts(&[(PROFILE_RECORD, &user.wallet.profile("two.eth")), ("url", "x")]);
    assert_eq!(server.send(&user.wallet.next(&before, user.wallet.address(), records)).await.status, 200);
    for service in ["one.eth", "three.eth"] {
        let body = user.publication(service);
        refused(&server, "/profile/address", &body, &user.address_name(), "EIP-712").await;
    }
    // It is so already, so nothing has to change.
    assert_eq!(publish(&server, &user, "two.eth").await.status, 200);
    assert_eq!(version(&server, &user.address_name()).await, 2);
}

#[tokio::test]
async fn a_released_address_name_takes_no_unversioned_profile_any_more() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    publish(&server, &user, "one.eth").await;
    let before = held(&server, &user.address_name()).await;
    server.send(&user.wallet.next(&before, Address::ZERO, nothing())).await;
    for service in ["one.eth", "two.eth"] {
        let body = user.publication(service);
        refused(&server, "/profile/address", &body, &user.address_name(), "EIP-712").await;
    }
}

#[tokio::test]
async fn a_name_is_claimed_answers_the_profile_and_is_given_up() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    assert_eq!(server.addr(ALICE).await, user.wallet.address());
    let published = format!("data:application/json,{}", user.profile("ds.eth").to_json());
    assert_eq!(server.text(ALICE, PROFILE_RECORD).await, published);
    let name = server.get(&format!("/profile/name/{}", user.address())).await;
    assert_eq!(name.body, json!({ "name": ALICE }));
    assert_eq!(post(&server, "/profile/deleteName", &user.removal(ALICE)).await.status, 200);
    assert_eq!(server.addr(ALICE).await, Address::ZERO);
    assert_eq!(server.get(&format!("/profile/name/{}", user.address())).await.status, 404);
}

#[tokio::test]
async fn claims_and_removals_count_once_and_are_acknowledged_while_they_are_current() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    let (claim, removal) = (user.claim(ALICE), user.removal(ALICE));
    assert_eq!(post(&server, "/profile/name", &claim).await.status, 200);
    assert_eq!(version(&server, ALICE).await, 1);
    for _ in 0..2 {
        assert_eq!(post(&server, "/profile/deleteName", &removal).await.status, 200);
    }
    assert_eq!(version(&server, ALICE).await, 2);
    refused(&server, "/profile/name", &claim, ALICE, "counted for").await;
    // Claimed with the new API, the old removal does not remove it.
    let problem = held(&server, ALICE).await;
    let before = json!({ "name": ALICE, "version": 2, "stateHash": problem["previous"] });
    let reclaimed = server.send(&user.wallet.next(&before, user.wallet.address(), nothing())).await;
    assert_eq!(reclaimed.status, 201, "{}", reclaimed.body);
    refused(&server, "/profile/deleteName", &removal, ALICE, "EIP-712").await;
}

#[tokio::test]
async fn somebody_else_can_claim_a_removed_name_and_old_messages_do_not_touch_it() {
    let (alice, bob) = (Dm3User::new(1), Dm3User::new(2));
    let server = with_alice(&alice).await;
    post(&server, "/profile/deleteName", &alice.removal(ALICE)).await;
    publish(&server, &bob, "ds.eth").await;
    assert_eq!(post(&server, "/profile/name", &bob.claim(ALICE)).await.status, 200);
    refused(&server, "/profile/deleteName", &alice.removal(ALICE), ALICE, "not by the profile's signing key")
        .await;
    refused(&server, "/profile/name", &alice.claim(ALICE), ALICE, "is taken").await;
    post(&server, "/profile/deleteName", &bob.removal(ALICE)).await;
    refused(&server, "/profile/name", &alice.claim(ALICE), ALICE, "counted for").await;
    refused(&server, "/profile/deleteName", &alice.removal(ALICE), ALICE, "nobody holds").await;
}

#[tokio::test]
async fn a_message_for_one_name_does_nothing_to_another() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    let other = "another.user.dm3.eth";
    let mut claim = user.claim(ALICE);
    claim["dm3Name"] = json!(other);
    refused(&server, "/profile/name", &claim, other, "not by the profile's signing key").await;
    let mut removal = user.removal(other);
    removal["dm3Name"] = json!(ALICE);
    refused(&server, "/profile/deleteName", &removal, ALICE, "not by the profile's signing key").await;
    let mut claim_as_removal = user.removal(ALICE);
    claim_as_removal["signature"] = user.claim(ALICE)["signature"].clone();
    refused(&server, "/profile/deleteName", &claim_as_removal, ALICE, "not by the profile's").await;
}

#[tokio::test]
async fn after_a_transfer_neither_the_old_nor_the_new_owner_is_bound_by_unversioned_messages() {
    let (alice, bob) = (Dm3User::new(1), Dm3User::new(2));
    let server = with_alice(&alice).await;
    publish(&server, &bob, "ds.eth").await;
    let before = held(&server, ALICE).await;
    assert_eq!(server.send(&alice.wallet.next(&before, bob.wallet.address(), nothing())).await.status, 200);
    refused(&server, "/profile/name", &alice.claim(ALICE), ALICE, "is taken").await;
    refused(&server, "/profile/deleteName", &alice.removal(ALICE), ALICE, "not by the profile's").await;
    refused(&server, "/profile/deleteName", &bob.removal(ALICE), ALICE, "EIP-712").await;
}

#[tokio::test]
async fn after_a_versioned_state_or_release_unversioned_messages_do_not_count() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    let before = held(&server, ALICE).await;
    let changed =
        server.send(&user.wallet.next(&before, user.wallet.address(), texts(&[("url", "x")]))).await;
    refused(&server, "/profile/deleteName", &user.removal(ALICE), ALICE, "EIP-712").await;
    server.send(&user.wallet.next(&changed.body, Address::ZERO, nothing())).await;
    refused(&server, "/profile/deleteName", &user.removal(ALICE), ALICE, "nobody holds").await;
    for user in [&user, &Dm3User::new(2)] {
        publish(&server, user, "ds.eth").await;
        refused(&server, "/profile/name", &user.claim(ALICE), ALICE, "EIP-712").await;
    }
}

#[tokio::test]
async fn who_has_no_profile_or_a_forbidden_name_is_told() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    refused(&server, "/profile/name", &user.claim(ALICE), ALICE, "publish one first").await;
    publish(&server, &user, "ds.eth").await;
    let label = format!("{}.user.dm3.eth", user.address().to_lowercase());
    for (name, why) in [
        ("admin.user.dm3.eth", "reserved"),
        ("al.user.dm3.eth", "characters"),
        (label.as_str(), "not a name that can be claimed"),
        ("a.b.user.dm3.eth", "not a name that can be claimed"),
        ("alice.other.eth", "not in any zone"),
        ("Alice.user.dm3.eth", "alice.user.dm3.eth"),
    ] {
        let reply = post(&server, "/profile/name", &user.claim(name)).await;
        assert_eq!(reply.status, 400, "{name}");
        assert!(reply.body["error"].as_str().unwrap().contains(why), "{name}: {}", reply.body);
    }
    let mut no_address_name = user.claim(ALICE);
    no_address_name["addressName"] = json!("bob.user.dm3.eth");
    refused(&server, "/profile/name", &no_address_name, ALICE, "not an address name").await;
    assert_eq!(post(&server, "/profile/name", &user.claim(ALICE)).await.status, 200);
    let second = user.claim("second.user.dm3.eth");
    refused(&server, "/profile/name", &second, "second.user.dm3.eth", "as many names").await;
    refused(&server, "/profile/deleteName", &user.removal(&user.address_name()), ALICE, "can be claimed")
        .await;
}

#[tokio::test]
async fn a_name_that_inherits_nothing_holds_the_profile_itself() {
    let server = TestServer::start_with(|settings| {
        let zone: &mut ZoneSettings = settings.zones.last_mut().unwrap();
        zone.inherit_from = None;
    })
    .await;
    let user = Dm3User::new(1);
    publish(&server, &user, "ds.eth").await;
    assert_eq!(post(&server, "/profile/name", &user.claim(ALICE)).await.status, 200);
    let published = format!("data:application/json,{}", user.profile("ds.eth").to_json());
    assert_eq!(server.text(ALICE, PROFILE_RECORD).await, published);
    // A key that was replaced does not take the name away, although the name still holds it.
    let rotated = Dm3User::with_another_key(1);
    publish(&server, &rotated, "ds.eth").await;
    refused(&server, "/profile/deleteName", &user.removal(ALICE), ALICE, "not by the profile's").await;
    assert_eq!(post(&server, "/profile/deleteName", &rotated.removal(ALICE)).await.status, 200);
}

#[tokio::test]
async fn with_a_new_key_the_same_account_claims_a_removed_name_again() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    post(&server, "/profile/deleteName", &user.removal(ALICE)).await;
    let rotated = Dm3User::with_another_key(1);
    publish(&server, &rotated, "ds.eth").await;
    assert_eq!(post(&server, "/profile/name", &rotated.claim(ALICE)).await.status, 200);
}

#[tokio::test]
async fn a_profile_that_no_record_holds_is_the_clients_mistake() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    let mut body = user.publication("ds.eth");
    body["signedUserProfile"]["profile"]["deliveryServices"] = json!(vec!["some.delivery.service.eth"; 400]);
    refused(&server, "/profile/address", &body, &user.address_name(), "8192").await;
}

#[tokio::test]
async fn a_history_shows_each_kind_of_proof() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    post(&server, "/profile/deleteName", &user.removal(ALICE)).await;
    let proofs = |history: &Value| -> Vec<Value> {
        history["items"].as_array().unwrap().iter().map(|item| item["proof"].clone()).collect()
    };
    let profile = user.profile("ds.eth");
    let history = server.get(&format!("/v1/names/{}/history", user.address_name())).await.body;
    let signature = profile.signature().to_string();
    assert_eq!(proofs(&history), [json!({ "kind": "dm3-profile", "signature": signature })]);
    let history = server.get(&format!("/v1/names/{ALICE}/history")).await.body;
    let proof = |kind: &str, body: Value| {
        json!({
            "kind": kind, "signature": body["signature"], "account": user.address().to_lowercase(),
            "signedProfile": profile.to_json(),
        })
    };
    let expected = [proof("dm3-alias", user.claim(ALICE)), proof("dm3-remove", user.removal(ALICE))];
    assert_eq!(proofs(&history), expected);
    assert_eq!(history["items"][1]["state"]["previous"], history["items"][0]["stateHash"]);
}

#[tokio::test]
async fn operations_are_not_sent_with_the_kinds_that_the_gateway_makes() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    let history = server.get(&format!("/v1/names/{ALICE}/history")).await.body;
    let mut claim = Wallet::new(2).claim("bob.user.dm3.eth", nothing());
    claim["proof"] = history["items"][0]["proof"].clone();
    assert_eq!(server.send(&claim).await.refusal(), (401, "proof"));
    let mut claim = Wallet::new(2).claim("bob.user.dm3.eth", nothing());
    let hash = format!("0x{}", "00".repeat(32));
    claim["proof"]["acceptedAt"] = json!({ "chainId": 1, "blockNumber": 1, "blockHash": hash });
    assert_eq!(server.send(&claim).await.refusal(), (401, "proof"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_message_many_times_at_once_counts_once() {
    let (server, user) = (TestServer::start().await, Dm3User::new(1));
    let publication = user.publication("ds.eth");
    let sent = (0..20).map(|_| post(&server, "/profile/address", &publication));
    for reply in futures_util::future::join_all(sent).await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let claim = user.claim(ALICE);
    let sent = (0..20).map(|_| post(&server, "/profile/name", &claim));
    for reply in futures_util::future::join_all(sent).await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let removal = user.removal(ALICE);
    let sent = (0..20).map(|_| post(&server, "/profile/deleteName", &removal));
    for reply in futures_util::future::join_all(sent).await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!((version(&server, &user.address_name()).await, version(&server, ALICE).await), (1, 2));
}

#[tokio::test]
async fn what_counted_once_still_does_after_a_restart() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    publish(&server, &user, "two.eth").await;
    post(&server, "/profile/deleteName", &user.removal(ALICE)).await;
    let server = TestServer::start_in(server.stop().await, |_| {}).await;
    refused(&server, "/profile/address", &user.publication("ds.eth"), &user.address_name(), "counted").await;
    refused(&server, "/profile/name", &user.claim(ALICE), ALICE, "counted for").await;
    assert_eq!(post(&server, "/profile/deleteName", &user.removal(ALICE)).await.status, 200);
}

async fn challenge(server: &TestServer, name: &str) -> String {
    server.get(&format!("/auth/{name}")).await.body.as_str().unwrap().to_owned()
}

async fn answer(server: &TestServer, name: &str, challenge: &str, signature: &str) -> Reply {
    let body = json!({ "challenge": challenge, "signature": signature });
    post(server, &format!("/auth/{name}"), &body).await
}

#[tokio::test]
async fn who_signs_the_challenge_gets_a_token_that_is_good_for_an_hour() {
    let user = Dm3User::new(1);
    let server = with_alice(&user).await;
    let challenge = challenge(&server, ALICE).await;
    let token = answer(&server, ALICE, &challenge, &user.sign(&challenge)).await;
    assert_eq!(token.status, 200);
    let check = async || {
        let request = server.http.get(format!("{}/v1/session", server.url));
        crate::harness::reply(request.bearer_auth(token.body.as_str().unwrap())).await
    };
    let checked = check().await;
    assert_eq!((&checked.body["account"], &checked.body["audience"]), (&json!(ALICE), &json!(server.url)));
    server.move_clock(3599);
    assert_eq!(check().await.status, 200);
    server.move_clock(1);
    let late = check().await;
    assert_eq!((late.refusal(), late.header("www-authenticate")), ((401, "session"), "Bearer"));
}

#[tokio::test]
async fn a_challenge_is_answered_by_its_own_account_in_time_or_not_at_all() {
    let (user, other) = (Dm3User::new(1), Dm3User::new(2));
    let server = with_alice(&user).await;
    publish(&server, &other, "ds.eth").await;
    let challenge = challenge(&server, ALICE).await;
    let good = user.sign(&challenge);
    for (name, signature) in [
        (ALICE.to_owned(), other.sign(&challenge)),
        (ALICE.to_owned(), user.sign("something else")),
        (ALICE.to_owned(), "AA==".into()),
        (other.address_name(), other.sign(&challenge)),
        (user.address_name(), good.clone()),
        ("nobody.user.dm3.eth".to_owned(), good.clone()),
    ] {
        let refused = answer(&server, &name, &challenge, &signature).await;
        assert_eq!(refused.status, 400, "{name}: {}", refused.body);
    }
    server.move_clock(15 * 60);
    assert_eq!(answer(&server, ALICE, &challenge, &good).await.status, 400);
    // Whose profile is elsewhere can only be told by a chain.
    let elsewhere = self::challenge(&server, "someone.other.eth").await;
    assert_eq!(answer(&server, "someone.other.eth", &elsewhere, &user.sign(&elsewhere)).await.status, 503);
}

#[tokio::test]
async fn the_key_that_counts_is_the_one_of_now() {
    let (user, rotated) = (Dm3User::new(1), Dm3User::with_another_key(1));
    let server = with_alice(&user).await;
    let challenge = challenge(&server, ALICE).await;
    publish(&server, &rotated, "ds.eth").await;
    assert_eq!(answer(&server, ALICE, &challenge, &user.sign(&challenge)).await.status, 400);
    assert_eq!(answer(&server, ALICE, &challenge, &rotated.sign(&challenge)).await.status, 200);
}

#[tokio::test]
async fn a_token_does_not_outlive_the_ownership_of_its_name() {
    let (alice, bob) = (Dm3User::new(1), Dm3User::new(2));
    let server = with_alice(&alice).await;
    publish(&server, &bob, "ds.eth").await;
    let challenge = challenge(&server, ALICE).await;
    let token = answer(&server, ALICE, &challenge, &alice.sign(&challenge)).await.body;
    let check = async |query: &str| {
        let request = server.http.get(format!("{}/v1/session{query}", server.url));
        crate::harness::reply(request.bearer_auth(token.as_str().unwrap())).await.status.as_u16()
    };
    assert_eq!(check(&format!("?account={ALICE}")).await, 200);
    assert_eq!(check(&format!("?acount={ALICE}")).await, 400);
    let before = held(&server, ALICE).await;
    server.send(&alice.wallet.next(&before, bob.wallet.address(), nothing())).await;
    assert_eq!(check(&format!("?account={ALICE}")).await, 401);
}

#[tokio::test]
async fn two_stores_of_one_service_or_url_are_a_mistake_of_the_settings() {
    let store = |service: &str, url: &str| AccountStoreSettings { service: service.into(), url: url.into() };
    for second in [store("ds.eth", "https://other.example"), store("other.eth", "https://ds.example")] {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = crate::harness::settings(&directory);
        settings.account_stores = vec![store("ds.eth", "https://ds.example"), second];
        let error = Server::start(&settings, Clock::System).await.unwrap_err();
        assert!(error.to_string().contains("there twice"), "{error}");
    }
}

#[tokio::test]
async fn accounts_of_a_service_are_made_and_deleted_by_messages_that_count_once() {
    let server = TestServer::start_with(|settings| {
        let service = "ds.example.eth".into();
        let store = AccountStoreSettings { service, url: "https://ds.example".into() };
        settings.account_stores = vec![store];
    })
    .await;
    let user = Dm3User::new(1);
    publish(&server, &user, "ds.eth").await;
    post(&server, "/profile/name", &user.claim(ALICE)).await;
    let path = "/v1/delivery-services/ds.example.eth/accounts";
    let message =
        |name: &str, topic: &str, at: u64| user.account_message("https://ds.example", name, topic, at);
    let send = async |body: &Value| post(&server, path, body).await;
    // One person, two accounts.
    for name in [ALICE, &user.address_name()] {
        assert_eq!(send(&message(name, "createAccount", NOW)).await.status, 201);
    }
    let create = message(ALICE, "createAccount", NOW);
    assert_eq!(send(&create).await.refusal(), (409, "seen"));
    assert_eq!(send(&message(ALICE, "createAccount", NOW + 1)).await.refusal(), (409, "account-exists"));
    let delete = message(ALICE, "deleteAccount", NOW);
    assert_eq!(send(&delete).await.status, 200);
    assert_eq!(send(&delete).await.refusal(), (409, "seen"));
    assert_eq!(send(&create).await.refusal(), (409, "seen"));
    assert_eq!(send(&message(ALICE, "deleteAccount", NOW + 2)).await.refusal(), (404, "no-account"));
    server.move_clock(200);
    assert_eq!(send(&message(ALICE, "createAccount", NOW + 200)).await.status, 201);
    // Within its time, but older than what counted.
    assert_eq!(send(&message(ALICE, "deleteAccount", NOW + 100)).await.refusal(), (409, "seen"));
    assert_eq!(server.get(&format!("{path}/{}", user.address_name())).await.status, 200);
    let elsewhere = user.account_message("https://other.example", ALICE, "deleteAccount", NOW + 201);
    assert_eq!(send(&elsewhere).await.refusal(), (400, "other-service"));
    // What is signed for later would stand in the way of everything before it.
    let later = message(ALICE, "deleteAccount", NOW + 200 + 301);
    assert_eq!(send(&later).await.refusal(), (410, "expired"));
}
