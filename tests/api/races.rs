//! Many writers at the same time.

use futures_util::future::join_all;

use crate::harness::{TestServer, Wallet, nothing};
use crate::history::verify_chain;

#[tokio::test(flavor = "multi_thread")]
async fn of_200_owners_who_claim_one_name_at_the_same_time_one_gets_it() {
    let server = TestServer::start().await;
    let claims: Vec<_> = (1..=200).map(|n| Wallet::new(n).claim("prize.user.dm3.eth", nothing())).collect();
    let statuses =
        join_all(claims.iter().map(|body| async { server.send(body).await.status.as_u16() })).await;
    let won: Vec<_> = (0..200).filter(|&n| statuses[n] == 201).collect();
    assert_eq!(won.len(), 1);
    assert!(statuses.iter().all(|&status| status == 201 || status == 409), "{statuses:?}");
    let held = server.get("/v1/names/prize.user.dm3.eth").await.body;
    assert_eq!(held["owner"], claims[won[0]]["state"]["owner"]);
    assert_eq!(verify_chain(&server.url, &server.http, "prize.user.dm3.eth").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_50_names_that_one_owner_claims_at_the_same_time_as_many_succeed_as_the_quota_allows() {
    let server = TestServer::start_with(|settings| settings.zones[1].names_per_owner = Some(7)).await;
    let wallet = Wallet::new(1);
    let claims: Vec<_> = (0..50).map(|n| wallet.claim(&format!("name{n}.user.dm3.eth"), nothing())).collect();
    let statuses =
        join_all(claims.iter().map(|body| async { server.send(body).await.status.as_u16() })).await;
    assert_eq!(statuses.iter().filter(|&&status| status == 201).count(), 7);
    assert_eq!(statuses.iter().filter(|&&status| status == 403).count(), 43);
    let listed = server.get(&format!("/v1/names?owner={}", wallet.address())).await.body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 7);
}
