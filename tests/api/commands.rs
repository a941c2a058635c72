//! The commands, run as a user runs them.

use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::harness::{TestServer, Wallet};

const ALICE: &str = "alice.user.dm3.eth";

struct User<'a> {
    gateway: &'a str,
    home: TempDir,
}

impl User<'_> {
    async fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dm3-gateway"));
        command.args(arguments).env("DM3_GATEWAY", self.gateway).current_dir(self.home.path());
        command
    }

    /// Standard output of a command that has to succeed.
    async fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[arguments, &["--json"]].concat()).await).unwrap()
    }

    /// Exit code and standard error of a command that has to fail.
    async fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments).await;
        assert!(!output.status.success(), "{arguments:?}");
        (output.status.code().unwrap(), stderr(&output))
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server with the machine's time, as commands have it.
async fn server() -> TestServer {
    let server = TestServer::start().await;
    server.hand.store(dm3_gateway::clock::Clock::System.now(), std::sync::atomic::Ordering::SeqCst);
    server
}

#[tokio::test]
async fn a_newcomer_makes_a_key_claims_shows_resolves_and_releases() {
    let server = server().await;
    let user = User { gateway: &server.url, home: tempfile::tempdir().unwrap() };
    let address = user.ok(&["key", "new"]).await;
    assert_eq!(address, user.ok(&["key", "address", "--key-file", "wallet.key"]).await);
    let claim = ["claim", ALICE, "--key-file", "wallet.key"];
    let told = user
        .ok(&[&claim[..], &["--delivery-service", "ds.eth", "--text", "url=https://a.example"]].concat())
        .await;
    assert!(told.contains("alice.user.dm3.eth is yours"), "{told}");
    assert!(user.ok(&["show", ALICE]).await.contains("https://a.example"));
    assert_eq!(user.ok(&["resolve", ALICE]).await, address);
    let profile = user.ok(&["resolve", ALICE, "--text", "network.dm3.profile"]).await;
    assert!(profile.starts_with("data:application/json,{"), "{profile}");
    let resolved = user.json(&["resolve", ALICE, "--text", "url"]).await;
    assert_eq!(resolved["value"], "https://a.example");
    assert_eq!(resolved["signer"], serde_json::json!(server.signer()));
    user.ok(&["release", ALICE, "--key-file", "wallet.key"]).await;
    let unset = user.run(&["resolve", ALICE]).await;
    assert!(unset.status.success() && unset.stdout.is_empty() && stderr(&unset).starts_with("not set"));
    assert!(user.fails(&["show", ALICE]).await.1.contains("nobody holds"));
}

#[tokio::test]
async fn a_second_claim_changes_records_and_keeps_the_others() {
    let server = server().await;
    let user = User { gateway: &server.url, home: tempfile::tempdir().unwrap() };
    user.ok(&["key", "new"]).await;
    let claim = ["claim", ALICE, "--key-file", "wallet.key"];
    user.ok(
        &[&claim[..], &["--delivery-service", "ds.eth", "--text", "a=1", "--address", "0=0x0014"]].concat()
    )
    .await;
    let profile = user.ok(&["resolve", ALICE, "--text", "network.dm3.profile"]).await;
    let changed = user.json(&[&claim[..], &["--text", "b=2", "--text", "a=3"]].concat()).await;
    assert_eq!(changed["name"]["version"], 2);
    let records = user.json(&["show", ALICE]).await["records"].clone();
    let texts: Vec<_> = records["texts"].as_array().unwrap().iter().map(|t| t["value"].clone()).collect();
    assert_eq!(texts, ["2", "3"]);
    assert_eq!(records["addresses"][0]["value"], "0x0014");
    assert_eq!(user.ok(&["resolve", ALICE, "--text", "network.dm3.profile"]).await, profile);
}

