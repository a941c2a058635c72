// Writes that begin at the contract (ERC-7884, ENSIP-20): viem and ethers ask it what to sign, sign, and post. Each refusal of
// the gateway is in tests/api/erc7884.rs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Contract, JsonRpcProvider, Wallet, verifyTypedData } from "ethers";
import {
  createPublicClient, createWalletClient, decodeErrorResult, encodeFunctionData, http, recoverTypedDataAddress, zeroAddress,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { readContract } from "viem/actions";
import { mainnet } from "viem/chains";
import { dnsName, universalResolver, viemClient } from "./clients.mjs";
import { artifact, ownerOf, startDev } from "./dev.mjs";
import { bodies, post, primaryType, register, set, transfer, types } from "./messages.mjs";

const { abi } = artifact("Dm3Resolver");
let dev, chain, viem;
before(async () => {
  dev = await startDev();
  chain = createPublicClient({ chain: mainnet, transport: http(dev.rpcUrl) });
  viem = viemClient(dev.rpcUrl);
});
after(() => dev?.stop());

/** What an error of the contract has in it, which viem has found in an answer. */
function handedOver(data) {
  const { errorName, args } = decodeErrorResult({ abi, data });
  assert.equal(errorName, "OperationHandledOffchain");
  const [domain, url, message] = args;
  return { domain, url, message };
}
const refusalOf = (asked) => asked.then(assert.fail, (error) => error.walk(({ data }) => data));

/** The ways to ask the contract, each as the clients that exist do. */
const ways = {
  async "viem, at the contract"(call, account) {
    const asked = { address: dev.resolver, abi, functionName: "getOperationHandler", args: [call] };
    return handedOver((await refusalOf(chain.readContract({ ...asked, account }))).raw);
  },
  async "viem, through the Universal Resolver"(call, account, name) {
    const data = encodeFunctionData({ abi, functionName: "getOperationHandler", args: [call] });
    const resolver = artifact("UniversalResolver").abi;
    // A wallet's client asks for its own account.
    const wallet = createWalletClient({ account, chain: mainnet, transport: http(dev.rpcUrl) });
    const asked = { address: universalResolver, abi: resolver, functionName: "resolve", args: [dnsName(name), data] };
    return handedOver((await refusalOf(readContract(wallet, asked))).data.args[0]);
  },
  async "ethers, at the contract"(call, account) {
    const provider = new JsonRpcProvider(dev.rpcUrl, 1, { staticNetwork: true });
    const told = new Contract(dev.resolver, abi, provider).getOperationHandler(call, { from: account });
    const { revert } = await told.then(assert.fail, (error) => error);
    provider.destroy();
    assert.equal(revert.name, "OperationHandledOffchain");
    const [domain, url, message] = revert.args.map((part) => (part.toObject ? part.toObject() : part));
    return { domain, url, message };
  },
};
const throughUniversalResolver = ways["viem, through the Universal Resolver"];

/** Asks, signs and posts; gives what the gateway answered. */
async function write(account, call, name, { ask = throughUniversalResolver, body = bodies.Blockful, as } = {}) {
  const told = await ask(call, as ?? account.address, name);
  const signature = await account.signTypedData({ ...told, types, primaryType });
  return { ...(await post(told.url, body(told, signature))), told, signature };
}
async function written(...args) {
  const done = await write(...args);
  assert.equal(done.status, 200, JSON.stringify(done.body));
  return done;
}
const somebody = () => privateKeyToAccount(generatePrivateKey());

for (const [way, ask] of Object.entries(ways)) {
  test(`what is to be signed, asked by ${way}`, async () => {
    const account = somebody();
    const call = set("setText", "alice.user.dm3.eth", "url", "https://example.com");
    const { domain, url, message } = await ask(call, account.address, "alice.user.dm3.eth");
    const verifyingContract = domain.verifyingContract.toLowerCase();
    const expected = { name: "dm3-gateway", version: "1", chainId: 1n, verifyingContract: dev.resolver.toLowerCase() };
    assert.deepEqual({ ...domain, chainId: BigInt(domain.chainId), verifyingContract }, expected);
    assert.equal(url, `${dev.gatewayUrl}/v1/erc7884`);
    assert.deepEqual([message.data, message.sender], [call, account.address]);
    assert.equal(message.expirationTimestamp, (await chain.getBlock()).timestamp + 3600n);
    const signature = await account.signTypedData({ domain, types, primaryType, message });
    const signer = await recoverTypedDataAddress({ domain, types, primaryType, message, signature });
    assert.equal(signer, account.address);
    assert.equal(verifyTypedData(domain, types, message, signature), account.address);
  });

  for (const [form, body] of Object.entries(bodies)) {
    test(`a name is registered, gets each kind of record, and is given away: ${way}, ${form}'s body`, async () => {
      const [account, other] = [somebody(), somebody()];
      const name = `w${account.address.slice(2, 12).toLowerCase()}.user.dm3.eth`;
      const terms = () =>
        chain.readContract({ address: dev.resolver, abi, functionName: "registerParams", args: [dnsName(name), 300n] });
      assert.deepEqual([(await terms()).available, (await terms()).price], [true, 0n]);
      const done = (call, by = account) => written(by, call, name, { ask, body });
      await done(register(name, account.address));
      assert.equal((await terms()).available, false);
      assert.equal(await viem.address(name), account.address);

      await done(set("setText", name, "url", "https://example.com/ä"));
      assert.equal(await viem.text(name, "url"), "https://example.com/ä");
      await done(set("setAddr", name, other.address));
      assert.equal(await viem.address(name), other.address);
      await done(set("setAddr", name, 0n, "0x0014751e76e8199196d454941c45d1b3a323f1433bd6"));
      assert.equal(await viem.coin(name, 0), "0x0014751e76e8199196d454941c45d1b3a323f1433bd6");
      await done(set("setContenthash", name, "0xe301"));
      assert.equal(await viem.contenthash(name), "0xe301");
      assert.equal(await viem.text(name, "url"), "https://example.com/ä", "the others stay");

      await done(transfer(name, account.address, other.address));
      assert.equal(await viem.address(name), other.address);
      assert.equal(await viem.text(name, "url"), null);
      const late = await write(account, set("setText", name, "url", "mine"), name, { ask, body });
      assert.deepEqual([late.status, late.body.code], [403, "not-owner"]);
      await done(set("setText", name, "url", "theirs"), other);
      assert.equal(await viem.text(name, "url"), "theirs");
    });
  }
}

test("an unclaimed address name takes its first record from its own account", async () => {
  const account = somebody();
  const name = `${account.address.toLowerCase()}.addr.dm3.eth`;
  await written(account, set("setText", name, "url", "https://example.com"), name);
  assert.equal(await viem.text(name, "url"), "https://example.com");
});

test("a message counts once, and only as it was signed", async () => {
  const account = somebody();
  const name = "once.user.dm3.eth";
  await written(account, register(name, account.address), name);
  const { told, signature } = await written(account, set("setText", name, "url", "first"), name);
  const body = bodies["ERC-7884"](told, signature);
  assert.equal((await post(told.url, body)).status, 200, "the answer may have been lost");
  await written(account, set("setText", name, "url", "second"), name);
  const again = await post(told.url, body);
  assert.deepEqual([again.status, again.body.code], [409, "seen"]);
  for (const change of [
    { sender: { ...told.domain, chainId: 11155111n } },
    { sender: { ...told.domain, verifyingContract: universalResolver } },
    { data: { ...told.message, expirationTimestamp: told.message.expirationTimestamp - 1n } },
    { data: { ...told.message, data: set("setText", name, "url", "third") } },
  ]) {
    const { status, body: problem } = await post(told.url, { ...body, ...change });
    assert.ok(["other-domain", "proof"].includes(problem.code), `${status} ${problem.code}`);
  }
  assert.equal(await viem.text(name, "url"), "second");
});

test("who did not tell the contract for whom it asks is told so", async () => {
  const account = somebody();
  const name = "nobodys.user.dm3.eth";
  await written(account, register(name, account.address), name);
  const foreign = await write(account, set("setText", name, "url", "x"), name, { as: zeroAddress });
  assert.deepEqual([foreign.status, foreign.body.code], [403, "not-owner"]);
  assert.match(foreign.body.detail, /the sender is 0x0{40}/);
});

test("a contract's account writes as accounts with a key do", async () => {
  const owner = ownerOf(dev);
  const factory = await owner.deploy("ScriptedWalletFactory", []);
  const [key, stranger] = [Wallet.createRandom(), Wallet.createRandom()];
  await owner.write(factory, "ScriptedWalletFactory", "deploy", [key.address, 0]);
  const factoryAbi = artifact("ScriptedWalletFactory").abi;
  const args = [key.address, 0];
  const account = await chain.readContract({ address: factory, abi: factoryAbi, functionName: "addressOf", args });
  const signing = (wallet) => ({
    address: account,
    signTypedData: ({ domain, message }) => wallet.signTypedData(domain, types, message),
  });
  const name = "contract.user.dm3.eth";
  await written(signing(key), register(name, account), name);
  const call = set("setText", name, "url", "https://example.com");
  const forged = await write(signing(stranger), call, name);
  assert.deepEqual([forged.status, forged.body.code], [401, "proof"]);
  await written(signing(key), call, name);
  assert.equal(await viem.text(name, "url"), "https://example.com");
  const { items } = await (await fetch(`${dev.gatewayUrl}/v1/names/${name}/history`)).json();
  for (const { kind, acceptedAt } of items.map(({ proof }) => proof)) {
    assert.equal(kind, "erc7884");
    const block = await chain.getBlock({ blockNumber: BigInt(acceptedAt.blockNumber) });
    assert.equal(block.hash, acceptedAt.blockHash);
  }
});

test("time goes on on the chain of dev, so that no message has expired when it is asked for", async () => {
  const { number } = await chain.getBlock();
  while ((await chain.getBlockNumber({ cacheTime: 0 })) === number) await new Promise((done) => setTimeout(done, 250));
});

test("a browser may post from any page", async () => {
  const preflight = await fetch(`${dev.gatewayUrl}/v1/erc7884`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.match(preflight.headers.get("access-control-allow-methods"), /POST/);
});
