// The signed state, by ethers 6: the vector of the design, and a name's whole life written by an independent client.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TypedDataEncoder, Wallet, ZeroAddress, ZeroHash, hexlify, randomBytes } from "ethers";
import { startGateway } from "./gateway.mjs";
import { domain, nothing, putState, types } from "./states.mjs";

const name = "walter.user.dm3.eth";

let gateway;
before(async () => {
  gateway = await startGateway();
});
after(() => gateway?.stop());

/** Signs and puts the next state of the name. */
const put = (wallet, version, previous, owner, records) =>
  putState(gateway.url, wallet, { name, version, previous, owner, records });

test("the vector of the design is what ethers makes", async () => {
  const wallet = new Wallet(`0x${"1".padStart(64, "0")}`);
  const state = {
    name: "alice.user.dm3.eth", chainId: 1, version: 1, previous: ZeroHash, owner: wallet.address,
    records: {
      texts: [{ key: "url", value: "https://example.com" }],
      addresses: [{ coinType: 0, value: `0x0014${"11".repeat(20)}` }],
      data: [], contenthash: "0x", salt: `0x${"22".repeat(32)}`,
    },
    validUntil: 1800000000,
  };
  const digest = TypedDataEncoder.hash(domain, types, state);
  assert.equal(digest, "0x9faf55eac64494815136bb8e06c4e2c0ad5e578d950d98c73972045166b4b7eb");
});

test("a name's whole life, written by ethers", async () => {
  const [first, second] = [Wallet.createRandom(), Wallet.createRandom()];
  const records = {
    texts: [{ key: "url", value: "https://ä.example/😀" }, { key: "empty", value: "" }],
    addresses: [{ coinType: 0, value: "0x0014" }, { coinType: 2 ** 53 - 1, value: "0x" }],
    data: [{ key: "agent", value: "0x00ff" }, { key: "ens:name", value: "0x61" }],
    contenthash: "0xe301", salt: hexlify(randomBytes(32)),
  };
  const claimed = await put(first, 1, ZeroHash, first.address, records);
  assert.deepEqual([claimed.status, claimed.body.stateHash], [201, claimed.hash]);
  assert.deepEqual(claimed.body.records, records);
  const updated = await put(first, 2, claimed.hash, first.address, nothing());
  assert.deepEqual([updated.status, updated.body.stateHash], [200, updated.hash]);
  const given = await put(first, 3, updated.hash, second.address, nothing());
  assert.deepEqual([given.status, given.body.owner.toLowerCase()], [200, second.address.toLowerCase()]);
  const stolen = await put(first, 4, given.hash, first.address, nothing());
  assert.equal(stolen.status, 401);
  const released = await put(second, 4, given.hash, ZeroAddress, nothing());
  assert.deepEqual([released.status, released.body.nextVersion], [200, 5]);
  const reclaimed = await put(first, 5, released.hash, first.address, nothing());
  assert.equal(reclaimed.status, 201);
});
