// A gateway of a thief who has the signer's key: it signs whatever it likes, and the contract believes the signature.

import { createServer } from "node:http";
import { AbiCoder, Interface, SigningKey, concat, dnsEncode, keccak256, namehash, solidityPackedKeccak256 } from "ethers";

export const coder = AbiCoder.defaultAbiCoder();
export const abi = new Interface([
  "function resolve(bytes name, bytes data) view returns (bytes)",
  "function resolveWithProof(bytes response, bytes extraData) view returns (bytes)",
  "function multicall(bytes[] data) view returns (bytes[])",
  "function addr(bytes32 node) view returns (address)",
  "function addr(bytes32 node, uint256 coinType) view returns (bytes)",
  "function text(bytes32 node, string key) view returns (string)",
  "function contenthash(bytes32 node) view returns (bytes)",
]);

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

/** What a contract looks up for a call about a name. */
export const requestOf = (name, call) => abi.encodeFunctionData("resolve", [dnsEncode(name, 255), call]);

export const encodeText = (text) => coder.encode(["string"], [text]);
export const encodeBytes = (bytes) => coder.encode(["bytes"], [bytes]);
export const encodeEntries = (entries) => coder.encode(["bytes[]"], [entries]);

/** A gateway's response, signed by whoever has `key`. */
export function sign(key, resolver, request, result, expires = Math.floor(Date.now() / 1000) + 300) {
  const digest = solidityPackedKeccak256(
    ["bytes2", "address", "uint64", "bytes32", "bytes32"],
    ["0x1900", resolver, expires, keccak256(request), keccak256(result)],
  );
  const { r, s, v } = new SigningKey(key).sign(digest);
  return coder.encode(["bytes", "uint64", "bytes"], [result, expires, concat([r, s, v === 27 ? "0x1b" : "0x1c"])]);
}

/** Starts it in front of the real gateway, whose answers it passes on until it is told to lie. */
export async function startThief(key, gatewayUrl) {
  let lie;
  let asked = 0;
  const answer = async (path, body) => {
    const [, resolver, inPath] = path.split("/");
    const request = inPath ? inPath.replace(/\.json$/, "") : JSON.parse(body).data;
    const honest = await fetch(`${gatewayUrl}/${resolver}`, { method: "POST", body: JSON.stringify({ data: request }) });
    const response = await honest.json();
    // Where the honest gateway refuses to answer, the thief does not.
    const [truth] = honest.ok ? coder.decode(["bytes", "uint64", "bytes"], response.data) : ["0x"];
    const result = lie ? lie(truth) : truth;
    return { status: lie ? 200 : honest.status, body: honest.ok || lie ? { data: sign(key, resolver, request, result) } : response };
  };
  const server = createServer(async (request, response) => {
    asked += 1;
    const parts = [];
    for await (const part of request) parts.push(part);
    const headers = { "content-type": "application/json", "access-control-allow-origin": "*" };
    const { status, body } = await answer(request.url, Buffer.concat(parts).toString());
    response.writeHead(status, headers).end(JSON.stringify(body));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** From now on, answers are what this makes of the honest gateway's; nothing makes it honest again. */
    lie(how) {
      lie = how;
    },
    /** How often it was asked since this was last called. */
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
