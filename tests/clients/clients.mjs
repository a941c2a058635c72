// Real ENS clients, each behind the same four questions. Addresses and content hashes come in the client's own form;
// "not set" is null or the empty value, as the client has it.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { addEnsContracts, createEnsPublicClient } from "@ensdomains/ensjs";
import { JsonRpcProvider, MulticoinProviderPlugin } from "ethers";
import {
  createPublicClient, decodeErrorResult, decodeFunctionData, decodeFunctionResult, encodeFunctionData,
  encodeFunctionResult, http, namehash,
  parseAbi, toHex,
} from "viem";
import { mainnet } from "viem/chains";
import { packetToBytes } from "viem/ens";
import { program } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const ethers5 = require("ethers5");
const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** The Universal Resolver's address on mainnet, where `dev` has one too. */
export const universalResolver = "0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe";
export const records = parseAbi([
  "function addr(bytes32 node) view returns (address)",
  "function text(bytes32 node, string key) view returns (string)",
  "function contenthash(bytes32 node) view returns (bytes)",
  "function multicall(bytes[] data) view returns (bytes[])",
]);
const anyAddress = parseAbi(["function addr(bytes32 node, uint256 coinType) view returns (bytes)"]);
const resolution = parseAbi([
  "function resolve(bytes name, bytes data) view returns (bytes result, address resolver)",
  "error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData)",
]);

/** A name as ENS contracts take it. */
export const dnsName = (name) => toHex(packetToBytes(name));

export function viemClient(rpcUrl) {
  const client = createPublicClient({ chain: mainnet, transport: http(rpcUrl) });
  /** Whatever has no function of its own in viem goes to the Universal Resolver directly. */
  const ask = async (node, abi, functionName, args = [], name = node) => {
    const data = encodeFunctionData({ abi, functionName, args: [...(node ? [namehash(node)] : []), ...args] });
    const request = { address: universalResolver, abi: resolution, functionName: "resolve", args: [dnsName(name), data] };
    const [result] = await client.readContract(request);
    return decodeFunctionResult({ abi, functionName, data: result });
  };
  return {
    client,
    address: (name) => client.getEnsAddress({ name }),
    text: (name, key) => client.getEnsText({ name, key }),
    coin: (name, coinType) => client.getEnsAddress({ name, coinType: BigInt(coinType) }),
    contenthash: (name) => ask(name, records, "contenthash"),
    /** Beside another record in one `multicall`. */
    async bitcoinInBatch(name) {
      const calls = [
        encodeFunctionData({ abi: records, functionName: "addr", args: [namehash(name)] }),
        encodeFunctionData({ abi: anyAddress, functionName: "addr", args: [namehash(name), 0n] }),
      ];
      const [, result] = await ask(undefined, records, "multicall", [calls], name);
      return decodeFunctionResult({ abi: anyAddress, functionName: "addr", data: result });
    },
    /** All of them in one `multicall`. */
    async batch(name, calls) {
      const data = calls.map(([functionName, ...args]) =>
        encodeFunctionData({ abi: records, functionName, args: [namehash(name), ...args] }));
      const results = await ask(undefined, records, "multicall", [data], name);
      return calls.map(([functionName], at) => decodeFunctionResult({ abi: records, functionName, data: results[at] }));
    },
  };
}

export function ensjsClient(rpcUrl) {
  const client = createEnsPublicClient({ chain: addEnsContracts(mainnet), transport: http(rpcUrl) });
  return {
    client,
    address: async (name) => (await client.getAddressRecord({ name }))?.value,
    text: (name, key) => client.getTextRecord({ name, key }),
    coin: async (name, coin) => (await client.getAddressRecord({ name, coin }))?.value,
    contenthash: async (name) => (await client.getContentHashRecord({ name }))?.decoded,
    async bitcoinInBatch(name) {
      const found = await client.getRecords({ name, coins: ["BTC", "ETH"] });
      return found.coins.find((coin) => coin.id === 0)?.value;
    },
    async batch(name, calls) {
      const texts = calls.filter(([kind]) => kind === "text").map(([, key]) => key);
      const found = await client.getRecords({ name, texts, coins: ["ETH"], contentHash: true });
      return calls.map(([kind, key]) => {
        if (kind === "text") return found.texts.find((text) => text.key === key)?.value ?? "";
        if (kind === "addr") return found.coins.find((coin) => coin.id === 60)?.value;
        return found.contentHash?.decoded;
      });
    },
  };
}

/** ethers 6 knows no other coin than Ether's; a plugin gives the bytes as they are. */
class BytesOfBitcoin extends MulticoinProviderPlugin {
  constructor() {
    super("test.bytes-of-bitcoin");
  }
  supportsCoinType(coinType) {
    return coinType === 0;
  }
  async decodeAddress(_coinType, data) {
    return data;
  }
}

/** Both versions of ethers ask a name's resolver object. */
function throughResolver(provider) {
  const resolver = (name) => provider.getResolver(name);
  return {
    provider,
    address: (name) => provider.resolveName(name),
    text: async (name, key) => (await resolver(name)).getText(key),
    coin: async (name, coin) => (await resolver(name)).getAddress(coin),
    contenthash: async (name) => (await resolver(name)).getContentHash(),
  };
}

