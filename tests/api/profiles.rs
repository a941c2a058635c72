//! dm3 profiles in states: which are taken, and for whom they count.

use alloy::primitives::Bytes;
use alloy::sol_types::SolValue;
use dm3_gateway::ens::CoinType;
use dm3_gateway::ens::call::RecordKey;
use serde_json::{Value, json};

use crate::harness::{TestServer, Wallet, nothing, question, texts};

const PROFILE: &str = "network.dm3.profile";

async fn put_profile(server: &TestServer, wallet: &Wallet, name: &str, value: &str) -> (u16, String) {
    let reply = server.send(&wallet.claim(name, texts(&[(PROFILE, value)]))).await;
    (reply.status.as_u16(), reply.body["detail"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_profile_published_once_serves_all_names_of_its_owner() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let profile = wallet.profile("ds.eth");
    server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    assert_eq!(server.text("alice.user.dm3.eth", PROFILE).await, "");
    server.claim(&wallet, &wallet.address_name(), texts(&[(PROFILE, &profile), ("url", "u")])).await;
    assert_eq!(server.text(&wallet.address_name(), PROFILE).await, profile);
    assert_eq!(server.text("alice.user.dm3.eth", PROFILE).await, profile);
    assert_eq!(server.text("alice.user.dm3.eth", "url").await, "u");
}

#[tokio::test]
async fn every_kind_of_record_is_inherited_unless_the_zone_says_nothing_of_it() {
    for inherits in [true, false] {
        let server = TestServer::start_with(|settings| {
            if !inherits {
                settings.zones[1].inherit_from = None;
            }
        })
        .await;
        let wallet = Wallet::new(1);
        let mut records = texts(&[("url", "u")]);
        records["addresses"] = json!([{ "coinType": 0, "value": "0x0014" }]);
        records["contenthash"] = json!("0xe301");
        server.claim(&wallet, &wallet.address_name(), records).await;
        server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
        let bytes = |record| {
            let (server, request) = (&server, question("alice.user.dm3.eth", record));
            async move { Bytes::abi_decode(&server.look_up(&request).await).unwrap() }
        };
        let (bitcoin, hash): (&[u8], &[u8]) = if inherits { (&[0, 0x14], &[0xe3, 1]) } else { (&[], &[]) };
        assert_eq!(server.text("alice.user.dm3.eth", "url").await, if inherits { "u" } else { "" });
        assert_eq!(bytes(RecordKey::AddrOf(Some(CoinType::try_from(0).unwrap()))).await.to_vec(), bitcoin);
        assert_eq!(bytes(RecordKey::Contenthash).await.to_vec(), hash);
    }
}

#[tokio::test]
async fn an_inherited_profile_does_not_count_when_the_name_answers_another_account() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, &wallet.address_name(), texts(&[(PROFILE, &wallet.profile("ds.eth"))])).await;
    let mut records = nothing();
    records["addresses"] = json!([{ "coinType": 60, "value": Wallet::new(2).address() }]);
    server.claim(&wallet, "alice.user.dm3.eth", records).await;
    assert_eq!(server.text("alice.user.dm3.eth", PROFILE).await, "");
}

#[tokio::test]
async fn a_profile_of_another_account_is_422_unless_the_name_answers_that_account() {
    let server = TestServer::start().await;
    let (wallet, other) = (Wallet::new(1), Wallet::new(2));
    let profile = other.profile("ds.eth");
    let (status, detail) = put_profile(&server, &wallet, "alice.user.dm3.eth", &profile).await;
    assert_eq!(status, 422);
    assert!(detail.contains("signature is by"), "{detail}");
    let mut records = texts(&[(PROFILE, &profile)]);
    records["addresses"] = json!([{ "coinType": 60, "value": other.address() }]);
    server.claim(&wallet, "alice.user.dm3.eth", records).await;
    assert_eq!(server.text("alice.user.dm3.eth", PROFILE).await, profile);
}

#[tokio::test]
async fn what_is_no_profile_is_422_under_either_key() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let profile = wallet.profile("ds.eth");
    let json = profile.strip_prefix("data:application/json,").unwrap();
    let swapped = json.replace("publicSigningKey", "publicSigningkey");
    let reordered = {
        let parsed: Value = serde_json::from_str(json).unwrap();
        format!(r#"{{"signature":{},"profile":{}}}"#, parsed["signature"], parsed["profile"])
    };
    for (value, says) in [
        ("hello".to_owned(), "not a dm3 record URI"),
        ("data:application/json,{}".to_owned(), "missing field"),
        (format!("data:application/json,{swapped}"), "unknown field"),
        (format!("data:application/json,{reordered}"), "canonical form"),
        (format!("data:application/json,{json} "), "canonical form"),
        (profile.replace("ds.eth", "ds2.eth"), "signature is by"),
        ("https://example.com/profile".to_owned(), "dm3Hash"),
    ] {
        let (status, detail) = put_profile(&server, &wallet, "alice.user.dm3.eth", &value).await;
        assert_eq!(status, 422, "{value}");
        assert!(detail.contains(says), "{detail}");
        let old_key = wallet.claim("alice.user.dm3.eth", texts(&[("eth.dm3.profile", &value)]));
        assert_eq!(server.send(&old_key).await.status, 422, "{value}");
    }
}

#[tokio::test]
async fn an_address_name_takes_the_inline_form_only() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let elsewhere = format!("https://example.com/p?dm3Hash=0x{}", "ab".repeat(32));
    let (status, detail) = put_profile(&server, &wallet, &wallet.address_name(), &elsewhere).await;
    assert_eq!(status, 422);
    assert!(detail.contains("the profile itself"), "{detail}");
    let (status, _) = put_profile(&server, &wallet, "alice.user.dm3.eth", &elsewhere).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_profile_set_to_nothing_hides_the_inherited_one() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, &wallet.address_name(), texts(&[(PROFILE, &wallet.profile("ds.eth"))])).await;
    server.claim(&wallet, "alice.user.dm3.eth", texts(&[(PROFILE, "")])).await;
    assert_eq!(server.text("alice.user.dm3.eth", PROFILE).await, "");
}
