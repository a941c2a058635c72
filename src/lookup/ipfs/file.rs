//! Putting a file together from its blocks.

use std::collections::{HashMap, HashSet};

use cid::Cid;

use super::protobuf::Malformed;
use super::unix_fs::{Kind, UnixFs};
use super::{block, dag_pb, unix_fs};
use crate::fetch::MAX_BYTES;

/// Blocks that have been checked against their CIDs.
pub type Blocks = HashMap<Cid, Vec<u8>>;

/// Multicodecs of what a block is: <https://github.com/multiformats/multicodec>.
const RAW: u64 = 0x55;
const DAG_PB: u64 = 0x70;
const JSON: u64 = 0x0200;

/// The deepest tree; files of this size are two deep.
const MAX_DEPTH: usize = 8;
/// Blocks of a file, those that come again counted again.
const MAX_BLOCKS: usize = 512;
/// Bytes of a file's blocks.
const MAX_BLOCK_BYTES: usize = 2 * MAX_BYTES;

/// A file, as far as its blocks are there.
#[derive(Debug, PartialEq, Eq)]
pub enum Assembled {
    /// All of it.
    Whole(Vec<u8>),
    /// These blocks have to be there for more of it to be seen.
    Missing(Vec<Cid>),
}

/// Why a CID names no file that is read here. Its blocks have been checked, so this is true of the content, whoever gave
/// it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FileError {
    /// Another hash function than SHA-256.
    #[error("the hash function {0} is not checked here: sha2-256 is")]
    Hash(String),
    /// Not a raw block, not dag-pb, not JSON.
    #[error("a block of the codec {0} is no file: raw (0x55), dag-pb (0x70) and json (0x200) are read")]
    Codec(String),
    /// No DAG-PB, or no UnixFS inside.
    #[error("its block {cid} is malformed: {reason}")]
    Malformed {
        /// Which.
        cid: Box<Cid>,
        /// What is wrong.
        reason: &'static str,
    },
    /// A directory, a symbolic link.
    #[error("it is {0}, not a file")]
    NotAFile(&'static str),
    /// Too long, too many blocks, too deep.
    #[error("{0}")]
    TooLarge(&'static str),
}

/// Puts a file together.
///
/// # Errors
/// See [`FileError`]. That the blocks are those of their CIDs is not checked.
pub fn assemble(root: &Cid, blocks: &Blocks) -> Result<Assembled, FileError> {
    let walk = Walk::over(root, blocks)?;
    Ok(if walk.missing.is_empty() { Assembled::Whole(walk.file) } else { Assembled::Missing(walk.missing) })
}

/// A block that is not part of the file, or not reached from its root.
pub fn find_stranger<'a>(root: &Cid, blocks: &'a Blocks) -> Result<Option<&'a Cid>, FileError> {
    let walk = Walk::over(root, blocks)?;
    Ok(blocks.keys().find(|cid| !walk.seen.contains(cid)))
}

/// Whether these are more blocks than a file of ours can have.
pub fn is_too_much(blocks: &Blocks) -> bool {
    blocks.values().map(Vec::len).sum::<usize>() > MAX_BLOCK_BYTES
}

/// A walk over the tree, the first bytes of the file first.
struct Walk<'a> {
    blocks: &'a Blocks,
    file: Vec<u8>,
    missing: Vec<Cid>,
    seen: HashSet<Cid>,
    visits: usize,
}

impl<'a> Walk<'a> {
    fn over(root: &Cid, blocks: &'a Blocks) -> Result<Self, FileError> {
        if root.codec() != JSON {
            check_kind(root)?;
        }
        // The sizes that blocks tell are compared only when all are there, so what is kept until then is bounded here.
        if is_too_much(blocks) {
            return Err(FileError::TooLarge("its blocks have more than 512 KiB"));
        }
        let mut walk =
            Self { blocks, file: Vec::new(), missing: Vec::new(), seen: HashSet::new(), visits: 0 };
        walk.visit(root, 0)?;
        Ok(walk)
    }

