//! Nodes of a graph, as DAG-PB writes them: <https://ipld.io/specs/codecs/dag-pb/spec/>. As strict as the specification,
//! which leaves one way to write a node; only the order of links and data is free, since both are in use.

use cid::Cid;

use super::protobuf::{Malformed, fields};

/// A node: its links and its data.
#[derive(Debug, Default)]
pub struct Node<'a> {
    /// Where it leads. Names and sizes of links are not kept: a file is made of what the links lead to.
    pub links: Vec<Cid>,
    /// What it holds.
    pub data: Option<&'a [u8]>,
}

/// Decodes a node.
pub fn decode(block: &[u8]) -> Result<Node<'_>, Malformed> {
    let mut node = Node::default();
    let mut is_past_links = false;
    for field in fields(block) {
        match field? {
            (1, value) if node.data.is_none() => {
                node.data = Some(value.bytes()?);
                is_past_links = !node.links.is_empty();
            }
            (2, value) if !is_past_links => node.links.push(decode_link(value.bytes()?)?),
            _ => return Err(Malformed),
        }
    }
    Ok(node)
}

/// Hash, name and size, in this order, each at most once; only the hash has to be there.
fn decode_link(message: &[u8]) -> Result<Cid, Malformed> {
    let (mut target, mut last) = (None, 0);
    for field in fields(message) {
        let (number, value) = field?;
        if number <= last {
            return Err(Malformed);
        }
        last = number;
        match number {
            1 => target = Some(read_cid(value.bytes()?)?),
            2 => drop(std::str::from_utf8(value.bytes()?).map_err(|_| Malformed)?),
            3 => drop(value.number()?),
            _ => return Err(Malformed),
        }
    }
    target.ok_or(Malformed)
}

fn read_cid(mut bytes: &[u8]) -> Result<Cid, Malformed> {
    let cid = Cid::read_bytes(&mut bytes).map_err(|_| Malformed)?;
    if bytes.is_empty() { Ok(cid) } else { Err(Malformed) }
}
