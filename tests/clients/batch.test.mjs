// The gateway as a batch gateway (ENSIP-21): for clients that are none themselves, such as web3.py.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Wallet } from "ethers";
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, namehash, parseAbi } from "viem";
import { dnsName, ethers6Client, records, universalResolver, viemClient, web3pyClient } from "./clients.mjs";
import { ownerOf, startDev } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";

const abi = parseAbi([
  "function query((address sender, string[] urls, bytes data)[] requests) view returns (bool[] failures, bytes[] responses)",
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "error HttpError(uint16 status, string message)",
  "error Error(string message)",
]);
const alice = new Wallet(`0x${"a1".repeat(32)}`);
const name = "alice.user.dm3.eth";
const resolver = "0x00000000000000000000000000000000c0ffee00";

let gateway;
let elsewhere;
before(async () => {
  // Somebody else's gateway: answers, says no, redirects, or never ends.
  const server = createServer((request, response) => {
    const answers = {
      "/good": () => response.end('{"data":"0x1234"}'),
      "/gone": () => response.writeHead(404).end("no such thing"),
      "/down": () => response.writeHead(503).end("later"),
      "/away": () => response.writeHead(302, { location: "/good" }).end(),
      "/long": () => response.end("x".repeat(300_000)),
      "/else": () => response.end("<html>"),
    };
    answers[request.url.slice(0, 5)]();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  elsewhere = { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
  gateway = await startGateway({ DM3_ANSWERS_BATCH_HOSTS: elsewhere.url.slice("http://".length) });
  gateway.run(alice.privateKey, "claim", name, "--text", "url=https://example.com");
});
after(async () => {
  elsewhere?.stop();
  await gateway?.stop();
});

const question = (key) => encodeFunctionData({
  abi, functionName: "resolve",
  args: [dnsName(name), encodeFunctionData({ abi: records, functionName: "text", args: [namehash(name), key] })],
});

/** Sends a batch of [urls, data]; gives status, and [failed, response] for each. */
async function ask(...entries) {
  const requests = entries.map(([urls, data]) => ({ sender: resolver, urls, data }));
  const data = encodeFunctionData({ abi, functionName: "query", args: [requests] });
  const body = JSON.stringify({ sender: universalResolver, data });
  const response = await fetch(`${gateway.url}/`, { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) return { status: response.status, message: answer.message };
  const [failures, responses] = decodeFunctionResult({ abi, functionName: "query", data: answer.data });
  return { status: 200, entries: responses.map((one, at) => [failures[at], one]) };
}
const error = (data) => {
  const { errorName, args } = decodeErrorResult({ abi, data });
  return [errorName, ...args];
};

test("lookups of this gateway are answered in place, as if they had been sent by themselves", async () => {
  const data = question("url");
  const alone = (await (await fetch(`${gateway.url}/${resolver}/${data}.json`)).json()).data;
  const own = ["/{sender}/{data}.json", `/${resolver}/{data}.json`, `/${resolver}`, "/{sender}", "/", ""];
  const { entries } = await ask(...own.map((path) => [[`${gateway.url}${path}`], data]));
  assert.deepEqual(entries, own.map(() => [false, alone]));
});

test("what fails is told beside what does not, in the words of the standard", async () => {
  const own = `${gateway.url}/{sender}/{data}.json`;
  const nested = encodeFunctionData({ abi, functionName: "query", args: [[]] });
  const { entries } = await ask(
    [[own], question("url")], [[own], "0x12345678"], [[own], nested], [["https://elsewhere.example/{data}"], "0x12"],
    [[`${elsewhere.url}/gone`], "0x12"], [[`${elsewhere.url}/away`], "0x12"], [[`${elsewhere.url}/long`], "0x12"],
    [[`${elsewhere.url}/else`], "0x12"], [["nonsense"], "0x12"], [[], "0x12"],
  );
  assert.deepEqual(entries.map(([failed]) => failed), [false, ...Array(9).fill(true)]);
  const errors = entries.slice(1).map(([, data]) => error(data));
  assert.deepEqual(errors.map(([kind]) => kind), [
    "HttpError", "Error", "Error", "HttpError", "HttpError", "Error", "Error", "Error", "Error",
  ]);
  assert.deepEqual(errors[0].slice(0, 2), ["HttpError", 400]);
  assert.match(errors[1][1], /nested/);
  assert.match(errors[2][1], /does not fetch from elsewhere.example/);
  assert.deepEqual(errors[3], ["HttpError", 404, "no such thing"]);
  assert.equal(errors[4][1], 302);
  assert.match(errors[5][1], /more than 262144 bytes/);
});

test("the next URL is tried after a fault, and not after a refusal", async () => {
  const good = `${elsewhere.url}/good`;
  const { entries } = await ask(
    [["https://elsewhere.example/{data}", `${elsewhere.url}/down`, good], "0x12"], [[`${elsewhere.url}/gone`, good], "0x12"],
  );
  assert.deepEqual(entries[0], [false, "0x1234"]);
  assert.deepEqual(error(entries[1][1]).slice(0, 2), ["HttpError", 404]);
});

test("a batch has at most 64 lookups", async () => {
  const entry = [[`${gateway.url}/`], question("url")];
  assert.equal((await ask(...Array(20).fill(entry))).entries.length, 20);
  const many = await ask(...Array(65).fill([[], "0x"]));
  assert.deepEqual([many.status, /64 are allowed/.test(many.message)], [400, true]);
});

test("a batch whose parts overlap a thousand times is refused", async () => {
  // Requests that all are the same one, of which the URLs all are the same 20,000 bytes.
  const word = (number) => number.toString(16).padStart(64, "0");
  const repeat = (count, offset) => word(count) + word(offset).repeat(count);
  const url = word(20000) + "61".repeat(20000);
  const urls = repeat(60, 60 * 32) + url;
  const one = word(1) + word(96) + word(96 + urls.length / 2) + urls + word(0);
  const data = `0xa780bab6${word(32)}${repeat(60, 60 * 32)}${one}`;
  const body = JSON.stringify({ sender: universalResolver, data });
  const response = await fetch(`${gateway.url}/`, { method: "POST", body });
  assert.equal(response.status, 400);
  assert.match((await response.json()).message, /memory/);
});

test("web3.py, viem and ethers resolve through it, for a resolver that needs a batch", async () => {
  const dev = await startDev();
  try {
    dev.run(alice.privateKey, "claim", name, "--text", "url=https://example.com");
    const owner = ownerOf(dev);
    const plain = await owner.deploy("PlainResolver", [[`${dev.gatewayUrl}/{sender}/{data}.json`], [dev.signer]]);
    await owner.setResolver("user.dm3.eth", plain);
    const python = web3pyClient(dev.rpcUrl);
    python.useBatchGateway(dev.gatewayUrl);
    assert.equal(await python.address(name), alice.address);
    assert.equal(await python.text(name, "url"), "https://example.com");
    const { client } = viemClient(dev.rpcUrl);
    assert.equal(await client.getEnsText({ name, key: "url", gatewayUrls: [dev.gatewayUrl] }), "https://example.com");
    const ethers = ethers6Client(dev.rpcUrl);
    assert.equal(await ethers.text(name, "url"), "https://example.com");
    ethers.close();
  } finally {
    await dev.stop();
  }
});
