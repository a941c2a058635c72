// Makes ipfs.json beside it: files, and what is none, in IPFS, as the JavaScript implementation writes them. Only to make
// it anew; the tests read what is committed. In an empty directory:
//
//   npm install ipfs-unixfs-importer@17.1.1 ipfs-unixfs@13.1.1 @ipld/car@5.4.7 @ipld/dag-pb@4.2.0 \
//     blockstore-core@7.0.1 multiformats@14.0.5
//   cp …/tests/vectors/ipfs.mjs . && node ipfs.mjs > …/tests/vectors/ipfs.json

import { CarWriter } from "@ipld/car";
import * as dagPb from "@ipld/dag-pb";
import { MemoryBlockstore } from "blockstore-core";
import { UnixFS } from "ipfs-unixfs";
import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced, trickle } from "ipfs-unixfs-importer/layout";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { sha256, sha512 } from "multiformats/hashes/sha2";

/** Bytes that do not repeat from block to block. */
const content = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 4)) & 0xff);

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

async function drain(source) {
  const parts = [];
  for await (const part of source) parts.push(...(part instanceof Uint8Array ? [part] : [part].flat()));
  return Buffer.concat(parts);
}

async function archive(root, blocks) {
  const { writer, out } = CarWriter.create([root]);
  const bytes = drain(out);
  for (const [cid, block] of blocks) await writer.put({ cid, bytes: block });
  await writer.close();
  return (await bytes).toString("base64");
}

/** The blocks of a tree, the root first, each before those that it links to. */
async function blocksOf(store, cid, seen = new Map()) {
  if (seen.has(cid.toString())) return seen;
  const block = await drain(store.get(cid));
  seen.set(cid.toString(), [cid, block]);
  if (cid.code === dagPb.code) for (const link of dagPb.decode(block).Links) await blocksOf(store, link.Hash, seen);
  return seen;
}

async function imported(name, source, options) {
  const store = new MemoryBlockstore();
  let root;
  for await (const entry of importer(source, store, options)) root = entry.cid;
  const blocks = await blocksOf(store, root);
  return { name, cid: root.toString(), blocks: blocks.size, car: await archive(root, blocks.values()) };
}

async function file(name, bytes, options) {
  const made = await imported(name, [{ path: "file", content: bytes }], options);
  return { ...made, file: base64(bytes) };
}

async function node(name, data, { hasher = sha256, code = dagPb.code, links = [] } = {}) {
  const block = code === dagPb.code ? dagPb.encode({ Data: data, Links: links }) : data;
  const cid = CID.createV1(code, await hasher.digest(block));
  return { name, cid: cid.toString(), blocks: 1, car: await archive(cid, [[cid, block]]) };
}

const timed = new UnixFS({ type: "file", data: content(90), mode: 0o644, mtime: { secs: 1700000000n, nsecs: 5 } });
const small = { chunker: fixedSize({ chunkSize: 64 }) };
const files = [
  await file("one raw block", content(100), { cidVersion: 1, rawLeaves: true }),
  await file("one dag-pb block of version 0", content(100), { cidVersion: 0, rawLeaves: false }),
  await file("one dag-pb block of version 1", content(100), { cidVersion: 1, rawLeaves: false, reduceSingleLeafToSelf: true }),
  await file("an empty file", content(0), { cidVersion: 1, rawLeaves: false }),
  { ...(await node("with permissions and a time", timed.marshal())), file: base64(content(90)) },
  await file("raw leaves", content(300), { cidVersion: 1, rawLeaves: true, ...small }),
  await file("leaves of the kind file", content(300), { cidVersion: 0, rawLeaves: false, leafType: "file", ...small }),
  await file("leaves of the kind raw", content(300), { cidVersion: 0, rawLeaves: false, leafType: "raw", ...small }),
  await file("the same block many times", new Uint8Array(640), { cidVersion: 1, rawLeaves: true, ...small }),
  await file("a balanced tree", content(2000), {
    cidVersion: 1, rawLeaves: true, ...small, layout: balanced({ maxChildrenPerNode: 3 }),
  }),
  await file("a trickle tree", content(2000), {
    cidVersion: 1, rawLeaves: true, ...small, layout: trickle({ layerRepeat: 2, maxChildrenPerNode: 3 }),
  }),
];

const raw = 0x55;
const refused = [
  { ...(await imported("a directory", [{ path: "d/a", content: content(5) }], { wrapWithDirectory: true })), reason: "a directory" },
  { ...(await node("a sharded directory", new UnixFS({ type: "hamt-sharded-directory", hashType: 0x22n, fanout: 256n }).marshal())), reason: "a directory" },
  { ...(await node("a symbolic link", new UnixFS({ type: "symlink", data: new TextEncoder().encode("/etc/passwd") }).marshal())), reason: "a symbolic link" },
  { ...(await node("another hash", content(10), { hasher: sha512, code: raw })), reason: "sha2-512" },
  { ...(await node("another codec", Uint8Array.of(0xa0), { code: 0x71 })), reason: "dag-cbor" },
  { ...(await node("no UnixFS", content(10))), reason: "not UnixFS" },
];
const identities = [
  { name: "raw", cid: CID.createV1(raw, identity.digest(content(30))).toString(), file: base64(content(30)) },
  {
    name: "dag-pb",
    cid: CID.createV1(dagPb.code, identity.digest(dagPb.encode({ Data: new UnixFS({ type: "file", data: content(20) }).marshal(), Links: [] }))).toString(),
    file: base64(content(20)),
  },
];
console.log(JSON.stringify({ files, refused, identities }, null, 1));
