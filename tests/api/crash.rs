//! What was acknowledged survives `kill -9`.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

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
        for _ in 0..200 {
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

/// Claims one name after another until the server is gone. Gives the names that were acknowledged.
async fn claim_until_the_end(url: String, http: reqwest::Client, first: u64) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in first.. {
        let wallet = Wallet::new(number);
        let name = format!("name{number}.user.dm3.eth");
        let mut state = wallet.claim(&name, nothing())["state"].clone();
        state["validUntil"] = (now() + 600).into();
        let request = http.put(format!("{url}/v1/names/{name}")).json(&wallet.sign(state));
        match request.send().await {
            Ok(response) if response.status() == 201 => acknowledged.push(name),
            Ok(response) => panic!("{}: {}", response.status(), response.text().await.unwrap_or_default()),
            Err(_) => break,
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_claim_survives_twenty_kills() {
    let directory = tempfile::tempdir().unwrap();
    let http = client();
    let mut acknowledged = Vec::<String>::new();
    for round in 0..=ROUNDS {
        let process = Process::start(&directory);
        process.ready(&http).await;
        for name in &acknowledged {
            let held = http.get(format!("{}/v1/names/{name}", process.url)).send().await.unwrap();
            assert_eq!(held.status(), 200, "{name} was acknowledged, and is lost in round {round}");
        }
        let streams: Vec<_> = (0..4)
            .map(|stream| {
                let first = 1 + (round * 4 + stream) * 10_000;
                tokio::spawn(claim_until_the_end(process.url.clone(), http.clone(), first))
            })
            .collect();
        // Another moment of the write each time.
        tokio::time::sleep(Duration::from_millis(60 + round * 7)).await;
        let url = process.url.clone();
        if round == ROUNDS {
            for name in &acknowledged {
                assert_eq!(verify_chain(&url, &http, name).await, 1);
            }
        }
        drop(process);
        for stream in streams {
            acknowledged.extend(stream.await.unwrap());
        }
    }
    assert!(acknowledged.len() > 100, "only {} claims were acknowledged", acknowledged.len());
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
