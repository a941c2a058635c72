//! The OpenAPI document: it has every route, and each is answered as it says.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::Address;
use dm3_gateway::config::{AccountStoreSettings, Secrets, ServeArgs, Settings};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::described::{Description, Operation};
use crate::dm3_user::Dm3User;
use crate::harness::{
    NOW, RESOLVER, Reply, TestServer, Wallet, nothing, reply, state, texts, to_hex, zero_hash,
};
use crate::messages::{Message, register, set_addr, set_text, signed};

/// The operator's, to have lookups forgotten.
const TOKEN: &str = "0123456789abcdef";
const ALICE: &str = "alice.user.dm3.eth";

/// The literals behind `.route(` in a part of `router.rs`.
fn routes(source: &str) -> impl Iterator<Item = &str> {
    source.split(".route(").skip(1).map(|rest| rest.split('"').nth(1).unwrap())
}

/// The routes of `router.rs`, which is the only place that has any: the API's, CCIP read's, those of dm3's clients, and
/// those for people, which are no part of the API.
fn parts_of_the_router() -> [&'static str; 4] {
    let (main, rest) = include_str!("../../src/http/router.rs").split_once("fn ccip_routes").unwrap();
    let (ccip, rest) = rest.split_once("fn dm3_routes").unwrap();
    let (dm3, pages) = rest.split_once("fn page_routes").unwrap();
    [main, ccip, dm3, pages]
}

/// The paths of the pages; all they take is GET.
fn page_paths() -> BTreeSet<&'static str> {
    let [_, _, _, pages] = parts_of_the_router();
    routes(pages).collect()
}

/// The paths that have to be described.
fn routed_paths() -> BTreeSet<String> {
    let [main, ccip, dm3, _] = parts_of_the_router();
    let nests: Vec<_> = main.split(".nest(").skip(1).map(|rest| rest.split('"').nth(1).unwrap()).collect();
    assert_eq!(nests, ["/tor"], "another nest: its paths have to be listed here");
    let below_tor = routes(ccip).map(|path| format!("/tor{}", path.trim_end_matches('/')));
    routes(main).chain(routes(ccip)).chain(routes(dm3)).map(str::to_owned).chain(below_tor).collect()
}

#[tokio::test]
async fn the_document_has_every_path_and_method_of_the_router_and_no_other() {
    let server = TestServer::start().await;
    let description = Description::of(&server).await;
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path) in description.operations() {
        described.entry(path).or_default().insert(method);
    }
    assert_eq!(described.keys().cloned().collect::<BTreeSet<_>>(), routed_paths());
    // A method that no route has is told which there are.
    for (path, methods) in described {
        let refused = reply(server.http.request(Method::PATCH, format!("{}{path}", server.url))).await;
        assert_eq!(refused.status, 405, "{path}");
        let allowed = refused.header("allow").split(',').filter(|&method| method != "HEAD");
        let mut allowed: BTreeSet<_> = allowed.map(str::to_owned).collect();
        if page_paths().contains(path.as_str()) {
            assert!(allowed.remove("GET"), "{path}");
        }
        assert_eq!(allowed, methods, "{path}");
    }
}

#[tokio::test]
async fn the_pages_are_no_part_of_the_document_and_take_get_only() {
    let server = TestServer::start().await;
    let description = Description::of(&server).await;
    assert_eq!(page_paths(), BTreeSet::from(["/", "/names/{name}", "/page/{file}"]));
    for path in page_paths() {
        assert!(!description.operations().contains(&("GET".to_owned(), path.to_owned())), "{path}");
        let url = format!("{}{}", server.url, path.replace("{name}", ALICE).replace("{file}", "app.js"));
        let shown = reply(server.http.get(&url)).await;
        assert!(!shown.header("content-type").contains("json"), "{path}");
        let refused = reply(server.http.request(Method::DELETE, url)).await;
        assert_eq!(refused.refusal(), (405, "method-not-allowed"), "{path}");
    }
}