#[tokio::test]
async fn addresses_and_content_hashes_are_written_and_read_as_people_do() {
    let server = server().await;
    let user = User { gateway: &server.url, home: tempfile::tempdir().unwrap() };
    user.ok(&["key", "new"]).await;
    let (bitcoin, script) =
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x0014751e76e8199196d454941c45d1b3a323f1433bd6");
    let (evm, evm_raw) =
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
    let (content, content_raw) = (
        "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4",
        "0xe3010170122029f2d17be6139079dc48696d1f582a8530eb9805b561eda517e22a892c7e3f1f",
    );
    let claim = ["claim", ALICE, "--key-file", "wallet.key", "--delivery-service", "ds.eth"];
    let addresses = [format!("btc={bitcoin}"), format!("default={evm}"), "doge=0x6a00".into()];
    let records = ["--address", &addresses[0], "--address", &addresses[1], "--address", &addresses[2]];
    user.ok(&[&claim[..], &records, &["--contenthash", content]].concat()).await;

    let shown = user.ok(&["show", ALICE]).await;
    let has = |label: &str, value: &str| {
        shown.lines().any(|line| line.starts_with(label) && line.ends_with(&format!(" {value}")))
    };
    assert!(
        has("address btc", bitcoin) && has("address default", evm) && has("contenthash", content),
        "{shown}"
    );
    assert!(has("address doge", "0x6a00"), "what has no text form is shown in hex: {shown}");
    let records = user.json(&["show", ALICE]).await["records"].clone();
    assert_eq!(
        (&records["addresses"][0]["value"], &records["contenthash"]),
        (&script.into(), &content_raw.into())
    );

    for (flags, text, raw) in [
        (&["--coin", "btc"][..], bitcoin, script),
        (&["--coin", "0"], bitcoin, script),
        (&["--coin", "base"], evm, evm_raw),
        (&["--coin", "evm:12345"], evm, evm_raw),
        (&["--contenthash"], content, content_raw),
    ] {
        let resolve = [&["resolve", ALICE], flags].concat();
        assert_eq!(user.ok(&resolve).await.trim(), text);
        let json = user.json(&resolve).await;
        assert_eq!((&json["value"], &json["raw"]), (&text.into(), &raw.into()), "{flags:?}");
    }
    let unset = user.json(&["resolve", ALICE, "--coin", "sol"]).await;
    assert!(unset["value"].is_null() && unset.get("raw").is_none(), "{unset}");

    for (record, says) in [
        (["--address", "btc=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"], "checksum is wrong"),
        (["--address", "btcc=1"], "'btcc' is no known coin"),
        (["--address", "eth=0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"], "checksum is wrong"),
        (["--address", "evm:0=0x"], "'0' is no chain id"),
        (["--contenthash", "https://example.com"], "ipfs://…"),
    ] {
        let (code, told) = user.fails(&[&claim[..], &record].concat()).await;
        assert!(code == 2 && told.contains(says), "{told}");
    }
    user.ok(&[&claim[..], &["--address", "btc=", "--contenthash", ""]].concat()).await;
    assert!(user.json(&["resolve", ALICE, "--coin", "btc"]).await["value"].is_null());
    assert!(user.json(&["resolve", ALICE, "--contenthash"]).await["value"].is_null());
}

#[tokio::test]
async fn keys_come_from_a_file_standard_input_or_the_environment() {
    use tokio::io::AsyncWriteExt;
    let user = User { gateway: "http://127.0.0.1:9", home: tempfile::tempdir().unwrap() };
    let key = format!("{:064x}", 1);
    let expected = Wallet::new(1).address().to_string();
    let from_environment =
        user.command(&["key", "address"]).env("DM3_WALLET_KEY", &key).output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&from_environment.stdout).trim(), expected);
    let mut child = user
        .command(&["key", "address", "--key-file", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("0x{key}\n").as_bytes()).await.unwrap();
    let from_stdin = child.wait_with_output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&from_stdin.stdout).trim(), expected);
    let (code, told) = user.fails(&["key", "address"]).await;
    assert_eq!(code, 1);
    assert!(told.contains("next:") && told.contains("key new"), "{told}");
}

#[tokio::test]
async fn a_key_file_is_private_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let user = User { gateway: "", home: tempfile::tempdir().unwrap() };
    user.ok(&["key", "new", "--out", "k"]).await;
    let path = user.home.path().join("k");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&path).unwrap();
    assert!(user.fails(&["key", "new", "--out", "k"]).await.1.contains("never overwritten"));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn openapi_prints_what_the_gateway_serves() {
    let server = server().await;
    let user = User { gateway: &server.url, home: tempfile::tempdir().unwrap() };
    assert_eq!(user.json(&["openapi"]).await, server.get("/openapi.json").await.body);
}

#[tokio::test]
async fn failures_are_1_wrong_usage_is_2_and_both_say_what_to_do() {
    let server = server().await;
    server.claim_now(&Wallet::new(1), ALICE).await;
    let user = User { gateway: &server.url, home: tempfile::tempdir().unwrap() };
    user.ok(&["key", "new"]).await;
    let taken = user.fails(&["claim", ALICE, "--key-file", "wallet.key"]).await;
    assert!(taken.0 == 1 && taken.1.contains("is taken by"), "{taken:?}");
    let elsewhere = user.fails(&["claim", "alice.other.eth", "--key-file", "wallet.key"]).await;
    assert!(elsewhere.0 == 1 && elsewhere.1.contains("alice.user.dm3.eth"), "{elsewhere:?}");
    let foreign = user.fails(&["release", ALICE, "--key-file", "wallet.key"]).await;
    assert!(foreign.0 == 1 && foreign.1.contains("is held by"), "{foreign:?}");
    let signer = user.fails(&["resolve", ALICE, "--signer", &Wallet::new(3).address().to_string()]).await;
    assert!(signer.0 == 1 && signer.1.contains("is signed by"), "{signer:?}");
    let usage = user.fails(&["claim", "Alice.user.dm3.eth"]).await;
    assert!(usage.0 == 2 && usage.1.contains("'alice.user.dm3.eth'"), "{usage:?}");
    assert_eq!(user.fails(&["resolve", ALICE, "--text", "a", "--coin", "0"]).await.0, 2);
    let nobody = User { gateway: "http://127.0.0.1:9", home: tempfile::tempdir().unwrap() };
    let away = nobody.fails(&["show", ALICE]).await;
    assert!(away.0 == 1 && away.1.contains("dm3-gateway serve"), "{away:?}");
}

