//! `GET /v1/names`, `/v1/zones` and `/v1/info`.

use alloy::primitives::Address;
use serde_json::{Value, json};

use crate::harness::{TestServer, Wallet, nothing};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn names_are_listed_by_zone_and_by_owner_in_pages() {
    let server = TestServer::start().await;
    for (number, label) in [(1, "carol"), (2, "alice"), (3, "bob"), (4, "dave")] {
        server.claim(&Wallet::new(number), &format!("{label}.user.dm3.eth"), nothing()).await;
    }
    let alice = Wallet::new(2);
    server.claim(&alice, &alice.address_name(), nothing()).await;
    let dave = server.get("/v1/names/dave.user.dm3.eth").await.body;
    server.send(&Wallet::new(4).next(&dave, Address::ZERO, nothing())).await;

    let first = server.get("/v1/names?zone=user.dm3.eth&limit=2").await.body;
    assert_eq!(names(&first), ["alice.user.dm3.eth", "bob.user.dm3.eth"]);
    let next = first["next"].as_str().unwrap();
    let second = server.get(&format!("/v1/names?zone=user.dm3.eth&limit=2&cursor={next}")).await.body;
    assert_eq!((names(&second), &second["next"]), (vec!["carol.user.dm3.eth"], &Value::Null));

    let owner = alice.address();
    let both = server.get(&format!("/v1/names?owner={owner}")).await.body;
    assert_eq!(names(&both), [alice.address_name().as_str(), "alice.user.dm3.eth"]);
    assert_eq!(both["items"][1]["version"], json!(1));
    let one = server.get(&format!("/v1/names?owner={owner}&zone=user.dm3.eth")).await.body;
    assert_eq!(names(&one), ["alice.user.dm3.eth"]);
    let none = server.get(&format!("/v1/names?owner={}", Wallet::new(9).address())).await.body;
    assert_eq!(none, json!({ "items": [], "next": null }));
}

#[tokio::test]
async fn listings_that_ask_for_nothing_or_for_nonsense_are_refused() {
    let server = TestServer::start().await;
    for query in ["", "?owner=0x12", "?zone=user.dm3.eth&limit=0", "?zone=user.dm3.eth&limit=-1"] {
        assert_eq!(server.get(&format!("/v1/names{query}")).await.refusal(), (400, "malformed"), "{query}");
    }
    assert_eq!(server.get("/v1/names?zone=other.eth").await.refusal(), (404, "no-such-zone"));
    assert_eq!(server.get("/v1/names?zone=User.dm3.eth").await.refusal(), (400, "invalid-name"));
}

#[tokio::test]
async fn zones_and_info_tell_what_a_client_needs() {
    let server = TestServer::start_with(|settings| settings.delivery_services = vec!["ds.eth".into()]).await;
    let zones = server.get("/v1/zones").await.body;
    assert_eq!(zones["items"][0]["kind"], "address");
    let open = &zones["items"][1];
    assert_eq!((&open["name"], &open["inheritFrom"]), (&json!("user.dm3.eth"), &json!("addr.dm3.eth")));
    assert_eq!((&open["namesPerOwner"], &open["minLabelLength"]), (&json!(1), &json!(3)));
    assert_eq!(open["reserved"], json!(["admin", "support"]));
    let info = server.get("/v1/info").await.body;
    assert_eq!((&info["chainId"], &info["ttlSeconds"]), (&json!(1), &json!(300)));
    assert_eq!(info["signer"], json!(server.signer()));
    assert_eq!(info["deliveryServices"], json!(["ds.eth"]));
    assert_eq!(info["zones"], zones["items"]);
}
