// `doctor`: all green on a chain that plays Sepolia, then each fault that a person could make is found and named.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SigningKey, getBytes } from "ethers";
import { concat, decodeAbiParameters, encodeAbiParameters, encodePacked, keccak256, namehash, parseAbiParameters } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { freePort } from "./gateway.mjs";
import { deploy, parse, run, startSepolia, startZones, zones } from "./sepolia.mjs";

const name = `alice.${zones.open}`;
const certificate = join(import.meta.dirname, "localhost.cert.pem");
const tls = { cert: readFileSync(certificate), key: readFileSync(join(import.meta.dirname, "localhost.key.pem")) };

let chain;
let gateway;
let resolver;
before(async () => {
  chain = await startSepolia();
  gateway = await startZones(chain);
  const deployed = await deploy(chain, "--gateway", gateway.url, "--yes");
  assert.equal(deployed.status, 0, deployed.stderr);
  resolver = deployed.json.resolver;
});
after(async () => {
  await gateway?.stop();
  await chain?.stop();
});

/** What doctor finds; the chain has a new block first, as a chain has that people use. */
async function examine({ about = name, rpcUrl = chain.url, flags = [], env, mine = true } = {}) {
  if (mine) await chain.node.mine({ blocks: 1 });
  const done = await run(["doctor", about, "--rpc-url", rpcUrl, "--json", ...flags], { env });
  const report = parse(done.stdout);
  assert.equal(done.status, report.healthy ? 0 : 1, done.stderr);
  const of = (status) => report.checks.filter((one) => one.status === status);
  for (const one of [...of("broken"), ...of("warning")]) assert.ok(one.next, `${one.check} says what to do`);
  const ids = (status) => [...new Set(of(status).map(({ check }) => check))];
  return { ...done, report, broken: ids("broken"), warnings: ids("warning"), ok: ids("ok"),
    find: (check) => report.checks.find((one) => one.check === check && one.status !== "ok") };
}

const owner = (functionName, args) => chain.write(chain.deployer, resolver, "Dm3Resolver", functionName, args);

/** Examines with other gateways in the contract. */
async function examineWith(urls, options) {
  await owner("setGateways", [urls]);
  try {
    return await examine(options);
  } finally {
    await owner("setGateways", [[gateway.url]]);
  }
}

/**
 * Something between clients and the gateway. `fault` may answer a request by itself (giving true), or change what is
 * passed back.
 */
