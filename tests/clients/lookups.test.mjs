// Anybody's profile, wherever it is published: each of the four verdicts, with evidence that others can check.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ZeroHash, recoverAddress } from "ethers";
import {
  concat, createPublicClient, decodeAbiParameters, decodeFunctionData, decodeFunctionResult, http, keccak256, namehash,
  parseAbi, parseAbiParameters, toHex,
} from "viem";
import { packetToBytes } from "viem/ens";
import { startDev } from "./dev.mjs";
import { program, startGateway } from "./gateway.mjs";
import { inline, person, rawCid, startPublisher, startRpcProxy } from "./publisher.mjs";
import { nothing, putState } from "./states.mjs";

const require = createRequire(import.meta.url);
const { checkUserProfileWithAddress } = require("@dm3-org/dm3-lib-profile");
const { stringify } = require("@dm3-org/dm3-lib-shared");

const RECORD = "network.dm3.profile";
const READS = parseAbi([
  "function resolver(bytes32 node) view returns (address)",
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "function multicall(bytes[] data) view returns (bytes[])",
  "function text(bytes32 node, string key) view returns (string)",
  "function addr(bytes32 node) view returns (address)",
]);
const SETTINGS = `
[lookups]
ttl_seconds = 2
absent_seconds = 1
unreachable_seconds = 1
[limits]
requests = 20000
connections = 20000
request_seconds = 20
`;

