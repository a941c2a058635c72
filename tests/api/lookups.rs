//! `/v1/profiles` and what belongs to it, for names of this gateway. Names of others are looked up in
//! tests/clients/lookups.test.mjs, where there is a chain.

use std::collections::BTreeSet;
use std::time::Duration;

use dm3_gateway::dm3::{PROFILE_RECORD, ProfileKeys, UserProfile, inline_record};
use dm3_gateway::ens::Name;
use dm3_gateway::lookup::{Changes, Client, ClientError, Freshness, News, ProfileLookup, Verdict};
use futures_util::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

use crate::harness::{NOW, TestServer, Wallet, nothing, reply, texts};

const ALICE: &str = "alice.user.dm3.eth";

async fn look_up(server: &TestServer, name: &str) -> Value {
    let reply = server.get(&format!("/v1/profiles/{name}")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// A server at which the wallet's profile is published, and [`ALICE`] claimed.
async fn with_alice(wallet: &Wallet) -> TestServer {
    let server = TestServer::start().await;
    let profile = texts(&[(PROFILE_RECORD, &wallet.profile("post.user.dm3.eth"))]);
    server.claim(wallet, &wallet.address_name(), profile).await;
    server.claim(wallet, ALICE, nothing()).await;
    server
}

fn delivery_service() -> Value {
    let key = "FPGTrDaHOPdj//2QLhCTZy6Tveg40iYgN4nGedFt/7E=";
    let json = json!({ "publicEncryptionKey": key, "publicSigningKey": key, "url": "https://ds.example/" });
    texts(&[("network.dm3.deliveryService", &format!("data:application/json,{json}"))])
}

#[tokio::test]
async fn a_profile_comes_with_its_delivery_services_and_what_it_rests_on() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!((&found["verdict"], &found["freshness"]), (&json!("verified"), &json!("live")));
    assert_eq!(found["address"], json!(wallet.address()));
    assert_eq!(found["profile"]["deliveryServices"], json!(["post.user.dm3.eth"]));
    assert_eq!(found["deliveryServices"][0]["verdict"], "absent");
    let record = wallet.profile("post.user.dm3.eth");
    assert_eq!(found["evidence"]["recordUri"], json!(record));
    let states = found["evidence"]["states"].as_array().unwrap();
    let names: Vec<_> = states.iter().map(|state| state["name"].as_str().unwrap()).collect();
    assert_eq!(names, [ALICE, &wallet.address_name()]);
    for state in states {
        let held = server.get(&format!("/v1/names/{}", state["name"].as_str().unwrap())).await.body;
        assert_eq!((&held["version"], &held["stateHash"]), (&state["version"], &state["stateHash"]));
    }

    server.claim(&Wallet::new(2), "post.user.dm3.eth", delivery_service()).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!(found["freshness"], "cached");
    let service = &found["deliveryServices"][0];
    assert_eq!(
        (&service["verdict"], &service["profile"]["url"]),
        (&json!("verified"), &json!("https://ds.example/"))
    );
    let same = server.get("/v1/delivery-services/post.user.dm3.eth").await.body;
    assert_eq!(same["profile"], service["profile"]);
}

#[tokio::test]
async fn a_name_without_a_profile_is_absent_and_one_of_others_needs_a_chain() {
    let server = TestServer::start().await;
    assert_eq!(look_up(&server, ALICE).await["verdict"], "absent");
    assert_eq!(look_up(&server, "somebody.other.eth").await["verdict"], "unreachable");
    assert_eq!(server.get("/v1/profiles/Alice.eth").await.refusal(), (400, "invalid-name"));
}

#[tokio::test]
async fn a_record_elsewhere_that_does_not_answer_is_unreachable_and_one_inside_is_invalid() {
    let wallet = Wallet::new(1);
    let server = TestServer::start().await;
    let hash = "ab".repeat(32);
    let record = |host: &str| texts(&[(PROFILE_RECORD, &format!("https://{host}/profile?dm3Hash=0x{hash}"))]);
    let claimed = server.claim(&wallet, ALICE, record("127.0.0.1:1")).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!(found["verdict"], "invalid", "{found}");
    server.send(&wallet.next(&claimed, wallet.address(), record("no-such-host.invalid"))).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!(found["verdict"], "unreachable", "{found}");
    assert!(found["profile"].is_null() && found["signature"].is_null());
}

#[tokio::test]
async fn many_names_are_looked_up_in_one_request() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let names: Vec<_> =
        std::iter::once(ALICE.to_owned()).chain((1..500).map(|n| format!("n{n}.user.dm3.eth"))).collect();
    let reply = server.post("/v1/profiles", json!({ "names": names }).to_string()).await;
    let items = reply.body["items"].as_array().unwrap();
    assert_eq!(items.iter().map(|item| item["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
    assert_eq!((&items[0]["verdict"], &items[499]["verdict"]), (&json!("verified"), &json!("absent")));
    let too_many = json!({ "names": vec![ALICE; 501] }).to_string();
    assert_eq!(server.post("/v1/profiles", too_many).await.refusal(), (400, "malformed"));
}

#[tokio::test]
async fn the_typed_client_gives_what_the_library_gives() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let client = Client::new(server.url.parse().unwrap()).unwrap();
    let alice = Name::parse(ALICE).unwrap();
    let found = client.profile(&alice, None).await.unwrap();
    assert_eq!((found.verdict, found.address), (Verdict::Verified, Some(wallet.address())));
    assert_eq!(client.profile(&alice, Some(60)).await.unwrap().freshness, Freshness::Cached);
    let services = Name::parse("post.user.dm3.eth").unwrap();
    assert_eq!(client.delivery_service(&services, None).await.unwrap().verdict, Verdict::Absent);
    let many = client.profiles(&[services, alice], None).await.unwrap();
    assert_eq!(many.iter().map(|one| one.verdict).collect::<Vec<_>>(), [Verdict::Absent, Verdict::Verified]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_was_acknowledged_shows_in_every_lookup_after_it() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let name = wallet.address_name();
    let mut state = server.get(&format!("/v1/names/{name}")).await.body;
    for round in 0..30 {
        // Lookups of both names are under way while the write is.
        let reading = join_all((0..4).map(|_| look_up(&server, ALICE)));
        let service = format!("ds{round}.eth");
        let operation =
            wallet.next(&state, wallet.address(), texts(&[(PROFILE_RECORD, &wallet.profile(&service))]));
        let (_, written) = tokio::join!(reading, server.send(&operation));
        assert_eq!(written.status, 200, "{}", written.body);
        state = written.body;
        for name in [ALICE, &name] {
            assert_eq!(
                look_up(&server, name).await["profile"]["deliveryServices"],
                json!([service]),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_kept_can_be_demanded_anew_and_forgotten_by_the_operator() {
    let server = TestServer::start_with(|settings| {
        let args = dm3_gateway::config::ServeArgs::default();
        let secrets = dm3_gateway::config::Secrets {
            purge_token: Some("0123456789abcdef"),
            ..dm3_gateway::config::Secrets::default()
        };
        settings.lookups = dm3_gateway::config::Settings::load(args, secrets).unwrap().lookups;
    })
    .await;
    assert_eq!(look_up(&server, ALICE).await["freshness"], "live");
    assert_eq!(look_up(&server, ALICE).await["freshness"], "cached");
    server.move_clock(10);
    assert_eq!(look_up(&server, &format!("{ALICE}?max_age=11")).await["freshness"], "cached");
    assert_eq!(look_up(&server, &format!("{ALICE}?max_age=10")).await["freshness"], "live");
    let purge = async |token: &str| {
        let request = server.http.delete(format!("{}/v1/profiles/{ALICE}", server.url));
        reply(request.bearer_auth(token)).await.status.as_u16()
    };
    assert_eq!(purge("0123456789abcdeg").await, 401);
    assert_eq!(look_up(&server, ALICE).await["freshness"], "cached");
    assert_eq!(purge("0123456789abcdef").await, 204);
    assert_eq!(look_up(&server, ALICE).await["freshness"], "live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_who_ask_for_ten_names_share_ten_resolutions() {
    let server = TestServer::start().await;
    let names: Vec<_> = (0..10).map(|n| Name::parse(&format!("cold{n}.user.dm3.eth")).unwrap()).collect();
    let asked = (0..10_000).map(|n| server.lookups().profile(&names[n % 10], None));
    assert!(join_all(asked).await.iter().all(|found| found.verdict == Verdict::Absent));
    assert_eq!(server.lookups().resolutions(), 10);
}

#[tokio::test]
async fn what_is_absent_is_kept_for_a_shorter_time_than_what_is_there() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    for name in [ALICE, "nobody.user.dm3.eth"] {
        look_up(&server, name).await;
    }
    server.move_clock(61);
    assert_eq!(look_up(&server, ALICE).await["freshness"], "cached");
    assert_eq!(look_up(&server, "nobody.user.dm3.eth").await["freshness"], "live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_names_stay_within_the_bounds_of_the_cache() {
    let server = TestServer::start().await;
    let lookups = server.lookups();
    for thousand in 0..100 {
        let names: Vec<_> = (0..1000)
            .map(|n| Name::parse(&format!("a-rather-long-label-{thousand}-{n}.user.dm3.eth")).unwrap())
            .collect();
        for found in lookups.profiles(&names, None, Duration::from_secs(60)).await {
            assert_eq!(found.verdict, Verdict::Absent);
        }
    }
    let kept = lookups.kept_bytes();
    assert!(kept <= 64 << 20, "{kept} bytes");
    // It is full, so the bound was what held it.
    assert!(kept > 32 << 20, "{kept} bytes");
}

/// The events of a stream.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    async fn of(server: &TestServer, query: &str) -> Self {
        let response = server.http.get(format!("{}/v1/changes?{query}", server.url)).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next lookup, with the id of its event.
    async fn next(&mut self) -> (Value, String) {
        loop {
            let (kind, data, id) = self.event().await;
            if kind == "profile" {
                return (serde_json::from_str(&data).unwrap(), id);
            }
        }
    }

    /// The id up to which everything was told, once that is known anew.
    async fn complete(&mut self) -> u64 {
        loop {
            let (kind, _, id) = self.event().await;
            if kind == "complete" {
                return id.parse().unwrap();
            }
        }
    }

    /// Kind, data and id of the next event.
    async fn event(&mut self) -> (String, String, String) {
        let patience = Duration::from_secs(30);
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
                };
                match field("data:") {
                    Some(data) => return (field("event:").unwrap(), data, field("id:").unwrap()),
                    None => continue,
                }
            }
            let chunk =
                tokio::time::timeout(patience, self.response.chunk()).await.unwrap().unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn who_watches_names_hears_what_they_are_and_each_change() {
    let (wallet, other) = (Wallet::new(1), Wallet::new(2));
    let server = with_alice(&wallet).await;
    let mut events = Events::of(&server, &format!("names={ALICE},bob.user.dm3.eth")).await;
    let first = [events.next().await.0, events.next().await.0];
    let verdicts: BTreeSet<_> = first.iter().map(|lookup| lookup["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, BTreeSet::from(["absent", "verified"]));
    // A name that nobody watches, and then the address name that one of them inherits from.
    server.claim(&other, "carol.user.dm3.eth", nothing()).await;
    let state = server.get(&format!("/v1/names/{}", wallet.address_name())).await.body;
    let changed = texts(&[(PROFILE_RECORD, &wallet.profile("other.eth"))]);
    server.send(&wallet.next(&state, wallet.address(), changed)).await;
    let (lookup, _) = events.next().await;
    assert_eq!(
        (&lookup["name"], &lookup["profile"]["deliveryServices"]),
        (&json!(ALICE), &json!(["other.eth"]))
    );
}

#[tokio::test]
async fn who_comes_back_with_a_cursor_hears_what_they_missed() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let mut events = Events::of(&server, &format!("names={ALICE}")).await;
    events.next().await;
    server.move_clock(100);
    let state = server.get(&format!("/v1/names/{}", wallet.address_name())).await.body;
    let change = |service: &str, state: &Value| {
        wallet.next(state, wallet.address(), texts(&[(PROFILE_RECORD, &wallet.profile(service))]))
    };
    let state = server.send(&change("one.eth", &state)).await.body;
    events.next().await;
    let cursor = events.complete().await;
    drop(events);
    assert!(cursor > NOW, "{cursor}");
    server.move_clock(100);
    let mut again =
        Events::of(&server, &format!("names=nobody.user.dm3.eth,{ALICE}&cursor={}", NOW + 150)).await;
    server.send(&change("two.eth", &state)).await;
    // What had not changed since is not told; what changes now is.
    let (lookup, _) = again.next().await;
    assert_eq!(lookup["profile"]["deliveryServices"], json!(["two.eth"]));
    let mut missed = Events::of(&server, &format!("names={ALICE}&cursor={cursor}")).await;
    assert_eq!(missed.next().await.0["profile"]["deliveryServices"], json!(["two.eth"]));
}

/// Passes connections on to a server, and cuts them.
struct CutOff {
    url: String,
    cut: broadcast::Sender<()>,
}

impl CutOff {
    async fn before(server: &TestServer) -> Self {
        let to = server.url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (cut, _) = broadcast::channel(1);
        let cuts = cut.clone();
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let (mut cut, to) = (cuts.subscribe(), to.clone());
                tokio::spawn(async move {
                    let Ok(mut to) = TcpStream::connect(to).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut from, &mut to) => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Self { url, cut }
    }

    fn cut(&self) {
        self.cut.send(()).ok();
    }
}

/// The next lookup that the typed client is told of.
async fn told(changes: &mut Changes) -> ProfileLookup {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(30), changes.next()).await;
        if let News::Profile(lookup) = next.unwrap().unwrap().news {
            return *lookup;
        }
    }
}

#[tokio::test]
async fn the_typed_client_hears_of_changes_and_goes_on_where_its_connection_broke() {
    let wallet = Wallet::new(1);
    let server = with_alice(&wallet).await;
    let between = CutOff::before(&server).await;
    let client = Client::new(between.url.parse().unwrap()).unwrap();
    let mut changes = client.changes(&[Name::parse(ALICE).unwrap()], None);
    assert_eq!(told(&mut changes).await.verdict, Verdict::Verified);
    let mut state = server.get(&format!("/v1/names/{}", wallet.address_name())).await.body;
    for service in ["one.eth", "two.eth", "three.eth"] {
        between.cut();
        let profile = texts(&[(PROFILE_RECORD, &wallet.profile(service))]);
        state = server.send(&wallet.next(&state, wallet.address(), profile)).await.body;
        while told(&mut changes).await.profile.unwrap().delivery_services != [service] {}
    }

    // With a cursor, only what has changed since is told.
    server.move_clock(3600);
    let mut since = client.changes(&[Name::parse(ALICE).unwrap()], Some(NOW + 1800));
    assert!(matches!(since.next().await.unwrap().news, News::Complete));

    let refused = client.changes(&[], None).next().await.unwrap_err();
    assert!(matches!(refused, ClientError::Refused { status: 400, .. }), "{refused}");
    drop(server);
    between.cut();
    let unreached = tokio::time::timeout(Duration::from_secs(30), changes.next()).await.unwrap();
    assert!(matches!(unreached, Err(ClientError::Http(_))), "{unreached:?}");
}

/// Whoever loses the connection after the first of several changes comes back with its id.
#[tokio::test]
async fn no_change_is_lost_with_a_connection_that_breaks_between_two() {
    let server = TestServer::start().await;
    let names = ["one.user.dm3.eth", "two.user.dm3.eth"];
    for (number, name) in names.iter().enumerate() {
        let wallet = Wallet::new(number as u64 + 1);
        server.claim(&wallet, name, texts(&[(PROFILE_RECORD, &wallet.profile("ds.eth"))])).await;
    }
    server.move_clock(3600);
    let query = format!("names={}", names.join(","));
    let (first, id) = Events::of(&server, &query).await.next().await;
    let mut again = Events::of(&server, &format!("{query}&cursor={id}")).await;
    let told = [again.next().await.0, again.next().await.0];
    let others: Vec<_> = told.iter().filter(|lookup| lookup["name"] != first["name"]).collect();
    assert_eq!(others.len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_change_of_a_delivery_service_is_a_change_of_the_profile() {
    let (wallet, operator) = (Wallet::new(1), Wallet::new(2));
    let server = with_alice(&wallet).await;
    let mut events = Events::of(&server, &format!("names={ALICE}")).await;
    assert_eq!(events.next().await.0["deliveryServices"][0]["verdict"], "absent");
    server.claim(&operator, "post.user.dm3.eth", delivery_service()).await;
    assert_eq!(events.next().await.0["deliveryServices"][0]["verdict"], "verified");
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let server = TestServer::start().await;
    let mut events = Events::of(&server, &format!("names={ALICE}")).await;
    events.next().await;
    let stopping = async {
        // Streams are asked to end; without that, the server waits for them, and gives up after twenty seconds.
        tokio::time::timeout(Duration::from_secs(10), server.stop()).await
    };
    assert!(stopping.await.is_ok());
}

#[tokio::test]
async fn what_is_no_name_is_told_beside_the_others() {
    let server = TestServer::start().await;
    let body = json!({ "names": ["one.user.dm3.eth", "Not.A Name", "two.user.dm3.eth"] });
    let items = server.post("/v1/profiles", body.to_string()).await.body["items"].clone();
    let verdicts: Vec<_> = items.as_array().unwrap().iter().map(|item| item["verdict"].clone()).collect();
    assert_eq!(verdicts, ["absent", "invalid", "absent"]);
}

/// A profile of 8 KB can name a delivery service of one letter two thousand times.
#[tokio::test]
async fn a_profile_that_names_too_many_delivery_services_makes_no_large_answer() {
    let wallet = Wallet::new(1);
    let server = TestServer::start().await;
    let keys = ProfileKeys::of_wallet(&wallet.0);
    let profile = |services: usize| UserProfile {
        public_signing_key: keys.public_signing_key(),
        public_encryption_key: keys.public_encryption_key(),
        delivery_services: vec![Name::parse("a").unwrap(); services],
    };
    let record = |services| texts(&[(PROFILE_RECORD, &inline_record(&profile(services).sign(&wallet.0)))]);
    let claimed = server.claim(&wallet, ALICE, record(60)).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!(found["deliveryServices"].as_array().unwrap().len(), 1, "each is looked up once");
    server.send(&wallet.next(&claimed, wallet.address(), record(1800))).await;
    let found = look_up(&server, ALICE).await;
    assert_eq!(found["verdict"], "invalid");
    let names = json!({ "names": vec![ALICE; 500] });
    let answer = server.post("/v1/profiles", names.to_string()).await;
    assert!(answer.body.to_string().len() < 9 << 20);
}

#[tokio::test]
async fn a_stream_about_nothing_and_one_too_many_are_refused() {
    let server = TestServer::start_with(|settings| settings.lookups.watches = 1).await;
    for query in ["names=", "names=Alice.eth", "names=alice.eth&cursor=x", ""] {
        assert_eq!(server.get(&format!("/v1/changes?{query}")).await.status, 400, "{query}");
    }
    let mut events = Events::of(&server, "names=alice.user.dm3.eth").await;
    events.next().await;
    assert_eq!(server.get("/v1/changes?names=alice.user.dm3.eth").await.refusal(), (503, "overloaded"));
}
