// `dev` leaves no process behind, however it ends.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { freePort, until } from "./gateway.mjs";
import { startDev } from "./dev.mjs";

/** The processes that have this in their command line; what is dead and only waits to be fetched has none. */
function processesWith(text) {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").includes(text);
    } catch {
      return false;
    }
  });
}

const gone = (port) => until("everything to be gone", () => processesWith(`--port ${port}`).length === 0, 10);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  test(`after ${signal} nothing is left, and the end is a success`, async () => {
    const rpcPort = await freePort();
    const dev = await startDev("--rpc-port", String(rpcPort), "--port", "0");
    assert.ok(processesWith(`--port ${rpcPort}`).length > 0);
    assert.equal(await dev.stop(signal), 0);
    await gone(rpcPort);
  });
}

test("after a kill -9 nothing is left, and a new start on the same ports works", async () => {
  const [rpcPort, port] = [await freePort(), await freePort()];
  const flags = ["--rpc-port", String(rpcPort), "--port", String(port)];
  const first = await startDev(...flags);
  assert.equal(await first.stop("SIGKILL"), "SIGKILL");
  const second = await startDev(...flags);
  assert.equal(second.gatewayUrl, first.gatewayUrl);
  assert.equal((await fetch(`${second.gatewayUrl}/health/ready`)).status, 200);
  assert.equal(await second.stop(), 0);
  await gone(rpcPort);
});

test("when anvil dies, dev ends too, and says so with its exit code", async () => {
  const rpcPort = await freePort();
  const dev = await startDev("--rpc-port", String(rpcPort), "--port", "0");
  for (const pid of processesWith(`--port ${rpcPort}`).filter((pid) => Number(pid) !== dev.pid)) {
    process.kill(Number(pid), "SIGKILL");
  }
  // The process ends by itself; signal 0 sends nothing.
  assert.equal(await dev.stop(0), 1);
  await gone(rpcPort);
});

test("another chain id is that of chain and gateway", async () => {
  const dev = await startDev("--chain-id", "31337");
  assert.equal(dev.chainId, 31337);
  assert.equal((await (await fetch(`${dev.gatewayUrl}/v1/info`)).json()).chainId, 31337);
  await dev.stop();
});
