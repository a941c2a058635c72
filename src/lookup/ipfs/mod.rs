//! Files of IPFS, from gateways that need not be trusted: each block is checked against its CID.
//!
//! A gateway is asked for blocks (`?format=raw`), and for a file of several blocks first for all of them in one
//! (`?format=car`), as the trustless gateway specification has it. `block` checks, `dag_pb` and `unix_fs` decode, `car`
//! takes archives apart, and `file` puts a file together; none of those knows a gateway.

mod block;
mod car;
mod dag_pb;
mod file;
mod protobuf;
#[cfg(test)]
mod tests;
mod unix_fs;

use std::time::Duration;

use cid::Cid;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::fetch::{FetchError, Fetcher};
pub use block::BlockError;
use block::check;
pub use car::{CarError, read as read_car};
pub use file::{Assembled, Blocks, FileError, assemble};

/// For all gateways together; a single fetch has its own bound.
const TIME: Duration = Duration::from_secs(15);
/// Blocks of one file that are fetched at the same time.
const AT_ONCE: usize = 4;

/// The gateways that are asked.
#[derive(Clone, Debug)]
pub struct IpfsGateways {
    gateways: Vec<Url>,
    fetcher: Fetcher,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum IpfsError {
    /// No gateway had it. What they gave instead says nothing of the file: another time may be better.
    #[error("{cid} was not to be had: {}", list(.gateways))]
    Unreachable {
        /// What was asked for.
        cid: Box<Cid>,
        /// Each gateway (host and port) with what it did.
        gateways: Vec<(String, String)>,
    },
    /// The CID names something that is no file for us.
    #[error("{cid}: {reason}")]
    Invalid {
        /// What was asked for.
        cid: Box<Cid>,
        /// What is wrong.
        reason: String,
    },
}

/// What one gateway did instead.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Nothing to judge. A gateway that says no (404, 410, 451) only has not got it.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Not what was asked for.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// The same, of an archive.
    #[error("the CAR is wrong: {0}")]
    Car(CarError),
    /// It is what was asked for, so no other gateway has anything better.
    #[error(transparent)]
    File(#[from] FileError),
}

impl IpfsGateways {
    /// Asks these gateways, in this order, through `fetcher`.
    pub const fn new(gateways: Vec<Url>, fetcher: Fetcher) -> Self {
        Self { gateways, fetcher }
    }

    /// Asks these gateways, wherever they are: those of the operator may be inside, without others' records being allowed
    /// there.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn configured(gateways: Vec<Url>) -> Result<Self, reqwest::Error> {
        let fetcher = Fetcher::configured(&gateways)?;
        Ok(Self::new(gateways, fetcher))
    }

    /// The file that a CID names, of at most 256 KiB.
    ///
    /// # Errors
    /// See [`IpfsError`].
    pub async fn fetch(&self, cid: &Cid) -> Result<Vec<u8>, IpfsError> {
        let mut blocks = Blocks::default();
        // Whether it can be a file at all, and the file itself where the CID holds it.
        if let Assembled::Whole(file) = assemble(cid, &blocks).map_err(|error| invalid(cid, &error))? {
            return Ok(file);
        }
        let deadline = Instant::now() + TIME;
        let mut tried = Vec::new();
        for gateway in &self.gateways {
            let attempt = timeout_at(deadline, self.fetch_from(gateway, cid, &mut blocks)).await;
            let reason = match attempt {
                Ok(Ok(file)) => return Ok(file),
                Ok(Err(Failure::File(error))) => return Err(invalid(cid, &error)),
                // What a gateway says wrongly says nothing of the file.
                Ok(Err(failure)) => failure.to_string(),
                Err(_) => "there was no time left for it".into(),
            };
            tried.push((place(gateway), reason));
        }
        Err(IpfsError::Unreachable { cid: Box::new(*cid), gateways: tried })
    }

    /// The file from one gateway. Blocks that it gave are kept for the next one: they are checked.
    async fn fetch_from(&self, gateway: &Url, cid: &Cid, blocks: &mut Blocks) -> Result<Vec<u8>, Failure> {
        let mut has_car = true;
        loop {
            let missing = match assemble(cid, blocks)? {
                Assembled::Whole(file) => return Ok(file),
                Assembled::Missing(missing) => missing,
            };
            let is_first = missing.contains(cid);
            if !is_first && std::mem::take(&mut has_car) && self.add_car(gateway, cid, blocks).await? {
                continue;
            }
            let one_by_one = stream::iter(missing).map(|cid| self.block(gateway, cid));
            let mut found = one_by_one.buffer_unordered(AT_ONCE);
            while let Some((cid, block)) = found.try_next().await? {
                blocks.insert(cid, block);
                if file::is_too_much(blocks) {
                    break;
                }
            }
        }
    }

    /// Whether the gateway had an archive of the whole file, now among the blocks. Not every gateway makes them.
    async fn add_car(&self, gateway: &Url, cid: &Cid, blocks: &mut Blocks) -> Result<bool, Failure> {
        let (url, accept) = (question(gateway, cid, "car"), "application/vnd.ipld.car");
        let Ok(archive) = self.fetcher.get(&url, Some(accept)).await else { return Ok(false) };
        let found = read_car(cid, &archive).map_err(|error| match error {
            CarError::File(error) => Failure::File(error),
            error => Failure::Car(error),
        })?;
        blocks.extend(found);
        Ok(true)
    }

    async fn block(&self, gateway: &Url, cid: Cid) -> Result<(Cid, Vec<u8>), Failure> {
        let (url, accept) = (question(gateway, &cid, "raw"), "application/vnd.ipld.raw");
        let block = self.fetcher.get(&url, Some(accept)).await?;
        check(&cid, &block)?;
        Ok((cid, block))
    }
}

fn invalid(cid: &Cid, reason: &impl ToString) -> IpfsError {
    IpfsError::Invalid { cid: Box::new(*cid), reason: reason.to_string() }
}

/// `<gateway>/ipfs/<cid>?format=…`; what query the gateway's own URL has is not ours to keep.
fn question(gateway: &Url, cid: &Cid, format: &str) -> Url {
    let mut url = gateway.clone();
    url.set_path(&format!("{}/ipfs/{cid}", gateway.path().trim_end_matches('/')));
    url.set_query(Some(&format!("format={format}")));
    url.set_fragment(None);
    url
}

fn place(gateway: &Url) -> String {
    let host = gateway.host_str().unwrap_or_default();
    match gateway.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn list(gateways: &[(String, String)]) -> String {
    if gateways.is_empty() {
        return "no IPFS gateway is configured (lookups.ipfs_gateways)".into();
    }
    let line = |(gateway, reason): &(String, String)| format!("{gateway}: {reason}");
    gateways.iter().map(line).collect::<Vec<_>>().join("; ")
}
