//! The built front end, embedded. `page/build.mjs` makes it from `page/`.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::keccak::keccak256;

/// A file of the front end.
#[derive(Debug)]
pub struct Asset {
    file: &'static str,
    content_type: &'static str,
    body: &'static [u8],
    gzip: Vec<u8>,
    version: String,
}

static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app.js", "text/javascript; charset=utf-8", include_bytes!("built/app.js")));
static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app.css", "text/css; charset=utf-8", include_bytes!("built/app.css")));

impl Asset {
    fn new(file: &'static str, content_type: &'static str, body: &'static [u8]) -> Self {
        let [a, b, c, d, e, f, ..] = keccak256(&[body]).0;
        Self { file, content_type, body, gzip: compressed(body), version: hex::encode([a, b, c, d, e, f]) }
    }

    /// The file of this name.
    pub fn find(file: &str) -> Option<&'static Self> {
        [Self::script(), Self::style()].into_iter().find(|asset| asset.file == file)
    }

    /// All scripts, in one.
    pub fn script() -> &'static Self {
        &SCRIPT
    }

    /// All styles, in one.
    pub fn style() -> &'static Self {
        &STYLE
    }

    /// Where it is, seen from the root of the gateway. Another content has another address, so that it can be kept.
    pub fn path(&self) -> String {
        format!("page/{}?v={}", self.file, self.version)
    }

    /// Changes with the content.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its media type.
    pub const fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// As it is.
    pub const fn body(&self) -> &'static [u8] {
        self.body
    }

    /// In gzip.
    pub fn gzip(&self) -> &[u8] {
        &self.gzip
    }
}

/// Bytes in gzip; nothing if that fails, which in memory it does not.
pub fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).and_then(|()| encoder.finish()).unwrap_or_default()
}
