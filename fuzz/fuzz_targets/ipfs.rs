//! Blocks of IPFS and archives of them: a file of bounded size, or a refusal; an archive's blocks are all part of its file.

#![no_main]

use cid::Cid;
use dm3_gateway::lookup::ipfs::{Assembled, Blocks, assemble, read_car};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // Neither looks at whether a block is the one that its CID names, so that any bytes can be the root.
    let root: Cid = "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y".parse().expect("a CID");
    if let Ok(Assembled::Whole(file)) = assemble(&root, &Blocks::from([(root, data.to_vec())])) {
        assert!(file.len() <= data.len());
    }
    let mut rest = data;
    if let Ok(named) = Cid::read_bytes(&mut rest)
        && let Ok(blocks) = read_car(&named, rest)
    {
        assert!(blocks.is_empty() || blocks.contains_key(&named));
    }
});
