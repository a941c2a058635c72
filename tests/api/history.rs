//! `GET /v1/names/{name}/history`: the chain, and that it verifies.

use alloy::primitives::{Address, B256};
use dm3_gateway::account::Signature;
use dm3_gateway::config::Limits;
use dm3_gateway::state::{NameState, signing_digest};
use serde_json::{Value, json};

use crate::harness::{TestServer, Wallet, nothing, texts, zero_hash};

const ALICE: &str = "alice.user.dm3.eth";

/// Checks a whole chain as anybody could: hashes link up, and each state is signed by whoever held the name before, or,
/// on a claim, by its new owner. Gives the number of states.
pub async fn verify_chain(server_url: &str, http: &reqwest::Client, name: &str) -> usize {
    let mut previous: B256 = zero_hash().parse().unwrap();
    let mut holder = Address::ZERO;
    let mut cursor = String::new();
    let mut count = 0;
    loop {
        let url = format!("{server_url}/v1/names/{name}/history?limit=3{cursor}");
        let page: Value = http.get(url).send().await.unwrap().json().await.unwrap();
        for item in page["items"].as_array().unwrap() {
            let body = serde_json::from_value(item["state"].clone()).unwrap();
            let state = NameState::parse(body, &Limits::default()).unwrap();
            count += 1;
            assert_eq!((state.version, state.previous), (count as u64, previous), "{name}");
            assert_eq!(json!(state.hash()), item["stateHash"]);
            let signature = hex::decode(&item["proof"]["signature"].as_str().unwrap()[2..]).unwrap();
            let signer = Signature::parse(&signature).unwrap().recover(signing_digest(state.hash())).unwrap();
            assert_eq!(signer, if holder.is_zero() { state.owner } else { holder }, "{name}");
            (previous, holder) = (state.hash(), state.owner);
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

#[tokio::test]
async fn the_chain_of_a_name_verifies_over_pages() {
    let server = TestServer::start().await;
    let (first, second) = (Wallet::new(1), Wallet::new(2));
    let mut held = server.claim(&first, ALICE, texts(&[("n", "0")])).await;
    for n in 1..6 {
        let records = texts(&[("n", &n.to_string())]);
        held = server.send(&first.next(&held, first.address(), records)).await.body;
    }
    held = server.send(&first.next(&held, second.address(), nothing())).await.body;
    held = server.send(&second.next(&held, Address::ZERO, nothing())).await.body;
    let reclaim = server.send(&second.next(&held, second.address(), texts(&[("n", "last")]))).await;
    assert_eq!(reclaim.status, 201);
    assert_eq!(verify_chain(&server.url, &server.http, ALICE).await, 9);
}

#[tokio::test]
async fn pages_end_and_cursors_are_checked() {
    let server = TestServer::start().await;
    server.claim(&Wallet::new(1), ALICE, nothing()).await;
    let history = |query: &str| {
        let path = format!("/v1/names/{ALICE}/history{query}");
        let server = &server;
        async move { server.get(&path).await }
    };
    assert_eq!(history("").await.body["next"], Value::Null);
    assert_eq!(history("?cursor=9").await.body["items"], json!([]));
    for query in ["?limit=0", "?limit=201", "?cursor=x", "?limit=x"] {
        assert_eq!(history(query).await.refusal(), (400, "malformed"), "{query}");
    }
    assert_eq!(server.get("/v1/names/bob.user.dm3.eth/history").await.refusal(), (404, "unclaimed"));
    assert_eq!(server.get("/v1/names/bob.eth/history").await.refusal(), (404, "no-such-zone"));
}

#[tokio::test]
async fn a_page_ends_before_it_has_too_many_bytes() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let big: Vec<_> = (0..100).map(|n| (n.to_string(), "x".repeat(8192))).collect();
    let big: Vec<_> = big.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let mut held = server.claim(&wallet, ALICE, texts(&big)).await;
    for _ in 0..6 {
        held = server.send(&wallet.next(&held, wallet.address(), texts(&big))).await.body;
    }
    let page = server.get(&format!("/v1/names/{ALICE}/history")).await.body;
    let items = page["items"].as_array().unwrap().len();
    assert!((1..=2).contains(&items), "{items} items");
    assert_eq!(page["next"], json!(items.to_string()));
    assert_eq!(verify_chain(&server.url, &server.http, ALICE).await, 7);
}

#[tokio::test]
async fn an_unclaimed_name_tells_what_a_claim_has_to_say() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let unclaimed = server.get(&format!("/v1/names/{ALICE}")).await;
    assert_eq!(unclaimed.refusal(), (404, "unclaimed"));
    assert_eq!(unclaimed.header("content-type"), "application/problem+json");
    assert_eq!(
        (&unclaimed.body["nextVersion"], &unclaimed.body["previous"]),
        (&json!(1), &json!(zero_hash()))
    );
    let held = server.claim(&wallet, ALICE, nothing()).await;
    let released = server.send(&wallet.next(&held, Address::ZERO, nothing())).await;
    assert_eq!(released.status, 200);
    let unclaimed = server.get(&format!("/v1/names/{ALICE}")).await;
    assert_eq!(unclaimed.refusal(), (404, "unclaimed"));
    assert_eq!(unclaimed.body["nextVersion"], json!(3));
    assert_eq!(unclaimed.body["previous"], released.body["stateHash"]);
}
