// Spam rules of an account, on a chain: what senders have is read from it, whatever their tokens do.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { createPublicClient, http } from "viem";
import { ownerOf, startDev, startProxy } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { createProfile } = require("@dm3-org/dm3-lib-profile");
const { sign } = require("@dm3-org/dm3-lib-crypto");
const { stringify } = require("@dm3-org/dm3-lib-shared");

const Manner = { Honest: 0, Reverting: 1, Burning: 2, Short: 3, Endless: 4, Silent: 5 };
const service = "ds.example.eth";
const serviceUrl = "https://ds.example";

let dev, owner, chain, proxy, gateway, receiver, sender;
before(async () => {
  dev = await startDev();
  owner = ownerOf(dev);
  chain = createPublicClient({ transport: http(dev.rpcUrl) });
  proxy = await startProxy(dev.rpcUrl);
  gateway = await gatewayBehind(proxy.url);
  receiver = await person(gateway, "receiver.user.dm3.eth");
  // The account that has deployed everything has sent transactions, and has ether.
  sender = { name: `${dev.owner.toLowerCase()}.addr.dm3.eth`, account: dev.owner };
});
after(async () => {
  await gateway?.stop();
  proxy?.stop();
  await dev?.stop();
});

/** A gateway of its own, which keeps accounts, and reaches the chain through `rpcUrl`. */
function gatewayBehind(rpcUrl) {
  const config = `[[account_stores]]\nservice = "${service}"\nurl = "${serviceUrl}"\n`;
  return startGateway({ DM3_RPC_URL: rpcUrl, DM3_CHAIN_ID: String(dev.chainId) }, config);
}

const send = async (gateway, method, path, body) => {
  const init = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${gateway.url}${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
};

/** Somebody with dm3's library, a name and an account. */
async function person(gateway, name) {
  const wallet = Wallet.createRandom();
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile, keys } = await createProfile(wallet.address, [service], undefined, { signer });
  const { privateKey } = keys.signingKeyPair;
  const publication = { address: wallet.address, signedUserProfile: signedProfile, subdomain: ".addr.dm3.eth" };
  assert.equal((await send(gateway, "POST", "/profile/address", publication)).status, 200);
  const claim = {
    dm3Name: name, addressName: `${wallet.address}.addr.dm3.eth`, signature: await sign(privateKey, `alias: ${name}`),
  };
  assert.equal((await send(gateway, "POST", "/profile/name", claim)).status, 200);
  let timestamp = Math.floor(Date.now() / 1000);
  const signed = async (fields) => {
    const message = { deliveryServiceUrl: serviceUrl, ensName: name, timestamp: timestamp++, ...fields };
    return { message, signature: await sign(privateKey, stringify(message)) };
  };
  const accounts = `/v1/delivery-services/${service}/accounts`;
  const created = await send(gateway, "POST", accounts, await signed({ topic: "createAccount" }));
  assert.equal(created.status, 201, JSON.stringify(created.body));
  return {
    name,
    async demand(spamRules) {
      const message = await signed({ topic: "setSpamRules", spamRules });
      const set = await send(gateway, "PUT", `${accounts}/${name}/spam-rules`, message);
      assert.equal(set.status, 200, JSON.stringify(set.body));
    },
    async check(sender) {
      const checked = await send(gateway, "POST", `${accounts}/${name}/checks`, { sender });
      assert.equal(checked.status, 200, JSON.stringify(checked.body));
      return checked.body;
    },
  };
}

const result = (check, rule) => check.rules.find((one) => one.rule === rule);

