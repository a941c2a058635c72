// `lookups.keep`: what was looked up survives a restart, when chain and gateways are away by then.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet } from "ethers";
import { startDev } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";

/** Of other names than those of `dev`, which it has to ask the chain and the gateway of `dev` about. */
const config = (keep, ttl) => `
[lookups]
keep = ${keep}
ttl_seconds = ${ttl}
[[zones]]
name = "addr.other.eth"
kind = "address"
`;

for (const [what, keep, ttl, expected] of [
  ["is cached while it is good", true, 3600, { verdict: "verified", freshness: "cached" }],
  ["is stale when its time is over", true, 1, { verdict: "verified", freshness: "stale" }],
  ["is gone where nothing is kept", false, 3600, { verdict: "unreachable", freshness: "live" }],
]) {
  test(`after a restart without a chain, a lookup ${what}`, async () => {
    const dev = await startDev();
    let gateway;
    try {
      const name = "alice.user.dm3.eth";
      dev.run(Wallet.createRandom().privateKey, "claim", name, "--delivery-service", "ds.other.eth");
      const environment = {
        DM3_RPC_URL: dev.rpcUrl, DM3_CHAIN_ID: String(dev.chainId),
        DM3_LOOKUPS_ALLOWED_HOSTS: new URL(dev.gatewayUrl).host,
      };
      gateway = await startGateway(environment, config(keep, ttl));
      const lookUp = async () => (await fetch(`${gateway.url}/v1/profiles/${name}`)).json();
      const before = await lookUp();
      assert.deepEqual([before.verdict, before.freshness], ["verified", "live"], JSON.stringify(before));
      await gateway.pause();
      await dev.stop();
      await new Promise((wake) => setTimeout(wake, 1100));
      await gateway.resume();
      const after = await lookUp();
      assert.deepEqual({ verdict: after.verdict, freshness: after.freshness }, expected, JSON.stringify(after));
      if (!keep) return;
      assert.equal(after.resolvedAt, before.resolvedAt);
      assert.deepEqual(after.evidence, before.evidence);
      assert.deepEqual([after.profile, after.signature], [before.profile, before.signature]);
    } finally {
      await gateway?.stop();
      await dev.stop();
    }
  });
}
