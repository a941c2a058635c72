// A thief who has the signer's key, on a `dev` chain whose contract asks the thief's gateway: that signs whatever the
// thief likes, and the contract believes the signature.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AbiCoder, Interface, SigningKey, ZeroHash, concat, dnsEncode, keccak256, namehash, solidityPackedKeccak256,
} from "ethers";
import { artifact, ownerOf, startDev } from "./dev.mjs";
import { nothing, putState } from "./states.mjs";

export const coder = AbiCoder.defaultAbiCoder();
const abi = new Interface([
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "function resolveWithProof(bytes response, bytes extraData) view returns (bytes)",
  "function multicall(bytes[] data) view returns (bytes[])",
  "function addr(bytes32 node) view returns (address)",
  "function addr(bytes32 node, uint256 coinType) view returns (bytes)",
  "function text(bytes32 node, string key) view returns (string)",
  "function contenthash(bytes32 node) view returns (bytes)",
]);
const errors = new Interface(artifact("Dm3Resolver").abi);

/** The texts that hold a profile. */
export const profileKeys = ["network.dm3.profile", "eth.dm3.profile"];

/** The name of an account in the address zone. */
export const addressName = (account) => `${account.toLowerCase()}.addr.dm3.eth`;

/** Resolver calls about a name. */
export const calls = {
  addr: (name) => abi.encodeFunctionData("addr(bytes32)", [namehash(name)]),
  coin: (name, coin) => abi.encodeFunctionData("addr(bytes32,uint256)", [namehash(name), coin]),
  text: (name, key) => abi.encodeFunctionData("text", [namehash(name), key]),
  contenthash: (name) => abi.encodeFunctionData("contenthash", [namehash(name)]),
  multicall: (all) => abi.encodeFunctionData("multicall", [all]),
};

/** What resolver functions return. */
export const encodeAddress = (address) => coder.encode(["address"], [address]);
export const encodeText = (text) => coder.encode(["string"], [text]);
export const encodeBytes = (bytes) => coder.encode(["bytes"], [bytes]);
export const encodeEntries = (entries) => coder.encode(["bytes[]"], [entries]);
export const decodeEntries = (result) => [...coder.decode(["bytes[]"], result)[0]];

/** The name of the contract's error that an entry of a multicall holds. */
export function errorIn(entry) {
  const bytes = (entry.length - 2) / 2;
  if (bytes % 32 === 0) throw new Error(`clients take ${entry} for a value`);
  return errors.parseError(entry)?.name;
}

/** A gateway's response for five minutes, signed by whoever has `key`. */
function sign(key, resolver, request, result) {
  const expires = Math.floor(Date.now() / 1000) + 300;
  const digest = solidityPackedKeccak256(
    ["bytes2", "address", "uint64", "bytes32", "bytes32"],
    ["0x1900", resolver, expires, keccak256(request), keccak256(result)],
  );
  const { r, s, v } = new SigningKey(key).sign(digest);
  return coder.encode(["bytes", "uint64", "bytes"], [result, expires, concat([r, s, `0x${v.toString(16)}`])]);
}

/** An HTTP server in front of the real gateway. */
async function startGatewayOfThief(key, gatewayUrl) {
  let lie;
  let asked = 0;
  const answer = async (path, body) => {
    const [, resolver, inPath] = path.split("/");
    const request = inPath?.replace(/\.json$/, "") ?? JSON.parse(body).data;
    if (lie) return { data: sign(key, resolver, request, lie) };
    const init = { method: "POST", body: JSON.stringify({ data: request }) };
    const honest = await (await fetch(`${gatewayUrl}/${resolver}`, init)).json();
    const [result] = coder.decode(["bytes", "uint64", "bytes"], honest.data);
    return { data: sign(key, resolver, request, result) };
  };
  const server = createServer(async (request, response) => {
    asked += 1;
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = await answer(request.url, Buffer.concat(parts).toString());
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    lie: (result) => (lie = result),
    asked() {
      const count = asked;
      asked = 0;
      return count;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts `dev` with a thief between its contract and its gateway. */
export async function startThief() {
  const directory = mkdtempSync(join(tmpdir(), "dm3-thief-"));
  const dev = await startDev({ flags: ["--directory", directory] });
  const owner = ownerOf(dev);
  const key = readFileSync(join(directory, "signer.key"), "utf8").trim();
  const gateway = await startGatewayOfThief(key, dev.gatewayUrl);
  await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[gateway.url]]);

  /** A call of the callback, with a signed result, as JSON-RPC. */
  const callbackCall = ({ name, call, result }, id) => {
    const request = abi.encodeFunctionData("resolve", [dnsEncode(name, 255), call]);
    const response = sign(key, dev.resolver, request, result);
    const data = abi.encodeFunctionData("resolveWithProof", [response, request]);
    return { jsonrpc: "2.0", id, method: "eth_call", params: [{ to: dev.resolver, data }, "latest"] };
  };
  return {
    dev,
    owner,
    /** From now on the thief answers this result to everything, or what the honest gateway answers. */
    lie: gateway.lie,
    /** How often the thief was asked since this was last called. */
    asked: gateway.asked,
    /**
     * What the contract says to these results, each with the name and the call that it is an answer to: the name of
     * its error, or nothing where it accepts the result.
     */
    async verdicts(answers) {
      const verdicts = [];
      for (let at = 0; at < answers.length; at += 50) {
        const body = JSON.stringify(answers.slice(at, at + 50).map(callbackCall));
        const headers = { "content-type": "application/json" };
        const outcomes = await (await fetch(dev.rpcUrl, { method: "POST", headers, body })).json();
        outcomes.sort((one, two) => one.id - two.id);
        const verdict = ({ error }) => error && (errors.parseError(error.data)?.name ?? error.message);
        verdicts.push(...outcomes.map(verdict));
      }
      return verdicts;
    },
    /** Puts a record at the honest gateway, as the wallet's profile, in the state after `previous`. */
    publish(wallet, value, { keys = profileKeys, version = 1, previous = ZeroHash } = {}) {
      const state = { name: addressName(wallet.address), version, previous, owner: wallet.address };
      const texts = keys.map((key) => ({ key, value }));
      return putState(dev.gatewayUrl, wallet, { ...state, records: { ...nothing(), texts } });
    },
    async stop() {
      gateway.stop();
      await dev.stop();
      rmSync(directory, { recursive: true });
    },
  };
}