test("a sender is held to what its account has at one block", async () => {
  const holds = 10n ** 30n;
  const token = await owner.deploy("ScriptedToken", [sender.account, holds, Manner.Honest]);
  const nonce = await chain.getTransactionCount({ address: sender.account });
  const balance = await chain.getBalance({ address: sender.account });
  assert.ok(nonce > 0 && balance > 0n);
  await receiver.demand({
    minNonce: nonce, minBalance: String(balance), minTokenBalance: { address: token, amount: String(holds) },
  });
  const enough = await receiver.check(sender.name);
  assert.deepEqual(enough.rules.map(({ rule, result }) => [rule, result]), [
    ["minNonce", "passed"], ["minBalance", "passed"], ["minTokenBalance", "passed"],
  ]);
  assert.equal(enough.accepted, true);
  const { account, block, ...read } = enough.holdings;
  assert.equal(account.toLowerCase(), sender.account.toLowerCase());
  const { nonce: n, balance: b, tokenBalance: t } = read;
  assert.deepEqual([n, b, t], [nonce, String(balance), String(holds)]);
  const { hash } = await chain.getBlock({ blockNumber: BigInt(block.number) });
  assert.equal(hash, block.hash);
  assert.equal(enough.receiver.verdict, "verified");

  await receiver.demand({
    minNonce: nonce + 1, minBalance: String(balance + 1n), minTokenBalance: { address: token, amount: String(holds + 1n) },
  });
  const tooLittle = await receiver.check(sender.name);
  assert.deepEqual(tooLittle.rules.map((one) => one.result), ["failed", "failed", "failed"]);
  assert.equal(tooLittle.accepted, false);
  assert.match(result(tooLittle, "minNonce").reason, new RegExp(`^${nonce} .* ${nonce + 1} `));
  const nobody = await receiver.check(`${Wallet.createRandom().address.toLowerCase()}.addr.dm3.eth`);
  assert.deepEqual(nobody.rules.map((one) => one.result), ["failed", "failed", "failed"]);
});

test("many who ask at once have it read once", async () => {
  await receiver.demand({ minNonce: 1 });
  const stranger = `${Wallet.createRandom().address.toLowerCase()}.addr.dm3.eth`;
  await receiver.check(stranger);
  proxy.taken();
  const another = `${Wallet.createRandom().address.toLowerCase()}.addr.dm3.eth`;
  const checks = await Promise.all(Array.from({ length: 50 }, () => receiver.check(another)));
  assert.equal(proxy.taken().length, 3, "block, nonce and balance");
  assert.equal(checks.filter((one) => one.holdings.freshness === "live").length, 1);
  assert.equal(checks.filter((one) => one.holdings.freshness === "cached").length, 49);
});

describe("a token that is none passes nobody", () => {
  for (const [manner, number] of Object.entries(Manner).slice(1)) {
    test(`one that is ${manner}`, async () => {
      const token = await owner.deploy("ScriptedToken", [sender.account, 5n, number]);
      await receiver.demand({ minNonce: 0, minTokenBalance: { address: token, amount: "0" } });
      const checked = await receiver.check(sender.name);
      const { result: of, reason } = result(checked, "minTokenBalance");
      assert.equal(of, "failed", reason);
      assert.match(reason, /balanceOf/);
      assert.equal(result(checked, "minNonce").result, "passed", "what is not the token's concern");
      assert.equal(checked.accepted, false);
    });
  }

  test("one that is not there", async () => {
    await receiver.demand({ minTokenBalance: { address: `0x${"11".repeat(20)}`, amount: "0" } });
    const { result: of, reason } = result(await receiver.check(sender.name), "minTokenBalance");
    assert.equal(of, "failed");
    assert.match(reason, /no contract/);
  });
});

test("while the chain does not answer, what was read is told to be old, and what was not is unknown", async () => {
  const broken = await startProxy();
  const cut = await gatewayBehind(broken.url);
  try {
    const carol = await person(cut, "carol.user.dm3.eth");
    await carol.demand({ minNonce: 0, blockedNames: ["spam.eth"] });
    const checked = await carol.check(sender.name);
    assert.deepEqual(checked.rules.map((one) => one.result), ["unknown", "passed"]);
    assert.equal(checked.accepted, null);
    assert.match(checked.rules[0].reason, /the chain does not answer/);
    assert.equal(checked.holdings, undefined);
  } finally {
    await cut.stop();
    broken.stop();
  }
});

test("a reading outlives the chain for some time, and says so", async () => {
  const passing = await startProxy(dev.rpcUrl);
  const cut = await gatewayBehind(passing.url);
  try {
    const dora = await person(cut, "dora.user.dm3.eth");
    await dora.demand({ minNonce: 1 });
    const before = await dora.check(sender.name);
    assert.equal(before.holdings.freshness, "live");
    passing.stop();
    let after;
    for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((wake) => setTimeout(wake, 500))) {
      after = await dora.check(sender.name);
      if (after.holdings.freshness !== "cached") break;
    }
    assert.equal(after.holdings.freshness, "stale");
    assert.equal(after.holdings.readAt, before.holdings.readAt);
    assert.equal(after.accepted, true);
  } finally {
    await cut.stop();
  }
});
