// What a thief with the signer's key can make people believe about address names: nothing that their owners have a say
// in. The victims are viem and ethers.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider, Wallet, ZeroHash, concat, dnsEncode, hashMessage } from "ethers";
import { universalResolver, viemClient } from "./clients.mjs";
import { forgedEncodings, forgedProfiles } from "./forgeries.mjs";
import { profileRecord } from "./profile-vectors.mjs";
import {
  addressName, calls, coder, decodeEntries, encodeAddress, encodeBytes, encodeEntries, encodeText, errorIn, profileKeys,
  startThief,
} from "./thief.mjs";

const { getProfileCreationMessage } = createRequire(import.meta.url)("@dm3-org/dm3-lib-profile");

const alice = new Wallet(`0x${"a1".repeat(32)}`);
const mallory = new Wallet(`0x${"3a".repeat(32)}`);
const name = addressName(alice.address);
const profile = await profileRecord(alice, ["ds.eth", "two.eth"]);
const older = await profileRecord(alice, ["old.eth"]);
const mallorys = await profileRecord(mallory, ["mallory.eth"]);

const key = profileKeys[0];
const evmCoins = { Base: 0x80002105, "every EVM chain": 0x80000000, "the last EVM chain": 0xffffffff };
const resolution = new Interface(["function resolve(bytes name, bytes data) view returns (bytes, address)"]);

let thief;
let viem;
let ethers;

before(async () => {
  thief = await startThief();
  viem = viemClient(thief.dev.rpcUrl);
  // Each question goes out, also one that was asked just before.
  ethers = new JsonRpcProvider(thief.dev.rpcUrl, 1, { staticNetwork: true, cacheTimeout: -1 });
  assert.equal((await thief.publish(alice, profile)).status, 201);
});
after(async () => {
  ethers?.destroy();
  await thief?.stop();
});

/** Any call through the Universal Resolver; both clients follow its lookups. */
const ask = {
  async viem(asked, call) {
    const data = resolution.encodeFunctionData("resolve", [dnsEncode(asked, 255), call]);
    const answer = await viem.client.call({ to: universalResolver, data });
    return resolution.decodeFunctionResult("resolve", answer.data)[0];
  },
  async ethers(asked, call) {
    const data = resolution.encodeFunctionData("resolve", [dnsEncode(asked, 255), call]);
    const answer = await ethers.call({ to: universalResolver, data, enableCcipRead: true });
    return resolution.decodeFunctionResult("resolve", answer)[0];
  },
};
/** A text record by the function that each client has for it. */
const askText = {
  viem: (asked, record) => viem.client.getEnsText({ name: asked, key: record, strict: true }),
  ethers: async (asked, record) => (await ethers.getResolver(asked)).getText(record),
};
const clients = Object.keys(ask);

/** What a client was told; nothing when it was told an error. */
const heard = (question) => question.catch(() => null);

/** What the contract says to a result. */
const verdict = async (call, result) => (await thief.verdicts([{ name, call, result }]))[0];

describe("honest answers", () => {
  for (const client of clients) {
    test(`pass to ${client}, whoever signs them`, async () => {
      thief.lie();
      for (const record of profileKeys) assert.equal(await askText[client](name, record), profile);
      const none = await ask[client](addressName(mallory.address), calls.text(addressName(mallory.address), key));
      assert.equal(none, encodeText(""));
      const call = calls.multicall([
        calls.addr(name), calls.text(name, key), calls.coin(name, evmCoins.Base), calls.contenthash(name),
      ]);
      const expected = [encodeAddress(alice.address), encodeText(profile), encodeBytes("0x"), encodeBytes("0x")];
      assert.deepEqual(decodeEntries(await ask[client](name, call)), expected);
    });

    test(`pass to ${client} where they say that an address of an EVM chain is the owner's`, async () => {
      thief.lie(encodeBytes(alice.address));
      for (const coin of Object.values(evmCoins)) {
        assert.equal(await ask[client](name, calls.coin(name, coin)), encodeBytes(alice.address));
      }
    });
  }

  test("about other names, and about other records, are the gateway's word", async () => {
    thief.lie(encodeText("whatever the thief says"));
    assert.equal(await viem.text(name, "url"), "whatever the thief says");
    assert.equal(await viem.text("alice.user.dm3.eth", key), "whatever the thief says");
  });
});

describe("addresses", () => {
  test("are answered without asking anybody", async () => {
    thief.lie(encodeAddress(mallory.address));
    thief.asked();
    assert.equal(await viem.address(name), alice.address);
    assert.equal(await ethers.resolveName(name), alice.address);
    const expected = [encodeAddress(alice.address), encodeBytes(alice.address)];
    for (const client of clients) {
      const both = [calls.addr(name), calls.coin(name, 60)];
      assert.equal(await ask[client](name, both[0]), expected[0]);
      assert.equal(await ask[client](name, both[1]), expected[1]);
      assert.deepEqual(decodeEntries(await ask[client](name, calls.multicall(both))), expected);
    }
    assert.equal(thief.asked(), 0);
  });

  const lies = {
    "another's": encodeBytes(mallory.address),
    "19 bytes": encodeBytes(`0x${"11".repeat(19)}`),
    "the owner's and another's": encodeBytes(concat([alice.address, mallory.address])),
    "the owner's in 32 bytes": encodeBytes(encodeAddress(alice.address)),
    "the owner's with something behind": concat([encodeBytes(alice.address), ZeroHash]),
    "another's as a word": encodeAddress(mallory.address),
    "the zero address": encodeBytes(`0x${"00".repeat(20)}`),
  };
  for (const [what, lie] of Object.entries(lies)) {
    for (const [chain, coin] of Object.entries(evmCoins)) {
      test(`of ${chain} cannot be ${what}`, async () => {
        const call = calls.coin(name, coin);
        assert.equal(await verdict(call, lie), "NotTheOwnersAddress");
        thief.lie(lie);
        assert.equal(await heard(viem.client.getEnsAddress({ name, coinType: BigInt(coin) })), null);
        for (const client of clients) assert.equal(await heard(ask[client](name, call)), null);
        thief.lie(encodeEntries([lie]));
        for (const client of clients) {
          const [entry] = decodeEntries(await ask[client](name, calls.multicall([call])));
          assert.equal(errorIn(entry), "NotTheOwnersAddress");
        }
      });
    }
  }
});

