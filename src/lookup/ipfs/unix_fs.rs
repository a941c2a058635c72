//! What the data of a node says about a file: <https://specs.ipfs.tech/unixfs/>.

use super::protobuf::{Malformed, Value, fields, varint};

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A part of a file, without links.
    Raw,
    /// A file, or a part of one.
    File,
    /// Something else; its name.
    Other(&'static str),
}

/// The data of a node.
#[derive(Debug)]
pub struct UnixFs<'a> {
    /// What it is.
    pub kind: Kind,
    /// The first bytes of the file; the rest is where the links lead.
    pub data: &'a [u8],
    /// How many bytes it has, links included.
    pub file_size: Option<u64>,
    /// How many bytes are behind each link.
    pub block_sizes: Vec<u64>,
}

/// Decodes the data of a node. Permissions, times and what only directories have are passed over.
pub fn decode(message: &[u8]) -> Result<UnixFs<'_>, Malformed> {
    let (mut kind, mut data, mut file_size, mut block_sizes) = (None, None, None, Vec::new());
    for field in fields(message) {
        match field? {
            (1, value) => set(&mut kind, to_kind(value.number()?)?)?,
            (2, value) => set(&mut data, value.bytes()?)?,
            (3, value) => set(&mut file_size, value.number()?)?,
            (4, Value::Number(size)) => block_sizes.push(size),
            // Packed: what newer encoders may write, and all decoders read.
            (4, Value::Bytes(mut sizes)) => {
                while !sizes.is_empty() {
                    block_sizes.push(varint(&mut sizes).ok_or(Malformed)?);
                }
            }
            (5..=8, _) => {}
            _ => return Err(Malformed),
        }
    }
    let kind = kind.ok_or(Malformed)?;
    Ok(UnixFs { kind, data: data.unwrap_or_default(), file_size, block_sizes })
}

/// A field that comes twice would be read differently by different programs.
fn set<T>(field: &mut Option<T>, value: T) -> Result<(), Malformed> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed),
    }
}

const fn to_kind(number: u64) -> Result<Kind, Malformed> {
    Ok(match number {
        0 => Kind::Raw,
        1 | 5 => Kind::Other("a directory"),
        2 => Kind::File,
        3 => Kind::Other("metadata"),
        4 => Kind::Other("a symbolic link"),
        _ => return Err(Malformed),
    })
}
