//! Files that the JavaScript implementation has made (`tests/vectors/ipfs.mjs`), and CIDs that kubo prints, from gateways
//! that are honest, broken, down, or lie.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cid::multihash::Multihash;
use proptest::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::fetch::MAX_BYTES;
use crate::fetch::testing::{Server, response};

#[derive(Deserialize)]
struct Vectors {
    files: Vec<Vector>,
    refused: Vec<Vector>,
    identities: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    #[serde(deserialize_with = "read_cid")]
    cid: Cid,
    #[serde(default)]
    blocks: usize,
    #[serde(default)]
    car: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    reason: String,
}

fn read_cid<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cid, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

impl Vector {
    fn car(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.car).unwrap()
    }

    fn file(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.file).unwrap()
    }
}

static VECTORS: LazyLock<Vectors> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../tests/vectors/ipfs.json")).unwrap());

fn vector(name: &str) -> &'static Vector {
    VECTORS.files.iter().find(|vector| vector.name == name).unwrap()
}

/// The blocks of an archive, unchecked.
fn sections(car: &[u8]) -> Vec<(Cid, Vec<u8>)> {
    let mut rest = car;
    protobuf::prefixed(&mut rest).unwrap();
    let mut sections = Vec::new();
    while let Some(mut section) = protobuf::prefixed(&mut rest) {
        let cid = Cid::read_bytes(&mut section).unwrap();
        sections.push((cid, section.to_vec()));
    }
    sections
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [varint(bytes.len()), bytes.to_vec()].concat()
}

fn car(header_of: &[u8], sections: &[(Cid, Vec<u8>)]) -> Vec<u8> {
    let mut rest = header_of;
    let mut car = prefixed(protobuf::prefixed(&mut rest).unwrap());
    for (cid, block) in sections {
        car.extend(prefixed(&[cid.to_bytes(), block.clone()].concat()));
    }
    car
}

fn cid_of(codec: u64, block: &[u8]) -> Cid {
    Cid::new_v1(codec, Multihash::wrap(0x12, &Sha256::digest(block)).unwrap())
}

/// A node of a file, with what its links lead to and how much that is.
fn node(data: &[u8], links: &[(Cid, u64)]) -> (Cid, Vec<u8>) {
    let total = data.len() as u64 + links.iter().map(|(_, size)| size).sum::<u64>();
    let field = |key: u8, bytes: &[u8]| [vec![key << 3 | 2], prefixed(bytes)].concat();
    let number = |key: u8, number: u64| [vec![key << 3], varint(usize::try_from(number).unwrap())].concat();
    let mut unix_fs = [number(1, 2), field(2, data), number(3, total)].concat();
    let mut block = Vec::new();
    for (cid, size) in links {
        unix_fs.extend(number(4, *size));
        block.extend(field(2, &field(1, &cid.to_bytes())));
    }
    block.extend(field(1, &unix_fs));
    (cid_of(0x70, &block), block)
}

/// What one asks a gateway for: the format and the CID.
fn asked(request: &str) -> (&str, &str) {
    let path = request.strip_prefix("GET /gw/ipfs/").unwrap().split(' ').next().unwrap();
    let (cid, format) = path.split_once("?format=").unwrap();
    let accept = format!("accept: application/vnd.ipld.{format}\r\n");
    assert!(request.contains(&accept), "{request}");
    (format, cid)
}

/// A gateway that has these blocks, and answers `None` with a 404.
async fn gateway(answer: impl Fn(&str, &Cid) -> Option<Vec<u8>> + Clone + Send + Sync + 'static) -> Server {
    Server::answering(move |request| {
        let (format, cid) = asked(request);
        match answer(format, &cid.parse().unwrap()) {
            Some(body) => response(200, "", &body),
            None => response(404, "", b"not here"),
        }
    })
    .await
}

/// A gateway that has what is in these archives, and hands them out if it `has_cars`.
async fn honest(cars: &[(Cid, Vec<u8>)], has_cars: bool) -> Server {
    let blocks: Blocks = cars.iter().flat_map(|(_, car)| sections(car)).collect();
    let (blocks, cars) = (Arc::new(blocks), Arc::new(cars.iter().cloned().collect::<Blocks>()));
    gateway(move |format, cid| match format {
        "raw" => blocks.get(cid).cloned(),
        _ => cars.get(cid).filter(|_| has_cars).cloned(),
    })
    .await
}

