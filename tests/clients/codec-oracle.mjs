// What ENS's own packages make of random addresses and content hashes, for tests/api/codecs.rs: a list of families in
// JSON, each with `vectors` (text, the binary form of it, and the text that the binary form is shown as) and `refused`
// (texts that the package refuses). The same on each run.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { getCoderByCoinType } from "@ensdomains/address-encoder";
import { decode as decodeContent, encode as encodeContent } from "@ensdomains/content-hash";
import { encodeBase58 } from "ethers";

const ROUNDS = 250;

// mulberry32
let state = 0x646d33;
const random = (below) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
};
const bytes = (length) => Uint8Array.from({ length }, () => random(256));
const pick = (list) => list[random(list.length)];
const hex = (data) => Buffer.from(data).toString("hex");
const join = (...parts) => Buffer.concat(parts.map((part) => Uint8Array.from(part)));
const times = (make) => Array.from({ length: ROUNDS }, (_, round) => make(round));

const throws = (run) => {
  try {
    run();
    return false;
  } catch {
    return true;
  }
};
/** As many texts as there are rounds that the package refuses. */
const refusedBy = (decode, mistype) => times(() => {
  for (;;) {
    const text = mistype();
    if (throws(() => decode(text))) return text;
  }
});

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Another character at one place after the first ones. */
const other = (alphabet, first) => (text) => {
  const at = first + random(text.length - first);
  return text.slice(0, at) + pick(alphabet.replace(text[at], "")) + text.slice(at + 1);
};
const otherCase = (text) => {
  const letters = [...text].flatMap((char, at) => (at > 1 && /[a-f]/i.test(char) ? [at] : []));
  const at = pick(letters);
  const turned = text[at] === text[at].toLowerCase() ? text[at].toUpperCase() : text[at].toLowerCase();
  return text.slice(0, at) + turned + text.slice(at + 1);
};
/** Solana's addresses have no checksum. */
const brokenKey = (text) => pick([text.slice(0, -2), `${text}${pick(base58)}${pick(base58)}`, other("0OIl", 0)(text)]);

const p2pkh = () => join([0x76, 0xa9, 0x14], bytes(20), [0x88, 0xac]);
const p2sh = () => join([0xa9, 0x14], bytes(20), [0x87]);
const witness = (version, length) => join([version && 0x50 + version, length], bytes(length));
const segwit0 = () => witness(0, pick([20, 32]));
const segwit1 = () => pick([() => witness(1, 32), () => witness(1 + random(16), 2 + random(39))])();

const addresses = [
  ["btc p2pkh", 0, p2pkh, other(base58, 1)],
  ["btc p2sh", 0, p2sh, other(base58, 1)],
  ["btc segwit v0", 0, segwit0, other(bech32, 4)],
  ["btc segwit v1 and above", 0, segwit1, other(bech32, 4)],
  ["ltc p2pkh", 2, p2pkh, other(base58, 1)],
  ["ltc p2sh", 2, p2sh, other(base58, 1)],
  ["ltc segwit v0", 2, segwit0, other(bech32, 5)],
  ["ltc segwit v1 and above", 2, segwit1, other(bech32, 5)],
  ["doge p2pkh", 3, p2pkh, other(base58, 1)],
  ["doge p2sh", 3, p2sh, other(base58, 1)],
  ["bch p2pkh", 145, p2pkh, other(bech32, 12)],
  ["bch p2sh", 145, p2sh, other(bech32, 12)],
  ["sol", 501, () => join(bytes(32)), brokenKey],
  ["sol with zeros in front", 501, () => join(new Uint8Array(1 + random(31)), bytes(32)).subarray(0, 32), brokenKey],
  ["xrp", 144, () => join([0], bytes(20)), other(base58, 1)],
  ["xrp X-address", 144, () => join([5, 0x44], bytes(20), [random(2)], bytes(4), new Uint8Array(4)), other(base58, 1)],
  ["trx", 195, () => join([0x41], bytes(20)), other(base58, 1)],
  ["atom", 118, () => join(bytes(pick([20, 32]))), other(bech32, 7)],
  ["dot", 354, () => join(bytes(32)), other(base58, 1)],
  ["xlm", 148, () => join(bytes(32)), other(base32, 1)],
  ["eth", 60, () => join(bytes(20)), otherCase],
  ["default", 0x80000000, () => join(bytes(20)), otherCase],
  ["base", 0x80000000 + 8453, () => join(bytes(20)), otherCase],
  ["evm of no name", 0x80000000 + 1234567, () => join(bytes(20)), otherCase],
].map(([family, coin, make, mistype]) => {
  const { encode, decode } = getCoderByCoinType(coin);
  const vectors = times(() => {
    const binary = make();
    const text = encode(new Uint8Array(binary));
    assert.equal(hex(decode(text)), hex(binary), text);
    return { text, binary: hex(binary), shown: text };
  });
  return { family, coin, vectors, refused: refusedBy(decode, () => mistype(pick(vectors).text)) };
});

const sha256 = () => join([0x12, 0x20], bytes(32));
const ed25519 = () => join([0x00, 0x24, 0x08, 0x01, 0x12, 0x20], bytes(32));
const cid = (codec, hash) => join([0x01, codec], hash);
/** As the package writes it. */
const cidText = (code, cid) => decodeContent(`0x${code}${hex(cid)}`);
const onion3 = () => {
  const key = bytes(32);
  const sum = createHash("sha3-256").update(".onion checksum").update(key).update(Uint8Array.of(3)).digest();
  return toBase32(join(key, sum.subarray(0, 2), [3]));
};
const toBase32 = (data) => {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.match(/.{5}/g).map((five) => base32[parseInt(five, 2)].toLowerCase()).join("");
};
const cut = (text) => text.slice(0, -1 - random(text.length - 3));
const strange = other("!~. ", 0);

const contents = [
  ["ipfs, version 0", "ipfs", "ipfs", () => encodeBase58(sha256()), cut],
  ["ipfs, version 1", "ipfs", "ipfs", () => cidText("e301", cid(pick([0x55, 0x70, 0x71]), sha256())), cut],
  ["ipfs, keys", "ipfs", "ipfs", () => cidText("e301", cid(0x72, ed25519())), strange],
  ["ipns, Ed25519", "ipns", "ipns", () => cidText("e501", cid(0x72, ed25519())), strange],
  ["ipns, other keys", "ipns", "ipns", () => cidText("e501", cid(0x72, sha256())), strange],
  ["ipns, peer ids", "ipns", "ipns", () => encodeBase58(pick([sha256, ed25519])()), strange],
  ["swarm", "swarm", "bzz", () => hex(bytes(32)), (text) => text.slice(0, -1 - 2 * random(30))],
  ["arweave", "arweave", "ar", () => Buffer.from(bytes(32)).toString("base64url"), strange],
  ["onion", "onion", "onion", () => toBase32(bytes(10))],
  ["onion3", "onion3", "onion3", onion3],
].map(([family, codec, scheme, make, mistype]) => {
  const uri = (text) => `${scheme}://${text}`;
  const vectors = times(() => {
    const text = make();
    const binary = encodeContent(codec, text);
    return { text: uri(text), binary, shown: uri(decodeContent(binary)) };
  });
  // The package looks at no checksum of onion services, and refuses none.
  const refused = mistype
    ? refusedBy((text) => encodeContent(codec, text), () => mistype(pick(vectors).text.slice(scheme.length + 3))).map(uri)
    : [];
  return { family, vectors, refused };
});

console.log(JSON.stringify({ addresses, contents }));
