//! The real server on a port of its own with a fresh database, wallets, and the words to talk to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use alloy::primitives::{Address, B256};
use dm3_gateway::account::{SecretKey, Signature};
use dm3_gateway::clock::Clock;
use dm3_gateway::config::{Limits, Secrets, ServeArgs, SessionSecretSettings, Settings, SignerSettings};
use dm3_gateway::dm3::{self, ProfileKeys, UserProfile};
use dm3_gateway::ens::Name;
use dm3_gateway::ens::call::{RecordCall, RecordKey};
use dm3_gateway::gateway::{Query, answer};
use dm3_gateway::http::Server;
use dm3_gateway::lookup::Lookups;
use dm3_gateway::session::SessionSecrets;
use dm3_gateway::state::NameState;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// When the tests begin: in November 2026.
pub const NOW: u64 = 1_795_000_000;
/// The contract that the tests pretend to be.
pub const RESOLVER: Address = Address::repeat_byte(0xc0);

pub struct TestServer {
    pub url: String,
    pub http: Client,
    pub hand: Arc<AtomicU64>,
    server: Server,
    directory: TempDir,
}

impl TestServer {
    /// With the default zones, at [`NOW`].
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With other settings.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), change).await
    }

    /// With the database of another server.
    pub async fn start_in(directory: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let (clock, hand) = Clock::held(NOW);
        let http = client();
        let mut settings = settings(&directory);
        change(&mut settings);
        let server = Server::start(&settings, clock).await.unwrap();
        let url = format!("http://{}", server.address());
        Self { url, http, hand, server, directory }
    }

    /// Stops the server, and keeps its database.
    pub async fn stop(self) -> TempDir {
        self.server.stop().await;
        self.directory
    }

    pub fn signer(&self) -> Address {
        self.server.signer()
    }

    pub fn lookups(&self) -> &Lookups {
        self.server.lookups()
    }

    pub fn move_clock(&self, seconds: u64) {
        self.hand.fetch_add(seconds, Ordering::SeqCst);
    }

    pub async fn get(&self, path: &str) -> Reply {
        reply(self.http.get(format!("{}{path}", self.url))).await
    }

    pub async fn put(&self, name: &str, body: &Value) -> Reply {
        reply(self.http.put(format!("{}/v1/names/{name}", self.url)).json(body)).await
    }

    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Reply {
        reply(self.http.post(format!("{}{path}", self.url)).body(body)).await
    }

    /// Puts `body` under the name it is about.
    pub async fn send(&self, body: &Value) -> Reply {
        self.put(body["state"]["name"].as_str().unwrap(), body).await
    }

    /// Claims a name, or fails.
    pub async fn claim(&self, wallet: &Wallet, name: &str, records: Value) -> Value {
        let reply = self.send(&wallet.claim(name, records)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body
    }

    /// Claims a name at the time of the server's clock.
    pub async fn claim_now(&self, wallet: &Wallet, name: &str) -> Value {
        let mut state = state(name, 1, &zero_hash(), wallet.address(), nothing());
        state["validUntil"] = json!(self.hand.load(Ordering::SeqCst) + 600);
        let reply = self.send(&wallet.sign(state)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body
    }

    /// Makes every query fail, as a database does that lost its tables.
    pub async fn break_database(&self) {
        self.rename_table("names", "lost").await;
    }

    /// The way back.
    pub async fn mend_database(&self) {
        self.rename_table("lost", "names").await;
    }

    async fn rename_table(&self, from: &str, to: &str) {
        self.execute(&format!("ALTER TABLE {from} RENAME TO {to}")).await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        use sqlx::Connection;
        let url = format!("sqlite://{}", self.directory.path().join("names.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let count = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    }

    /// Runs SQL on the server's database, past the server.
    pub async fn execute(&self, statement: &str) {
        use sqlx::Connection;
        let url = format!("sqlite://{}", self.directory.path().join("names.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The verified result of a lookup by GET.
    pub async fn look_up(&self, calldata: &[u8]) -> Vec<u8> {
        let path = format!("/0x{}/0x{}.json", hex::encode(RESOLVER), hex::encode(calldata));
        let reply = self.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.verified(calldata, &reply.body)
    }

    /// The result in a lookup's answer, after it was verified.
    pub fn verified(&self, calldata: &[u8], body: &Value) -> Vec<u8> {
        let response = hex::decode(body["data"].as_str().unwrap().strip_prefix("0x").unwrap()).unwrap();
        let now = self.hand.load(Ordering::SeqCst);
        let answer = answer::verify(RESOLVER, calldata, &response, now).unwrap();
        assert_eq!(answer.signer, self.signer());
        answer.result.to_vec()
    }

    pub async fn text(&self, name: &str, key: &str) -> String {
        let result = self.look_up(&question(name, RecordKey::Text(key.into()))).await;
        alloy::sol_types::SolValue::abi_decode(&result).unwrap()
    }

    pub async fn addr(&self, name: &str) -> Address {
        let result = self.look_up(&question(name, RecordKey::Addr)).await;
        alloy::sol_types::SolValue::abi_decode(&result).unwrap()
    }
}

/// Defaults, with everything in `directory` and a port of the system's choice.
pub fn settings(directory: &TempDir) -> Settings {
    let mut settings = Settings::load(ServeArgs::default(), Secrets::default()).unwrap();
    settings.listen = "127.0.0.1:0".parse().unwrap();
    settings.database_url = format!("sqlite://{}", directory.path().join("names.db").display());
    settings.signer = SignerSettings::Key(format!("{:064x}", 0x51).parse().unwrap());
    settings.sessions.secret =
        SessionSecretSettings::Secrets(SessionSecrets::parse(&"5e".repeat(32)).unwrap());
    settings
}

pub fn client() -> Client {
    dm3_gateway::fetch::choose_tls();
    Client::builder().pool_max_idle_per_host(64).build().unwrap()
}

/// What a server answered.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    /// The `code` of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Status and code.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub async fn reply(request: RequestBuilder) -> Reply {
    let response: Response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
    Reply { status, headers, body }
}

/// The calldata of a lookup.
pub fn question(name: &str, record: RecordKey) -> Vec<u8> {
    let name = Name::parse(name).unwrap();
    Query::encode(&name, &RecordCall { node: name.node(), record })
}

/// Somebody with a key.
pub struct Wallet(pub SecretKey);

impl Wallet {
    pub fn new(number: u64) -> Self {
        Self(format!("{number:064x}").parse().unwrap())
    }

    pub fn address(&self) -> Address {
        self.0.address()
    }

    pub fn address_name(&self) -> String {
        format!("0x{}.addr.dm3.eth", hex::encode(self.address()))
    }

    /// The first state of a name, signed.
    pub fn claim(&self, name: &str, records: Value) -> Value {
        self.sign(state(name, 1, &zero_hash(), self.address(), records))
    }

    /// The state after `before` (as the API gave it), with this owner, signed.
    pub fn next(&self, before: &Value, owner: Address, records: Value) -> Value {
        let version = before["version"].as_u64().unwrap() + 1;
        let (name, previous) = (before["name"].as_str().unwrap(), before["stateHash"].as_str().unwrap());
        self.sign(state(name, version, previous, owner, records))
    }

    /// A signed operation of this state.
    pub fn sign(&self, state: Value) -> Value {
        let signature = self.signature(&state);
        json!({ "state": state, "proof": { "kind": "eip712", "signature": to_hex(signature.as_bytes()) } })
    }

    /// Over the state's digest. What is no state has none; it gets a signature over zeros, and is refused before
    /// anybody looks at that.
    fn signature(&self, state: &Value) -> Signature {
        let state = serde_json::from_value(state.clone()).unwrap();
        let digest =
            NameState::parse(state, &Limits::default()).map_or(B256::ZERO, |state| state.signing_digest());
        self.0.sign(digest)
    }

    /// The wallet's dm3 profile as a record.
    pub fn profile(&self, delivery_service: &str) -> String {
        let keys = ProfileKeys::of_wallet(&self.0);
        let profile = UserProfile {
            public_signing_key: keys.public_signing_key(),
            public_encryption_key: keys.public_encryption_key(),
            delivery_services: vec![Name::parse(delivery_service).unwrap()],
        };
        dm3::inline_record(&profile.sign(&self.0))
    }
}

/// A state in JSON.
pub fn state(name: &str, version: u64, previous: &str, owner: Address, records: Value) -> Value {
    json!({
        "name": name, "chainId": 1, "version": version, "previous": previous, "owner": owner,
        "records": records, "validUntil": NOW + 600,
    })
}

/// Records with these texts only.
pub fn texts(texts: &[(&str, &str)]) -> Value {
    let texts: Vec<_> = texts.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let mut records = nothing();
    records["texts"] = json!(texts);
    records
}

/// No records.
pub fn nothing() -> Value {
    json!({ "texts": [], "addresses": [], "data": [], "contenthash": "0x", "salt": format!("0x{}", "5a".repeat(32)) })
}

pub fn zero_hash() -> String {
    format!("0x{}", "00".repeat(32))
}

pub fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
