//! Addresses and content hashes against the packages that ENS's own clients use.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use dm3_gateway::ens::{CoinType, address, contenthash};
use serde::Deserialize;

/// As many as are asked of each family, at least.
const ROUND_TRIPS: usize = 200;

#[derive(Deserialize)]
struct Oracle {
    addresses: Vec<Family>,
    contents: Vec<Family>,
}

#[derive(Deserialize)]
struct Family {
    family: String,
    coin: Option<CoinType>,
    vectors: Vec<Vector>,
    refused: Vec<String>,
}

/// A text, what it is in binary form, and how that is shown.
#[derive(Deserialize)]
struct Vector {
    text: String,
    binary: String,
    shown: String,
}

/// What the packages say.
static ORACLE: LazyLock<Oracle> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for package in ["address-encoder", "content-hash"] {
        assert!(root.join("node_modules/@ensdomains").join(package).exists(), "run npm ci first");
    }
    let output =
        Command::new("node").arg("tests/clients/codec-oracle.mjs").current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
});

fn compare(
    family: &Family,
    parse: impl Fn(&str) -> Result<Vec<u8>, String>,
    format: impl Fn(&[u8]) -> String,
) {
    let Family { family, vectors, refused, .. } = family;
    assert!(vectors.len() >= ROUND_TRIPS, "{family}");
    for Vector { text, binary, shown } in vectors {
        let binary = hex::decode(binary).unwrap();
        assert_eq!(parse(text), Ok(binary.clone()), "{family}: {text}");
        assert_eq!(&format(&binary), shown, "{family}");
        assert_eq!(parse(shown), Ok(binary), "{family}: {shown}");
    }
    for text in refused {
        assert!(parse(text).is_err(), "{family}: {text}");
    }
}

#[test]
fn addresses_are_read_written_and_refused_as_ens_clients_do() {
    assert_eq!(ORACLE.addresses.len(), 24);
    for family in &ORACLE.addresses {
        let coin = family.coin.unwrap();
        assert!(family.refused.len() >= ROUND_TRIPS, "{}", family.family);
        let parse = |text: &str| address::parse(coin, text).map_err(|error| error.to_string());
        compare(family, parse, |bytes| address::format(coin, bytes));
    }
}

#[test]
fn content_hashes_are_read_written_and_refused_as_ens_clients_do() {
    assert_eq!(ORACLE.contents.len(), 10);
    for family in &ORACLE.contents {
        let parse = |text: &str| contenthash::parse(text).map_err(|error| error.to_string());
        compare(family, parse, contenthash::format);
    }
}