fn gateways(servers: &[&Server]) -> IpfsGateways {
    IpfsGateways::configured(servers.iter().map(|server| server.url("/gw/")).collect()).unwrap()
}

fn all(vectors: &[Vector]) -> Vec<(Cid, Vec<u8>)> {
    vectors.iter().map(|vector| (vector.cid, vector.car())).collect()
}

#[tokio::test]
async fn files_that_others_have_made_are_read_in_one_archive_or_block_by_block() {
    for has_cars in [true, false] {
        let server = honest(&all(&VECTORS.files), has_cars).await;
        for vector in &VECTORS.files {
            let before = server.connections();
            assert_eq!(
                gateways(&[&server]).fetch(&vector.cid).await.unwrap(),
                vector.file(),
                "{}",
                vector.name
            );
            let requests = server.requests().split_off(before);
            let count = |wanted| requests.iter().filter(|request| asked(request).0 == wanted).count();
            let (has_several, blocks) = (usize::from(vector.blocks > 1), vector.blocks);
            assert_eq!(count("car"), has_several, "{}", vector.name);
            assert_eq!(count("raw"), if has_cars { 1 } else { blocks }, "{}", vector.name);
        }
    }
}

#[tokio::test]
async fn cids_that_kubo_prints_name_what_they_name_there() {
    let empty = "0a0408021800";
    let hello = "0a120802120c68656c6c6f20776f726c640a180c".to_owned();
    for (cid, block, file) in [
        (
            "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
            hex::encode("hello world"),
            "hello world",
        ),
        ("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", hello, "hello world\n"),
        ("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", empty.to_owned(), ""),
    ] {
        let cid: Cid = cid.parse().unwrap();
        let block = hex::decode(block).unwrap();
        let server = gateway(move |_, _| Some(block.clone())).await;
        assert_eq!(gateways(&[&server]).fetch(&cid).await.unwrap(), file.as_bytes());
    }
    let directory: Cid = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn".parse().unwrap();
    let server = gateway(|_, _| Some(vec![0x0a, 0x02, 0x08, 0x01])).await;
    let error = gateways(&[&server]).fetch(&directory).await.unwrap_err().to_string();
    assert!(error.ends_with("it is a directory, not a file"), "{error}");
}

#[tokio::test]
async fn a_document_of_json_is_its_block() {
    let block = br#"{"profile":1}"#.to_vec();
    let cid = cid_of(0x200, &block);
    let server = gateway(move |_, _| Some(block.clone())).await;
    assert_eq!(gateways(&[&server]).fetch(&cid).await.unwrap(), br#"{"profile":1}"#);
}

#[tokio::test]
async fn what_stands_in_the_cid_is_asked_of_nobody() {
    for vector in &VECTORS.identities {
        assert_eq!(gateways(&[]).fetch(&vector.cid).await.unwrap(), vector.file(), "{}", vector.name);
    }
}

#[tokio::test]
async fn what_is_no_file_is_invalid_whoever_has_it() {
    let server = honest(&all(&VECTORS.refused), true).await;
    for vector in &VECTORS.refused {
        let before = server.connections();
        let error = gateways(&[&server, &server]).fetch(&vector.cid).await.unwrap_err();
        assert!(matches!(error, IpfsError::Invalid { .. }), "{}: {error:?}", vector.name);
        let text = error.to_string();
        assert!(text.contains(&vector.cid.to_string()) && text.contains(&vector.reason), "{text}");
        assert!(
            server.connections() <= before + 1,
            "{}: nobody else can have it in another way",
            vector.name
        );
    }
}

/// What a lying gateway answers to a question for the file "raw leaves", and how that is told.
fn lies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let vector = vector("raw leaves");
    let (honest, parts) = (vector.car(), sections(&vector.car()));
    let changed = |at: usize| {
        let mut parts = parts.clone();
        parts[at].1[3] ^= 1;
        car(&honest, &parts)
    };
    let other = VECTORS.files[0].car();
    let with_stranger = [parts.clone(), sections(&other)].concat();
    let mut other_root = vector.car();
    let at = parts[0].0.to_bytes();
    let at = other_root.windows(at.len()).position(|window| window == at).unwrap();
    other_root[at + 10] ^= 1;
    let renamed = [(parts[2].0, parts[1].1.clone()), parts[0].clone()];
    vec![
        ("raw", "something else than the block", b"something else".to_vec()),
        ("raw", "something else than the block", vec![]),
        ("raw", "something else than the block", parts[1].1.clone()),
        ("raw", "something else than the block", parts[0].1[..parts[0].1.len() - 1].to_vec()),
        ("raw", "something else than the block", [&parts[0].1[..], &[0]].concat()),
        ("raw", "more than 262144 bytes", vec![0; MAX_BYTES + 1]),
        ("car", "not a CAR of version 1", vec![]),
        ("car", "not a CAR of version 1", b"<html>".to_vec()),
        ("car", "whose one root is what was asked for", other.clone()),
        ("car", "whose one root is what was asked for", other_root),
        ("car", "not a CAR of version 1", honest[5..].to_vec()),
        ("car", "cut off", honest[..honest.len() - 1].to_vec()),
        ("car", "cut off", [&honest[..], &[0x80]].concat()),
        ("car", "malformed", [&honest[..], &[0]].concat()),
        ("car", "malformed", [&honest[..], &[2, 9, 9]].concat()),
        ("car", "something else than the block", changed(0)),
        ("car", "something else than the block", changed(5)),
        ("car", "something else than the block", car(&honest, &renamed)),
        ("car", "is no part of the file", car(&honest, &with_stranger)),
        ("car", "is no part of the file", car(&honest, &parts[1..])),
    ]
}

