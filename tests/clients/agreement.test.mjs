// What the contract takes for a profile, the gateway and dm3's library take for one too.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Wallet, randomBytes } from "ethers";
import { viemClient } from "./clients.mjs";
import { signedRecord } from "./forgeries.mjs";
import { profileRecord } from "./profile-vectors.mjs";
import { addressName, calls, encodeText, profileKeys, startThief } from "./thief.mjs";

// dm3's library says what it does each time.
process.env.LOG_LEVEL = "error";
const { getUserProfile } = createRequire(import.meta.url)("@dm3-org/dm3-lib-profile");

/** `{wallet, record, next}`: published profiles, and what the state after theirs goes on from. */
const profiles = [];

let thief;
before(async () => {
  thief = await startThief();
});
after(() => thief?.stop());

const random = (below) => Math.floor(Math.random() * below);
const oneOf = (list) => list[random(list.length)];
const randomKey = (bytes = 32) => Buffer.from(randomBytes(bytes)).toString("base64");

/** Whether the contract accepts each of these records, as the profile of its wallet's address name. */
async function isTakenByTheContract(all) {
  const answers = all.map(({ wallet, record }, at) => {
    const name = addressName(wallet.address);
    return { name, call: calls.text(name, profileKeys[at % 2]), result: encodeText(record) };
  });
  const verdicts = await thief.verdicts(answers);
  for (const error of verdicts) assert.ok([undefined, "NotAProfile", "NotTheOwnersProfile"].includes(error), error);
  return verdicts.map((error) => error === undefined);
}

/** Whether dm3's library finds this record, and takes it for the profile of this account. */
async function isTakenByTheLibrary(record, account) {
  const resolver = { getText: async () => record };
  const provider = { getResolver: async () => resolver, resolveName: async () => account };
  const found = await getUserProfile(provider, addressName(account)).catch(() => undefined);
  return found !== undefined;
}

test("200 profiles that dm3's library makes are profiles for all of them", async () => {
  for (let count = 0; count < 200; count += 1) {
    const wallet = Wallet.createRandom();
    const services = Array.from({ length: count % 5 }, (_, at) => `ds${at}-${count}.dm3.eth`);
    const record = await profileRecord(wallet, services);
    const { status, hash } = await thief.publish(wallet, record);
    assert.equal(status, 201, record);
    profiles.push({ wallet, record, next: { version: 2, previous: hash } });
  }
  const viem = viemClient(thief.dev.rpcUrl);
  for (const { wallet, record } of profiles) {
    assert.equal(await viem.text(addressName(wallet.address), profileKeys[0]), record, "through the contract");
    assert.ok(await isTakenByTheLibrary(record, wallet.address), record);
  }
});

/** Each makes another text of one, somewhere. */
const mutations = [
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(0, at) + text.slice(at + 1 + random(4)),
  (text, at) => text.slice(0, at) + oneOf(pieces) + text.slice(at),
  (text, at) => text.slice(0, at) + oneOf(pieces) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.slice(at, at + 40) + text.slice(at),
  (text, at) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + otherCase(text[at]) + text.slice(at + 1),
  (text) => text.replace(/.(?="}$)/, (digit) => (digit === "b" ? "c" : "b")),
  (text) => text.replace(/0x[0-9a-f]*/, /0x[0-9a-f]*/.exec(oneOf(profiles).record)[0]),
  (text) => text.replace(/(?<=publicEncryptionKey":")[^"]*/, randomKey()),
  (text) => text.replace(/(?<=publicSigningKey":")[^"]*/, randomKey()),
  (text) => text.replace(/\[.*\]/, /\[.*\]/.exec(oneOf(profiles).record)[0]),
];
const pieces = ['"', ",", "{", "}", "[", "]", ":", "\\", " ", "0", "a", "A", "=", "é", "x.eth", "0x", '""', "null"];
const otherCase = (letter) => (letter.toUpperCase() === letter ? letter.toLowerCase() : letter.toUpperCase());

test("2,000 changed profiles are none, neither for the contract nor for the gateway", async () => {
  const changed = [];
  for (let count = 0; changed.length < 2000; count += 1) {
    const { wallet, record: original, next } = profiles[count % profiles.length];
    const record = mutations[count % mutations.length](original, random(original.length));
    if (record !== original && record !== "") changed.push({ wallet, record, next });
  }
  const taken = await isTakenByTheContract(changed);
  for (const [at, { wallet, record, next }] of changed.entries()) {
    assert.ok(!taken[at], `the contract takes ${record}`);
    assert.equal((await thief.publish(wallet, record, next)).status, 422, record);
  }
});

test("what owners sign on purpose is a profile for the contract if and only if it is one for the gateway", async () => {
  const parts = ["a", "b-", "-", "--", "_", "$", "0", "xn", ".", "..", "A", "'", " ", "ds", "eth", "_a", "\\u0061"];
  const oddName = () => Array.from({ length: 1 + random(5) }, () => oneOf(parts)).join(oneOf(["", "."]));
  const lists = [
    [], [""], ["a".repeat(253)], ["a".repeat(254)], [`${"b.".repeat(126)}c`], Array(300).fill("a.eth"),
    ...Array.from({ length: 300 }, () => Array.from({ length: random(3) }, oddName)),
  ];
  const lastOfKey = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="];
  const signed = [];
  for (const [at, services] of lists.entries()) {
    const wallet = Wallet.createRandom();
    const names = services.map((service) => `"${service}"`).join(",");
    const encryptionKey = randomKey(at % 20 === 7 ? 31 : 32);
    const signingKey = at % 5 === 3 ? randomKey().replace(/.=$/, `${oneOf(lastOfKey)}=`) : randomKey();
    const keys = `"publicEncryptionKey":"${encryptionKey}","publicSigningKey":"${signingKey}"`;
    const record = await signedRecord(wallet, wallet.address, `{"deliveryServices":[${names}],${keys}}`);
    signed.push({ wallet, record });
  }
  const taken = await isTakenByTheContract(signed);
  for (const [at, { wallet, record }] of signed.entries()) {
    assert.equal((await thief.publish(wallet, record)).status, taken[at] ? 201 : 422, record);
    if (taken[at]) assert.ok(await isTakenByTheLibrary(record, wallet.address), record);
  }
  const count = taken.filter(Boolean).length;
  assert.ok(count > 20 && count < signed.length - 20, `${count} of ${signed.length} are profiles`);
});

test("a record of 8,192 bytes is the longest for the contract and for the gateway", async () => {
  const wallet = Wallet.createRandom();
  const keys = `"publicEncryptionKey":"${randomKey()}","publicSigningKey":"${randomKey()}"`;
  const make = (services, letters) => {
    const names = `${'"a.eth",'.repeat(services)}"${"a".repeat(letters)}"`;
    return signedRecord(wallet, wallet.address, `{"deliveryServices":[${names}],${keys}}`);
  };
  const missing = 8192 - (await make(900, 1)).length;
  for (const [more, status] of [[2, 422], [1, 201]]) {
    const record = await make(900 + Math.floor(missing / 8), (missing % 8) + more);
    assert.equal(record.length, 8191 + more);
    assert.deepEqual(await isTakenByTheContract([{ wallet, record }]), [status === 201]);
    assert.equal((await thief.publish(wallet, record, { keys: profileKeys.slice(0, 1) })).status, status);
  }
});
