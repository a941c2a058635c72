// `dev` as a process of its own, what stands between it and the clients, and the keys to its contracts.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createPublicClient, createWalletClient, http, namehash } from "viem";
import { mainnet } from "viem/chains";
import { program } from "./gateway.mjs";

const root = join(import.meta.dirname, "../..");

/** The committed artifact of a contract. */
export const artifact = (name) => JSON.parse(readFileSync(join(root, `contracts/artifacts/${name}.json`), "utf8"));

/** Starts `dev` on free ports; gives what it printed up to the line that has `last` in it, and how it will end. */
async function spawnDev(last, flags, environment = {}) {
  const ports = flags.includes("--rpc-port") ? [] : ["--rpc-port", "0", "--port", "0"];
  const env = { ...process.env, ...environment };
  const child = spawn(program, ["dev", ...ports, ...flags], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  let printed = "";
  const told = new Promise((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      printed += `${line}\n`;
      if (line.includes(last)) resolve();
    });
  });
  const early = await Promise.race([told, ended]);
  if (early !== undefined) throw new Error(`dev ended with ${early}`);
  return { child, ended, printed };
}

/** Starts `dev` for people; gives what it tells them. */
export async function startDevForPeople() {
  const { child, ended, printed } = await spawnDev("Ctrl-C", []);
  return {
    printed,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Starts `dev --json` with these further flags; gives what it prints, and how to end it. */
export async function startDev({ flags = [], environment } = {}) {
  const home = mkdtempSync(join(tmpdir(), "dm3-home-"));
  const { child, ended, printed } = await spawnDev("}", ["--json", ...flags], environment);
  const info = JSON.parse(printed);
  return {
    ...info,
    pid: child.pid,
    /** Runs a command against the gateway as the owner of `privateKey`; gives its JSON. */
    run(privateKey, ...command) {
      writeFileSync(join(home, "wallet.key"), privateKey);
      const options = { cwd: home, encoding: "utf8", env: { ...process.env, DM3_GATEWAY: info.gatewayUrl } };
      const done = spawnSync(program, [...command, "--key-file", "wallet.key", "--json"], options);
      if (done.status !== 0) throw new Error(done.stderr);
      return JSON.parse(done.stdout);
    },
    /** Sends a signal, and gives how it ended. */
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const late = new Promise((resolve) => setTimeout(resolve, 30_000, "still running after 30 s").unref());
      const how = await Promise.race([ended, late]);
      rmSync(home, { recursive: true, force: true });
      return how;
    },
  };
}

/** Sends transactions as the account that owns everything on a `dev` chain. */
export function ownerOf(dev) {
  const chain = { ...mainnet, id: dev.chainId };
  const reader = createPublicClient({ chain, transport: http(dev.rpcUrl), pollingInterval: 50 });
  const writer = createWalletClient({ chain, transport: http(dev.rpcUrl), account: dev.owner });
  const mined = async (hash) => reader.waitForTransactionReceipt({ hash: await hash });
  return {
    async deploy(name, args) {
      const { abi, bytecode } = artifact(name);
      return (await mined(writer.deployContract({ abi, bytecode, args }))).contractAddress;
    },
    write: (address, name, functionName, args) =>
      mined(writer.writeContract({ address, abi: artifact(name).abi, functionName, args })),
    /** Gives a name another resolver. */
    setResolver(name, resolver) {
      return this.write(dev.ensRegistry, "ENSRegistry", "setResolver", [namehash(name), resolver]);
    },
    /** Gives a name away. */
    setOwner(name, account) {
      return this.write(dev.ensRegistry, "ENSRegistry", "setOwner", [namehash(name), account]);
    },
  };
}

/** An HTTP server in front of a gateway: passes everything on and counts it; without a gateway it answers an error. */
export async function startProxy(gatewayUrl, status = 500) {
  let methods = [];
  const server = createServer(async (request, response) => {
    methods.push(request.method);
    if (!gatewayUrl) {
      response.writeHead(status, { "content-type": "application/json" }).end('{"message": "broken on purpose"}');
      return;
    }
    const body = await new Promise((resolve) => {
      const parts = [];
      request.on("data", (part) => parts.push(part)).on("end", () => resolve(Buffer.concat(parts)));
    });
    const type = request.headers["content-type"];
    const headers = type ? { "content-type": type } : {};
    const init = { method: request.method, headers, body: body.length ? body : undefined };
    const passed = await fetch(`${gatewayUrl}${request.url}`, init);
    response.writeHead(passed.status, { "content-type": "application/json", "access-control-allow-origin": "*" });
    response.end(await passed.text());
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** The methods of the requests that came since this was last asked. */
    taken() {
      const taken = methods;
      methods = [];
      return taken;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