#[tokio::test]
async fn a_gateway_that_lies_is_found_out_and_the_next_one_asked() {
    let vector = vector("raw leaves");
    let blocks: Arc<Blocks> = Arc::new(sections(&vector.car()).into_iter().collect());
    let honest = honest(&all(&VECTORS.files), true).await;
    for (at, (kind, reason, lie)) in lies().into_iter().enumerate() {
        let blocks = blocks.clone();
        let liar = gateway(
            move |format, cid| {
                if format == kind { Some(lie.clone()) } else { blocks.get(cid).cloned() }
            },
        )
        .await;
        let error = gateways(&[&liar]).fetch(&vector.cid).await.unwrap_err();
        assert!(matches!(error, IpfsError::Unreachable { .. }), "{at}: {error:?}");
        assert!(error.to_string().contains(reason), "{at}: {error}");
        assert_eq!(gateways(&[&liar, &honest]).fetch(&vector.cid).await.unwrap(), vector.file(), "{at}");
    }
}

#[tokio::test]
async fn an_archive_that_lacks_blocks_is_completed() {
    let vector = vector("a balanced tree");
    let parts = sections(&vector.car());
    let (some, blocks) = (car(&vector.car(), &parts[..20]), parts.into_iter().collect::<Blocks>());
    let server = gateway(move |format, cid| match format {
        "car" => Some(some.clone()),
        _ => blocks.get(cid).cloned(),
    })
    .await;
    assert_eq!(gateways(&[&server]).fetch(&vector.cid).await.unwrap(), vector.file());
    assert_eq!(server.connections(), 2 + vector.blocks - 20);
}

#[tokio::test]
async fn gateways_that_do_not_answer_are_told_from_those_that_lie() {
    let vector = &VECTORS.files[0];
    let (liar, empty) = (gateway(|_, _| Some(vec![1])).await, gateway(|_, _| None).await);
    let broken = Server::answering(|_| response(500, "", b"oops")).await;
    let gone = Server::answering(|_| vec![]).await;
    let away = Server::answering(|_| response(301, "location: http://127.0.0.1/\r\n", b"")).await;
    for servers in
        [vec![&empty], vec![&broken], vec![&gone], vec![&away], vec![&liar, &empty], vec![&gone, &liar]]
    {
        let error = gateways(&servers).fetch(&vector.cid).await.unwrap_err();
        let IpfsError::Unreachable { gateways, .. } = &error else { panic!("{error:?}") };
        let told: Vec<_> = gateways.iter().map(|(gateway, _)| gateway.clone()).collect();
        assert_eq!(told, servers.iter().map(|server| server.place()).collect::<Vec<_>>());
    }
    let error = gateways(&[&empty]).fetch(&vector.cid).await.unwrap_err().to_string();
    assert!(error.contains("it answered 404: not here"), "{error}");
    let error = gateways(&[]).fetch(&vector.cid).await.unwrap_err();
    assert!(
        matches!(&error, IpfsError::Unreachable { .. }) && error.to_string().contains("ipfs_gateways"),
        "{error}"
    );
}

