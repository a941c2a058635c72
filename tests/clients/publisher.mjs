// Everywhere that other people publish a dm3 profile: a resolver on the chain, one behind a CCIP gateway of their own, a
// document under https, a document in IPFS. Each server can be honest, lie, or be gone.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { concat, decodeFunctionData, encodeAbiParameters, keccak256, labelhash, namehash, parseAbi, toHex } from "viem";
import { privateKeyToAccount, sign } from "viem/accounts";
import { ownerOf } from "./dev.mjs";

const require = createRequire(import.meta.url);
const { createProfile } = require("@dm3-org/dm3-lib-profile");
const { stringify } = require("@dm3-org/dm3-lib-shared");

const resolverAbi = parseAbi([
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "function addr(bytes32 node) view returns (address)",
  "function text(bytes32 node, string key) view returns (string)",
]);

/** Somebody with a wallet and a dm3 profile. */
export async function person(deliveryServices = ["ds.other.eth"]) {
  const wallet = Wallet.createRandom();
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile } = await createProfile(wallet.address, deliveryServices, undefined, { signer });
  return { wallet, address: wallet.address, document: stringify(signedProfile), signedProfile };
}

export const inline = (document) => `data:application/json,${document}`;

const listen = (server) => new Promise((up) => server.listen(0, "127.0.0.1", () => up(server.address().port)));

/** A gateway that signs ENS's answers for whatever resolver asks; `records` are by node. */
async function startCcipGateway(records, behaviour) {
  const signer = privateKeyToAccount(`0x${"51".repeat(32)}`);
  const stranger = `0x${"52".repeat(32)}`;
  let asked = 0;
  const answer = (call) => {
    const { functionName, args: [node, key] } = decodeFunctionData({ abi: resolverAbi, data: call });
    const of = records.get(node) ?? {};
    const value = functionName === "addr" ? of.address ?? `0x${"00".repeat(20)}` : of.texts?.[key] ?? "";
    return encodeAbiParameters([{ type: functionName === "addr" ? "address" : "string" }], [value]);
  };
  const server = createServer(async (request, response) => {
    asked += 1;
    if (behaviour.gone) return response.writeHead(503).end("{}");
    const [, sender, data] = request.url.replace(".json", "").split("/");
    const { args: [, call] } = decodeFunctionData({ abi: resolverAbi, data });
    const result = answer(call);
    const expires = BigInt(Math.floor(Date.now() / 1000) + 600);
    const digest = keccak256(concat([
      "0x1900", sender, toHex(expires, { size: 8 }), keccak256(data), keccak256(result),
    ]));
    const privateKey = behaviour.lies ? stranger : `0x${"51".repeat(32)}`;
    const signature = await sign({ hash: digest, privateKey, to: "hex" });
    const types = [{ type: "bytes" }, { type: "uint64" }, { type: "bytes" }];
    response.end(JSON.stringify({ data: encodeAbiParameters(types, [result, expires, signature]) }));
  });
  const port = await listen(server);
  return { server, url: `http://127.0.0.1:${port}/{sender}/{data}.json`, signer: signer.address, asked: () => asked };
}

/** Documents by path, under https with a certificate that `ca` vouches for. */
async function startDocuments(documents, behaviour, home) {
  const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(home, file));
  execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", cert,
  ], { stdio: "ignore" });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    if (behaviour.gone) return response.writeHead(503).end();
    const document = documents.get(request.url.split("?")[0]);
    response.writeHead(document ? 200 : 404).end(document);
  });
  return { server, origin: `https://127.0.0.1:${await listen(server)}`, ca: cert };
}

/** Base32 as CIDs have it. */
function base32(bytes) {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  const digits = bits.match(/.{1,5}/g).map((five) => parseInt(five.padEnd(5, "0"), 2));
  return digits.map((digit) => "abcdefghijklmnopqrstuvwxyz234567"[digit]).join("");
}

/** The CID of a block that is not structured (version 1, raw, SHA-256). */
export function rawCid(bytes) {
  return `b${base32([1, 0x55, 0x12, 0x20, ...createHash("sha256").update(bytes).digest()])}`;
}

