// The answer protocols of contracts that others have deployed, verified with ethers 6 as those contracts do it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AbiCoder, Interface, Wallet, concat, dnsEncode, getBytes, hashMessage, keccak256, namehash, recoverAddress, toBeHex,
} from "ethers";
import { startGateway } from "./gateway.mjs";

const resolver = "0x00000000000000000000000000000000c0ffee00";
const other = "0x00000000000000000000000000000000c0ffee01";
const name = "alice.user.dm3.eth";
const alice = new Wallet(`0x${"a1".repeat(32)}`);
const coder = AbiCoder.defaultAbiCoder();
const abi = new Interface([
  "function resolve(bytes name, bytes data)",
  "function resolveWithContext(bytes name, bytes data, bytes context)",
  "function addr(bytes32 node)",
  "function addr(bytes32 node, uint256 coinType)",
  "function text(bytes32 node, string key)",
  "function contenthash(bytes32 node)",
  "function data(bytes32 node, string key)",
  "function name(bytes32 node)",
  "function pubkey(bytes32 node)",
  "function ABI(bytes32 node, uint256 contentTypes)",
  "function hasAddr(bytes32 node, uint256 coinType)",
  "function interfaceImplementer(bytes32 node, bytes4 interfaceID)",
  "function multicall(bytes[] data)",
]);
const call = (fn, ...args) => abi.encodeFunctionData(fn, [namehash(name), ...args]);

/** What each protocol signs, in words of its own. */
const packed = (target, expires, request, result) =>
  concat([target, toBeHex(expires, 8), keccak256(request), keccak256(result)]);
const digests = {
  ens: (...parts) => keccak256(concat(["0x1900", packed(...parts)])),
  dm3: (...parts) => hashMessage(getBytes(digests.ens(...parts))),
  tor: (...parts) => keccak256(packed(...parts)),
};

let gateway;
let signer;
before(async () => {
  gateway = await startGateway({ DM3_ANSWERS_TOR_RESOLVERS: resolver });
  signer = (await (await fetch(`${gateway.url}/v1/info`)).json()).signer;
  const records = ["--text", "url=https://example.com", "--address", "0=0x0014", "--contenthash", "0xe301"];
  gateway.run(alice.privateKey, "claim", name, ...records);
});
after(() => gateway?.stop());

const post = (path, target, request) =>
  fetch(`${gateway.url}${path}`, { method: "POST", body: JSON.stringify({ data: request, sender: target }) });
const context = (data) => abi.encodeFunctionData("resolveWithContext", [dnsEncode(name, 255), data, "0x1234"]);
const plain = (data) => abi.encodeFunctionData("resolve", [dnsEncode(name, 255), data]);

/** Recovers with each protocol's digest: only `protocol`'s gives the signer. Gives the result. */
function verify(protocol, request, response, types) {
  const decoded = coder.decode(types, response);
  const [result, signature] = protocol === "tor" ? [decoded[2], decoded[0]] : [decoded[0], decoded[2]];
  for (const [which, digest] of Object.entries(digests)) {
    const recovered = recoverAddress(digest(resolver, decoded[1], request, result), signature);
    assert.equal(recovered.toLowerCase() === signer.toLowerCase(), which === protocol, `digest of ${which}`);
  }
  return result;
}

const string = (value) => coder.encode(["string"], [value]);
const bytes = (value) => coder.encode(["bytes"], [value]);

for (const [fn, args, expected] of [
  ["addr(bytes32)", [], alice.address.toLowerCase()],
  ["addr(bytes32,uint256)", [0], bytes("0x0014")],
  ["text", ["url"], string("https://example.com")],
  ["text", ["avatar"], string("")],
  ["contenthash", [], bytes("0xe301")],
  ["data", ["agent"], bytes("0x")],
]) {
  test(`dm3: ${fn} ${args}`, async () => {
    const request = context(call(fn, ...args));
    const { data } = await (await fetch(`${gateway.url}/${resolver}/${request}.json`)).json();
    assert.equal(verify("dm3", request, data, ["bytes", "uint64", "bytes"]), expected);
    assert.equal((await (await post("/", resolver, request)).json()).data, data);
  });
}

for (const [fn, args] of [
  ["name", []], ["pubkey", []], ["ABI", [1]], ["hasAddr", [60]], ["interfaceImplementer", ["0x01ffc9a7"]],
]) {
  test(`dm3: ${fn} cannot be carried`, async () => {
    const refused = await post("/", resolver, context(call(fn, ...args)));
    assert.equal(refused.status, 400);
    assert.match((await refused.json()).message, /dm3 protocol/);
  });
}

test("dm3: multicall cannot be carried", async () => {
  const request = context(abi.encodeFunctionData("multicall", [[call("addr(bytes32)")]]));
  assert.equal((await post("/", resolver, request)).status, 400);
});

test("TOR: answers for a configured contract, by GET and by POST", async () => {
  const data = abi.encodeFunctionData("multicall", [[call("text", "url"), call("name")]]);
  for (const [asked, expected] of [
    [call("text", "url"), string("https://example.com")],
    [call("addr(bytes32)"), coder.encode(["address"], [alice.address])],
    [data, coder.encode(["bytes[]"], [[string("https://example.com"), string("")]])],
  ]) {
    const request = plain(asked);
    const got = await (await fetch(`${gateway.url}/tor/${resolver}/${request}.json`)).json();
    assert.equal(verify("tor", request, got.data, ["bytes", "uint64", "bytes"]), expected);
    assert.deepEqual(await (await post("/tor", resolver, request)).json(), got);
    assert.deepEqual(await (await post(`/tor/${resolver}`, other, request)).json(), got);
  }
});

test("TOR: no answer for any other contract, nor to any other function", async () => {
  assert.equal((await post("/tor", other, plain(call("text", "url")))).status, 403);
  assert.equal((await fetch(`${gateway.url}/tor/${other}/${plain(call("name"))}.json`)).status, 403);
  assert.equal((await post("/tor", resolver, context(call("text", "url")))).status, 400);
});

test("the same question through both doors is answered in both protocols, in any order", async () => {
  const request = plain(call("text", "url"));
  for (const path of ["/tor", "", "/tor", ""]) {
    const { data } = await (await fetch(`${gateway.url}${path}/${resolver}/${request}.json`)).json();
    verify(path ? "tor" : "ens", request, data, ["bytes", "uint64", "bytes"]);
  }
});
