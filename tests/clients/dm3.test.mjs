// dm3's own libraries against the running gateway: what its clients send, and what they are answered.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import { startGateway } from "./gateway.mjs";

const require = createRequire(import.meta.url);
const { createProfile, checkUserProfileWithAddress, schema } = require("@dm3-org/dm3-lib-profile");
const { sign } = require("@dm3-org/dm3-lib-crypto");
const { validateSchema } = require("@dm3-org/dm3-lib-shared");

const services = ["ds.example.eth"];

let gateway;
before(async () => {
  gateway = await startGateway();
});
after(() => gateway?.stop());

/** A request as dm3's clients send it. */
async function request(path, body) {
  const init = body && {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(`${gateway.url}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** Somebody with dm3's library. */
async function person(deliveryServices = services) {
  const wallet = Wallet.createRandom();
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile, keys } = await createProfile(wallet.address, deliveryServices, undefined, { signer });
  const { address } = wallet;
  const addressName = `${address}.addr.dm3.eth`;
  const privateKey = keys.signingKeyPair.privateKey;
  return {
    address, addressName, signedProfile, keys,
    publish: (change = {}) =>
      request("/profile/address", { address, signedUserProfile: signedProfile, subdomain: ".addr.dm3.eth", ...change }),
    claim: async (dm3Name, change = {}) => request("/profile/name", {
      dm3Name, addressName, signature: await sign(privateKey, `alias: ${dm3Name}`), ...change,
    }),
    remove: async (dm3Name, change = {}) => request("/profile/deleteName", {
      dm3Name, signature: await sign(privateKey, `remove: ${dm3Name}`), ...change,
    }),
    async logIn(ensName) {
      const { body: challenge } = await request(`/auth/${ensName}`);
      return request(`/auth/${ensName}`, { challenge, signature: await sign(privateKey, challenge) });
    },
  };
}

test("a person with dm3's library publishes, claims, reads, logs in and removes", async () => {
  const alice = await person();
  assert.deepEqual(await alice.publish(), { status: 200, body: "OK" });
  assert.deepEqual(await alice.claim("alice.user.dm3.eth"), { status: 200, body: "OK" });

  const read = await request(`/profile/${alice.address}`);
  assert.equal(read.status, 200);
  assert.deepEqual(read.body, alice.signedProfile);
  assert.equal(checkUserProfileWithAddress(read.body, alice.address), true);
  const name = await request(`/profile/name/${alice.address}`);
  assert.deepEqual(name, { status: 200, body: { name: "alice.user.dm3.eth" } });
  const record = gateway.resolve("alice.user.dm3.eth", "--text", "network.dm3.profile").value;
  assert.deepEqual(JSON.parse(record.slice("data:application/json,".length)), alice.signedProfile);

  for (const account of ["alice.user.dm3.eth", alice.addressName]) {
    const { status, body: token } = await alice.logIn(account);
    assert.equal(status, 200);
    const headers = { authorization: `Bearer ${token}` };
    const session = await (await fetch(`${gateway.url}/v1/session`, { headers })).json();
    assert.equal(session.account, account.toLowerCase());
  }

  assert.equal((await alice.remove("alice.user.dm3.eth")).status, 200);
  assert.equal((await request(`/profile/name/${alice.address}`)).status, 404);
});

// The sequences that dm3's original resolver is tested with. Where a status is another one, the reason stands there.
describe("what the original answers", () => {
  test("an invalid schema is 400", async () => {
    const alice = await person();
    for (const signedUserProfile of [{}, { profile: {} }, { ...alice.signedProfile, more: 1 }, undefined, "text"]) {
      assert.equal((await alice.publish({ signedUserProfile })).status, 400);
    }
  });

  test("a signature over something else is 400", async () => {
    const alice = await person();
    const signature = await Wallet.createRandom().signMessage("foo");
    const forged = { ...alice.signedProfile, signature };
    const refused = await alice.publish({ signedUserProfile: forged });
    assert.equal(refused.status, 400);
    assert.match(refused.body.error, /signature/);
  });

  test("a subdomain that is not supported is 400", async () => {
    const alice = await person();
    assert.equal((await alice.publish({ subdomain: ".addr.other.eth" })).status, 400);
    await alice.publish();
    assert.equal((await alice.claim("alice.other.eth")).status, 400);
  });

  // The original refuses the second one with 400; here it is acknowledged, and nothing changes.
  test("the same profile twice is 200 twice", async () => {
    const alice = await person();
    assert.equal((await alice.publish()).status, 200);
    assert.equal((await alice.publish()).status, 200);
    const history = await request(`/v1/names/${alice.addressName.toLowerCase()}/history`);
    assert.equal(history.body.items.length, 1);
  });

  test("a claim without a profile is 400", async () => {
    assert.equal((await (await person()).claim("without.user.dm3.eth")).status, 400);
  });

  test("a claim with a wrong signature is 400", async () => {
    const [alice, bob] = [await person(), await person()];
    await alice.publish();
    const signature = await sign(bob.keys.signingKeyPair.privateKey, "alias: wrong.user.dm3.eth");
    assert.equal((await alice.claim("wrong.user.dm3.eth", { signature })).status, 400);
  });

  test("a name that is taken is 400, and stays its owner's", async () => {
    const [alice, bob] = [await person(), await person()];
    for (const somebody of [alice, bob]) await somebody.publish();
    assert.equal((await alice.claim("taken.user.dm3.eth")).status, 200);
    assert.equal((await bob.claim("taken.user.dm3.eth")).status, 400);
    assert.deepEqual((await request(`/profile/name/${alice.address}`)).body, { name: "taken.user.dm3.eth" });
  });

  test("a name like an address is 400", async () => {
    const alice = await person();
    await alice.publish();
    assert.equal((await alice.claim(`${alice.address.toLowerCase()}.user.dm3.eth`)).status, 400);
  });

  test("removing what nobody holds, or somebody else, is 400", async () => {
    const [alice, bob] = [await person(), await person()];
    for (const somebody of [alice, bob]) await somebody.publish();
    assert.equal((await alice.remove("nobody.user.dm3.eth")).status, 400);
    await alice.claim("mine.user.dm3.eth");
    assert.equal((await bob.remove("mine.user.dm3.eth")).status, 400);
    assert.equal((await alice.remove("mine.user.dm3.eth")).status, 200);
  });

  test("an address that is none is 400, one without a profile 404", async () => {
    const { address } = Wallet.createRandom();
    for (const path of ["/profile", "/profile/name"]) {
      assert.equal((await request(`${path}/fooo`)).status, 400);
      assert.equal((await request(`${path}/${address}`)).status, 404);
    }
  });
});

test("older clients' names for the fields are understood", async () => {
  const alice = await person();
  await alice.publish({ subdomain: undefined });
  const older = { dm3Name: undefined, addressName: undefined };
  const alias = "older.user.dm3.eth";
  assert.equal((await alice.claim(alias, { ...older, alias, name: alice.addressName })).status, 200);
  assert.equal((await alice.remove(alias, { ...older, name: alias })).status, 200);
});

/** Another character of the same alphabet. */
function otherCharacter(text, at) {
  const other = text[at] === "A" ? "B" : "A";
  return text.slice(0, at) + other + text.slice(at + 1);
}

const at = (text) => Math.floor(Math.random() * text.length);

/** Each changes what the profile says, or who says it. */
const mutations = [
  ({ profile }) => (profile.publicSigningKey = otherCharacter(profile.publicSigningKey, at(profile.publicSigningKey) % 42)),
  ({ profile }) => (profile.publicEncryptionKey = otherCharacter(profile.publicEncryptionKey, at(profile.publicEncryptionKey) % 42)),
  ({ profile }) => ([profile.publicSigningKey, profile.publicEncryptionKey] = [profile.publicEncryptionKey, profile.publicSigningKey]),
  ({ profile }) => profile.deliveryServices.push("more.eth"),
  ({ profile }) => profile.deliveryServices.unshift("first.eth"),
  ({ profile }) => (profile.deliveryServices = []),
  ({ profile }) => (profile.deliveryServices[0] = `${at("x".repeat(1000))}.eth`),
  ({ profile }) => (profile.publicEncryptionKey = profile.publicSigningKey),
  (signed) => {
    const place = 2 + at("x".repeat(128));
    const digit = (parseInt(signed.signature[place], 16) ^ 1).toString(16);
    signed.signature = signed.signature.slice(0, place) + digit + signed.signature.slice(place + 1);
  },
  (signed) => (signed.signature = signed.signature.slice(0, -2) + (signed.signature.endsWith("1b") ? "1c" : "1b")),
];

/** What a reader with the library makes of a profile. */
function libraryAccepts(signed, address) {
  try {
    return validateSchema(schema.SignedUserProfile, signed) && checkUserProfileWithAddress(signed, address);
  } catch {
    return false;
  }
}

test("2,000 random wallets' profiles are accepted, and 2,000 changed ones refused, here and by the library", async () => {
  const batch = 50;
  for (let done = 0; done < 2000; done += batch) {
    await Promise.all(Array.from({ length: batch }, async (_, index) => {
      const somebody = await person([`ds${done + index}.example.eth`]);
      const changed = structuredClone(somebody.signedProfile);
      mutations[(done + index) % mutations.length](changed);
      assert.equal(libraryAccepts(changed, somebody.address), false, JSON.stringify(changed));
      const refused = await somebody.publish({ signedUserProfile: changed });
      assert.equal(refused.status, 400, JSON.stringify(changed));

      assert.equal(libraryAccepts(somebody.signedProfile, somebody.address), true);
      assert.equal((await somebody.publish()).status, 200);
    }));
  }
});
