//! What was acknowledged survives `kill -9`.

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Wallet, client, nothing};
use crate::history::verify_chain;

const ROUNDS: u64 = 20;

/// The real program, started on a port that is free.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(directory: &TempDir) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(env!("CARGO_BIN_EXE_dm3-gateway"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env("DM3_LOG", "warn")
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, url: format!("http://127.0.0.1:{port}") }
    }

    async fn ready(&self, http: &reqwest::Client) {
        for _ in 0..800 {
            if http.get(format!("{}/health/ready", self.url)).send().await.is_ok_and(|r| r.status() == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the gateway does not become ready");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> u64 {
    dm3_gateway::clock::Clock::System.now()
}

/// Puts the state after `before`, as the API gave it, or the first one. Gives what the server acknowledged; `None` when
/// it is gone.
async fn write(
    url: &str,
    http: &reqwest::Client,
    wallet: &Wallet,
    name: &str,
    before: Option<&Value>,
) -> Option<Value> {
    let body = match before {
        None => wallet.claim(name, nothing()),
        Some(before) => wallet.next(before, wallet.address(), nothing()),
    };
    let mut state = body["state"].clone();
    state["validUntil"] = (now() + 600).into();
    let response = http.put(format!("{url}/v1/names/{name}")).json(&wallet.sign(state)).send().await.ok()?;
    assert!(
        response.status().is_success(),
        "{}: {}",
        response.status(),
        response.text().await.unwrap_or_default()
    );
    response.json().await.ok()
}

/// Claims one name after another, and changes each once, until the server is gone. Gives what was acknowledged: names
/// with their versions.
async fn write_until_the_end(url: String, http: reqwest::Client, first: u64) -> HashMap<String, u64> {
    let mut acknowledged = HashMap::new();
    for number in first.. {
        let (wallet, name) = (Wallet::new(number), format!("name{number}.user.dm3.eth"));
        let Some(claimed) = write(&url, &http, &wallet, &name, None).await else { break };
        acknowledged.insert(name.clone(), 1);
        let Some(_) = write(&url, &http, &wallet, &name, Some(&claimed)).await else { break };
        acknowledged.insert(name, 2);
    }
    acknowledged
}

/// The names that the server lists, with their versions.
async fn listed(url: &str, http: &reqwest::Client) -> HashMap<String, u64> {
    let mut names = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = format!("{url}/v1/names?zone=user.dm3.eth&limit=200{cursor}");
        let page: Value = http.get(page).send().await.unwrap().json().await.unwrap();
        for item in page["items"].as_array().unwrap() {
            names.insert(item["name"].as_str().unwrap().to_owned(), item["version"].as_u64().unwrap());
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

/// Every acknowledged version is there, or a later one whose acknowledgement got lost; and every chain verifies.
async fn check(url: &str, http: &reqwest::Client, acknowledged: &HashMap<String, u64>) {
    let found = listed(url, http).await;
    for (name, version) in acknowledged {
        let stored = found.get(name).copied().unwrap_or_default();
        assert!(stored >= *version, "{name}: version {version} was acknowledged, {stored} is there");
    }
    let chains = stream::iter(&found).for_each_concurrent(8, |(name, version)| async move {
        assert_eq!(verify_chain(url, http, name).await as u64, *version, "{name}");
    });
    chains.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_survives_twenty_kills_and_every_chain_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let http = client();
    let mut acknowledged = HashMap::new();
    for round in 0..ROUNDS {
        let process = Process::start(&directory);
        process.ready(&http).await;
        check(&process.url, &http, &acknowledged).await;
        let streams: Vec<_> = (0..4)
            .map(|stream| {
                let first = 1 + (round * 4 + stream) * 10_000;
                tokio::spawn(write_until_the_end(process.url.clone(), http.clone(), first))
            })
            .collect();
        // Another moment of the write each time.
        tokio::time::sleep(Duration::from_millis(60 + round * 7)).await;
        drop(process);
        for stream in streams {
            acknowledged.extend(stream.await.unwrap());
        }
    }
    let process = Process::start(&directory);
    process.ready(&http).await;
    check(&process.url, &http, &acknowledged).await;
    assert!(acknowledged.len() > 40, "only {} names were acknowledged", acknowledged.len());
}

#[tokio::test]
async fn a_second_server_on_the_same_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Process::start(&directory);
    first.ready(&client()).await;
    let second = Command::new(env!("CARGO_BIN_EXE_dm3-gateway"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("in use by another dm3-gateway"), "{told}");
}