/// What no example can have: a token, because a challenge lives for minutes; the operator's token; an answer that ends.
fn needs_no_challenge((method, path): &Operation) -> bool {
    let operation = (method.as_str(), path.as_str());
    let without = [
        ("POST", "/auth/{ensName}"),
        ("GET", "/v1/session"),
        ("DELETE", "/v1/profiles/{name}"),
        ("GET", "/v1/changes"),
        ("GET", "/v1/delivery-services/{name}/accounts/{account}/spam-rules"),
    ];
    !without.contains(&operation)
}

fn account_store() -> AccountStoreSettings {
    AccountStoreSettings { service: "ds.example.eth".into(), url: "https://ds.example".into() }
}

#[tokio::test]
async fn the_examples_can_be_sent_as_they_are() {
    let server = TestServer::start_with(|settings| {
        settings.answers.tor_resolvers = vec![RESOLVER];
        settings.account_stores = vec![account_store()];
    })
    .await;
    server.move_clock(1_800_000_000 - NOW - 600);
    let description = Description::of(&server).await;
    // In the order of the story that the examples tell: what is written first, is asked for, and is given up.
    let mut operations = description.operations();
    operations.sort_by_key(|(method, path)| match (method.as_str(), path.as_str()) {
        ("PUT", "/v1/names/{name}") | ("POST", "/profile/address") => 0,
        ("POST", "/profile/name" | "/v1/delivery-services/{name}/accounts") => 1,
        ("POST", "/profile/deleteName") => 3,
        _ => 2,
    });
    for operation in operations.into_iter().filter(needs_no_challenge) {
        let reply = reply(description.example(&server, &operation)).await;
        assert!(reply.status.is_success(), "{operation:?}: {}", reply.body);
        description.check(&operation, &reply);
    }
    let listed = description.example(&server, &("GET".into(), "/v1/names".into()));
    assert_eq!(reply(listed).await.body["items"][0]["name"], ALICE);
}

#[tokio::test]
async fn who_is_turned_away_is_told_so_as_described() {
    let server = TestServer::start_with(|settings| settings.limits.requests = 0).await;
    let description = Description::of(&TestServer::start().await).await;
    // Streams have a bound of their own: tests/api/lookups.rs.
    for operation in description.operations().into_iter().filter(|(_, path)| path != "/v1/changes") {
        let reply = reply(description.example(&server, &operation)).await;
        let expected = if operation.1 == "/health/live" { 200 } else { 503 };
        assert_eq!(reply.status, expected, "{operation:?}");
        description.check(&operation, &reply);
    }
}

/// Sends requests, checks what comes back, and remembers which statuses were seen.
struct Drive {
    server: TestServer,
    description: Description,
    seen: BTreeSet<(Operation, u16)>,
}

impl Drive {
    async fn send(&mut self, path: &str, request: RequestBuilder, status: u16) -> Reply {
        let method = request.try_clone().unwrap().build().unwrap().method().to_string();
        let operation = (method, path.to_owned());
        let reply = reply(request).await;
        assert_eq!(reply.status.as_u16(), status, "{operation:?}: {}", reply.body);
        self.description.check(&operation, &reply);
        self.seen.insert((operation, status));
        reply
    }

    async fn get(&mut self, path: &str, name: &str, query: &str, status: u16) -> Reply {
        let url = format!("{}{}{query}", self.server.url, filled(path, name));
        self.send(path, self.server.http.get(url), status).await
    }

    async fn post(&mut self, path: &str, name: &str, body: &Value, status: u16) -> Reply {
        let url = format!("{}{}", self.server.url, filled(path, name));
        self.send(path, self.server.http.post(url).json(body), status).await
    }

    async fn put(&mut self, operation: &Value, status: u16) -> Value {
        let name = operation["state"]["name"].as_str().unwrap_or(ALICE);
        let url = format!("{}/v1/names/{name}", self.server.url);
        self.send("/v1/names/{name}", self.server.http.put(url).json(operation), status).await.body
    }

    /// By each of the ways to look something up.
    async fn look_up(&mut self, resolver: Address, calldata: &str, status: u16) {
        let resolver = to_hex(resolver.as_slice());
        for (method, path) in self.description.operations() {
            if !path.trim_start_matches("/tor").starts_with("/{") && !["/", "/tor"].contains(&&*path) {
                continue;
            }
            let filled = path.replace("{resolver}", &resolver).replace("{calldata}", calldata);
            let url = format!("{}{filled}", self.server.url);
            let request = self.server.http.request(method.parse().unwrap(), url);
            let body = json!({ "data": calldata, "sender": resolver });
            let request = if method == "POST" { request.json(&body) } else { request };
            self.send(&path, request.try_clone().unwrap(), status).await;
            if method == "GET" && status == 200 {
                self.send(&path, request.header("if-none-match", "*"), 304).await;
            }
        }
    }
}

