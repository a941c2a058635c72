// Writes that begin at the contract (ERC-7884): what viem and ethers make of what it says, up to the signature.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Contract, Interface, JsonRpcProvider, Wallet, namehash, verifyTypedData } from "ethers";
import { createPublicClient, decodeErrorResult, http, recoverTypedDataAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { mainnet } from "viem/chains";
import { artifact, startDev } from "./dev.mjs";

const { abi } = artifact("Dm3Resolver");
const key = `0x${"a1".repeat(32)}`;
const wallet = new Wallet(key);
const types = {
  Message: [
    { name: "data", type: "bytes" },
    { name: "sender", type: "address" },
    { name: "expirationTimestamp", type: "uint256" },
  ],
};
const setText = new Interface(["function setText(bytes32 node, string key, string value)"]).encodeFunctionData(
  "setText", [namehash("alice.user.dm3.eth"), "url", "https://example.com"]);

let dev;
before(async () => {
  dev = await startDev();
});
after(() => dev?.stop());

/** What the contract has to say, whoever reads it. */
function check({ domain, url, message }, now) {
  const verifyingContract = domain.verifyingContract.toLowerCase();
  const expected = { name: "dm3-gateway", version: "1", chainId: 1n, verifyingContract: dev.resolver.toLowerCase() };
  assert.deepEqual({ ...domain, chainId: BigInt(domain.chainId), verifyingContract }, expected);
  assert.equal(url, `${dev.gatewayUrl}/v1/erc7884`);
  assert.deepEqual([message.data, message.sender], [setText, wallet.address]);
  assert.equal(message.expirationTimestamp, BigInt(now) + 3600n);
}

test("viem reads what is to be signed, and signs it", async () => {
  const client = createPublicClient({ chain: mainnet, transport: http(dev.rpcUrl) });
  const asked = { address: dev.resolver, abi, functionName: "getOperationHandler", args: [setText] };
  const told = client.readContract({ ...asked, account: wallet.address });
  const refusal = await told.then(assert.fail, (error) => error.walk(({ data }) => data));
  const { errorName, args } = decodeErrorResult({ abi, data: refusal.raw });
  assert.equal(errorName, "OperationHandledOffchain");
  const [domain, url, message] = args;
  check({ domain, url, message }, (await client.getBlock()).timestamp);
  const typed = { domain, types, primaryType: "Message", message };
  const signature = await privateKeyToAccount(key).signTypedData(typed);
  assert.equal(await recoverTypedDataAddress({ ...typed, signature }), wallet.address);
  assert.equal(verifyTypedData(domain, types, message, signature), wallet.address);
});

test("ethers reads what is to be signed, and signs it", async () => {
  const provider = new JsonRpcProvider(dev.rpcUrl, 1, { staticNetwork: true });
  const contract = new Contract(dev.resolver, abi, provider);
  const told = contract.getOperationHandler(setText, { from: wallet.address });
  const { revert } = await told.then(assert.fail, (error) => error);
  assert.equal(revert.name, "OperationHandledOffchain");
  const [domain, url, message] = revert.args.map((part) => (part.toObject ? part.toObject() : part));
  check({ domain, url, message }, (await provider.getBlock("latest")).timestamp);
  const signature = await wallet.signTypedData(domain, types, message);
  assert.equal(verifyTypedData(domain, types, message, signature), wallet.address);
  provider.destroy();
});
