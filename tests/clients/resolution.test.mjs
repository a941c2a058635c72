// Against `dev`: every real client resolves our names, and does not notice that they are offchain.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import {
  alloyClient, castClient, ensjsClient, ethers5Client, ethers6Client, runCast, viemClient,
  web3pyClient,
} from "./clients.mjs";
import { freePort } from "./gateway.mjs";
import { ownerOf, startDev, startProxy } from "./dev.mjs";

const require = createRequire(import.meta.url);
const { getUserProfile } = require("@dm3-org/dm3-lib-profile");

const alice = new Wallet(`0x${"a1".repeat(32)}`);
const name = "alice.user.dm3.eth";
const addressName = `0x${alice.address.slice(2).toLowerCase()}.addr.dm3.eth`;
const unclaimed = "nobody.user.dm3.eth";

const bitcoin = { bytes: `0x0014${"11".repeat(20)}`, text: "bc1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3h8ffkz" };
const cid = "QmRAQB6YaCyidP37UdDnjFY5vQuiBrcqdyoW1CuDgwxkD4";
/** The same in version 1, as ensjs shows it. */
const cidV1 = "bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4";
const contenthash = "0xe3010170122029f2d17be6139079dc48696d1f582a8530eb9805b561eda517e22a892c7e3f1f";

let dev;
let owner;
let clients;
let profile;

before(async () => {
  dev = await startDev();
  owner = ownerOf(dev);
  clients = {
    "viem 2": viemClient(dev.rpcUrl),
    "ensjs 4": ensjsClient(dev.rpcUrl),
    "ethers 6": ethers6Client(dev.rpcUrl),
    "ethers 5": ethers5Client(dev.rpcUrl),
    "alloy 2": alloyClient(dev.rpcUrl),
    "web3.py 8": web3pyClient(dev.rpcUrl),
    "cast 1.7, with its lookups followed": castClient(dev.rpcUrl),
  };
  const claimed = dev.run(
    alice.privateKey, "claim", name, "--delivery-service", "ds.dm3.eth", "--text", "url=https://example.com",
    "--address", `0=${bitcoin.bytes}`, "--contenthash", contenthash,
  );
  profile = claimed.profile.record;
});
after(async () => {
  clients?.["ethers 6"].close();
  await dev?.stop();
});

const isOneOf = (value, expected) => assert.ok(expected.includes(value), `${value} is none of ${expected}`);
const isNotSet = (value) => isOneOf(value ?? null, [null, "", "0x", `0x${"00".repeat(20)}`]);
const clientNames = [
  "viem 2", "ensjs 4", "ethers 6", "ethers 5", "alloy 2", "web3.py 8", "cast 1.7, with its lookups followed",
];

/** Every client (or these), every kind of record, through whatever is set as resolver now. */
function everyClientResolves(these = clientNames) {
  for (const which of these) {
    test(`${which}: a claimed name`, async () => {
      const client = clients[which];
      assert.equal(await client.address(name), alice.address);
      assert.equal(await client.text(name, "url"), "https://example.com");
      assert.equal(await client.text(name, "network.dm3.profile"), profile);
      isOneOf(await client.coin(name, 0), [bitcoin.bytes, bitcoin.text]);
      isOneOf(await client.contenthash(name), [contenthash, `ipfs://${cid}`, cidV1, `ipfs://${cidV1}`]);
    });

    test(`${which}: an unclaimed name is not set`, async () => {
      const client = clients[which];
      isNotSet(await client.address(unclaimed));
      isNotSet(await client.text(unclaimed, "url"));
      isNotSet(await client.coin(unclaimed, 0));
      isNotSet(await client.contenthash(unclaimed));
    });

    test(`${which}: an address name`, async () => {
      const client = clients[which];
      assert.equal(await client.address(addressName), alice.address);
      assert.equal(await client.text(addressName, "network.dm3.profile"), profile);
    });
  }

  for (const which of these.filter((one) => ["viem 2", "ensjs 4"].includes(one))) {
    test(`${which}: a batch`, async () => {
      const calls = [["addr"], ["text", "url"], ["text", "network.dm3.profile"], ["text", "avatar"], ["contenthash"]];
      const ask = (name) => clients[which].batch(name, calls);
      const hashes = [contenthash, cidV1];
      const found = await ask(name);
      assert.deepEqual(found.slice(0, 4), [alice.address, "https://example.com", profile, ""]);
      isOneOf(found[4], hashes);
      (await ask(unclaimed)).forEach(isNotSet);
      assert.deepEqual((await ask(addressName)).slice(0, 3), [alice.address, "", profile]);
      isOneOf(await clients[which].bitcoinInBatch(name), [bitcoin.bytes, bitcoin.text]);
    });
  }

  // It looks through ethers 5.
  const skip = !these.includes("ethers 5");
  test("getUserProfile of dm3's library finds the profile and verifies it", { skip }, async () => {
    for (const which of [name, addressName]) {
      const found = await getUserProfile(clients["ethers 5"].provider, which);
      assert.equal(JSON.stringify(found.profile.deliveryServices), '["ds.dm3.eth"]');
      assert.ok(profile.includes(found.signature));
    }
  });
}