async function startBetween(fault, { create = createServer, options = {} } = {}) {
  const server = create(options, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const reply = { status: 200, headers: {}, body: "", location: undefined };
    if (await fault.before?.(request, response, parts)) return;
    const init = { method: request.method, headers: { ...request.headers, host: undefined }, redirect: "manual" };
    delete init.headers.host;
    delete init.headers.connection;
    delete init.headers["content-length"];
    if (parts.length) init.body = Buffer.concat(parts);
    const passed = await fetch(`${fault.target ?? gateway.url}${request.url}`, init);
    Object.assign(reply, { status: passed.status, headers: Object.fromEntries(passed.headers), body: await passed.text() });
    delete reply.headers["content-length"];
    delete reply.headers["transfer-encoding"];
    delete reply.headers.connection;
    await fault.after?.(reply, request);
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  server.keepAliveTimeout = 1;
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const scheme = create === createServer ? "http" : "https";
  return {
    url: `${scheme}://localhost:${server.address().port}`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

/** Examines with a fault between clients and the gateway. */
async function examineBehind(fault, settings, options) {
  const between = await startBetween(fault, settings);
  try {
    return await examineWith([between.url], options);
  } finally {
    between.stop();
  }
}

const answers = (status, body = "") => ({ before: (request, response) => (response.writeHead(status).end(body), true) });

describe("a healthy path", () => {
  test("is all green, for claimed and unclaimed names, address names and zones", async () => {
    for (const about of [name, zones.open, zones.address, `0x${"ab".repeat(20)}.${zones.address}`]) {
      const { status, broken, warnings, ok } = await examine({ about });
      assert.deepEqual([status, broken, warnings], [0, [], []], about);
      for (const check of ["chain.endpoint", "chain.clock", "ens.registry", "ens.resolver", "resolver.code",
        "resolver.interfaces", "resolver.owner", "resolver.lookup", "gateway.url", "gateway.redirect", "gateway.info",
        "gateway.chain", "gateway.zone", "gateway.get", "gateway.cors", "gateway.preflight", "gateway.post",
        "gateway.long-get", "gateway.request-line", "gateway.long-post", "gateway.writes", "answer.accepted", "answer.signer",
        "signer.account", "answer.expiry", "gateway.clock", "zones.resolver", "zones.mark", "universal.resolve"]) {
        assert.ok(ok.includes(check), `${check} of ${about}`);
      }
    }
  });

  test("is told to people in one line a check", async () => {
    await chain.node.mine({ blocks: 1 });
    const done = await run(["doctor", name, "--rpc-url", chain.url]);
    assert.equal(done.status, 0, done.stderr);
    const lines = done.stdout.trimEnd().split("\n");
    assert.ok(lines.length > 25);
    for (const line of lines) assert.match(line, /^ok {7}[a-z]+\.[a-z-]+ +\S/);
  });

  test("is found behind TLS with a certificate that is trusted, and its end is known", async () => {
    const found = await examineBehind({}, { create: createTlsServer, options: tls }, { env: { SSL_CERT_FILE: certificate } });
    assert.deepEqual([found.broken, found.warnings], [[], []]);
    const { message } = found.report.checks.find(({ check }) => check === "gateway.tls");
    assert.match(message, /trusted, and valid for \d{5} days more/);
  });
});

describe("faults on the chain", () => {
  test("an endpoint that does not answer", async () => {
    const { broken } = await examine({ rpcUrl: "http://127.0.0.1:9" });
    assert.deepEqual(broken, ["chain.endpoint"]);
  });

  test("a chain without ENS", async () => {
    const { broken } = await examine({ flags: ["--registry", "0x000000000000000000000000000000000000dEaD"] });
    assert.deepEqual(broken, ["ens.registry"]);
  });

  test("a name without a resolver", async () => {
    await chain.setResolver(zones.open);
    const { broken, find } = await examine();
    await chain.setResolver(zones.open, resolver);
    assert.deepEqual(broken, ["ens.resolver"]);
    assert.match(find("ens.resolver").next, /deploy --zone/);
  });

  test("a resolver that is no contract", async () => {
    await chain.setResolver(zones.open, "0x000000000000000000000000000000000000dEaD");
    const { broken } = await examine();
    await chain.setResolver(zones.open, resolver);
    assert.deepEqual(broken, ["resolver.code"]);
  });

  test("a resolver that is none", async () => {
    await chain.setResolver(zones.open, chain.wrapper);
    const { broken, warnings } = await examine();
    await chain.setResolver(zones.open, resolver);
    assert.deepEqual([broken, warnings], [["resolver.interfaces", "resolver.lookup"], ["resolver.code"]]);
  });

  test("a resolver of others is checked as far as it goes, and its URL has to name it", async () => {
    for (const [template, expected] of [[`${gateway.url}/{sender}/{data}.json`, []], [`${gateway.url}/{data}.json`, ["resolver.lookup"]]]) {
      const plain = await chain.deploy("PlainResolver", [[template], [gateway.signer]]);
      await chain.setResolver(zones.open, plain);
      const { broken, warnings } = await examine();
      await chain.setResolver(zones.open, resolver);
      const own = broken.filter((check) => !["zones.resolver", "gateway.get", "universal.resolve"].includes(check));
      assert.deepEqual(own, expected, template);
      assert.ok(warnings.includes("resolver.code"));
      assert.equal(broken.includes("gateway.get"), expected.length > 0);
    }
  });

  test("a resolver whose owner is a signer, and one that belongs to nobody", async () => {
    const before = await chain.node.snapshot();
    await owner("addSigners", [[chain.deployer]]);
    const signing = await examine();
    await owner("removeSigners", [[chain.deployer]]);
    await owner("renounceOwnership", []);
    const nobodys = await examine();
    await chain.node.revert({ id: before });
    assert.deepEqual(signing.broken, ["resolver.owner"]);
    assert.deepEqual([nobodys.broken, nobodys.warnings], [[], ["resolver.owner"]]);
  });

  test("another zone of the gateway that has no resolver", async () => {
    await chain.setResolver(zones.address);
    const { broken, find } = await examine();
    await chain.setResolver(zones.address, resolver);
    assert.deepEqual(broken, ["zones.resolver"]);
    assert.match(find("zones.resolver").next, new RegExp(`deploy --resolver ${resolver} --address-zone ${zones.address}`));
  });

  test("an address zone that is not marked, and an open zone that is", async () => {
    await owner("setAddressZone", [namehash(zones.address), false]);
    const unmarked = await examine();
    await owner("setAddressZone", [namehash(zones.address), true]);
    assert.deepEqual(unmarked.broken, ["zones.mark"]);
    assert.match(unmarked.find("zones.mark").message, /is not marked as an address zone/);
    await owner("setAddressZone", [namehash(zones.open), true]);
    const marked = await examine();
    await owner("setAddressZone", [namehash(zones.open), false]);
    assert.ok(marked.broken.includes("zones.mark"));
    assert.match(marked.find("zones.mark").message, /and is none/);
  });

  test("a signer that the contract does not know", async () => {
    const another = privateKeyToAccount(generatePrivateKey()).address;
    await owner("addSigners", [[another]]);
    await owner("removeSigners", [[gateway.signer]]);
    const { broken, find } = await examine();
    await owner("addSigners", [[gateway.signer]]);
    await owner("removeSigners", [[another]]);
    assert.deepEqual(broken, ["answer.accepted", "answer.signer", "universal.resolve"]);
    assert.match(find("answer.signer").next, new RegExp(`--signer ${gateway.signer}`, "i"));
    assert.match(find("answer.accepted").message, /UnknownSigner/);
  });

  test("a signer with ether, and one that has sent transactions", async () => {
    const before = await chain.node.snapshot();
    await chain.node.setBalance({ address: gateway.signer, value: 5n });
    const funded = await examine();
    await chain.node.setNonce({ address: gateway.signer, nonce: 2 });
    const busy = await examine();
    await chain.node.revert({ id: before });
    assert.deepEqual([funded.broken, funded.warnings], [[], ["signer.account"]]);
    assert.match(funded.find("signer.account").message, /it holds 0\.000000000000000005 ether/);
    assert.deepEqual(busy.broken, ["signer.account"]);
    assert.match(busy.find("signer.account").message, /it has sent 2 transactions/);
  });
});

describe("faults of a gateway, and of what stands before it", () => {
  test("a gateway that is down, while another answers", async () => {
    const down = `http://localhost:${await freePort()}`;
    const { broken, report } = await examineWith([down, gateway.url]);
    assert.deepEqual(broken, ["gateway.get"]);
    assert.equal(report.checks.find(({ status }) => status === "broken").subject, down);
  });

  test("a wrong URL", async () => {
    const { broken, find } = await examineWith([`${gateway.url}/wrong`]);
    assert.deepEqual(broken, ["gateway.get", "universal.resolve"]);
    assert.match(find("gateway.get").message, /it answers 404: nothing is served here/);
  });

  test("a URL that leads clients of a public chain to their own machines", async () => {
    const nowhere = `http://chain.test:${new URL(chain.url).port}`;
    // The name of the endpoint is what tells a public chain; the proxy variable leads there.
    const { broken, find } = await examine({ rpcUrl: nowhere, env: { http_proxy: chain.url, no_proxy: "127.0.0.1" } });
    assert.deepEqual(broken, ["gateway.url"]);
    assert.match(find("gateway.url").message, /leads every client to its own machine/);
  });

  test("a redirect", async () => {
    const target = "https://moved.example";
    const { broken, find } = await examineBehind({
      before: (request, response) => (response.writeHead(301, { location: `${target}${request.url}` }).end(), true),
    });
    assert.deepEqual(broken, ["gateway.redirect", "universal.resolve"]);
    assert.match(find("gateway.redirect").next, /deploy --url https:\/\/moved\.example$/);
  });

  test("a certificate that nobody trusts", async () => {
    const { broken, find } = await examineBehind({}, { create: createTlsServer, options: tls });
    assert.deepEqual(broken, ["gateway.tls", "universal.resolve"]);
    assert.match(find("gateway.tls").message, /its certificate is refused/);
  });

  test("an error page, and a page of something else", async () => {
    for (const [fault, says] of [[answers(502, "<h1>Bad Gateway</h1>"), /it answers 502: <h1>Bad Gateway/], [answers(200, "It works!"), /it answers 200: It works!/]]) {
      const { broken, warnings, find } = await examineBehind(fault);
      assert.deepEqual([broken, warnings], [["gateway.get", "universal.resolve"], ["gateway.info"]]);
      assert.match(find("gateway.get").message, says);
    }
  });

  test("a proxy that keeps back writes that begin at the contract", async () => {
    const isWrite = (request) => request.url === "/v1/erc7884" && request.method === "POST";
    const faults = {
      "it answers 404": { before: (request, response) => isWrite(request) && (response.writeHead(404).end(), true) },
      "lets no page read": {
        after: (reply, request) => isWrite(request) && delete reply.headers["access-control-allow-origin"],
      },
    };
    for (const [says, fault] of Object.entries(faults)) {
      const { status, broken, warnings, find } = await examineBehind(fault);
      assert.deepEqual([status, broken, warnings], [0, [], ["gateway.writes"]]);
      assert.ok(find("gateway.writes").message.includes(says), find("gateway.writes").message);
    }
  });

  test("one that never answers, in bounded time", async () => {
    const flags = ["--timeout-seconds", "1"];
    const { broken, find } = await examineBehind({ before: () => new Promise(() => {}) }, {}, { flags });
    assert.deepEqual(broken, ["gateway.get", "universal.resolve"]);
    assert.match(find("gateway.get").message, /does not answer in time/);
  });

  test("CORS headers that a proxy takes away", async () => {
    const strip = (reply) => {
      for (const header of Object.keys(reply.headers)) if (header.startsWith("access-control")) delete reply.headers[header];
    };
    const all = await examineBehind({ after: strip });
    assert.deepEqual(all.broken, ["gateway.cors", "gateway.preflight", "gateway.post"]);
    const preflight = await examineBehind({
      before: (request, response) => request.method === "OPTIONS" && (response.writeHead(405).end(), true),
    });
    assert.deepEqual(preflight.broken, ["gateway.preflight"]);
    assert.match(preflight.find("gateway.preflight").message, /it answers 405/);
    const wrong = await examineBehind({ after: (reply) => (reply.headers["access-control-allow-origin"] &&= "https://dm3.example") });
    assert.deepEqual(wrong.broken, ["gateway.cors", "gateway.preflight", "gateway.post"]);
  });

  test("POST that a proxy blocks", async () => {
    const { broken, find } = await examineBehind({
      before: (request, response) => request.method === "POST" && (response.writeHead(405).end("no POST"), true),
    });
    assert.deepEqual(broken, ["gateway.post", "gateway.long-post"]);
    assert.match(find("gateway.post").message, /by POST it answers 405: no POST/);
  });

  test("request lines that a proxy finds too long, and bodies", async () => {
    const shorter = (limit) => ({
      before: (request, response) => request.url.length > limit && (response.writeHead(414).end("URI Too Long"), true),
    });
    const short = await examineBehind(shorter(1024));
    assert.deepEqual([short.broken, short.warnings], [["gateway.long-get"], ["gateway.request-line"]]);
    assert.match(short.find("gateway.long-get").message, /URLs of (19\d\d|2000) characters.*414: URI Too Long/);
    const usual = await examineBehind(shorter(4096));
    assert.deepEqual([usual.broken, usual.warnings], [[], ["gateway.request-line"]]);
    const body = await examineBehind({
      before: (_, response, parts) => Buffer.concat(parts).length > 16_384 && (response.writeHead(413).end(), true),
    });
    assert.deepEqual([body.broken, body.warnings], [["gateway.long-post"], []]);
  });

  test("a gateway for another chain, without the name's zone", async () => {
    const other = await startZones({ chainId: 1 }, { openZone: "user.other.eth", addressZone: "addr.other.eth" });
    const { broken, find } = await examineWith([other.url]);
    await other.stop();
    assert.deepEqual(broken, ["gateway.chain", "gateway.zone", "gateway.get", "zones.resolver", "zones.mark", "universal.resolve"]);
    assert.match(find("gateway.chain").message, /is for chain 1, and this is chain 11155111/);
    assert.match(find("gateway.zone").message, new RegExp(`has no zone that ${name} is in`));
  });

  test("a gateway that does not sign for the contract", async () => {
    const other = await startZones(chain, { env: { DM3_ANSWERS_RESOLVERS: `0x${"c0".repeat(20)}` } });
    const { broken, find } = await examineWith([other.url]);
    await other.stop();
    assert.deepEqual(broken, ["gateway.get", "universal.resolve"]);
    assert.match(find("gateway.get").next, /answers\.resolvers/);
  });

  /** As a gateway does whose clock is that many seconds ahead. */
  const withClock = (seconds) => ({
    after(reply, request) {
      reply.headers.date = new Date(Date.now() + seconds * 1000).toUTCString();
      const data = JSON.parse(reply.body || "{}").data;
      if (!data || request.method !== "GET") return;
      const [result, expires] = decodeAbiParameters(parseAbiParameters("bytes, uint64, bytes"), data);
      const question = /0x[0-9a-f]+(?=\.json)/.exec(request.url)[0];
      const digest = keccak256(concat([
        "0x1900", encodePacked(["address", "uint64"], [resolver, expires + BigInt(seconds)]), keccak256(question), keccak256(result),
      ]));
      const { serialized } = new SigningKey(gateway.signerKey).sign(getBytes(digest));
      const changed = encodeAbiParameters(parseAbiParameters("bytes, uint64, bytes"), [result, expires + BigInt(seconds), serialized]);
      reply.body = JSON.stringify({ data: changed });
    },
  });

  test("a clock that is off", async () => {
    const behind = await examineBehind(withClock(-3600));
    assert.deepEqual(behind.broken, ["answer.accepted", "answer.expiry", "gateway.clock", "universal.resolve"]);
    assert.match(behind.find("gateway.clock").message, /its clock is 3[56]\d\d s behind this machine's/);
    assert.match(behind.find("answer.accepted").message, /AnswerExpired/);
    const ahead = await examineBehind(withClock(3600));
    assert.deepEqual([ahead.broken, ahead.warnings], [["gateway.clock"], []]);
    const slightly = await examineBehind(withClock(-60));
    assert.deepEqual([slightly.broken, slightly.warnings], [[], ["gateway.clock"]]);
    const far = await examineBehind(withClock(2 * 86_400));
    assert.deepEqual([far.broken, far.warnings], [["gateway.clock"], ["answer.expiry"]]);
  });
});

describe("the chain's time", () => {
  test("an endpoint that does not keep up", async () => {
    const late = await startSepolia({ flags: ["--timestamp", String(Math.floor(Date.now() / 1000) - 3600)] });
    const { broken, warnings, find } = await examine({ about: "plain.eth", rpcUrl: late.url });
    await late.stop();
    assert.deepEqual([broken, warnings], [["ens.resolver"], ["chain.clock"]]);
    assert.match(find("chain.clock").message, /is 3[56]\d\d s old/);
  });

  // Last, because the chain's time does not go back.
  test("a chain from the future, or a clock here that is late", async () => {
    await chain.node.increaseTime({ seconds: 3600 });
    const { broken, find } = await examine();
    assert.deepEqual(broken, ["chain.clock", "answer.accepted", "answer.expiry", "universal.resolve"]);
    assert.match(find("chain.clock").message, /ahead of this machine's clock/);
  });
});