export function ethers6Client(rpcUrl) {
  const provider = new JsonRpcProvider(rpcUrl, 1, { staticNetwork: true });
  provider.attachPlugin(new BytesOfBitcoin());
  return { ...throughResolver(provider), close: () => provider.destroy() };
}

export const ethers5Client = (rpcUrl) => throughResolver(new ethers5.providers.StaticJsonRpcProvider(rpcUrl, 1));

/** alloy, as `resolve --rpc-url` uses it. */
export function alloyClient(rpcUrl) {
  const resolve = async (name, ...flags) => {
    const { stdout } = await run(program, ["resolve", name, "--rpc-url", rpcUrl, "--json", ...flags]);
    return JSON.parse(stdout).value;
  };
  return {
    address: (name) => resolve(name),
    text: (name, key) => resolve(name, "--text", key),
    coin: (name, coin) => resolve(name, "--coin", String(coin)),
    contenthash: (name) => resolve(name, "--contenthash"),
  };
}

/** web3.py in the virtual environment that tests/run makes. */
export function web3pyClient(rpcUrl) {
  const python = process.env.DM3_WEB3PY ?? join(root, "target/web3py/bin/python");
  const script = join(import.meta.dirname, "web3py.py");
  /** web3.py is no batch gateway by itself; with the URL of one it goes through that. */
  let batchGatewayUrl = "";
  const ask = async (...args) => JSON.parse((await run(python, [script, rpcUrl, batchGatewayUrl, ...args])).stdout);
  return {
    useBatchGateway(url) {
      batchGatewayUrl = url;
    },
    address: (name) => ask("address", name),
    text: (name, key) => ask("text", name, key),
    coin: (name, coin) => ask("coin", name, String(coin)),
    contenthash: (name) => ask("contenthash", name),
  };
}

/** The binary itself: npm's wrapper around it costs a second Node.js each time. */
export function castProgram() {
  const installed = join(root, `node_modules/@foundry-rs/cast-${process.platform}-${{ x64: "amd64" }[process.arch] ?? process.arch}/bin/cast`);
  return existsSync(installed) ? installed : "cast";
}

/** Runs cast. */
export const runCast = (...args) => run(castProgram(), args);

/**
 * cast 1.7 asks the Universal Resolver, and stops where that one reverts with OffchainLookup. Here the lookup is
 * followed by hand: what cast got is decoded, fetched, and handed back through cast.
 */
export function castClient(rpcUrl) {
  const call = async (data) => {
    try {
      return (await runCast("call", universalResolver, "--data", data, "--rpc-url", rpcUrl)).stdout.trim();
    } catch (error) {
      const revert = /data: "(0x556f1830[0-9a-f]+)"/.exec(error.stderr)?.[1];
      if (!revert) throw error;
      return follow(decodeErrorResult({ abi: resolution, data: revert }).args);
    }
  };
  const follow = async ([sender, urls, data, callback, extraData]) => {
    const answer = await fetchAnswer(sender, urls, data);
    const calldata = (await runCast("abi-encode", "f(bytes,bytes)", answer, extraData)).stdout.trim();
    return call(callback + calldata.slice(2));
  };
  const ask = async (name, functionName, abi, args = []) => {
    const data = encodeFunctionData({ abi, functionName, args: [namehash(name), ...args] });
    const calldata = (await runCast("calldata", "resolve(bytes,bytes)", dnsName(name), data)).stdout.trim();
    const [result] = decodeFunctionResult({ abi: resolution, functionName: "resolve", data: await call(calldata) });
    return decodeFunctionResult({ abi, functionName, data: result });
  };
  return {
    address: (name) => ask(name, "addr", records),
    text: (name, key) => ask(name, "text", records, [key]),
    coin: (name, coin) => ask(name, "addr", anyAddress, [BigInt(coin)]),
    contenthash: (name) => ask(name, "contenthash", records),
  };
}

const batchGateway = parseAbi([
  "function query((address sender, string[] urls, bytes data)[] requests) view returns (bool[] failures, bytes[] responses)",
]);

/** What ERC-3668 tells a client to do with an OffchainLookup, the local batch gateway of ENSIP-21 included. */
async function fetchAnswer(sender, urls, data) {
  if (urls.includes("x-batch-gateway:true")) {
    const [requests] = decodeFunctionData({ abi: batchGateway, data }).args;
    const responses = await Promise.all(requests.map((one) => fetchAnswer(one.sender, one.urls, one.data)));
    return encodeFunctionResult({ abi: batchGateway, functionName: "query", result: [responses.map(() => false), responses] });
  }
  for (const template of urls) {
    const url = template.replace("{sender}", sender.toLowerCase()).replace("{data}", data);
    const body = template.includes("{data}") ? undefined : JSON.stringify({ sender, data });
    const response = await fetch(url, body && { method: "POST", body }).catch(() => undefined);
    if (response?.ok) return (await response.json()).data;
    if (response && response.status < 500) throw new Error(`${response.status} from ${url}`);
  }
  throw new Error("no gateway answered");
}