describe("through the resolver contract", () => everyClientResolves());

describe("through a resolver without ERC-7996, by the batch gateway", () => {
  before(async () => {
    clients["web3.py 8"].useBatchGateway(dev.gatewayUrl);
    const plain = await owner.deploy("PlainResolver", [[`${dev.gatewayUrl}/{sender}/{data}.json`], [dev.signer]]);
    for (const zone of dev.zones) await owner.setResolver(zone, plain);
  });
  after(async () => {
    clients["web3.py 8"].useBatchGateway("");
    for (const zone of dev.zones) await owner.setResolver(zone, dev.resolver);
  });
  everyClientResolves();
});

describe("with three gateways, of which the first is down and the second answers 500", () => {
  let broken;
  before(async () => {
    broken = await startProxy();
    const gateways = [`http://127.0.0.1:${await freePort()}`, broken.url, dev.gatewayUrl];
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [gateways]);
  });
  after(async () => {
    broken.stop();
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[dev.gatewayUrl]]);
  });
  everyClientResolves(clientNames.filter((one) => one !== "ethers 5"));

  test("the second one was asked", () => assert.ok(broken.taken().length > 0));

  // Whatever the contract: its ccipReadFetch tries the next URL after an error that is answered in JSON, and after no
  // other. Behind a proxy that answers for a gateway that is down, it goes on, as below.
  test("ethers 5.7 gives up where a connection is refused", async () => {
    await assert.rejects(clients["ethers 5"].text(name, "url"), /missing response/);
  });
});

describe("with three gateways, of which the first is down behind a proxy and the second answers 500", () => {
  let broken;
  before(async () => {
    broken = [await startProxy(undefined, 503), await startProxy()];
    const gateways = [...broken.map(({ url }) => url), dev.gatewayUrl];
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [gateways]);
  });
  after(async () => {
    for (const one of broken) one.stop();
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[dev.gatewayUrl]]);
  });
  everyClientResolves(["ethers 5"]);

  test("both were asked", () => assert.ok(broken.every((one) => one.taken().length > 0)));
});

test("a write shows in each client at its next question", async () => {
  for (const which of clientNames) {
    const seen = async () => (await clients[which].text(name, "seen-by")) ?? "";
    dev.run(alice.privateKey, "claim", name, "--text", "seen-by=nobody");
    assert.equal(await seen(), "nobody");
    dev.run(alice.privateKey, "claim", name, "--text", `seen-by=${which}`);
    assert.equal(await seen(), which);
  }
});

describe("30 records of one name in one request to the gateway", () => {
  let counter;
  const keys = Array.from({ length: 28 }, (_, n) => `key-${n}`);
  before(async () => {
    counter = await startProxy(dev.gatewayUrl);
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[counter.url]]);
    dev.run(alice.privateKey, "claim", name, ...keys.flatMap((key) => ["--text", `${key}=value of ${key}`]));
  });
  after(async () => {
    counter.stop();
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[dev.gatewayUrl]]);
  });
  for (const which of ["viem 2", "ensjs 4"]) {
    test(which, async () => {
      counter.taken();
      const texts = keys.map((key) => ["text", key]);
      const found = await clients[which].batch(name, [["addr"], ["contenthash"], ...texts]);
      assert.equal(found[0], alice.address);
      assert.ok(found[1]);
      assert.deepEqual(found.slice(2), keys.map((key) => `value of ${key}`));
      assert.equal(counter.taken().length, 1);
    });
  }
});

describe("a long question goes out by POST, a short one by GET", () => {
  let counter;
  before(async () => {
    counter = await startProxy(dev.gatewayUrl);
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[counter.url]]);
  });
  after(async () => {
    counter.stop();
    await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[dev.gatewayUrl]]);
  });
  for (const which of clientNames) {
    test(which, async () => {
      counter.taken();
      assert.equal(await clients[which].text(name, "url"), "https://example.com");
      // web3.py has its own idea of GET; ethers may ask for the resolver's features first.
      assert.ok(counter.taken().includes(which === "web3.py 8" ? "POST" : "GET"));
      isNotSet(await clients[which].text(name, "k".repeat(1500)));
      assert.ok(counter.taken().every((method) => method === "POST"));
    });
  }
});

test("cast 1.7 by itself stops at the lookup: it does not follow CCIP read", async () => {
  const refused = await runCast("resolve-name", name, "--rpc-url", dev.rpcUrl).catch((error) => error.stderr);
  assert.match(String(refused), /0x556f1830/);
});
