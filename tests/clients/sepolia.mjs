// A chain that plays Sepolia: its chain id, ENS at its addresses, one parent name in the registry and one wrapped, both
// of an account that deploys. And a gateway for zones below them.

import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createPublicClient, createTestClient, createWalletClient, getAddress, http, keccak256, namehash, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { sepolia } from "viem/chains";
import { artifact } from "./dev.mjs";
import { program, startGateway } from "./gateway.mjs";

const root = join(import.meta.dirname, "../..");
export const registryAddress = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e";
const universalResolver = "0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe";
/** Where the registry keeps the owner of the root. */
const rootOwnerSlot = "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5";
const zero = `0x${"00".repeat(20)}`;

/** The binary of an npm package of Foundry's, or the one on PATH. */
export function foundry(tool) {
  const arch = { x64: "amd64" }[process.arch] ?? process.arch;
  const installed = join(root, `node_modules/@foundry-rs/${tool}-${process.platform}-${arch}/bin/${tool}`);
  return existsSync(installed) ? installed : tool;
}

/** Runs the program; gives how it ended, and what it said. */
export function run(args, { env = {}, file = program } = {}) {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, encoding: "utf8", maxBuffer: 1 << 26, cwd: root };
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
    // Who does not read it may be gone already.
    child.stdin.on("error", () => {}).end();
  });
}

/** Starts anvil; gives its URL, and how to end it. */
export async function startAnvil(...flags) {
  const child = spawn(foundry("anvil"), ["--host", "127.0.0.1", "--port", "0", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const address = /^Listening on (.*)$/.exec(line)?.[1];
      if (address) resolve(`http://${address}`);
    });
  });
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Starts the chain. */
export async function startSepolia({ chainId = sepolia.id, flags = [] } = {}) {
  const anvil = await startAnvil("--chain-id", String(chainId), ...flags);
  const chain = { ...sepolia, id: chainId };
  const transport = http(anvil.url);
  const reader = createPublicClient({ chain, transport, pollingInterval: 20 });
  const node = createTestClient({ chain, transport, mode: "anvil" });
  const [founder] = await createWalletClient({ chain, transport }).getAddresses();
  const deployerKey = generatePrivateKey();
  const deployer = privateKeyToAccount(deployerKey).address;
  await node.setBalance({ address: deployer, value: 10n ** 18n });
  await node.setCode({ address: registryAddress, bytecode: artifact("ENSRegistry").deployedBytecode });
  await node.setCode({ address: universalResolver, bytecode: artifact("UniversalResolver").deployedBytecode });
  await node.setStorageAt({ address: registryAddress, index: rootOwnerSlot, value: `0x${"00".repeat(12)}${founder.slice(2)}` });

  /** Sends as any account, of which no key is needed. */
  const sendAs = async (account, request) => {
    await node.impersonateAccount({ address: account });
    await node.setBalance({ address: account, value: 10n ** 18n });
    const hash = await createWalletClient({ chain, transport, account }).sendTransaction(request);
    return reader.waitForTransactionReceipt({ hash });
  };
  const write = async (account, address, name, functionName, args) => {
    await node.impersonateAccount({ address: account });
    const writer = createWalletClient({ chain, transport, account });
    const hash = await writer.writeContract({ address, abi: artifact(name).abi, functionName, args });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    if (receipt.status !== "success") throw new Error(`${functionName} failed`);
  };
  /** Deploys a contract, by nobody in particular. */
  const deployContract = async (name, args) => {
    const { abi, bytecode } = artifact(name);
    const hash = await createWalletClient({ chain, transport, account: founder }).deployContract({ abi, bytecode, args });
    return getAddress((await reader.waitForTransactionReceipt({ hash })).contractAddress);
  };
  const wrapper = await deployContract("NameWrapper", [registryAddress]);
  const registry = (account, functionName, args) => write(account, registryAddress, "ENSRegistry", functionName, args);
  const label = (text) => keccak256(toHex(text));

  await registry(founder, "setSubnodeOwner", [namehash(""), label("eth"), founder]);
  /** Registers a name below eth in the registry. */
  const register = (name, owner = deployer) =>
    registry(founder, "setSubnodeOwner", [namehash("eth"), label(name.split(".")[0]), owner]);
  /** Registers a name below eth, and wraps it. */
  const registerWrapped = async (name, owner = deployer, fuses = 0) => {
    await register(name, founder);
    await registry(founder, "setApprovalForAll", [wrapper, true]);
    await write(founder, wrapper, "NameWrapper", "wrap", [namehash(name), owner, fuses]);
  };
  // As on a real chain, where a registrar has it.
  const handOverEth = () => registry(founder, "setOwner", [namehash(""), "0x000000000000000000000000000000000000dEaD"]);
  await register("plain.eth");
  await registerWrapped("wrapped.eth");
  await handOverEth();
  return {
    url: anvil.url, chainId, chain, reader, node, deployer, deployerKey, founder, wrapper,
    register, registerWrapped, sendAs, write, deploy: deployContract,
    read: (address, name, functionName, args = []) =>
      reader.readContract({ address, abi: artifact(name).abi, functionName, args }),
    /** What the registry says of a name. */
    resolverOf: (name) =>
      reader.readContract({ address: registryAddress, abi: artifact("ENSRegistry").abi, functionName: "resolver", args: [namehash(name)] }),
    /** Sets or, without a resolver, takes away the resolver of a name, whoever has it in the registry. */
    async setResolver(name, resolver = zero) {
      const owner = await this.read(registryAddress, "ENSRegistry", "owner", [namehash(name)]);
      await node.setBalance({ address: owner, value: 10n ** 18n });
      await write(owner, registryAddress, "ENSRegistry", "setResolver", [namehash(name), resolver]);
    },
    stop: anvil.stop,
  };
}

export const zones = { open: "user.plain.eth", address: "addr.wrapped.eth" };

/** Starts a gateway for zones below the two parents. */
export async function startZones(chain, settings = {}) {
  const home = mkdtempSync(join(tmpdir(), "dm3-sepolia-"));
  const config = join(home, "gateway.toml");
  writeFileSync(config, `chain_id = ${chain.chainId}
[[zones]]
name = "${settings.addressZone ?? zones.address}"
kind = "address"
[[zones]]
name = "${settings.openZone ?? zones.open}"
kind = "open"
inherit_from = "${settings.addressZone ?? zones.address}"
`);
  const signerKey = generatePrivateKey();
  const gateway = await startGateway({ DM3_CONFIG: config, DM3_SIGNER_KEY: signerKey, ...settings.env });
  return {
    ...gateway,
    signerKey,
    signer: privateKeyToAccount(signerKey).address,
    async stop() {
      await gateway.stop();
      rmSync(home, { recursive: true });
    },
  };
}

/** JSON of ours, with addresses as viem writes them. */
export const parse = (json) =>
  JSON.parse(json, (_, value) => (/^0x[0-9a-f]{40}$/.test(value) ? getAddress(value) : value));

/** Runs `deploy --json` as the chain's deployer. */
export async function deploy(chain, ...flags) {
  const done = await run(["deploy", "--rpc-url", chain.url, "--json", ...flags], {
    env: { DM3_WALLET_KEY: chain.deployerKey },
  });
  return { ...done, json: done.stdout ? parse(done.stdout) : undefined };
}
