//! Lookups that are kept over a restart. Here there is no chain: what is known of others' names can only come from the
//! database. tests/clients/kept-lookups.test.mjs has a chain that goes away.

use dm3_gateway::config::{Secrets, ServeArgs, Settings};
use serde_json::{Value, json};

use crate::harness::{NOW, TestServer, reply};

const NAME: &str = "somebody.other.eth";
const TOKEN: &str = "0123456789abcdef";

fn keeps(settings: &mut Settings) {
    let secrets = Secrets { purge_token: Some(TOKEN), ..Secrets::default() };
    settings.lookups = Settings::load(ServeArgs::default(), secrets).unwrap().lookups;
    settings.lookups.keep = true;
}

/// What is written down of a name without a profile.
fn absent() -> Value {
    json!({
        "verdict": "absent", "reason": "the name has no such record", "address": null, "body": null,
        "evidence": { "chainId": 1 }, "ensTtl": null, "answersExpire": null, "expiresAt": NOW + 50, "changedAt": NOW - 10,
    })
}

/// A server that was stopped, and started again with such a row in its database.
async fn restarted_with(name: &str, resolved_at: &str, outcome: &str) -> TestServer {
    let server = TestServer::start_with(keeps).await;
    insert(&server, name, resolved_at, outcome).await;
    TestServer::start_in(server.stop().await, keeps).await
}

async fn insert(server: &TestServer, name: &str, resolved_at: &str, outcome: &str) {
    let node = dm3_gateway::ens::Name::parse(name).map_or([7; 32], |name| name.node().as_bytes().0);
    let insert = "INSERT INTO kept_lookups (kind, node, name, resolved_at, outcome) VALUES";
    let row = format!("('profile', x'{}', '{name}', {resolved_at}, '{outcome}')", hex::encode(node));
    server.execute(&format!("{insert} {row}")).await;
}

async fn look_up(server: &TestServer, name: &str) -> (String, String) {
    let found = server.get(&format!("/v1/profiles/{name}")).await;
    assert_eq!(found.status, 200, "{}", found.body);
    let text = |key: &str| found.body[key].as_str().unwrap().to_owned();
    (text("verdict"), text("freshness"))
}

fn is(verdict: &str, freshness: &str) -> (String, String) {
    (verdict.into(), freshness.into())
}

#[tokio::test]
async fn what_was_looked_up_before_a_restart_is_served_with_its_old_time_and_as_stale_when_that_is_over() {
    let server = restarted_with(NAME, &(NOW - 10).to_string(), &absent().to_string()).await;
    let found = server.get(&format!("/v1/profiles/{NAME}")).await.body;
    assert_eq!((&found["verdict"], &found["freshness"]), (&json!("absent"), &json!("cached")));
    assert_eq!(found["resolvedAt"], "2026-11-18T11:06:30Z");
    server.move_clock(51);
    assert_eq!(look_up(&server, NAME).await, is("absent", "stale"));
    server.move_clock(86_400);
    assert_eq!(look_up(&server, NAME).await, is("unreachable", "live"));
}

#[tokio::test]
async fn what_is_kept_survives_any_number_of_restarts_until_it_is_too_old() {
    let server = restarted_with(NAME, &(NOW - 10).to_string(), &absent().to_string()).await;
    let server = TestServer::start_in(server.stop().await, keeps).await;
    assert_eq!(look_up(&server, NAME).await, is("absent", "cached"));
    let server = restarted_with(NAME, &(NOW - 86_400).to_string(), &absent().to_string()).await;
    assert_eq!(look_up(&server, NAME).await, is("unreachable", "live"));
}

#[tokio::test]
async fn a_lookup_that_was_forgotten_stays_forgotten() {
    let server = restarted_with(NAME, &(NOW - 10).to_string(), &absent().to_string()).await;
    let request = server.http.delete(format!("{}/v1/profiles/{NAME}", server.url));
    assert_eq!(reply(request.bearer_auth(TOKEN)).await.status, 204);
    // The row went before that was acknowledged: no crash brings it back.
    assert_eq!(server.count("kept_lookups").await, 0);
    let server = TestServer::start_in(server.stop().await, keeps).await;
    assert_eq!(look_up(&server, NAME).await, is("unreachable", "live"));
}

#[tokio::test]
async fn a_server_that_keeps_nothing_forgets_what_another_kept() {
    let server = restarted_with(NAME, &(NOW - 10).to_string(), &absent().to_string()).await;
    let server = TestServer::start_in(server.stop().await, |_| {}).await;
    assert_eq!(look_up(&server, NAME).await, is("unreachable", "live"));
    let server = TestServer::start_in(server.stop().await, keeps).await;
    assert_eq!(look_up(&server, NAME).await, is("unreachable", "live"));
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_left_out_and_the_others_are_not() {
    let server = TestServer::start_with(keeps).await;
    let at = (NOW - 10).to_string();
    let mut verified = absent();
    verified["verdict"] = json!("verified");
    let mut foreign = absent();
    foreign["evidence"]["chainId"] = json!(5);
    let mut body = verified.clone();
    body["body"] = json!("{}");
    for (number, outcome) in
        ["", "{}", "null", &verified.to_string(), &foreign.to_string(), &body.to_string()]
            .into_iter()
            .enumerate()
    {
        insert(&server, &format!("bad{number}.other.eth"), &at, outcome).await;
    }
    insert(&server, "blob.other.eth", "-1", &absent().to_string()).await;
    insert(&server, "text.other.eth", "'yesterday'", &absent().to_string()).await;
    insert(&server, "future.other.eth", &(NOW + 1).to_string(), &absent().to_string()).await;
    insert(&server, "No Name", &at, &absent().to_string()).await;
    insert(&server, NAME, &at, &absent().to_string()).await;
    let server = TestServer::start_in(server.stop().await, keeps).await;
    for name in ["bad0", "bad1", "bad2", "bad3", "bad4", "bad5", "blob", "text", "future"] {
        let found = look_up(&server, &format!("{name}.other.eth")).await;
        assert_eq!(found, is("unreachable", "live"), "{name}");
    }
    assert_eq!(look_up(&server, NAME).await, is("absent", "cached"));
}

#[tokio::test]
async fn names_that_the_gateway_keeps_itself_are_not_kept_twice() {
    let own = "alice.user.dm3.eth";
    let server = restarted_with(own, &(NOW - 10).to_string(), &absent().to_string()).await;
    assert_eq!(look_up(&server, own).await, is("absent", "live"));
    let directory = server.stop().await;
    let server = TestServer::start_in(directory, keeps).await;
    assert_eq!(look_up(&server, own).await, is("absent", "live"));
}
