//! Records that the operator sets: a zone's own name, and what claimed names fall back to.

use alloy::primitives::{Address, Bytes};
use alloy::sol_types::SolValue;
use dm3_gateway::config::ZoneRecords;
use dm3_gateway::ens::CoinType;
use dm3_gateway::ens::call::RecordKey;

use crate::harness::{TestServer, Wallet, nothing, question, texts};

async fn server() -> TestServer {
    TestServer::start_with(|settings| {
        let table = |toml: &str| toml::from_str::<ZoneRecords>(toml).unwrap();
        settings.zones[1].records = table(&format!(
            "texts = {{ url = 'https://zone.example' }}\naddresses = {{ eth = '0x{}', 0 = '0x0014' }}\n\
             data = {{ agent = '0x01' }}\ncontenthash = '0xe301'",
            "ab".repeat(20)
        ));
        settings.zones[1].fallback =
            table("texts = { url = 'https://fallback.example', notice = 'n' }\ndata = { agent = '0x02' }\ncontenthash = '0xe302'");
    })
    .await
}

async fn bytes(server: &TestServer, name: &str, record: RecordKey) -> Vec<u8> {
    Bytes::abi_decode(&server.look_up(&question(name, record)).await).unwrap().to_vec()
}

fn coin(number: u64) -> RecordKey {
    RecordKey::AddrOf(Some(CoinType::try_from(number).unwrap()))
}

#[tokio::test]
async fn a_zones_own_name_answers_what_the_settings_say() {
    let server = server().await;
    let zone = "user.dm3.eth";
    assert_eq!(server.text(zone, "url").await, "https://zone.example");
    assert_eq!(server.text(zone, "notice").await, "");
    assert_eq!(server.addr(zone).await, Address::repeat_byte(0xab));
    assert_eq!(bytes(&server, zone, coin(0)).await, [0, 0x14]);
    assert_eq!(bytes(&server, zone, RecordKey::Data("agent".into())).await, [1]);
    assert_eq!(bytes(&server, zone, RecordKey::Contenthash).await, [0xe3, 1]);
    assert_eq!(server.text("addr.dm3.eth", "url").await, "");
}

#[tokio::test]
async fn claimed_names_fall_back_behind_their_own_and_their_owners_records() {
    let server = server().await;
    let (wallet, name) = (Wallet::new(1), "alice.user.dm3.eth");
    assert_eq!(server.text(name, "url").await, "");
    let held = server.claim(&wallet, name, nothing()).await;
    assert_eq!(server.text(name, "url").await, "https://fallback.example");
    assert_eq!(bytes(&server, name, RecordKey::Data("agent".into())).await, [2]);
    assert_eq!(bytes(&server, name, RecordKey::Contenthash).await, [0xe3, 2]);
    assert_eq!(server.addr(name).await, wallet.address());
    server.claim(&wallet, &wallet.address_name(), texts(&[("url", "of the address")])).await;
    assert_eq!(server.text(name, "url").await, "of the address");
    let held = server
        .send(&wallet.next(&held, wallet.address(), texts(&[("url", "own"), ("notice", "")])))
        .await
        .body;
    assert_eq!(
        (server.text(name, "url").await, server.text(name, "notice").await),
        ("own".into(), String::new())
    );
    server.send(&wallet.next(&held, Address::ZERO, nothing())).await;
    assert_eq!(server.text(name, "url").await, "");
    assert_eq!(server.text("deep.alice.user.dm3.eth", "url").await, "");
}
