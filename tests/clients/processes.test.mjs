// `dev` leaves nothing behind, however it ends; and what it is started with.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { viemClient } from "./clients.mjs";
import { ownerOf, startDev } from "./dev.mjs";
import { freePort, program, until } from "./gateway.mjs";

// Where temporary directories of these `dev`s go, and theirs alone.
const temporary = mkdtempSync(join(tmpdir(), "dm3-processes-"));
after(() => rmSync(temporary, { recursive: true }));
const environment = { TMPDIR: temporary };
const leftDirectories = () => readdirSync(temporary).filter((name) => name.startsWith("dm3-gateway-dev-"));

/** The processes whose ancestor is `pid`, by /proc; of those that are dead and only wait to be fetched, none. */
function descendants(pid) {
  const parents = new Map();
  for (const one of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${one}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z") parents.set(Number(one), Number(parent));
    } catch {
      // Gone meanwhile.
    }
  }
  const isBelow = (one) => parents.has(one) && (parents.get(one) === pid || isBelow(parents.get(one)));
  return [...parents.keys()].filter(isBelow);
}

const command = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
};
const isAlive = (pid) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};
const gone = (pids) => until("everything to be gone", () => !pids.some(isAlive), 10);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  test(`after ${signal} nothing is left, and the end is a success`, async () => {
    const dev = await startDev({ environment });
    const started = descendants(dev.pid);
    assert.ok(started.length >= 3, `${started.map(command)}`);
    assert.equal(leftDirectories().length, 1);
    assert.equal(await dev.stop(signal), 0);
    await gone(started);
    assert.deepEqual(leftDirectories(), []);
  });
}

for (const delay of [0, 50, 150, 300, 500]) {
  test(`a SIGTERM ${delay} ms after the start leaves nothing`, async () => {
    const flags = ["dev", "--json", "--rpc-port", "0", "--port", "0"];
    const child = spawn(program, flags, { stdio: "ignore", env: { ...process.env, ...environment } });
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    await new Promise((wake) => setTimeout(wake, delay));
    const started = descendants(child.pid);
    child.kill("SIGTERM");
    // In its very first moments nobody listens yet, and nothing is there to be left.
    assert.ok([0, "SIGTERM"].includes(await ended));
    await gone(started);
    assert.deepEqual(leftDirectories(), []);
  });
}

test("after a kill -9 nothing is left running, and a new start on the same ports works", async () => {
  const [rpcPort, port] = [await freePort(), await freePort()];
  const flags = ["--rpc-port", String(rpcPort), "--port", String(port)];
  const first = await startDev({ environment, flags });
  const started = descendants(first.pid);
  assert.equal(await first.stop("SIGKILL"), "SIGKILL");
  const second = await startDev({ environment, flags });
  assert.deepEqual([second.gatewayUrl, second.rpcUrl], [first.gatewayUrl, first.rpcUrl]);
  assert.equal((await fetch(`${second.gatewayUrl}/health/ready`)).status, 200);
  await gone(started);
  assert.equal(await second.stop(), 0);
  for (const left of leftDirectories()) rmSync(join(temporary, left), { recursive: true });
});

test("when anvil dies, dev ends too, and says so with its exit code", async () => {
  const dev = await startDev({ environment });
  const started = descendants(dev.pid);
  const anvil = started.filter((pid) => command(pid).includes("--port") && !command(pid).startsWith("sh"));
  assert.ok(anvil.length > 0);
  for (const pid of anvil) process.kill(pid, "SIGKILL");
  // The process ends by itself; signal 0 sends nothing.
  assert.equal(await dev.stop(0), 1);
  await gone(started);
});

test("another chain id is that of chain and gateway", async () => {
  const dev = await startDev({ environment, flags: ["--chain-id", "31337"] });
  assert.equal(dev.chainId, 31337);
  assert.equal((await (await fetch(`${dev.gatewayUrl}/v1/info`)).json()).chainId, 31337);
  await dev.stop();
});

test("a fork keeps the ENS of its chain, whoever owns the names above the zones", async () => {
  const origin = await startDev({ environment });
  const stranger = "0x000000000000000000000000000000000000dEaD";
  await ownerOf(origin).setOwner("dm3.eth", stranger);
  const fork = await startDev({ environment, flags: ["--fork-url", origin.rpcUrl] });
  assert.equal(fork.chainId, 1);
  const key = `0x${"a7".repeat(32)}`;
  fork.run(key, "claim", "forked.user.dm3.eth", "--text", "url=https://forked.example");
  assert.equal(await viemClient(fork.rpcUrl).text("forked.user.dm3.eth", "url"), "https://forked.example");
  assert.equal((await viemClient(origin.rpcUrl).text("forked.user.dm3.eth", "url")) ?? "", "");
  await fork.stop();
  await origin.stop();
});
