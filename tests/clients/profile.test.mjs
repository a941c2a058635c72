// What `claim` makes of a wallet, compared with dm3's own library.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Wallet } from "ethers";
import { startGateway } from "./gateway.mjs";
import { profileVectors, vectorsFile } from "./profile-vectors.mjs";

const require = createRequire(import.meta.url);
const { createProfile, checkUserProfileWithAddress } = require("@dm3-org/dm3-lib-profile");

const services = ["one.dm3.eth", "two.dm3.eth"];

let gateway;
before(async () => {
  gateway = await startGateway();
});
after(() => gateway?.stop());

for (const number of [1, 2, 3, 4, 5]) {
  test(`wallet ${number} has the keys and the profile that createProfile gives it`, async () => {
    const wallet = number === 1 ? new Wallet(`0x${"01".padStart(64, "0")}`) : Wallet.createRandom();
    const name = `wallet${number}.user.dm3.eth`;
    const delivery = services.flatMap((service) => ["--delivery-service", service]);
    gateway.run(wallet.privateKey, "claim", name, ...delivery);

    const record = gateway.resolve(name, "--text", "network.dm3.profile").value;
    const signed = JSON.parse(record.slice("data:application/json,".length));
    const signer = (message) => wallet.signMessage(message);
    const expected = await createProfile(wallet.address, services, undefined, { signer });

    assert.equal(signed.profile.publicEncryptionKey, expected.keys.encryptionKeyPair.publicKey);
    assert.equal(signed.profile.publicSigningKey, expected.keys.signingKeyPair.publicKey);
    assert.deepEqual(signed, expected.signedProfile);
    assert.equal(checkUserProfileWithAddress(signed, wallet.address), true);
    assert.equal(checkUserProfileWithAddress(signed, Wallet.createRandom().address), false);
  });
}

test("the vectors of the contracts' tests are what dm3's library makes", async () => {
  assert.equal(await profileVectors(), readFileSync(vectorsFile, "utf8"));
});