/// A path with its one parameter.
fn filled(path: &str, parameter: &str) -> String {
    match path.split_once('{') {
        Some((before, rest)) => format!("{before}{parameter}{}", rest.split_once('}').unwrap().1),
        None => path.to_owned(),
    }
}

fn small(settings: &mut Settings) {
    settings.answers.resolvers = vec![RESOLVER];
    settings.answers.tor_resolvers = vec![RESOLVER];
    settings.limits.calldata_bytes = 1024;
    settings.limits.operations_per_day = 3;
    settings.limits.body_bytes = 8192;
    settings.account_stores = vec![account_store()];
    settings.lookups = with_token().lookups;
}

fn with_token() -> Settings {
    let secrets = Secrets { purge_token: Some(TOKEN), ..Secrets::default() };
    Settings::load(ServeArgs::default(), secrets).unwrap()
}

#[tokio::test]
async fn each_status_of_each_operation_happens_and_looks_as_described() {
    let server = TestServer::start_with(small).await;
    let description = Description::of(&server).await;
    let mut drive = Drive { server, description, seen: BTreeSet::new() };
    writes(&mut drive).await;
    messages(&mut drive).await;
    reads(&mut drive).await;
    ccip(&mut drive).await;
    lookups(&mut drive).await;
    dm3_clients(&mut drive).await;
    accounts(&mut drive).await;
    drive.server.break_database().await;
    for path in
        ["/health/ready", "/v1/names/{name}", "/v1/names/{name}/history", "/v1/names/{name}/availability"]
    {
        drive.get(path, "other.user.dm3.eth", "", 503).await;
    }
    let described = drive.description.operations().into_iter().flat_map(|operation| {
        let statuses = drive.description.statuses(&operation);
        statuses.into_iter().map(move |status| (operation.clone(), status))
    });
    // The first would be a bug, the second is what the test above is about.
    let unseen: Vec<_> = described.filter(|(_, status)| ![500, 503].contains(status)).collect();
    let unseen: Vec<_> = unseen.iter().filter(|case| !drive.seen.contains(case)).collect();
    assert!(unseen.is_empty(), "described, but it did not happen: {unseen:?}");
}

async fn writes(drive: &mut Drive) {
    let wallet = Wallet::new(1);
    let signed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut state = state(name, 1, &zero_hash(), wallet.address(), nothing());
        change(&mut state);
        wallet.sign(state)
    };
    let claim = signed(ALICE, &|_| {});
    let mut forged = claim.clone();
    forged["proof"] = Wallet::new(2).claim(ALICE, nothing())["proof"].clone();
    drive.put(&forged, 401).await;
    drive.put(&json!({}), 400).await;
    drive.put(&signed(ALICE, &|state| state["chainId"] = json!(2)), 400).await;
    drive.put(&signed(ALICE, &|state| state["validUntil"] = json!(NOW + 90_000)), 400).await;
    drive.put(&signed(ALICE, &|state| state["validUntil"] = json!(NOW - 1)), 410).await;
    drive.put(&signed(ALICE, &|state| state["records"] = texts(&[("", "")])), 422).await;
    drive.put(&signed("admin.user.dm3.eth", &|_| {}), 403).await;
    drive.put(&signed("alice.other.eth", &|_| {}), 404).await;
    drive.put(&signed(ALICE, &|state| state["records"] = texts(&[("url", &"x".repeat(9000))])), 413).await;
    let claimed = drive.put(&claim, 201).await;
    drive.put(&signed(ALICE, &|state| state["validUntil"] = json!(NOW + 1)), 409).await;
    let changed = drive.put(&wallet.next(&claimed, wallet.address(), texts(&[("url", "x")])), 200).await;
    let released = drive.put(&wallet.next(&changed, Address::ZERO, nothing()), 200).await;
    drive.put(&wallet.next(&released, Address::ZERO, nothing()), 409).await;
    drive.put(&wallet.next(&released, wallet.address(), nothing()), 429).await;
    drive.put(&signed("bob.user.dm3.eth", &|_| {}), 201).await;
}