    /// Whether everything behind a CID was there.
    fn visit(&mut self, cid: &Cid, depth: usize) -> Result<bool, FileError> {
        if let Some(hash) = block::unknown_hash(cid) {
            return Err(FileError::Hash(hash));
        }
        self.visits += 1;
        if self.visits > MAX_BLOCKS {
            return Err(FileError::TooLarge("the file has more than 512 blocks"));
        }
        if depth > MAX_DEPTH {
            return Err(FileError::TooLarge("the file's tree is more than 8 deep"));
        }
        let is_new = self.seen.insert(*cid);
        let blocks = self.blocks;
        match block::held_by(cid).or_else(|| blocks.get(cid).map(Vec::as_slice)) {
            None => {
                self.missing.extend(is_new.then_some(*cid));
                Ok(false)
            }
            Some(block) if cid.codec() == DAG_PB => self.add_node(cid, block, depth),
            Some(block) => self.add(block).map(|()| true),
        }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file.extend_from_slice(bytes);
        if self.file.len() > MAX_BYTES { Err(TOO_LONG) } else { Ok(()) }
    }

    fn add_node(&mut self, cid: &Cid, block: &[u8], depth: usize) -> Result<bool, FileError> {
        let malformed = |reason| FileError::Malformed { cid: Box::new(*cid), reason };
        let node = dag_pb::decode(block).map_err(|Malformed| malformed("it is not DAG-PB"))?;
        let data = node.data.ok_or_else(|| malformed("it holds no UnixFS data"))?;
        let unix_fs = unix_fs::decode(data).map_err(|Malformed| malformed("its data is not UnixFS"))?;
        check_sizes(&unix_fs, node.links.len(), malformed)?;
        self.add(unix_fs.data)?;
        let mut is_whole = true;
        for (child, size) in node.links.iter().zip(&unix_fs.block_sizes) {
            check_kind(child)?;
            let before = self.file.len();
            let is_there = self.visit(child, depth + 1)?;
            if is_there && (self.file.len() - before) as u64 != *size {
                return Err(malformed("a block that it links to has another size than it says"));
            }
            is_whole &= is_there;
        }
        Ok(is_whole)
    }
}

const TOO_LONG: FileError = FileError::TooLarge("the file is longer than 256 KiB");

/// What a tree is made of.
fn check_kind(cid: &Cid) -> Result<(), FileError> {
    match cid.codec() {
        RAW | DAG_PB => Ok(()),
        codec => Err(FileError::Codec(match codec {
            0x71 => "dag-cbor (0x71)".into(),
            0x72 => "libp2p-key (0x72)".into(),
            0x78 => "git-raw (0x78)".into(),
            0x0129 => "dag-json (0x129)".into(),
            JSON => "json (0x200) inside of a tree".into(),
            other => format!("{other:#x}"),
        })),
    }
}

/// What a node says about itself has to fit together, and has to be small enough before any more of it is asked for.
fn check_sizes(
    unix_fs: &UnixFs<'_>,
    links: usize,
    malformed: impl Fn(&'static str) -> FileError,
) -> Result<(), FileError> {
    match unix_fs.kind {
        Kind::Other(kind) => return Err(FileError::NotAFile(kind)),
        Kind::Raw if links > 0 => return Err(malformed("it is a part of a file, and has links")),
        Kind::Raw | Kind::File => {}
    }
    if unix_fs.block_sizes.len() != links {
        return Err(malformed("it has not as many sizes as links"));
    }
    let own = unix_fs.data.len() as u64;
    let total = unix_fs.block_sizes.iter().fold(own, |sum, size| sum.saturating_add(*size));
    if total > MAX_BYTES as u64 {
        return Err(TOO_LONG);
    }
    if unix_fs.file_size.is_some_and(|size| size != total) {
        return Err(malformed("its size is not that of its parts"));
    }
    Ok(())
}
