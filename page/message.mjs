// Messages that a resolver contract has somebody sign (ERC-7884): who signed, and whether a state is what the call in the message
// makes of the one before.

import { keccak, recover } from "./account.mjs";
import { concat, fromHex, sameHex, toHex, utf8 } from "./bytes.mjs";
import { digest, fields, hashStruct } from "./eip712.mjs";
import { ZERO_ADDRESS } from "./state.mjs";

const DOMAIN_TYPE = fields("string name,string version,uint256 chainId,address verifyingContract");
const TYPES = { Message: fields("bytes data,address sender,uint256 expirationTimestamp") };

/** The account whose key signed the message of a proof, for a contract on this chain; null when nobody's did. */
export function messageSigner({ resolver, signature, ...message }, chainId) {
  const domain = { name: "dm3-gateway", version: "1", chainId, verifyingContract: resolver };
  return recover(digest(DOMAIN_TYPE, domain, hashStruct(TYPES, "Message", message)), signature);
}

/**
 * Whether a state is what the message's call makes of a name that `holder` has, or nobody (null), and that has the records
 * `before`, if they are known.
 */
export function followsFrom(state, { data, sender, expirationTimestamp }, holder, before) {
  const call = readCall(data);
  if (!call || state.validUntil !== expirationTimestamp || !sameHex(sender, holder ?? state.owner)) return false;
  if (call.name !== undefined) {
    // To register is to take what nobody holds; to give away, what one holds oneself.
    const fits = call.isRegistration ? !holder : sameHex(call.from, holder);
    return fits && call.name === state.name && sameHex(call.to, state.owner) && (!state.records || isEmpty(state.records));
  }
  if (call.node !== toHex(namehash(state.name)) || !sameHex(state.owner, sender)) return false;
  return !state.records || holds(state.records, call, before);
}

const isEmpty = ({ texts, addresses, data, contenthash }) =>
  !texts.length && !addresses.length && !data.length && contenthash === "0x";

/** Whether records have what a call sets, and else what there was before. */
function holds(records, call, before) {
  const of = ({ texts, addresses, data, contenthash }) =>
    [
      ...texts.map(({ key, value }) => [`text ${key}`, value]),
      ...addresses.map(({ coinType, value }) => [`address ${coinType}`, value]),
      ...data.map(({ key, value }) => [`data ${key}`, value]),
      ["contenthash", contenthash],
    ];
  const now = new Map(of(records));
  if (now.get(call.record) !== call.value) return false;
  if (!before) return true;
  const expected = new Map(of(before)).set(call.record, call.value);
  return expected.size === now.size && [...expected].every(([record, value]) => now.get(record) === value);
}

/** What each function takes: a word (`w`), or bytes that stand behind the words (`b`). */
const CALLS = {
  "0x10f13a8c": ["wbb", (node, key, value) => ({ node, record: `text ${text(key)}`, value: text(value) })],
  "0xd5fa2b00": ["ww", (node, account) => ({ node, record: "address 60", value: orNone(addressOf(account)) })],
  "0x8b95dd71": ["wwb", (node, coin, value) => ({ node, record: `address ${BigInt(coin)}`, value })],
  "0x304e6ade": ["wb", (node, value) => ({ node, record: "contenthash", value })],
  "0x79f0ee86": ["bww", (name, from, to) => ({ name: wireName(name), from: addressOf(from), to: addressOf(to) })],
  // Its one argument is a struct, which begins behind the first word.
  "0xf43c313a": ["bw", (name, owner) => ({ name: wireName(name), to: addressOf(owner), isRegistration: true }), 32],
};

const text = (hex) => new TextDecoder().decode(fromHex(hex));
const addressOf = (word) => `0x${word.slice(26)}`;
const orNone = (address) => (address === ZERO_ADDRESS ? "0x" : address);

/** What a call changes; null when it is none that the gateway takes. It has checked the encoding. */
function readCall(data) {
  const bytes = fromHex(data);
  const [kinds, make, start = 0] = CALLS[toHex(bytes.subarray(0, 4))] ?? [];
  if (!kinds) return null;
  const body = bytes.subarray(4 + start);
  const wordAt = (at) => toHex(body.subarray(at, at + 32));
  const bytesAt = (at) => toHex(body.subarray(at + 32, at + 32 + Number(wordAt(at))));
  return make(...Array.from(kinds, (kind, at) => (kind === "w" ? wordAt(32 * at) : bytesAt(Number(wordAt(32 * at))))));
}

/** The name of its DNS wire form. */
function wireName(hex) {
  const bytes = fromHex(hex);
  const labels = [];
  for (let at = 0; bytes[at] > 0; at += bytes[at] + 1) labels.push(text(toHex(bytes.subarray(at + 1, at + 1 + bytes[at]))));
  return labels.join(".");
}

/** ENSIP-1. */
const namehash = (name) =>
  name.split(".").reduceRight((node, label) => keccak(concat(node, keccak(utf8(label)))), new Uint8Array(32));