describe("profiles", async () => {
  const forged = await forgedProfiles(alice, mallory, { profile, older, thiefs: mallorys });
  const kinds = [
    ...forged.map(([what, record, error]) => [what, encodeText(record), error]),
    ...forgedEncodings(profile, mallorys).map(([what, result]) => [`with ${what}`, result, "NotAProfile"]),
  ];
  for (const [what, result, error] of kinds) {
    test(`${what}: refused`, async () => {
      assert.notEqual(result, encodeText(profile));
      for (const record of profileKeys) {
        const call = calls.text(name, record);
        assert.equal(await verdict(call, result), error);
        for (const client of clients) {
          thief.lie(result);
          thief.asked();
          assert.equal(await heard(askText[client](name, record)), null);
          assert.equal(await heard(ask[client](name, call)), null);
          assert.equal(thief.asked(), 2, "the client has asked the thief");

          thief.lie(encodeEntries([result, encodeText("https://example.com")]));
          const entries = decodeEntries(await ask[client](name, calls.multicall([call, calls.text(name, "url")])));
          assert.equal(errorIn(entries[0]), error);
          assert.equal(entries[1], encodeText("https://example.com"), "the other entry comes through");
        }
      }
    });
  }
});

describe("multicalls", () => {
  const call = calls.multicall([calls.addr(name), calls.coin(name, 60), calls.text(name, key)]);
  const entry = encodeText("x");

  for (const client of clients) {
    test(`answer ${client} addresses from the name, whatever the thief says`, async () => {
      thief.lie(encodeEntries([encodeAddress(mallory.address), encodeBytes(mallory.address), encodeText(profile)]));
      const expected = [encodeAddress(alice.address), encodeBytes(alice.address), encodeText(profile)];
      assert.deepEqual(decodeEntries(await ask[client](name, call)), expected);
    });

    const forged = encodeText(mallorys);
    const entries = {
      "inside of multicalls": ["NestedMulticall", calls.multicall([calls.text(name, key)]), encodeEntries([forged])],
      "about another node": ["WrongNode", calls.text(addressName(mallory.address), key), forged],
      "whose error holds a value": ["NotAProfile", calls.text(name, key), concat([forged, "0x00000000"])],
    };
    for (const [what, [error, inner, result]] of Object.entries(entries)) {
      test(`give ${client} an error for calls ${what}`, async () => {
        thief.lie(encodeEntries([result]));
        const [output] = decodeEntries(await ask[client](name, calls.multicall([inner])));
        assert.equal(errorIn(output), error);
      });
    }
  }

  const lies = {
    "no entries": ["WrongNumberOfEntries", encodeEntries([])],
    "an entry less": ["WrongNumberOfEntries", encodeEntries([entry, entry])],
    "an entry more": ["WrongNumberOfEntries", encodeEntries([entry, entry, entry, entry])],
    "words behind the end": ["MalformedResult", concat([encodeEntries([entry, entry, entry]), ZeroHash])],
    "entries that share their bytes":
      ["MalformedResult", coder.encode(Array(7).fill("uint256"), [32, 3, 96, 96, 96, 0, 0])],
  };
  for (const [what, [error, lie]] of Object.entries(lies)) {
    test(`with ${what} are refused`, async () => {
      assert.equal(await verdict(call, lie), error);
      thief.lie(lie);
      for (const client of clients) assert.equal(await heard(ask[client](name, call)), null);
    });
  }
});

describe("accounts with code", () => {
  const behaviours = [
    "Approving", "Denying", "Reverting", "BurningGas", "ReturningAMegabyte", "ReturningAQuarterOfAMegabyte",
    "ReturningTooLittle", "ReturningMore", "RevertingWithAYes",
  ];
  for (const [at, behaviour] of behaviours.entries()) {
    const confirms = ["Approving", "ReturningAQuarterOfAMegabyte"].includes(behaviour);
    test(`${behaviour}: the profile is ${confirms ? "answered" : "refused"}`, async () => {
      const account = await thief.owner.deploy("ContractAccount", [at]);
      const text = JSON.stringify(JSON.parse(profile.slice(profile.indexOf("{"))).profile);
      const digest = hashMessage(getProfileCreationMessage(text, account));
      await thief.owner.write(account, "ContractAccount", "approve", [digest]);
      const record = `data:application/json,{"profile":${text},"signature":"0x010203"}`;
      const asked = addressName(account);
      for (const client of clients) {
        thief.lie(encodeText(record));
        assert.equal(await heard(askText[client](asked, key)), confirms ? record : null);
        thief.lie(encodeText(record.replace("ds.eth", "mallory.eth")));
        if (behaviour === "Approving") assert.equal(await heard(askText[client](asked, key)), null);
        assert.equal(await ask[client](asked, calls.addr(asked)), encodeAddress(account));
      }
    });
  }
});
