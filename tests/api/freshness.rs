//! What was written shows in the next answer, not after a cache's lifetime.

use alloy::primitives::Address;
use futures_util::future::join_all;

use crate::harness::{TestServer, Wallet, nothing, texts};

const ALICE: &str = "alice.user.dm3.eth";

#[tokio::test]
async fn update_transfer_release_and_reclaim_show_in_the_next_answer() {
    let server = TestServer::start().await;
    let (first, second) = (Wallet::new(1), Wallet::new(2));
    let seen = || async { (server.text(ALICE, "url").await, server.addr(ALICE).await) };
    assert_eq!(seen().await, (String::new(), Address::ZERO));
    let held = server.claim(&first, ALICE, texts(&[("url", "one")])).await;
    assert_eq!(seen().await, ("one".into(), first.address()));
    let held = server.send(&first.next(&held, first.address(), texts(&[("url", "two")]))).await.body;
    assert_eq!(seen().await, ("two".into(), first.address()));
    let held = server.send(&first.next(&held, second.address(), nothing())).await.body;
    assert_eq!(seen().await, (String::new(), second.address()));
    let released = server.send(&second.next(&held, Address::ZERO, nothing())).await.body;
    assert_eq!(seen().await, (String::new(), Address::ZERO));
    let reclaim = server.send(&first.next(&released, first.address(), texts(&[("url", "three")]))).await;
    assert_eq!(reclaim.status, 201);
    assert_eq!(seen().await, ("three".into(), first.address()));
}

#[tokio::test]
async fn a_change_of_the_address_name_shows_in_the_names_that_inherit() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, ALICE, nothing()).await;
    assert_eq!(server.text(ALICE, "url").await, "");
    let held = server.claim(&wallet, &wallet.address_name(), texts(&[("url", "one")])).await;
    assert_eq!(server.text(ALICE, "url").await, "one");
    server.send(&wallet.next(&held, Address::ZERO, nothing())).await;
    assert_eq!(server.text(ALICE, "url").await, "");
    assert_eq!(server.addr(&wallet.address_name()).await, wallet.address());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_never_sees_an_older_state_than_the_acknowledged_one() {
    let server = TestServer::start().await;
    for round in 1..=200_u64 {
        let (wallet, name) = (Wallet::new(round), format!("name{round}.user.dm3.eth"));
        let body = wallet.claim(&name, texts(&[("n", "new")]));
        let seen = || async { server.text(&name, "n").await };
        // Nobody has asked for this name yet: the readers load it while it is written. They may see either state.
        let (during, claimed) = tokio::join!(join_all((0..6).map(|_| seen())), server.send(&body));
        assert_eq!(claimed.status, 201);
        assert!(during.iter().all(|text| text.is_empty() || text == "new"), "{during:?}");
        assert_eq!(seen().await, "new", "in round {round}");
    }
}
