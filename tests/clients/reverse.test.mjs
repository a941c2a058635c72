// From an address to its name, through the Universal Resolver of `dev`: the reverse names are offchain too.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Wallet, ZeroHash, toUtf8Bytes, hexlify } from "ethers";
import { ensjsClient, ethers6Client, viemClient } from "./clients.mjs";
import { startDev } from "./dev.mjs";
import { nothing, putState } from "./states.mjs";

const name = "alice.user.dm3.eth";
const zones = `
[[zones]]
name = "user.dm3.eth"
kind = "open"
[[zones]]
name = "addr.reverse"
kind = "open"
names_per_owner = 0
`;
const [alice, liar, nobody] = ["a1", "b2", "c3"].map((byte) => new Wallet(`0x${byte.repeat(32)}`));

let dev;
let home;

/** Says that the account's primary name is alice's. */
const setPrimaryName = (wallet) => {
  const records = { ...nothing(), data: [{ key: "ens:name", value: hexlify(toUtf8Bytes(name)) }] };
  const reverseName = `${wallet.address.slice(2).toLowerCase()}.addr.reverse`;
  const state = { name: reverseName, version: 1, previous: ZeroHash, owner: wallet.address, records };
  return putState(dev.gatewayUrl, wallet, state);
};

before(async () => {
  home = mkdtempSync(join(tmpdir(), "dm3-reverse-"));
  writeFileSync(join(home, "gateway.toml"), zones);
  dev = await startDev({ flags: ["--config", join(home, "gateway.toml")] });
  dev.run(alice.privateKey, "claim", name);
  for (const wallet of [alice, liar]) assert.equal((await setPrimaryName(wallet)).status, 201);
});
after(async () => {
  await dev?.stop();
  rmSync(home, { recursive: true });
});

const lookUp = {
  "viem 2": (address) => viemClient(dev.rpcUrl).client.getEnsName({ address }),
  "ensjs 4": async (address) => (await ensjsClient(dev.rpcUrl).client.getName({ address }))?.name,
  async "ethers 6"(address) {
    const client = ethers6Client(dev.rpcUrl);
    try {
      return await client.provider.lookupAddress(address);
    } finally {
      client.close();
    }
  },
};

for (const [which, primaryName] of Object.entries(lookUp)) {
  test(`${which} finds the primary name of an account that the name answers`, async () => {
    assert.equal(await primaryName(alice.address), name);
  });

  test(`${which} finds none for an account that has none, and none that the name does not confirm`, async () => {
    for (const wallet of [nobody, liar]) {
      const found = await primaryName(wallet.address).catch((error) => {
        assert.match(String(error), /ReverseAddressMismatch|reverse address/i);
      });
      assert.ok(!found, String(found));
    }
  });
}
