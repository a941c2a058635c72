//! The validation corpus of ENSIP-15, which the crate `ens-normalize` carries, at both doors: names in paths, and names
//! in DNS wire form.

use std::path::PathBuf;
use std::process::Command;

use alloy::sol_types::SolCall;
use dm3_gateway::ens::abi::resolveCall;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::harness::{RESOLVER, Reply, TestServer, to_hex};

/// A case: `norm` is what the name becomes, if that is something else.
#[derive(Deserialize)]
struct Case {
    name: String,
    norm: Option<String>,
    #[serde(default)]
    error: bool,
}

/// The packages of other platforms need not be here.
fn host() -> String {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn corpus() -> Vec<Case> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host()])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let normalize = packages.iter().find(|package| package["name"] == "ens-normalize").unwrap();
    let manifest = PathBuf::from(normalize["manifest_path"].as_str().unwrap());
    let path = manifest.with_file_name("tests").join("fixtures/validate-tests.json");
    let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert!(cases.len() > 30_000, "{} cases", cases.len());
    // The first one is about the corpus itself.
    cases.into_iter().skip(1).collect()
}

/// What a door says of a case: that the name is elsewhere, which is what a name in normal form hears, or what is wrong
/// with it.
fn check(case: &Case, status: u16, message: &str, normal_form: Option<&str>) {
    let name = &case.name;
    if name.len() + 2 > 255 {
        assert!(status == 400 && message.contains("255 are allowed"), "{name:?}: {status} {message}");
    } else if case.error {
        assert!(status == 400 && message.contains("is not a valid ENS name"), "{name:?}: {status} {message}");
        assert_eq!(normal_form, None, "{name:?}");
    } else if let Some(norm) = case.norm.as_ref().filter(|norm| *norm != name) {
        assert_eq!((status, normal_form), (400, Some(norm.as_str())), "{name:?}: {message}");
    } else {
        assert!(status == 404 && message.contains("not in any zone"), "{name:?}: {status} {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_paths_are_taken_in_normal_form_only() {
    let server = TestServer::start().await;
    let cases = corpus();
    // The empty name has no path, "." and ".." are other paths, and a URL ends somewhere.
    let is_segment =
        |case: &&Case| !matches!(case.name.as_str(), "" | "." | "..") && case.name.len() < 10_000;
    let encode = |name: &str| name.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let checks = stream::iter(cases.iter().filter(is_segment)).for_each_concurrent(32, |case| {
        let (server, path) = (&server, format!("/v1/names/{}", encode(&case.name)));
        async move {
            let Reply { status, body, .. } = server.get(&path).await;
            let detail = body["detail"].as_str().unwrap_or_default();
            check(case, status.as_u16(), detail, body["normalForm"].as_str());
        }
    });
    checks.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_wire_form_are_taken_in_normal_form_only() {
    let server = TestServer::start().await;
    let cases = corpus();
    let is_encodable =
        |case: &&Case| case.name.len() <= 253 && case.name.split('.').all(|label| !label.is_empty());
    let checks = stream::iter(cases.iter().filter(is_encodable)).for_each_concurrent(32, |case| {
        let server = &server;
        async move {
            let mut wire = Vec::new();
            for label in case.name.split('.') {
                wire.push(u8::try_from(label.len()).unwrap());
                wire.extend_from_slice(label.as_bytes());
            }
            wire.push(0);
            let calldata =
                resolveCall { name: wire.into(), data: vec![0x3b, 0x3b, 0x57, 0xde].into() }.abi_encode();
            let body = json!({ "data": to_hex(&calldata), "sender": RESOLVER }).to_string();
            let Reply { status, body, .. } = server.post("/", body).await;
            let message = body["message"].as_str().unwrap();
            // The question about the name has no arguments: what is said about the name comes first.
            if status == 400 && message.contains("addr(bytes32)") {
                assert!(
                    !case.error && case.norm.as_ref().is_none_or(|norm| *norm == case.name),
                    "{:?}",
                    case.name
                );
            } else {
                let normal_form =
                    message.split_once("which is '").and_then(|(_, rest)| rest.strip_suffix('\''));
                check(case, status.as_u16(), message, normal_form);
            }
        }
    });
    checks.await;
}