async fn messages(drive: &mut Drive) {
    let (path, owner, other) = ("/v1/erc7884", Wallet::new(4), Wallet::new(5));
    let name = "dora.user.dm3.eth";
    let set = |value: &str| set_text(name, "url", value);
    let late = Message::of(&owner, set("x")).expiring(NOW - 1);
    let registered = signed(&owner, register(name, owner.address()));
    for (body, status) in [
        (json!({}), 400),
        (json!({ "signature": "x".repeat(9000) }), 413),
        (Message::of(&owner, register(name, owner.address())).signed_by(&other), 401),
        (signed(&owner, set("x")), 404),
        (registered.clone(), 200),
        (signed(&other, register(name, other.address())), 409),
        (signed(&other, set("x")), 403),
        (late.signed_by(&owner), 410),
        (signed(&owner, set_addr(name, 60, &[1])), 422),
        (signed(&owner, set("x")), 200),
        (registered, 409),
        (signed(&owner, set("y")), 200),
        (signed(&owner, set("z")), 429),
    ] {
        drive.post(path, "", &body, status).await;
    }
}

async fn reads(drive: &mut Drive) {
    for path in ["/v1/names/{name}", "/v1/names/{name}/history"] {
        drive.get(path, "bob.user.dm3.eth", "", 200).await;
        drive.get(path, "nobody.user.dm3.eth", "", 404).await;
        drive.get(path, "alice.other.eth", "", 404).await;
        drive.get(path, "Alice.user.dm3.eth", "", 400).await;
    }
    let availability = "/v1/names/{name}/availability";
    for name in ["bob.user.dm3.eth", "nobody.user.dm3.eth", "Alice.user.dm3.eth", "alice.other.eth"] {
        drive.get(availability, name, "", 200).await;
    }
    drive.get(availability, "%ff", "", 400).await;
    for (path, right, wrong) in [
        ("/v1/codecs/address", "?coin=sol&text=0x01", "?coin=eth&text=0x01"),
        ("/v1/codecs/contenthash", "?text=0xe301", "?text=https://example.com"),
    ] {
        drive.get(path, "", right, 200).await;
        drive.get(path, "", wrong, 422).await;
        drive.get(path, "", "", 400).await;
    }
    drive.get("/v1/names/{name}/history", ALICE, "?limit=2", 200).await;
    drive.get("/v1/names", "", "?zone=user.dm3.eth&limit=1", 200).await;
    drive.get("/v1/names", "", "", 400).await;
    drive.get("/v1/names", "", "?zone=other.eth", 404).await;
    for path in ["/v1/zones", "/v1/info", "/health/live", "/health/ready", "/openapi.json"] {
        drive.get(path, "", "", 200).await;
    }
}

async fn ccip(drive: &mut Drive) {
    let question =
        |name: &str| to_hex(&crate::harness::question(name, dm3_gateway::ens::call::RecordKey::Addr));
    drive.look_up(RESOLVER, &question("bob.user.dm3.eth"), 200).await;
    drive.look_up(RESOLVER, "0x9061b923", 400).await;
    drive.look_up(Address::repeat_byte(0xd0), &question("bob.user.dm3.eth"), 403).await;
    drive.look_up(RESOLVER, &question("alice.other.eth"), 404).await;
    drive.look_up(RESOLVER, &format!("0x{}", "00".repeat(1025)), 413).await;
}

