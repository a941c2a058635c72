// The real gateway as a process of its own, for tests with real clients.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program under test; tests/run builds it. */
export const program = process.env.DM3_GATEWAY_BIN ?? join(import.meta.dirname, "../../target/debug/dm3-gateway");

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Asks until `probe` gives something true; fails with what it was waiting for. */
export async function until(what, probe, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await Promise.resolve(probe()).catch(() => undefined);
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

/** Starts `serve` in a directory of its own, with these settings, and others in TOML. */
export async function startGateway(settings = {}, config = "") {
  const home = mkdtempSync(join(tmpdir(), "dm3-gateway-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  writeFileSync(join(home, "settings.toml"), config);
  const flags = ["--listen", url.slice("http://".length), ...(config ? ["--config", "settings.toml"] : [])];
  let server, ended;
  let log = "";
  const start = async () => {
    const env = { ...process.env, ...settings };
    server = spawn(program, ["serve", ...flags], { cwd: home, stdio: ["ignore", "ignore", "pipe"], env });
    server.stderr.setEncoding("utf8").on("data", (text) => (log += text));
    ended = new Promise((resolve) => server.once("exit", resolve));
    const early = ended.then((code) => {
      throw new Error(`serve ended with ${code}: ${log}`);
    });
    // Later it may end.
    early.catch(() => {});
    await Promise.race([until("the gateway", async () => (await fetch(`${url}/health/ready`)).ok), early]);
  };
  await start();
  const run = (...args) => {
    const options = { cwd: home, encoding: "utf8", env: { ...process.env, DM3_GATEWAY: url } };
    const done = spawnSync(program, [...args, "--json"], options);
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout);
  };
  return {
    url,
    home,
    /** What it has logged. */
    log: () => log,
    /** Sends it a signal. */
    signal: (name) => server.kill(name),
    /** Runs a command against this gateway as the owner of `privateKey`; gives its JSON. */
    run(privateKey, ...args) {
      writeFileSync(join(home, "wallet.key"), privateKey);
      return run(...args, "--key-file", "wallet.key");
    },
    /** The record of a name, verified as the contract would. */
    resolve: (...args) => run("resolve", ...args),
    /** Stops it, to be started again. */
    async pause() {
      server.kill("SIGTERM");
      await ended;
    },
    /** Starts it again, with what it had. */
    resume: start,
    async stop() {
      server.kill("SIGTERM");
      await ended;
      rmSync(home, { recursive: true });
    },
  };
}
