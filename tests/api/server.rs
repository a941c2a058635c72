//! What every request goes through: ids, problems, limits; starting and stopping.

use std::time::Duration;

use dm3_gateway::clock::Clock;
use dm3_gateway::config::{Secrets, ServeArgs, Settings};
use dm3_gateway::http::{Server, StartError};
use dm3_gateway::store::StoreError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{TestServer, Wallet, nothing, reply};

#[tokio::test]
async fn a_request_keeps_its_id_or_gets_one() {
    let server = TestServer::start().await;
    let get = |id: &'static str| {
        let request = server.http.get(format!("{}/health/live", server.url)).header("x-request-id", id);
        async move { reply(request).await.header("x-request-id").to_owned() }
    };
    assert_eq!(get("abc-1").await, "abc-1");
    let made = get("<script>").await;
    assert_eq!(made.len(), 32, "{made}");
    assert_ne!(made, get("<script>").await);
}

#[tokio::test]
async fn paths_and_methods_that_are_not_served_are_problems() {
    let server = TestServer::start().await;
    let missing = server.get("/v2/anything/at/all").await;
    assert_eq!(missing.refusal(), (404, "no-such-route"));
    assert_eq!(missing.header("cache-control"), "no-store");
    let put = reply(server.http.put(format!("{}/", server.url))).await;
    assert_eq!(put.refusal(), (405, "method-not-allowed"));
    assert_eq!(missing.header("content-type"), "application/problem+json");
    let deleted = reply(server.http.delete(format!("{}/v1/zones", server.url))).await;
    assert_eq!(deleted.refusal(), (405, "method-not-allowed"));
    assert_eq!(deleted.body["type"], "urn:dm3-gateway:problem:method-not-allowed");
}

#[tokio::test]
async fn health_tells_live_and_ready() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/health/live").await.body["status"], "live");
    assert_eq!(server.get("/health/ready").await.body["status"], "ready");
}

#[tokio::test]
async fn a_body_that_drips_in_is_given_up() {
    let server = TestServer::start_with(|settings| settings.limits.request_seconds = 1).await;
    for (head, says) in [
        ("POST / HTTP/1.1", "took too long"),
        ("PUT /v1/names/alice.user.dm3.eth HTTP/1.1", "\"code\":\"timeout\""),
    ] {
        let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
        let request = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{{");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(10), read).await.expect("an answer").unwrap();
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains(says), "{answer}");
    }
}

#[tokio::test]
async fn connections_that_are_silent_or_take_no_answer_are_closed() {
    let server = TestServer::start_with(|settings| settings.limits.idle_seconds = 1).await;
    for begun in ["", "GET / HT", "PRI * HTTP"] {
        let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Closed or reset; what may stand in it before is an error of the server's.
        let end = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "{begun:?} is still connected");
    }
}

#[tokio::test]
async fn more_requests_than_allowed_are_told_to_come_back() {
    let server = TestServer::start_with(|settings| settings.limits.requests = 1).await;
    let mut slow = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    slow.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{").await.unwrap();
    let overloaded = async {
        while server.get("/v1/zones").await.status != 503 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), overloaded).await.expect("the slow one to be counted");
    assert_eq!(server.get("/v1/zones").await.refusal(), (503, "overloaded"));
    assert_eq!(server.get("/health/live").await.status, 200);
    drop(slow);
    let free = async {
        while server.get("/v1/zones").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), free).await.expect("the slow one to be forgotten");
}

#[tokio::test]
async fn stopping_finishes_what_has_begun_and_keeps_what_was_written() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let held = server.claim(&wallet, "alice.user.dm3.eth", nothing()).await;
    // A request whose body is still on its way when the server is told to stop.
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    let body = wallet.next(&held, wallet.address(), nothing()).to_string();
    let head = format!(
        "PUT /v1/names/alice.user.dm3.eth HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body.as_bytes()[..10]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let finish = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(&body.as_bytes()[10..]).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (directory, answer) = tokio::join!(server.stop(), finish);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let again = TestServer::start_in(directory, |_| {}).await;
    assert_eq!(again.get("/v1/names/alice.user.dm3.eth").await.body["version"], 2);
}

#[tokio::test]
async fn a_database_of_another_chain_is_refused() {
    let server = TestServer::start().await;
    server.claim(&Wallet::new(1), "alice.user.dm3.eth", nothing()).await;
    let directory = server.stop().await;
    let mut settings = Settings::load(ServeArgs::default(), Secrets::default()).unwrap();
    settings.database_url = format!("sqlite://{}", directory.path().join("names.db").display());
    settings.chain_id = 5;
    let error = Server::start(&settings, Clock::System).await.unwrap_err();
    assert!(
        matches!(error, StartError::Store(StoreError::OtherChain { stored: 1, configured: 5 })),
        "{error}"
    );
}

#[tokio::test]
async fn after_a_write_that_the_database_rolled_back_by_itself_the_next_one_works() {
    let server = TestServer::start().await;
    let claim = Wallet::new(1).claim("alice.user.dm3.eth", nothing());
    // What SQLite does on a full disk.
    let full =
        "CREATE TRIGGER full BEFORE INSERT ON operations BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END";
    server.execute(full).await;
    assert_eq!(server.send(&claim).await.refusal(), (503, "database"));
    assert_eq!(server.get("/v1/names/alice.user.dm3.eth").await.refusal(), (404, "unclaimed"));
    server.execute("DROP TRIGGER full").await;
    assert_eq!(server.get("/health/ready").await.status, 200);
    assert_eq!(server.send(&claim).await.status, 201);
}

#[tokio::test]
async fn when_the_database_fails_the_answer_is_503_and_comes_back_with_it() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let claim = wallet.claim("alice.user.dm3.eth", nothing());
    server.break_database().await;
    let question = crate::harness::question("bob.user.dm3.eth", dm3_gateway::ens::call::RecordKey::Addr);
    let path = format!("/0x{}/0x{}.json", "c0".repeat(20), hex::encode(&question));
    assert_eq!(server.get("/health/ready").await.refusal(), (503, "database"));
    assert_eq!(server.get(&path).await.status, 503);
    assert_eq!(server.send(&claim).await.refusal(), (503, "database"));
    server.mend_database().await;
    assert_eq!(server.get("/health/ready").await.status, 200);
    assert_eq!(server.get(&path).await.status, 200);
    assert_eq!(server.send(&claim).await.status, 201);
}
