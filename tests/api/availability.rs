//! `GET /v1/names/{name}/availability` says what a claim would come to, and `GET /v1/codecs/…` what a record would be.

use serde_json::json;

use crate::harness::{TestServer, Wallet, nothing};

/// The code of the problem that a claim would have; empty if none.
async fn refusal(server: &TestServer, name: &str) -> String {
    let reply = server.get(&format!("/v1/names/{name}/availability")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-cache");
    let code = reply.body["problem"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(reply.body["available"], json!(code.is_empty()), "{}", reply.body);
    code
}

#[tokio::test]
async fn it_says_what_a_claim_would_be_refused_with() {
    let server = TestServer::start().await;
    let (wallet, other) = (Wallet::new(1), Wallet::new(2));
    server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    for name in [
        "alice.user.dm3.eth",
        "bob.user.dm3.eth",
        "ab.user.dm3.eth",
        "admin.user.dm3.eth",
        "a.b.user.dm3.eth",
        "user.dm3.eth",
        "bob.addr.dm3.eth",
        "bob.example.eth",
        &format!("0x{}.user.dm3.eth", "12".repeat(20)),
        &other.address_name(),
    ] {
        let foreseen = refusal(&server, name).await;
        let claimed = server.send(&other.claim(name, nothing())).await;
        let is_taken = claimed.status == 201;
        assert_eq!(foreseen, if is_taken { "" } else { claimed.code() }, "{name}: {}", claimed.body);
        if is_taken {
            assert_eq!(refusal(&server, name).await, "conflict", "{name}");
        }
    }
}

#[tokio::test]
async fn it_offers_the_normal_form_and_says_who_holds_a_name() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    let spelled = server.get("/v1/names/ALICE.user.dm3.eth/availability").await.body;
    assert_eq!(spelled["problem"]["normalForm"], "alice.user.dm3.eth");
    assert_eq!(spelled["name"], "ALICE.user.dm3.eth");
    let taken = server.get("/v1/names/alice.user.dm3.eth/availability").await.body;
    assert_eq!(taken["problem"]["owner"], json!(wallet.address()));
    assert_eq!(refusal(&server, "a%20b.user.dm3.eth").await, "invalid-name");
    assert_eq!(refusal(&server, "a%E2%80%AEb.user.dm3.eth").await, "invalid-name");
}

#[tokio::test]
async fn what_was_released_is_free_again() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let claimed = server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    server.send(&wallet.next(&claimed, alloy::primitives::Address::ZERO, nothing())).await;
    assert_eq!(refusal(&server, "alice.user.dm3.eth").await, "");
}

#[tokio::test]
async fn codecs_convert_both_ways() {
    let server = TestServer::start().await;
    let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    let script = "0x0014751e76e8199196d454941c45d1b3a323f1433bd6";
    for (coin, text) in [("btc", address), ("0", script)] {
        let forms = server.get(&format!("/v1/codecs/address?coin={coin}&text={text}")).await.body;
        assert_eq!(forms, json!({ "coin": "btc", "coinType": 0, "text": address, "value": script }));
    }
    let wrong =
        server.get("/v1/codecs/address?coin=btc&text=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5").await;
    assert_eq!(wrong.refusal(), (422, "invalid-record"));
    assert!(wrong.body["detail"].as_str().unwrap().contains("checksum"));
    assert_eq!(server.get("/v1/codecs/address?coin=nocoin&text=x").await.refusal(), (400, "malformed"));

    let cid = "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4";
    let there = server.get(&format!("/v1/codecs/contenthash?text={cid}")).await.body;
    let back = server.get(&format!("/v1/codecs/contenthash?text={}", there["value"].as_str().unwrap())).await;
    assert_eq!(back.body, there);
    assert_eq!(there["text"], cid);
    assert_eq!(server.get("/v1/codecs/contenthash?text=").await.body["value"], "0x");
}
