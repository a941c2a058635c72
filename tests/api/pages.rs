//! The pages for people, as they are before any script runs.

use alloy::primitives::Address;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Reply, TestServer, Wallet, nothing, reply, texts};

const ALICE: &str = "alice.user.dm3.eth";

/// A page's HTML.
fn html(reply: &Reply) -> &str {
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    reply.body.as_str().unwrap()
}

async fn page(server: &TestServer, name: &str) -> Reply {
    server.get(&format!("/names/{name}")).await
}

/// Markup, a script, an event handler, marks of direction, and a great many emoji.
fn hostile() -> Vec<(String, String)> {
    let value = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'\u{202e}\u{2066}";
    [
        ("description", format!("</p>{value}")),
        ("avatar", format!("data:image/png;base64,{value}")),
        ("url", "javascript:alert(1)".to_owned()),
        ("header", "data:text/html,<script>alert(1)</script>".to_owned()),
        ("emoji", "😀".repeat(2048)),
        (value.get(..60).unwrap(), value.to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

#[tokio::test]
async fn every_page_forbids_all_that_it_does_not_need() {
    let server = TestServer::start().await;
    let paths = [
        "/",
        "/names/alice.user.dm3.eth",
        "/names/Alice.user.dm3.eth",
        "/names/%ff",
        "/page/app.js",
        "/page/none",
    ];
    for path in paths {
        let reply = server.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"),
            "{path}"
        );
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn a_page_has_the_status_of_its_name() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    server.claim(&wallet, ALICE, texts(&[("url", "https://example.com/?a=1&b=2")])).await;
    for (name, status, says) in [
        (ALICE, 200, "href=\"https://example.com/?a=1&amp;b=2\""),
        ("bob.user.dm3.eth", 404, "href=\".././?name=bob.user.dm3.eth\""),
        ("admin.user.dm3.eth", 404, "is reserved"),
        ("ab.user.dm3.eth", 404, "3 are the least here"),
        ("a.b.user.dm3.eth", 404, "one label"),
        ("user.dm3.eth", 200, "zone of this gateway"),
        (&wallet.address_name(), 200, "belongs to"),
        ("BOB.user.dm3.eth", 400, "Did you mean <a href=\"../names/bob.user.dm3.eth\">"),
        ("a%20b.user.dm3.eth", 400, "is not a valid ENS name"),
        ("a%E2%80%AEb.user.dm3.eth", 400, "U+202E"),
        ("%ff", 400, "not text in UTF-8"),
        ("bob.example.eth", 404, "not in any zone"),
    ] {
        let reply = page(&server, name).await;
        assert_eq!(reply.status.as_u16(), status, "{name}");
        assert!(html(&reply).contains(says), "{name}: {}", html(&reply));
    }
    server.break_database().await;
    let broken = page(&server, "carol.user.dm3.eth").await;
    assert_eq!(broken.status, 503);
    assert!(html(&broken).contains("out of order"));
}

#[tokio::test]
async fn who_is_turned_away_sees_a_page() {
    let server = TestServer::start_with(|settings| settings.limits.requests = 0).await;
    for path in ["/", "/names/alice.user.dm3.eth"] {
        let reply = server.get(path).await;
        assert_eq!(reply.status, 503, "{path}");
        assert!(html(&reply).contains("The gateway is busy"), "{path}");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    }
}

#[tokio::test]
async fn all_that_a_name_answers_can_be_read_without_a_script() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let profile = wallet.profile("ds.example.eth");
    let home =
        server.claim(&wallet, &wallet.address_name(), texts(&[("network.dm3.profile", &profile)])).await;
    assert_eq!(home["version"], 1);
    let mut records = texts(&[("com.github", "alice"), ("org.example", "own key")]);
    records["addresses"] =
        json!([{ "coinType": 0, "value": "0x0014751e76e8199196d454941c45d1b3a323f1433bd6" }]);
    records["contenthash"] = server
        .get("/v1/codecs/contenthash?text=ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4")
        .await
        .body["value"]
        .clone();
    records["data"] = json!([{ "key": "agent", "value": "0x00ff" }]);
    server.claim(&wallet, ALICE, records).await;
    let reply = page(&server, ALICE).await;
    let html = html(&reply);
    for text in [
        "ds.example.eth",
        "GitHub",
        "org.example",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4",
        "0x00ff",
        "18 November 2026",
        "signed by the owner, for all of their names",
        "follows from the owner",
        "Claimed by ",
        &wallet.address().to_string(),
    ] {
        assert!(html.contains(text), "{text}: {html}");
    }
}

#[tokio::test]
async fn the_chain_says_what_each_state_did() {
    let server = TestServer::start().await;
    let (wallet, other) = (Wallet::new(1), Wallet::new(2));
    let claimed = server.claim(&wallet, ALICE, nothing()).await;
    let mut state = server.send(&wallet.next(&claimed, wallet.address(), texts(&[("a", "b")]))).await.body;
    state = server.send(&wallet.next(&state, other.address(), nothing())).await.body;
    let reply = page(&server, ALICE).await;
    let (claimed, changed) = ("Claimed by", "<p>Changed</p>");
    assert!(html(&reply).contains(claimed) && html(&reply).contains(changed));
    assert!(html(&reply).contains("Transferred to"));
    for version in 4..=12 {
        state = server
            .send(&other.next(&state, other.address(), texts(&[("n", &version.to_string())])))
            .await
            .body;
    }
    let reply = page(&server, ALICE).await;
    // Ten are shown: 3 to 12.
    assert!(!html(&reply).contains(claimed) && html(&reply).contains("Transferred to"));
    assert!(html(&reply).contains("All 12 states"));
    server.send(&other.next(&state, Address::ZERO, nothing())).await;
    assert_eq!(page(&server, ALICE).await.status, 404);
}

#[tokio::test]
async fn nothing_that_others_wrote_becomes_markup() {
    let server = TestServer::start().await;
    let records: Vec<Value> =
        hostile().iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let mut state = nothing();
    state["texts"] = json!(records);
    server.claim(&Wallet::new(1), ALICE, state).await;
    let reply = page(&server, ALICE).await;
    let html = html(&reply);
    assert_eq!(html.matches("<script").count(), 1, "the page's own");
    for text in ["<img", "href=\"javascript", "href=\"data:text", "<script>", ">alert"] {
        assert!(!html.contains(text), "{text}");
    }
    // Keys stand in attributes for the script, which nobody sees.
    let seen: String =
        html.split("data-key=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
    assert!(!seen.contains(['\u{202e}', '\u{2066}']));
    assert!(html.contains("&lt;script&gt;") && html.contains("U+202E"));
    for (name, value) in
        [("x%22%3E%3Cscript%3E", "&quot;&gt;&lt;script&gt;"), ("%3Cb%3E.user.dm3.eth", "&lt;b&gt;")]
    {
        let reply = page(&server, name).await;
        assert!(
            !reply.body.as_str().unwrap().contains("<script>")
                && reply.body.as_str().unwrap().contains(value)
        );
    }
}

#[tokio::test]
async fn a_picture_is_shown_only_if_it_is_all_there() {
    let server = TestServer::start().await;
    let picture = "data:image/png;base64,iVBORw0KGgo=";
    server.claim(&Wallet::new(1), ALICE, texts(&[("avatar", picture)])).await;
    server
        .claim(&Wallet::new(2), "bob.user.dm3.eth", texts(&[("avatar", "https://example.com/a.png")]))
        .await;
    assert!(html(&page(&server, ALICE).await).contains(&format!("<img class=\"avatar\" src=\"{picture}\"")));
    let elsewhere = page(&server, "bob.user.dm3.eth").await;
    assert!(!html(&elsewhere).contains("<img") && html(&elsewhere).contains("<svg class=\"avatar\""));
    assert!(html(&elsewhere).contains("<a class=\"value\" href=\"https://example.com/a.png\""));
}

#[tokio::test]
async fn previews_elsewhere_say_what_a_name_is() {
    let server = TestServer::start_with(|settings| {
        settings.public_url = Some("https://gw.example/names-of/".parse().unwrap());
    })
    .await;
    server.claim(&Wallet::new(1), ALICE, texts(&[("description", "Hello & \"welcome\"")])).await;
    let reply = page(&server, ALICE).await;
    for meta in [
        "<meta property=\"og:title\" content=\"alice.user.dm3.eth\">",
        "<meta property=\"og:description\" content=\"Hello &amp; &quot;welcome&quot;\">",
        "<meta property=\"og:type\" content=\"profile\">",
        "<meta property=\"og:url\" content=\"https://gw.example/names-of/names/alice.user.dm3.eth\">",
    ] {
        assert!(html(&reply).contains(meta), "{meta}: {}", html(&reply));
    }
    assert!(!html(&reply).contains("noindex"));
    assert!(html(&page(&server, "bob.user.dm3.eth").await).contains("noindex"));
}

#[tokio::test]
async fn a_page_that_is_known_costs_a_304_and_shows_the_next_write() {
    let server = TestServer::start().await;
    let wallet = Wallet::new(1);
    let claimed = server.claim(&wallet, ALICE, nothing()).await;
    let url = format!("{}/names/{ALICE}", server.url);
    let known = page(&server, ALICE).await;
    assert_eq!(known.header("cache-control"), "no-cache");
    let again = || reply(server.http.get(&url).header("if-none-match", known.header("etag")));
    assert_eq!(again().await.status, StatusCode::NOT_MODIFIED);
    server.send(&wallet.next(&claimed, wallet.address(), texts(&[("description", "new")]))).await;
    assert!(html(&again().await).contains("new"));
}

#[tokio::test]
async fn the_files_of_the_page_are_kept_until_they_change() {
    let server = TestServer::start().await;
    let claim = server.get("/").await;
    for (file, kind) in [("app.js", "text/javascript; charset=utf-8"), ("app.css", "text/css; charset=utf-8")]
    {
        let link = html(&claim).split('"').find(|text| text.contains(file)).unwrap().to_owned();
        let reply = server.get(link.strip_prefix('.').unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, kind));
        assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(link.contains(&reply.header("etag")[3..15]), "its address follows from its content: {link}");
    }
    assert_eq!(server.get("/page/other.js").await.refusal(), (404, "no-such-route"));
}

#[tokio::test]
async fn the_root_is_a_page_and_a_batch_gateway() {
    let server = TestServer::start_with(|settings| {
        settings.delivery_services = vec!["ds.example.eth".into()];
    })
    .await;
    let claim = server.get("/").await;
    assert!(html(&claim).contains("data-services=\"[&quot;ds.example.eth&quot;]\""));
    assert!(html(&claim).contains(".user.dm3.eth"));
    let lookup = server.post("/", r#"{"data": "0xa780bab6", "sender": "0x00"}"#).await;
    assert_eq!(lookup.status, 400);
    assert!(lookup.body["message"].is_string(), "{}", lookup.body);
}