fn error_of(root: &Cid, blocks: &Blocks) -> String {
    assemble(root, blocks).unwrap_err().to_string()
}

#[test]
fn trees_that_are_too_large_or_do_not_fit_together_are_refused() {
    let leaf = (cid_of(0x55, b"leaf"), b"leaf".to_vec());
    let with = |nodes: &[&(Cid, Vec<u8>)]| nodes.iter().map(|node| (*node).clone()).collect::<Blocks>();
    let good = node(b"start ", &[(leaf.0, 4), (leaf.0, 4)]);
    assert_eq!(assemble(&good.0, &with(&[&good, &leaf])), Ok(Assembled::Whole(b"start leafleaf".to_vec())));
    assert_eq!(assemble(&good.0, &with(&[&good])), Ok(Assembled::Missing(vec![leaf.0])));

    // Told before any more is asked for.
    let long = node(b"", &[(leaf.0, 200 << 10), (leaf.0, 100 << 10)]);
    assert!(error_of(&long.0, &with(&[&long])).contains("longer than 256 KiB"));
    let wrong = node(b"", &[(leaf.0, 3)]);
    assert!(error_of(&wrong.0, &with(&[&wrong, &leaf])).contains("another size than it says"));
    // What the sizes say is not believed when it comes to what is kept.
    let big: Vec<_> =
        (0..3).map(|fill| vec![fill; 200 << 10]).map(|block| (cid_of(0x55, &block), block)).collect();
    let small = node(b"", &big.iter().map(|(cid, _)| (*cid, 1)).collect::<Vec<_>>());
    assert!(error_of(&small.0, &with(&[&small, &big[0], &big[1], &big[2]])).contains("512 KiB"));

    // The same empty block, over and over.
    let empty = node(b"", &[]);
    let mut blocks = with(&[&empty]);
    let (mut top, mut deep) = (empty.clone(), empty);
    for _ in 0..4 {
        top = node(b"", &vec![(top.0, 0); 100]);
        blocks.insert(top.0, top.1.clone());
    }
    assert!(error_of(&top.0, &blocks).contains("more than 512 blocks"));
    for depth in 1..=9 {
        deep = node(b"", &[(deep.0, 0)]);
        blocks.insert(deep.0, deep.1.clone());
        assert_eq!(assemble(&deep.0, &blocks).is_ok(), depth <= 8, "{depth}");
    }
    let other = node(b"", &[(cid_of(0x71, b""), 1)]);
    assert!(error_of(&other.0, &with(&[&other])).contains("dag-cbor"));
    let json = node(b"", &[(cid_of(0x200, b""), 1)]);
    assert!(error_of(&json.0, &with(&[&json])).contains("inside of a tree"));
}

#[tokio::test]
async fn no_more_blocks_are_kept_than_a_file_can_have() {
    let leaves: Vec<Vec<u8>> = (0..40).map(|fill| vec![fill; 200 << 10]).collect();
    let root = node(b"", &leaves.iter().map(|leaf| (cid_of(0x55, leaf), 1)).collect::<Vec<_>>());
    let blocks: Blocks =
        leaves.into_iter().map(|leaf| (cid_of(0x55, &leaf), leaf)).chain([root.clone()]).collect();
    let server = gateway(move |format, cid| blocks.get(cid).filter(|_| format == "raw").cloned()).await;
    let error = gateways(&[&server]).fetch(&root.0).await.unwrap_err().to_string();
    assert!(error.contains("512 KiB"), "{error}");
    assert!(server.connections() < 20, "{}", server.connections());
}