/// Starts `serve` with this environment and these flags, and gives what it tells about itself and what it logged.
async fn serve(home: &TempDir, environment: &[(&str, &str)], flags: &[&str]) -> (Value, String) {
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_dm3-gateway"))
        .args([&["serve", "--listen", "127.0.0.1:0"], flags].concat())
        .envs(environment.iter().copied())
        .current_dir(home.path())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let (mut lines, mut line) = (String::new(), String::new());
    while !line.contains("\"serving\"") {
        line.clear();
        assert_ne!(log.read_line(&mut line).await.unwrap(), 0, "it does not serve: {lines}");
        lines.push_str(&line);
    }
    let serving: Value = serde_json::from_str(&line).expect("a log line in JSON");
    let url = serving["url"].as_str().unwrap();
    let info = crate::harness::reply(crate::harness::client().get(format!("{url}/v1/info"))).await.body;
    child.start_kill().unwrap();
    log.read_to_string(&mut lines).await.unwrap();
    (info, lines)
}

#[tokio::test]
async fn flags_beat_the_environment_which_beats_the_file_and_logs_hold_no_key() {
    let home = tempfile::tempdir().unwrap();
    let file = "chain_id = 2\ndelivery_services = ['file.eth']\n[signer]\nkey_file = 'file.key'\n[answers]\nttl_seconds = 20";
    std::fs::write(home.path().join("gateway.toml"), file).unwrap();
    let key = format!("{:064x}", 0x7777);
    let environment = [
        ("DM3_CONFIG", "gateway.toml"),
        ("DM3_CHAIN_ID", "3"),
        ("DM3_DELIVERY_SERVICES", "a.eth,b.eth"),
        ("DM3_SIGNER_KEY", key.as_str()),
        ("DM3_LOG", "trace"),
    ];
    let (info, log) = serve(&home, &environment, &["--chain-id", "4"]).await;
    assert_eq!((&info["chainId"], &info["ttlSeconds"]), (&4.into(), &20.into()));
    assert_eq!(info["deliveryServices"], serde_json::json!(["a.eth", "b.eth"]));
    assert_eq!(info["signer"], serde_json::json!(Wallet::new(0x7777).address()));
    assert!(!log.contains(&key[56..]), "{log}");
    assert!(!home.path().join("file.key").exists());
}

#[tokio::test]
async fn the_first_start_makes_a_key_and_the_next_one_takes_it() {
    let home = tempfile::tempdir().unwrap();
    let (first, log) = serve(&home, &[], &[]).await;
    assert!(log.contains("made the key that signs answers"), "{log}");
    let (second, log) = serve(&home, &[], &[]).await;
    assert_eq!(first["signer"], second["signer"]);
    assert!(!log.contains("made the key"), "{log}");
}

#[tokio::test]
async fn resolve_refuses_what_a_contract_would_refuse() {
    use axum::extract::Path;
    use dm3_gateway::gateway::Protocol;
    let now = dm3_gateway::clock::Clock::System.now();
    let honest = Wallet::new(0x51);
    let lie = move |(name, calldata): (String, String)| {
        let request = hex::decode(calldata.trim_start_matches("0x").trim_end_matches(".json")).unwrap();
        let result = alloy::sol_types::SolValue::abi_encode(&Wallet::new(9).address());
        let resolver: alloy::primitives::Address = name.parse().unwrap();
        let (key, target, expires) = match resolver.0[19] {
            0 => (Wallet::new(0x51), resolver, now + 60),
            1 => (Wallet::new(0x66), resolver, now + 60),
            2 => (Wallet::new(0x51), resolver, now - 1),
            _ => (Wallet::new(0x51), alloy::primitives::Address::ZERO, now + 60),
        };
        let response = Protocol::Ens.sign(&key.0, target, expires, &request, &result);
        axum::Json(serde_json::json!({ "data": crate::harness::to_hex(&response) }))
    };
    let router = axum::Router::new()
        .route("/{resolver}/{calldata}", axum::routing::get(move |Path(path)| async move { lie(path) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let user = User { gateway: &url, home: tempfile::tempdir().unwrap() };
    let signer = honest.address().to_string();
    let resolver = |n: u8| format!("0x{}{n:02x}", "c0".repeat(19));
    let (resolvers, flags) = ([0, 1, 2, 3].map(resolver), ["--signer", signer.as_str()]);
    let command = |n: usize| [&["resolve", ALICE, "--resolver", resolvers[n].as_str()], &flags[..]].concat();
    assert_eq!(user.ok(&command(0)).await.trim(), Wallet::new(9).address().to_string());
    for (n, says) in [(1, "is signed by"), (2, "expired"), (3, "is signed by")] {
        let (code, told) = user.fails(&command(n)).await;
        assert!(code == 1 && told.contains(says), "{told}");
    }
}
