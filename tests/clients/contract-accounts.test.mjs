// Accounts that are contracts (ERC-1271), also before they are deployed (ERC-6492).

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Wallet, ZeroAddress, concat } from "ethers";
import { createPublicClient, encodeFunctionData, http } from "viem";
import { artifact, ownerOf, startDev } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";
import { nothing, putState } from "./states.mjs";

const require = createRequire(import.meta.url);
const { getProfileCreationMessage } = require("@dm3-org/dm3-lib-profile");
const { stringify } = require("@dm3-org/dm3-lib-shared");

const Manner = { Honest: 0, Wrong: 1, Short: 2, Reverting: 3, Burning: 4, Megabyte: 5 };
const SUFFIX = "0x" + "6492".repeat(16);
const abi = artifact("ScriptedWalletFactory").abi;

let dev, factory, chain, owner;
before(async () => {
  dev = await startDev();
  owner = ownerOf(dev);
  factory = await owner.deploy("ScriptedWalletFactory", []);
  chain = createPublicClient({ transport: http(dev.rpcUrl) });
});
after(() => dev?.stop());

/** Where the wallet of a key is, deployed or not. */
const addressOf = (key, manner) =>
  chain.readContract({ address: factory, abi, functionName: "addressOf", args: [key.address, manner] });

/** A deployed wallet of a new key. */
async function deployed(manner = Manner.Honest) {
  const key = Wallet.createRandom();
  await owner.write(factory, "ScriptedWalletFactory", "deploy", [key.address, manner]);
  return { key, address: await addressOf(key, manner) };
}

/** Signs as ERC-6492 has it. */
function wrapping(key, manner = Manner.Honest) {
  const signature = async (...typedData) => {
    const call = encodeFunctionData({ abi, functionName: "deploy", args: [key.address, manner] });
    const inner = await key.signTypedData(...typedData);
    return concat([AbiCoder.defaultAbiCoder().encode(["address", "bytes", "bytes"], [factory, call, inner]), SUFFIX]);
  };
  return { signTypedData: signature };
}

const first = (name, account, records = nothing()) =>
  ({ name, version: 1, previous: "0x" + "00".repeat(32), owner: account, records });
const following = (name, put, account, records = nothing()) =>
  ({ name, version: put.body.version + 1, previous: put.hash, owner: account, records });

async function proofs(name) {
  const { items } = await (await fetch(`${dev.gatewayUrl}/v1/names/${name}/history`)).json();
  return items.map((item) => item.proof);
}

test("a wallet contract claims and updates a name, and the history says where it was asked", async () => {
  const { key, address } = await deployed();
  const name = "contract.user.dm3.eth";
  const claimed = await putState(dev.gatewayUrl, key, first(name, address));
  assert.equal(claimed.status, 201, JSON.stringify(claimed.body));
  const records = { ...nothing(), texts: [{ key: "url", value: "https://example.com" }] };
  const updated = await putState(dev.gatewayUrl, key, following(name, claimed, address, records));
  assert.equal(updated.status, 200, JSON.stringify(updated.body));
  for (const { acceptedAt } of await proofs(name)) {
    assert.equal(acceptedAt.chainId, dev.chainId);
    const block = await chain.getBlock({ blockNumber: BigInt(acceptedAt.blockNumber) });
    assert.equal(block.hash, acceptedAt.blockHash);
  }
});

test("the same wallet does so before it is deployed, and after", async () => {
  const key = Wallet.createRandom();
  const address = await addressOf(key, Manner.Honest);
  const name = "counterfactual.user.dm3.eth";
  const unwrapped = await putState(dev.gatewayUrl, key, first(name, address));
  assert.equal(unwrapped.status, 401, "nobody is there to be asked");
  const claimed = await putState(dev.gatewayUrl, wrapping(key), first(name, address));
  assert.equal(claimed.status, 201, JSON.stringify(claimed.body));
  assert.equal(await chain.getCode({ address }), undefined, "asking has deployed nothing");
  const updated = await putState(dev.gatewayUrl, wrapping(key), following(name, claimed, address));
  assert.equal(updated.status, 200, JSON.stringify(updated.body));
  await owner.write(factory, "ScriptedWalletFactory", "deploy", [key.address, Manner.Honest]);
  const released = await putState(dev.gatewayUrl, key, following(name, updated, ZeroAddress));
  assert.equal(released.status, 200, JSON.stringify(released.body));
});

test("the account that a signature recovers to decides first", async () => {
  const key = Wallet.createRandom();
  const claimed = await putState(dev.gatewayUrl, key, first("plain.user.dm3.eth", key.address));
  assert.equal(claimed.status, 201);
  assert.deepEqual(Object.keys((await proofs("plain.user.dm3.eth"))[0]).sort(), ["kind", "signature"]);
});

