//! What was written shows in the next answer, not after a cache's lifetime.

use alloy::primitives::Address;

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

#[tokio::test]
async fn a_reader_never_sees_an_older_state_than_the_acknowledged_one() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let mut held = server.claim(&wallet, ALICE, texts(&[("n", "0")])).await;
    let seen = || async { server.text(ALICE, "n").await.parse::<u32>().unwrap() };
    for round in 1..=50_u32 {
        let value = round.to_string();
        let body = wallet.next(&held, wallet.address(), texts(&[("n", &value)]));
        // Readers are under way while the write is; what they see may be either state.
        let (during, written) =
            tokio::join!(async { tokio::join!(seen(), seen(), seen(), seen()) }, server.send(&body));
        held = written.body;
        for number in [during.0, during.1, during.2, during.3] {
            assert!(number == round || number == round - 1, "saw {number} in round {round}");
        }
        assert_eq!(seen().await, round);
    }
}