/** A trustless IPFS gateway for raw blocks. */
async function startIpfs(blocks, behaviour) {
  const server = createServer((request, response) => {
    if (behaviour.gone) return response.writeHead(504).end();
    const block = blocks.get(request.url.split("/")[2]?.split("?")[0]);
    if (!block) return response.writeHead(404).end();
    const body = behaviour.lies ? block.replace("ds.other.eth", "ds.thief.eth") : block;
    response.writeHead(200, { "content-type": "application/vnd.ipld.raw" }).end(body);
  });
  return { server, url: `http://127.0.0.1:${await listen(server)}` };
}

/** Starts all of it on a `dev` chain. */
export async function startPublisher(dev) {
  const home = mkdtempSync(join(tmpdir(), "dm3-publisher-"));
  const behaviour = { ccip: {}, https: {}, ipfs: {} };
  const [records, documents, blocks] = [new Map(), new Map(), new Map()];
  const owner = ownerOf(dev);
  const ccip = await startCcipGateway(records, behaviour.ccip);
  const https = await startDocuments(documents, behaviour.https, home);
  const ipfs = await startIpfs(blocks, behaviour.ipfs);
  const onchain = await owner.deploy("OnchainResolver", []);
  const offchain = await owner.deploy("PlainResolver", [[ccip.url], [ccip.signer]]);

  const setRecord = (parent, label, resolver, ttl = 0n) =>
    owner.write(dev.ensRegistry, "ENSRegistry", "setSubnodeRecord", [parent, label, dev.owner, resolver, ttl]);
  await setRecord(namehash("eth"), labelhash("other"), `0x${"00".repeat(20)}`);

  return {
    behaviour, ccip, onchain, offchain, ca: https.ca, ipfsUrl: ipfs.url,
    /** What records may lead to although it is not public: not the operator's IPFS gateway, which needs no permission. */
    hosts: [ccip.url, https.origin].map((url) => url.match(/127[^/]*/)[0]).join(),
    /** Gives `label.other.eth` a resolver. */
    register: (label, resolver, ttl) => setRecord(namehash("other.eth"), labelhash(label), resolver, ttl),
    /** Records of a name on the chain. */
    async onChain(name, { address, texts = {} }) {
      if (address) await owner.write(onchain, "OnchainResolver", "setAddr", [namehash(name), address]);
      for (const [key, value] of Object.entries(texts)) {
        await owner.write(onchain, "OnchainResolver", "setText", [namehash(name), key, value]);
      }
    },
    /** Records of a name behind the CCIP gateway. */
    offChain(name, of) {
      records.set(namehash(name), of);
    },
    /** Puts a document under https; gives its record URI. */
    onTheWeb(path, document) {
      documents.set(path, document);
      return `${https.origin}${path}?dm3Hash=0x${createHash("sha256").update(document).digest("hex")}`;
    },
    /** Replaces a document, not its record. */
    overwrite: (path, document) => documents.set(path, document),
    /** Puts a document into IPFS; gives its record URI. */
    inIpfs(document) {
      const cid = rawCid(document);
      blocks.set(cid, document);
      return `ipfs://${cid}`;
    },
    stop() {
      for (const { server } of [ccip, https, ipfs]) {
        server.closeAllConnections();
        server.close();
      }
      rmSync(home, { recursive: true });
    },
  };
}

/** A JSON-RPC endpoint that counts what it is asked, and can go away. */
export async function startRpcProxy(rpcUrl) {
  let gone = false;
  const counted = {};
  const server = createServer(async (request, response) => {
    if (gone === "silent") return;
    if (gone) return request.socket.destroy();
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const { method } = JSON.parse(body);
    counted[method] = (counted[method] ?? 0) + 1;
    const answer = await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    /** How often each method was called since this was last asked. */
    taken() {
      const taken = { ...counted };
      for (const method of Object.keys(counted)) delete counted[method];
      return taken;
    },
    /** Refuses connections (true), takes them and says nothing ("silent"), or answers (false). */
    goAway(away) {
      gone = away;
      server.closeAllConnections();
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