describe("what a wallet contract does not accept is refused", () => {
  for (const [name, manner] of Object.entries(Manner).slice(1)) {
    test(`one that is ${name}`, async () => {
      const { key, address } = await deployed(manner);
      const refused = await putState(dev.gatewayUrl, key, first(`${name.toLowerCase()}.user.dm3.eth`, address));
      assert.equal(refused.status, 401, JSON.stringify(refused.body));
      assert.match(refused.body.detail, /does not accept the signature/);
    });

    test(`one that is ${name}, not deployed yet`, async () => {
      const key = Wallet.createRandom();
      const state = first(`${name.toLowerCase()}.user.dm3.eth`, await addressOf(key, manner));
      const refused = await putState(dev.gatewayUrl, wrapping(key, manner), state);
      assert.equal(refused.status, 401, JSON.stringify(refused.body));
    });
  }

  test("another key's signature", async () => {
    const { address } = await deployed();
    const refused = await putState(dev.gatewayUrl, Wallet.createRandom(), first("stolen.user.dm3.eth", address));
    assert.equal(refused.status, 401);
  });

  test("a factory that deploys somebody else's wallet", async () => {
    const [key, victim] = [Wallet.createRandom(), Wallet.createRandom()];
    const state = first("stolen.user.dm3.eth", await addressOf(victim, Manner.Honest));
    const refused = await putState(dev.gatewayUrl, wrapping(key), state);
    assert.equal(refused.status, 401);
    assert.match(refused.body.detail, /does not deploy/);
  });

  test("what only ends like ERC-6492", async () => {
    const { address } = await deployed();
    const signer = { signTypedData: async () => concat(["0x1234", SUFFIX]) };
    const refused = await putState(dev.gatewayUrl, signer, first("stolen.user.dm3.eth", address));
    assert.equal(refused.status, 401);
    assert.match(refused.body.detail, /ERC-6492/);
  });

  test("more bytes than any wallet needs", async () => {
    const { address } = await deployed();
    const signer = { signTypedData: async () => "0x" + "11".repeat(8193) };
    const refused = await putState(dev.gatewayUrl, signer, first("stolen.user.dm3.eth", address));
    assert.equal(refused.status, 401);
    assert.match(refused.body.detail, /at most 8192/);
  });
});

test("a wallet contract's profile, under its address name", async () => {
  const { key, address } = await deployed();
  const profile = {
    deliveryServices: ["ds.example.eth"],
    publicEncryptionKey: "Vrd/eTAk/jZb/w5L408yDjOO5upNFDGdt0lyWRjfBEk=",
    publicSigningKey: "0ekgI3CBw2iXNXudRdBQHiOaMpG9bvq9Jse26dButug=",
  };
  const message = getProfileCreationMessage(stringify(profile), address);
  const record = async (signer) => {
    const value = `data:application/json,${stringify({ profile, signature: await signer.signMessage(message) })}`;
    return { ...nothing(), texts: [{ key: "network.dm3.profile", value }] };
  };
  const name = `${address.toLowerCase()}.addr.dm3.eth`;
  const forged = await putState(dev.gatewayUrl, key, first(name, address, await record(Wallet.createRandom())));
  assert.equal(forged.status, 422, JSON.stringify(forged.body));
  const published = await putState(dev.gatewayUrl, key, first(name, address, await record(key)));
  assert.equal(published.status, 201, JSON.stringify(published.body));
  const shown = await (await fetch(`${dev.gatewayUrl}/profile/${address}`)).json();
  assert.deepEqual(shown.profile, profile);
});

describe("without a chain that answers", () => {
  const cases = [
    ["no endpoint is set", {}, 401, /rpc_url/],
    ["the endpoint is down", { DM3_RPC_URL: "http://127.0.0.1:1/secret-key" }, 503, /try again/],
  ];
  for (const [what, settings, status, detail] of cases) {
    test(what, async () => {
      const gateway = await startGateway(settings);
      try {
        const { key, address } = await deployed();
        const refused = await putState(gateway.url, key, first("alice.user.dm3.eth", address));
        assert.equal(refused.status, status, JSON.stringify(refused.body));
        assert.match(refused.body.detail, detail);
        assert.doesNotMatch(JSON.stringify(refused.body), /secret-key/);
        const plain = await putState(gateway.url, key, first("bob.user.dm3.eth", key.address));
        assert.equal(plain.status, 201, "accounts with a key need no chain");
      } finally {
        await gateway.stop();
      }
    });
  }

  test("the endpoint is of another chain", async () => {
    const gateway = await startGateway({ DM3_RPC_URL: dev.rpcUrl, DM3_CHAIN_ID: "5" });
    try {
      const { key, address } = await deployed();
      const refused = await putState(gateway.url, key, { ...first("alice.user.dm3.eth", address), chainId: 5 });
      assert.equal(refused.status, 503, JSON.stringify(refused.body));
    } finally {
      await gateway.stop();
    }
  });
});
