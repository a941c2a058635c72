//! Archives of blocks: <https://ipld.io/specs/transport/car/carv1/>.

use cid::Cid;

use super::block::{BlockError, check};
use super::file::{Blocks, FileError, find_stranger};
use super::protobuf::prefixed;

/// What is wrong with an archive.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CarError {
    /// Not a CAR of version 1, or one of something else.
    #[error("it is not a CAR of version 1 whose one root is what was asked for")]
    Header,
    /// It ends too early, or holds what is no block.
    #[error("after {0} blocks, it is cut off or malformed")]
    Malformed(usize),
    /// A block with a wrong name.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// A block that nobody asked for.
    #[error("the block {0} in it is no part of the file")]
    Stranger(Box<Cid>),
    /// The file itself is wrong.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The blocks of an archive, checked: each against its CID, and all for being part of the file. Some may be missing.
pub fn read(root: &Cid, archive: &[u8]) -> Result<Blocks, CarError> {
    let mut rest = archive;
    if prefixed(&mut rest) != Some(&*header(root)) {
        return Err(CarError::Header);
    }
    let mut blocks = Blocks::default();
    let mut count = 0;
    while !rest.is_empty() {
        let mut section = prefixed(&mut rest).ok_or(CarError::Malformed(count))?;
        let cid = Cid::read_bytes(&mut section).map_err(|_| CarError::Malformed(count))?;
        check(&cid, section)?;
        blocks.insert(cid, section.to_vec());
        count += 1;
    }
    match find_stranger(root, &blocks)? {
        Some(stranger) => Err(CarError::Stranger(Box::new(*stranger))),
        None => Ok(blocks),
    }
}

/// The one header that an archive of this root can have. It is DAG-CBOR, which leaves one way to write
/// `{"roots": [root], "version": 1}`: a map of two, the shorter key first, and the CID as tag 42 of bytes after a zero.
fn header(root: &Cid) -> Vec<u8> {
    let cid = root.to_bytes();
    let length = cid.len() + 1;
    let mut header = b"\xa2\x65roots\x81\xd8\x2a".to_vec();
    // CIDs with a SHA-256 have at most 46 bytes or so, those that hold their content at most 80.
    match u8::try_from(length) {
        Ok(short @ ..24) => header.push(0x40 | short),
        Ok(byte) => header.extend([0x58, byte]),
        Err(_) => header.extend([0x59, (length >> 8) as u8, length as u8]),
    }
    header.push(0);
    header.extend(cid);
    header.extend(b"\x67version\x01");
    header
}