async fn dm3_clients(drive: &mut Drive) {
    let carol = Dm3User::new(3);
    let bob = Wallet::new(1).address().to_string();
    let publish = carol.publication("ds.example.eth");
    drive.post("/profile/address", "", &publish, 200).await;
    drive.post("/profile/address", "", &json!({}), 400).await;
    for path in ["/profile/address", "/profile/name", "/profile/deleteName", "/auth/{ensName}"] {
        drive.post(path, "carol.user.dm3.eth", &json!({ "signature": "x".repeat(9000) }), 413).await;
    }
    let (show, show_name) = ("/profile/{address}", "/profile/name/{address}");
    drive.get(show, &carol.address(), "", 200).await;
    drive.get(show, &bob, "", 404).await;
    drive.get(show, "fooo", "", 400).await;
    drive.get(show_name, &carol.address(), "", 404).await;
    drive.post("/profile/name", "", &carol.claim("carol.user.dm3.eth"), 200).await;
    drive.post("/profile/name", "", &carol.claim("bob.user.dm3.eth"), 400).await;
    drive.get(show_name, &carol.address(), "", 200).await;
    drive.get(show_name, "fooo", "", 400).await;
    let auth = "/auth/{ensName}";
    drive.get(auth, "carol..eth", "", 400).await;
    let challenge = drive.get(auth, "carol.user.dm3.eth", "", 200).await.body;
    let signature = carol.sign(challenge.as_str().unwrap());
    let body = json!({ "challenge": challenge, "signature": signature });
    let token = drive.post(auth, "carol.user.dm3.eth", &body, 200).await.body;
    drive.post(auth, "bob.user.dm3.eth", &body, 400).await;
    for (query, bearer, status) in [
        ("", token.as_str().unwrap(), 200),
        ("", "no.token.atall", 401),
        ("?account=bob.user.dm3.eth", token.as_str().unwrap(), 401),
        ("?account=bob..eth", token.as_str().unwrap(), 400),
    ] {
        let request = drive.server.http.get(format!("{}/v1/session{query}", drive.server.url));
        drive.send("/v1/session", request.bearer_auth(bearer), status).await;
    }
    drive.post("/profile/deleteName", "", &carol.removal("carol.user.dm3.eth"), 200).await;
    drive.post("/profile/deleteName", "", &carol.removal("bob.user.dm3.eth"), 400).await;
}

