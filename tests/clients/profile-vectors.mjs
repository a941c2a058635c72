// Profiles that dm3's library makes, as vectors for the tests of the contracts. The same each time: keys and signatures
// are deterministic.
//
//   node tests/clients/profile-vectors.mjs     writes contracts/test/fixtures/profiles.json

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Wallet } from "ethers";

const require = createRequire(import.meta.url);
const { createProfile } = require("@dm3-org/dm3-lib-profile");
const { stringify } = require("@dm3-org/dm3-lib-shared");

/** Where the vectors are. */
export const vectorsFile = join(import.meta.dirname, "../../contracts/test/fixtures/profiles.json");

const services = [[], ["ds.eth"], ["one.dm3.eth", "two.dm3.eth"], ["_dm3.$-9.a-b.eth", "x"]];

/** The record of a wallet's profile, in canonical inline form. */
export async function profileRecord(wallet, deliveryServices) {
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile } = await createProfile(wallet.address, deliveryServices, undefined, { signer });
  return `data:application/json,${stringify(signedProfile)}`;
}

/** The vectors as text. */
export async function profileVectors() {
  const vectors = [];
  for (const [index, deliveryServices] of services.entries()) {
    const wallet = new Wallet(`0x${String(index + 1).padStart(64, "0")}`);
    vectors.push({ owner: wallet.address, record: await profileRecord(wallet, deliveryServices) });
  }
  return `${JSON.stringify(vectors, null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(vectorsFile, await profileVectors());
