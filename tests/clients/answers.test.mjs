// Every answer, decoded and its signer recovered by ethers 6.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AbiCoder, Interface, Wallet, dnsEncode, keccak256, namehash, recoverAddress, solidityPackedKeccak256 } from "ethers";
import { startGateway } from "./gateway.mjs";

const resolver = "0x00000000000000000000000000000000C0FFEE00";
const abi = new Interface([
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "function multicall(bytes[] data) view returns (bytes[])",
  "function addr(bytes32 node) view returns (address)",
  "function addr(bytes32 node, uint256 coinType) view returns (bytes)",
  "function text(bytes32 node, string key) view returns (string)",
  "function contenthash(bytes32 node) view returns (bytes)",
  "function name(bytes32 node) view returns (string)",
  "function pubkey(bytes32 node) view returns (bytes32 x, bytes32 y)",
  "function ABI(bytes32 node, uint256 contentTypes) view returns (uint256 contentType, bytes data)",
  "function interfaceImplementer(bytes32 node, bytes4 interfaceID) view returns (address)",
  "function data(bytes32 node, string key) view returns (bytes)",
  "function hasAddr(bytes32 node, uint256 coinType) view returns (bool)",
  "error UnsupportedResolverProfile(bytes4 selector)",
]);
const alice = new Wallet(`0x${"a1".repeat(32)}`);
const bitcoin = `0x0014${"11".repeat(20)}`;
const contenthash = `0xe30101701220${"22".repeat(32)}`;

let gateway;
let signer;
let profile;

before(async () => {
  gateway = await startGateway();
  signer = (await (await fetch(`${gateway.url}/v1/info`)).json()).signer;
  const claimed = gateway.run(
    alice.privateKey, "claim", "alice.user.dm3.eth", "--delivery-service", "ds.dm3.eth",
    "--text", "url=https://example.com", "--address", `0=${bitcoin}`, "--contenthash", contenthash,
  );
  profile = claimed.profile.record;
});
after(() => gateway?.stop());

/** Verifies a response as the contract does, and gives its result. */
function verify(request, response) {
  const [result, expires, signature] = AbiCoder.defaultAbiCoder().decode(["bytes", "uint64", "bytes"], response);
  const digest = solidityPackedKeccak256(
    ["bytes2", "address", "uint64", "bytes32", "bytes32"],
    ["0x1900", resolver, expires, keccak256(request), keccak256(result)],
  );
  assert.equal(recoverAddress(digest, signature).toLowerCase(), signer.toLowerCase());
  assert.equal((signature.length - 2) / 2, 65);
  const now = Math.floor(Date.now() / 1000);
  assert.ok(expires > now && expires <= now + 300, `expires ${expires}`);
  return result;
}

/** Asks by GET and by POST, which have to agree, and gives the verified result. */
async function ask(name, call) {
  const request = abi.encodeFunctionData("resolve", [dnsEncode(name, 255), call]);
  const body = JSON.stringify({ data: request, sender: resolver });
  const headers = { "content-type": "application/json" };
  const got = await (await fetch(`${gateway.url}/${resolver}/${request}.json`)).json();
  const posted = await (await fetch(`${gateway.url}/${resolver}`, { method: "POST", body, headers })).json();
  assert.deepEqual(posted, got);
  return verify(request, got.data);
}

const address = `0x${alice.address.slice(2).toLowerCase()}.addr.dm3.eth`;
const zero = `0x${"00".repeat(20)}`;
/** [name, function, further arguments, what it answers] */
const questions = [
  ["alice.user.dm3.eth", "addr(bytes32)", [], alice.address],
  ["alice.user.dm3.eth", "addr(bytes32,uint256)", [60], alice.address.toLowerCase()],
  ["alice.user.dm3.eth", "addr(bytes32,uint256)", [0], bitcoin],
  ["alice.user.dm3.eth", "addr(bytes32,uint256)", [2], "0x"],
  ["alice.user.dm3.eth", "text", ["url"], "https://example.com"],
  ["alice.user.dm3.eth", "text", ["avatar"], ""],
  ["alice.user.dm3.eth", "text", ["network.dm3.profile"], () => profile],
  ["alice.user.dm3.eth", "contenthash", [], contenthash],
  [address, "addr(bytes32)", [], alice.address],
  [address, "text", ["network.dm3.profile"], () => profile],
  [address, "contenthash", [], "0x"],
  ["nobody.user.dm3.eth", "addr(bytes32)", [], zero],
  ["nobody.user.dm3.eth", "addr(bytes32,uint256)", [60], "0x"],
  ["nobody.user.dm3.eth", "text", ["url"], ""],
  ["nobody.user.dm3.eth", "contenthash", [], "0x"],
  ["alice.user.dm3.eth", "hasAddr", [0], true],
  ["alice.user.dm3.eth", "hasAddr", [2], false],
  ["nobody.user.dm3.eth", "name", [], ""],
  ["nobody.user.dm3.eth", "pubkey", [], `0x${"00".repeat(32)}`],
  ["nobody.user.dm3.eth", "ABI", [1], 0n],
  ["nobody.user.dm3.eth", "interfaceImplementer", ["0x01ffc9a7"], zero],
  ["nobody.user.dm3.eth", "data", ["agent"], "0x"],
  ["nobody.user.dm3.eth", "hasAddr", [60], false],
];
const encode = ([name, fn, args]) => abi.encodeFunctionData(fn, [namehash(name), ...args]);
const expected = ([, , , value]) => (typeof value === "function" ? value() : value);

for (const question of questions) {
  const [name, fn, args] = question;
  test(`${name} answers ${fn} ${args} by itself`, async () => {
    const [value] = abi.decodeFunctionResult(fn, await ask(name, encode(question)));
    assert.equal(value, expected(question));
  });
}

for (const name of new Set(questions.map(([name]) => name))) {
  test(`${name} answers all of its questions in one multicall, beside one that it does not know`, async () => {
    const mine = questions.filter(([other]) => other === name);
    const data = [...mine.map(encode), "0xdeadbeef"];
    const [results] = abi.decodeFunctionResult("multicall", await ask(name, abi.encodeFunctionData("multicall", [data])));
    mine.forEach((question, at) => {
      assert.equal(abi.decodeFunctionResult(question[1], results[at])[0], expected(question));
    });
    const unknown = abi.parseError(results[mine.length]);
    assert.deepEqual([unknown.name, ...unknown.args], ["UnsupportedResolverProfile", "0xdeadbeef"]);
  });
}