async fn lookups(drive: &mut Drive) {
    let (profile, service) = ("/v1/profiles/{name}", "/v1/delivery-services/{name}");
    for path in [profile, service] {
        drive.get(path, "bob.user.dm3.eth", "?max_age=60", 200).await;
        drive.get(path, "Bob.user.dm3.eth", "", 400).await;
        drive.get(path, "bob.user.dm3.eth", "?max_age=x", 400).await;
    }
    drive.post("/v1/profiles", "", &json!({ "names": ["bob.user.dm3.eth", "a.other.eth"] }), 200).await;
    drive.post("/v1/profiles", "", &json!({ "names": vec!["bob.eth"; 501] }), 400).await;
    drive.post("/v1/profiles", "", &json!({ "names": ["x".repeat(9000)] }), 413).await;
    for (name, token, status) in
        [("bob.eth", TOKEN, 204), ("Bob.eth", TOKEN, 400), ("bob.eth", "another", 401)]
    {
        let url = format!("{}/v1/profiles/{name}", drive.server.url);
        let request = drive.server.http.delete(url).bearer_auth(token);
        drive.send(profile, request, status).await;
    }
    drive.get("/v1/changes", "", "?names=Bob.eth", 400).await;
    // A stream has no end: its head has to do.
    let url = format!("{}/v1/changes?names=bob.user.dm3.eth", drive.server.url);
    let stream = drive.server.http.get(url).send().await.unwrap();
    assert_eq!(
        (stream.status().as_u16(), &stream.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    drive.seen.insert((("GET".into(), "/v1/changes".into()), 200));
}

async fn accounts(drive: &mut Drive) {
    let carol = Dm3User::new(3);
    let name = carol.address_name();
    let (change, show) =
        ("/v1/delivery-services/{name}/accounts", "/v1/delivery-services/{name}/accounts/{account}");
    let message =
        |topic: &str, timestamp: u64| carol.account_message("https://ds.example", &name, topic, timestamp);
    let create = message("createAccount", NOW);
    drive.post(change, "ds.example.eth", &create, 201).await;
    drive.post(change, "ds.example.eth", &create, 409).await;
    drive.post(change, "other.example.eth", &message("createAccount", NOW + 1), 404).await;
    drive.post(change, "ds.example.eth", &message("createAccount", NOW - 301), 410).await;
    drive.post(change, "ds.example.eth", &json!({}), 400).await;
    drive.post(change, "ds.example.eth", &json!({ "signature": "x".repeat(9000) }), 413).await;
    let mut forged = message("deleteAccount", NOW);
    forged["signature"] = create["signature"].clone();
    drive.post(change, "ds.example.eth", &forged, 401).await;
    let of_nobody = carol.account_message("https://ds.example", "nobody.user.dm3.eth", "createAccount", NOW);
    drive.post(change, "ds.example.eth", &of_nobody, 422).await;
    for (account, status) in [(name.as_str(), 200), ("nobody.user.dm3.eth", 404), ("No.eth", 400)] {
        let path = show.replace("{account}", account);
        let url = format!("{}{}", drive.server.url, path.replace("{name}", "ds.example.eth"));
        drive.send(show, drive.server.http.get(url), status).await;
    }
    spam_rules(drive, &carol).await;
    drive.post(change, "ds.example.eth", &message("deleteAccount", NOW + 9), 200).await;
}

async fn spam_rules(drive: &mut Drive, carol: &Dm3User) {
    let path = "/v1/delivery-services/{name}/accounts/{account}/spam-rules";
    let name = carol.address_name();
    let url = |path: &str, service: &str, account: &str| {
        path.replace("{name}", service).replace("{account}", account)
    };
    let rules = json!({
        "minNonce": 1, "minBalance": "1", "blockedNames": ["spam.eth"], "blockedAccounts": [carol.address()],
        "minTokenBalance": { "address": carol.address(), "amount": "0" },
    });
    let message =
        |name: &str, rules: &Value, at: u64| carol.spam_rules_message("https://ds.example", name, rules, at);
    let good = message(&name, &rules, NOW + 1);
    let mut forged = message(&name, &rules, NOW + 2);
    forged["signature"] = good["signature"].clone();
    let nobody = "nobody.user.dm3.eth";
    for (service, account, body, status) in [
        ("ds.example.eth", &*name, &good, 200),
        ("ds.example.eth", &name, &good, 409),
        ("ds.example.eth", &name, &forged, 401),
        ("ds.example.eth", &name, &json!({}), 400),
        ("ds.example.eth", &name, &message(nobody, &rules, NOW + 2), 400),
        ("ds.example.eth", &name, &message(&name, &rules, NOW - 301), 410),
        ("ds.example.eth", &name, &message(&name, &json!({ "minBalance": "1e18" }), NOW + 2), 422),
        ("ds.example.eth", nobody, &message(nobody, &rules, NOW + 2), 422),
        ("ds.example.eth", &name, &json!({ "signature": "x".repeat(9000) }), 413),
        ("other.example.eth", &name, &message(&name, &rules, NOW + 2), 404),
    ] {
        let url = format!("{}{}", drive.server.url, url(path, service, account));
        drive.send(path, drive.server.http.put(url).json(body), status).await;
    }
    let auth = "/auth/{ensName}";
    let challenge = drive.get(auth, &name, "", 200).await.body;
    let signature = carol.sign(challenge.as_str().unwrap());
    let body = json!({ "challenge": challenge, "signature": signature });
    let token = drive.post(auth, &name, &body, 200).await.body;
    let token = token.as_str().unwrap();
    for (service, account, token, status) in [
        ("ds.example.eth", &*name, token, 200),
        ("ds.example.eth", &name, "no.token.atall", 401),
        ("ds.example.eth", nobody, token, 401),
        ("other.example.eth", &name, token, 404),
        ("ds.example.eth", "No.eth", token, 400),
    ] {
        let url = format!("{}{}", drive.server.url, url(path, service, account));
        drive.send(path, drive.server.http.get(url).bearer_auth(token), status).await;
    }
    let path = "/v1/delivery-services/{name}/accounts/{account}/checks";
    for (account, body, status) in [
        (&*name, json!({ "sender": "bob.user.dm3.eth", "maxAge": 60 }), 200),
        (&name, json!({ "sender": "Bob.eth" }), 400),
        (nobody, json!({ "sender": "bob.user.dm3.eth" }), 404),
        (&name, json!({ "sender": "x".repeat(9000) }), 413),
    ] {
        let url = format!("{}{}", drive.server.url, url(path, "ds.example.eth", account));
        drive.send(path, drive.server.http.post(url).json(&body), status).await;
    }
}