let dev, publisher, rpc, settings, gateway, chain, home;
before(async () => {
  dev = await startDev();
  chain = createPublicClient({ transport: http(dev.rpcUrl) });
  publisher = await startPublisher(dev);
  rpc = await startRpcProxy(dev.rpcUrl);
  home = mkdtempSync(join(tmpdir(), "dm3-lookups-"));
  writeFileSync(join(home, "gateway.toml"), SETTINGS);
  settings = {
    DM3_CONFIG: join(home, "gateway.toml"),
    DM3_CHAIN_ID: String(dev.chainId),
    DM3_RPC_URL: rpc.url,
    DM3_LOOKUPS_ALLOWED_HOSTS: publisher.hosts,
    DM3_LOOKUPS_IPFS_GATEWAYS: publisher.ipfsUrl,
    SSL_CERT_FILE: publisher.ca,
  };
  gateway = await startGateway(settings);
  await publisher.register("ds", publisher.onchain);
  const key = "FPGTrDaHOPdj//2QLhCTZy6Tveg40iYgN4nGedFt/7E=";
  const service = stringify({ publicEncryptionKey: key, publicSigningKey: key, url: "https://ds.other.example" });
  await publisher.onChain("ds.other.eth", { texts: { "network.dm3.deliveryService": inline(service) } });
});
after(async () => {
  await gateway?.stop();
  rpc?.stop();
  publisher?.stop();
  await dev?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Looks a name up, anew. */
async function lookUp(name, query = "?max_age=0") {
  const response = await fetch(`${gateway.url}/v1/profiles/${name}${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

async function expect(name, verdict, reason) {
  const lookup = await lookUp(name);
  assert.equal(lookup.verdict, verdict, JSON.stringify(lookup));
  if (reason) assert.match(lookup.reason, reason);
  if (verdict !== "verified") assert.equal(lookup.profile, null);
  return lookup;
}

/** Checks a verified lookup from its evidence alone, with other people's code. Nothing is taken from the gateway. */
async function verify({ name, address, profile, signature, evidence }) {
  assert.equal(checkUserProfileWithAddress({ profile, signature }, address), true, "the account's signature");
  const document = evidence.recordUri.startsWith("data:") ? evidence.recordUri.slice(inline("").length) : undefined;
  const canonical = stringify({ profile, signature });
  if (document) assert.equal(document, canonical, "the record carries the profile");
  if (evidence.recordUri.startsWith("https:")) {
    const hash = `0x${createHash("sha256").update(canonical).digest("hex")}`;
    assert.equal(new URL(evidence.recordUri).searchParams.get("dm3Hash"), hash, "the record names the document");
  }
  if (evidence.recordUri.startsWith("ipfs:")) assert.equal(evidence.recordUri, `ipfs://${rawCid(canonical)}`);
  if (evidence.states) return;
  const block = await chain.getBlock({ blockNumber: BigInt(evidence.block.number) });
  assert.equal(block.hash, evidence.block.hash, "the block");
  const at = { blockNumber: block.number };
  const node = namehash(name);
  const resolver = await chain.readContract({
    address: dev.ensRegistry, abi: READS, functionName: "resolver", args: [node], ...at,
  });
  assert.equal(resolver.toLowerCase(), evidence.resolver.toLowerCase(), "the registry says so");
  const answers = evidence.gateways ? evidence.gateways.flatMap(fromGateway(name, resolver)) : await Promise.all([
    ["text", [node, evidence.record]], ["addr", [node]],
  ].map(async ([functionName, args]) => {
    const result = await chain.readContract({ address: resolver, abi: READS, functionName, args, ...at });
    return { functionName, args, result };
  }));
  const said = (wanted, key) => answers.find(({ functionName, args }) => functionName === wanted && args[1] === key)?.result;
  assert.equal(said("text", evidence.record), evidence.recordUri, "the record");
  assert.equal(said("addr").toLowerCase(), address, "the account");
}

/** What a gateway has signed, read from the evidence: which records of the name it gave. */
const fromGateway = (name, resolver) => ({ sender, request, response, signer, expires }) => {
  assert.equal(sender.toLowerCase(), resolver.toLowerCase(), "who asked the gateway");
  const [result, until, signed] = decodeAbiParameters(parseAbiParameters("bytes, uint64, bytes"), response);
  assert.equal(Number(until), expires);
  const hash = keccak256(concat([
    "0x1900", resolver, toHex(until, { size: 8 }), keccak256(request), keccak256(result),
  ]));
  const wallet = recoverAddress(hash, signed).toLowerCase();
  assert.equal(wallet, signer, "the gateway's signature");
  assert.equal(wallet, publisher.ccip.signer.toLowerCase());
  const { args: [wireName, call] } = decodeFunctionData({ abi: READS, data: request });
  assert.equal(wireName, toHex(packetToBytes(name)), "the name that was asked for");
  return decoded(call, result);
};

/** The records of a call to a resolver, or of a multicall. */
function decoded(data, result) {
  const { functionName, args } = decodeFunctionData({ abi: READS, data });
  const value = decodeFunctionResult({ abi: READS, functionName, data: result });
  return functionName === "multicall" ? args[0].flatMap((call, index) => decoded(call, value[index]))
    : [{ functionName, args, result: value }];
}

/** A name that is registered and holds what it is given. */
let counter = 0;
async function name(resolver) {
  counter += 1;
  await publisher.register(`n${counter}`, resolver);
  return `n${counter}.other.eth`;
}

describe("a name on a resolver that is on the chain", () => {
  test("is verified, with its delivery services in order", async () => {
    const [alice, onchain] = [await person(["ds.other.eth", "nowhere.other.eth"]), await name(publisher.onchain)];
    await publisher.onChain(onchain, { address: alice.address, texts: { [RECORD]: inline(alice.document) } });
    const lookup = await expect(onchain, "verified");
    assert.deepEqual(lookup.deliveryServices.map((one) => [one.name, one.verdict]), [
      ["ds.other.eth", "verified"], ["nowhere.other.eth", "absent"],
    ]);
    assert.equal(lookup.deliveryServices[0].profile.url, "https://ds.other.example/");
    await verify(lookup);
  });

  test("is verified from the white paper's record, if there is no other", async () => {
    const [alice, onchain] = [await person(), await name(publisher.onchain)];
    await publisher.onChain(onchain, { address: alice.address, texts: { "eth.dm3.profile": inline(alice.document) } });
    const lookup = await expect(onchain, "verified");
    assert.equal(lookup.evidence.record, "eth.dm3.profile");
  });

  test("is absent without a record, and without a resolver", async () => {
    await expect(await name(publisher.onchain), "absent");
    await expect("nobody.at-all.eth", "absent", /resolver/);
  });

  test("is invalid when somebody else signed, nobody did, or nothing is there to read", async () => {
    const [alice, bob, onchain] = [await person(), await person(), await name(publisher.onchain)];
    await publisher.onChain(onchain, { address: alice.address, texts: { [RECORD]: inline(bob.document) } });
    await expect(onchain, "invalid", /has to sign/);
    await publisher.onChain(onchain, { texts: { [RECORD]: inline("{}") } });
    await expect(onchain, "invalid", /not a dm3 profile/);
    await publisher.onChain(onchain, { texts: { [RECORD]: "ftp://x" } });
    await expect(onchain, "invalid", /record URI/);
    const withoutAddress = await name(publisher.onchain);
    await publisher.onChain(withoutAddress, { texts: { [RECORD]: inline(alice.document) } });
    await expect(withoutAddress, "invalid", /no account/);
  });

  test("is unreachable while the chain is gone", async () => {
    const onchain = await name(publisher.onchain);
    rpc.goAway(true);
    try {
      await expect(onchain, "unreachable");
    } finally {
      rpc.goAway(false);
    }
  });
});

describe("a name behind somebody else's CCIP gateway", () => {
  test("has all four verdicts", async () => {
    const [alice, offchain] = [await person(), await name(publisher.offchain)];
    await expect(offchain, "absent");
    publisher.offChain(offchain, { address: alice.address, texts: { [RECORD]: inline(alice.document) } });
    const lookup = await expect(offchain, "verified");
    assert.ok(lookup.evidence.gateways.length > 0);
    await verify(lookup);
    publisher.behaviour.ccip.lies = true;
    const lied = await lookUp(await sameRecords(offchain, alice));
    assert.equal(lied.verdict, "invalid", JSON.stringify(lied));
    publisher.behaviour.ccip.lies = false;
    publisher.behaviour.ccip.gone = true;
    const gone = await lookUp(await sameRecords(offchain, alice));
    assert.equal(gone.verdict, "unreachable", JSON.stringify(gone));
    publisher.behaviour.ccip.gone = false;
  });

  /** A name that was never looked up, so that nothing old can be given. */
  async function sameRecords(_, somebody) {
    const other = await name(publisher.offchain);
    publisher.offChain(other, { address: somebody.address, texts: { [RECORD]: inline(somebody.document) } });
    return other;
  }
});

for (const [where, key, publish] of [
  ["under https", "https", (document, path) => publisher.onTheWeb(path, document)],
  ["in IPFS", "ipfs", (document) => publisher.inIpfs(document)],
]) {
  describe(`a name whose document is ${where}`, () => {
    let alice, path;
    const withRecord = async (texts) => {
      const onchain = await name(publisher.onchain);
      await publisher.onChain(onchain, { address: alice.address, texts });
      return onchain;
    };
    before(async () => {
      alice = await person();
      path = `/${key}/alice`;
    });

    test("is verified", async () => {
      const lookup = await expect(await withRecord({ [RECORD]: publish(alice.document, path) }), "verified");
      await verify(lookup);
    });

    test("is absent once the record is empty", async () => {
      await expect(await withRecord({ [RECORD]: "" }), "absent");
    });

    test("is invalid when the document is no profile", async () => {
      await expect(await withRecord({ [RECORD]: publish("{}", `${path}/empty`) }), "invalid", /not a dm3 profile/);
    });

    // What a gateway of IPFS says wrongly says nothing of the document, which the record names by its content.
    test(`is ${key === "ipfs" ? "unreachable" : "invalid"} when another document is there`, async () => {
      const onchain = await withRecord({ [RECORD]: publish(alice.document, path) });
      publisher.behaviour[key].lies = true;
      publisher.overwrite(path, alice.document.replace("ds.other.eth", "ds.thief.eth"));
      try {
        await expect(onchain, key === "ipfs" ? "unreachable" : "invalid");
      } finally {
        publisher.behaviour[key].lies = false;
        publisher.overwrite(path, alice.document);
      }
    });

    test("is unreachable while its server is gone", async () => {
      const onchain = await withRecord({ [RECORD]: publish(alice.document, path) });
      publisher.behaviour[key].gone = true;
      try {
        await expect(onchain, "unreachable");
      } finally {
        publisher.behaviour[key].gone = false;
      }
    });
  });
}

describe("a name that this gateway keeps", () => {
  const put = (wallet, name, texts, before) => putState(gateway.url, wallet, {
    name, chainId: dev.chainId, version: (before?.body.version ?? 0) + 1, previous: before?.hash ?? ZeroHash,
    owner: wallet.address, records: { ...nothing(), texts: Object.entries(texts).map(([key, value]) => ({ key, value })) },
  });

  test("has all four verdicts", async () => {
    const alice = await person();
    const own = "alice.user.dm3.eth";
    await expect(own, "absent");
    const claimed = await put(alice.wallet, own, { [RECORD]: inline(alice.document) });
    assert.equal(claimed.status, 201, JSON.stringify(claimed.body));
    const lookup = await expect(own, "verified");
    await verify(lookup);
    const { items } = await (await fetch(`${gateway.url}/v1/names/${own}/history`)).json();
    assert.equal(items.at(-1).stateHash, lookup.evidence.states[0].stateHash);
    const uri = publisher.onTheWeb("/own", alice.document);
    const elsewhere = await put(alice.wallet, own, { [RECORD]: uri }, claimed);
    publisher.overwrite("/own", "{}");
    await expect(own, "invalid", /dm3Hash/);
    publisher.behaviour.https.gone = true;
    await put(alice.wallet, own, { [RECORD]: uri, url: "x" }, elsewhere);
    await expect(own, "unreachable");
    publisher.behaviour.https.gone = false;
  });
});

/** Many requests at the same time, each on a connection of its own. */
async function atOnce(names, times, url = gateway.url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 });
  const one = (name) => new Promise((resolve, reject) => {
    const sent = httpRequest(`${url}/v1/profiles/${name}`, { agent }, async (response) => {
      const parts = [];
      for await (const part of response) parts.push(part);
      resolve({ status: response.statusCode, ...JSON.parse(Buffer.concat(parts)) });
    });
    sent.on("error", reject).end();
  });
  const all = Array.from({ length: times }, (_, index) => one(names[index % names.length]));
  const found = await Promise.all(all);
  agent.destroy();
  return found;
}

test("10,000 requests for 10 cold names cause 10 resolutions", async () => {
  const patient = await startGateway({ ...settings, DM3_CONFIG: undefined }, SETTINGS.replace("ttl_seconds = 2", "ttl_seconds = 300"));
  const alice = await person([]);
  const names = [];
  for (let index = 0; index < 10; index += 1) {
    const offchain = await name(publisher.offchain);
    publisher.offChain(offchain, { address: alice.address, texts: { [RECORD]: inline(alice.document) } });
    names.push(offchain);
  }
  rpc.taken();
  try {
    const found = await atOnce(names, 10_000, patient.url);
    assert.ok(found.every(({ status, verdict }) => status === 200 && verdict === "verified"));
  } finally {
    await patient.stop();
  }
  // A resolution asks for the newest block once.
  assert.equal(rpc.taken().eth_getBlockByNumber, 10);
});

for (const [away, milliseconds] of [[true, 60_000], ["silent", 12_000]]) {
  const how = away === "silent" ? "says nothing" : "is gone";
  test(`while the chain ${how}, what is known is given and marked, and afterwards there is no stampede`, async () => {
    const alice = await person([]);
    const names = [];
    for (let index = 0; index < 5; index += 1) {
      const onchain = await name(publisher.onchain);
      await publisher.onChain(onchain, { address: alice.address, texts: { [RECORD]: inline(alice.document) } });
      await expect(onchain, "verified");
      names.push(onchain);
    }
    rpc.goAway(away);
    const seen = new Set();
    const gone = Date.now() + milliseconds;
    while (Date.now() < gone) {
      for (const { status, verdict, freshness, reason } of await atOnce(names, 50)) {
        assert.deepEqual([status, verdict], [200, "verified"]);
        seen.add(freshness);
        if (freshness === "stale") assert.ok(reason, "it says why nothing newer is known");
      }
    }
    assert.ok(seen.has("stale"), [...seen].join());
    rpc.goAway(false);
    rpc.taken();
    const back = Date.now() + 30_000;
    let fresh = false;
    while (!fresh && Date.now() < back) {
      const found = await atOnce(names, 50);
      assert.ok(found.every(({ verdict }) => verdict === "verified"));
      fresh = found.every(({ freshness }) => freshness !== "stale");
    }
    assert.ok(fresh, "nothing is stale any more");
    const resolutions = rpc.taken().eth_getBlockByNumber;
    assert.ok(resolutions <= 3 * names.length, `${resolutions} resolutions of ${names.length} names`);
  });
}

test("the command says what a service would be told, and ends with 1 unless the profile is verified", async () => {
  const [alice, onchain] = [await person(), await name(publisher.onchain)];
  // Not spawnSync: the chain is behind a proxy in this process.
  const command = (...args) => promisify(execFile)(program, args, { env: { ...process.env, DM3_GATEWAY: gateway.url } });
  await assert.rejects(command("profile", onchain), ({ code, stderr }) => {
    assert.match(stderr, /there is no dm3 profile/);
    return code === 1;
  });
  await publisher.onChain(onchain, { address: alice.address, texts: { [RECORD]: inline(alice.document) } });
  await lookUp(onchain);
  const { stdout } = await command("profile", onchain, "--json");
  assert.equal(JSON.parse(stdout).verdict, "verified");
});

test("a token can be had for a name that is elsewhere", async () => {
  const { sign } = require("@dm3-org/dm3-lib-crypto");
  const { createProfile } = require("@dm3-org/dm3-lib-profile");
  const [{ wallet }, onchain] = [await person(), await name(publisher.onchain)];
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile, keys } = await createProfile(wallet.address, [], undefined, { signer });
  await publisher.onChain(onchain, { address: wallet.address, texts: { [RECORD]: inline(stringify(signedProfile)) } });
  const challenge = await (await fetch(`${gateway.url}/auth/${onchain}`)).json();
  const signature = await sign(keys.signingKeyPair.privateKey, challenge);
  const body = JSON.stringify({ challenge, signature });
  const answered = await fetch(`${gateway.url}/auth/${onchain}`, { method: "POST", body });
  assert.equal(answered.status, 200, await answered.clone().text());
  const headers = { authorization: `Bearer ${await answered.json()}` };
  const session = await (await fetch(`${gateway.url}/v1/session`, { headers })).json();
  assert.equal(session.account, onchain);
});