#[test]
fn nodes_that_are_written_otherwise_than_the_specifications_say_are_refused() {
    let cid = cid_of(0x55, b"leaf").to_bytes();
    let field = |key: u8, bytes: &[u8]| [vec![key << 3 | 2], prefixed(bytes)].concat();
    let (link, data) = (field(2, &field(1, &cid)), field(1, &[8, 2, 0x18, 4, 0x20, 4]));
    let try_node = |block: Vec<u8>| {
        let root = cid_of(0x70, &block);
        assemble(&root, &Blocks::from([(root, block)])).map_err(|error| error.to_string())
    };
    let missing = Ok(Assembled::Missing(vec![cid_of(0x55, b"leaf")]));
    assert_eq!(try_node([link.clone(), data.clone()].concat()), missing);
    assert_eq!(try_node([data.clone(), link.clone()].concat()), missing);
    let name_and_size = [field(1, &cid), field(2, b"name"), vec![0x18, 9]].concat();
    assert_eq!(try_node([field(2, &name_and_size), data.clone()].concat()), missing);
    let bad_links = [
        vec![],
        field(1, &[&cid[..], &[0]].concat()),
        field(1, &cid[..20]),
        [field(1, &cid), field(1, &cid)].concat(),
        [field(2, b"name"), field(1, &cid)].concat(),
        [field(1, &cid), field(2, b"\xff")].concat(),
        [field(1, &cid), field(4, b"")].concat(),
        [field(1, &cid), vec![0x10, 1]].concat(),
    ];
    for bad in bad_links {
        let error = try_node([field(2, &bad), data.clone()].concat()).unwrap_err();
        assert!(error.ends_with("it is not DAG-PB"), "{bad:x?}: {error}");
    }
    for (bad, reason) in [
        ([data.clone(), data.clone()].concat(), "not DAG-PB"),
        ([link.clone(), data.clone(), link.clone()].concat(), "not DAG-PB"),
        ([data.clone(), field(3, b"")].concat(), "not DAG-PB"),
        (link.clone(), "holds no UnixFS"),
        ([link.clone(), field(1, &[])].concat(), "not UnixFS"),
        ([link.clone(), field(1, &[8, 6])].concat(), "not UnixFS"),
        ([link.clone(), field(1, &[8, 2, 8, 2])].concat(), "not UnixFS"),
        ([link.clone(), field(1, &[8, 2, 0x48, 1])].concat(), "not UnixFS"),
        ([link.clone(), field(1, &[8, 2, 0x18, 4])].concat(), "not as many sizes as links"),
        ([link.clone(), field(1, &[8, 2, 0x18, 5, 0x20, 4])].concat(), "not that of its parts"),
        ([link.clone(), field(1, &[8, 0, 0x20, 4])].concat(), "has links"),
        (field(1, &[8, 5]), "a directory"),
        (field(1, &[8, 3]), "metadata"),
    ] {
        let error = try_node(bad.clone()).unwrap_err();
        assert!(error.contains(reason), "{bad:x?}: {error}");
    }
    // Sizes as one packed field.
    assert_eq!(try_node([link, field(1, &[8, 2, 0x22, 1, 4])].concat()), missing);
}

proptest! {
    #[test]
    fn any_block_is_a_file_or_refused(block in prop::collection::vec(any::<u8>(), 0..200)) {
        let root = cid_of(0x70, &block);
        let _ = assemble(&root, &Blocks::from([(root, block.clone())]));
        let _ = read_car(&root, &block);
    }

    #[test]
    fn a_changed_archive_never_becomes_another_file(which in 0usize..64, at in 0usize..4000, to in any::<u8>(), cut in 0usize..3) {
        let vector = &VECTORS.files[which % VECTORS.files.len()];
        let mut car = vector.car();
        let at = at % car.len();
        match cut {
            0 => car.truncate(at),
            1 => car.insert(at, to),
            _ => car[at] = to,
        }
        if let Ok(blocks) = read_car(&vector.cid, &car) {
            match assemble(&vector.cid, &blocks).unwrap() {
                Assembled::Whole(file) => prop_assert_eq!(file, vector.file()),
                Assembled::Missing(missing) => prop_assert!(!missing.is_empty()),
            }
        }
    }

    #[test]
    fn a_changed_node_is_refused_or_another_file_of_bounded_size(which in 0usize..64, at in 0usize..4000, to in any::<u8>()) {
        let vector = &VECTORS.files[which % VECTORS.files.len()];
        let mut blocks: Blocks = sections(&vector.car()).into_iter().collect();
        let root = blocks.get_mut(&vector.cid).unwrap();
        if !root.is_empty() {
            let at = at % root.len();
            root[at] = to;
        }
        if let Ok(Assembled::Whole(file)) = assemble(&vector.cid, &blocks) {
            prop_assert!(file.len() <= MAX_BYTES);
        }
    }
}
