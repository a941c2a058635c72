// What a thief with the signer's key can make people believe about address names: nothing that their owners have a say
// in. And what the contract takes for a profile, the gateway and dm3's library take for one too.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, JsonRpcProvider, Signature, Wallet, ZeroHash, concat, dnsEncode, hashMessage, hexlify, randomBytes } from "ethers";
import { universalResolver, viemClient } from "./clients.mjs";
import { artifact, ownerOf, startDev } from "./dev.mjs";
import { profileRecord } from "./profile-vectors.mjs";
import { nothing, putState } from "./states.mjs";
import { abi, addressName, calls, coder, encodeBytes, encodeEntries, encodeText, requestOf, sign, startThief } from "./thief.mjs";

const require = createRequire(import.meta.url);
// dm3's library says what it does each time.
process.env.LOG_LEVEL = "error";
const { getProfileCreationMessage, getUserProfile } = require("@dm3-org/dm3-lib-profile");

const alice = new Wallet(`0x${"a1".repeat(32)}`);
const mallory = new Wallet(`0x${"3a".repeat(32)}`);
const name = addressName(alice.address);
const keys = ["network.dm3.profile", "eth.dm3.profile"];
const head = "data:application/json,";
const base = 0x80002105;
const anyEvm = 0x80000000;
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const errors = new Interface(artifact("Dm3Resolver").abi);

let directory;
let dev;
let owner;
let signerKey;
let thief;
let viem;
let ethers;
/** Alice's profile, another one that she has signed, and Mallory's. */
let profile;
let older;
let mallorys;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), "dm3-thief-"));
  dev = await startDev({ flags: ["--directory", directory] });
  owner = ownerOf(dev);
  signerKey = readFileSync(join(directory, "signer.key"), "utf8").trim();
  thief = await startThief(signerKey, dev.gatewayUrl);
  await owner.write(dev.resolver, "Dm3Resolver", "setGateways", [[thief.url]]);
  viem = viemClient(dev.rpcUrl);
  ethers = new JsonRpcProvider(dev.rpcUrl, 1, { staticNetwork: true, cacheTimeout: -1 });
  [profile, older, mallorys] = [
    await profileRecord(alice, ["ds.eth", "two.eth"]),
    await profileRecord(alice, ["old.eth"]),
    await profileRecord(mallory, ["mallory.eth"]),
  ];
  assert.equal((await publish(alice, profile)).status, 201);
});
after(async () => {
  thief?.stop();
  ethers?.destroy();
  await dev?.stop();
  if (directory) rmSync(directory, { recursive: true });
});

/** Puts a record as the profile of the wallet's address name, in the state after `previous`. */
function publish(wallet, value, { texts = keys.map((key) => ({ key, value })), version = 1, previous = ZeroHash } = {}) {
  const state = { name: addressName(wallet.address), version, previous, owner: wallet.address };
  return putState(dev.gatewayUrl, wallet, { ...state, records: { ...nothing(), texts } });
}

/** What a client heard; nothing when it was told an error. */
const heard = (question) => question.catch(() => null);
/** The Universal Resolver through ethers. */
const throughEthers = async (asked, call) => {
  const contract = new Contract(universalResolver, ["function resolve(bytes,bytes) view returns (bytes, address)"], ethers);
  const [result] = await contract.resolve(dnsEncode(asked, 255), call, { enableCcipRead: true });
  return result;
};
const throughViem = (asked, call) => viem.client.call({ to: universalResolver, data: ur.encodeFunctionData("resolve", [dnsEncode(asked, 255), call]) })
  .then(({ data }) => ur.decodeFunctionResult("resolve", data)[0]);
const ur = new Interface(["function resolve(bytes,bytes) view returns (bytes, address)"]);

/** Many calls of the callback at once, each `{request, result}`; gives the names of the errors, or what was accepted. */
async function callbacks(questions, resolver = dev.resolver) {
  const outcomes = [];
  for (let at = 0; at < questions.length; at += 50) {
    const batch = questions.slice(at, at + 50).map(({ request, result }, id) => {
      const data = abi.encodeFunctionData("resolveWithProof", [sign(signerKey, resolver, request, result), request]);
      return { jsonrpc: "2.0", id, method: "eth_call", params: [{ to: resolver, data }, "latest"] };
    });
    const headers = { "content-type": "application/json" };
    const answers = await (await fetch(dev.rpcUrl, { method: "POST", headers, body: JSON.stringify(batch) })).json();
    for (const answer of answers.sort((one, two) => one.id - two.id)) {
      outcomes.push(answer.error
        ? { error: errors.parseError(answer.error.data)?.name ?? answer.error.message }
        : { accepted: abi.decodeFunctionResult("resolveWithProof", answer.result)[0] });
    }
  }
  return outcomes;
}
const callback = async (asked, call, result) => (await callbacks([{ request: requestOf(asked, call), result }]))[0];

const json = () => profile.slice(head.length);
const signature = () => Signature.from(JSON.parse(json()).signature);
const withSignature = (hex) => profile.replace(/"signature":"0x[0-9a-f]*"/, `"signature":"${hex}"`);
const signedBy = async (wallet, account, text) =>
  `${head}{"profile":${text},"signature":"${await wallet.signMessage(getProfileCreationMessage(text, account))}"}`;
const profileJson = (services) => JSON.stringify(JSON.parse(json()).profile).replace(/\["ds.eth","two.eth"\]/, JSON.stringify(services));

/** Each a record that is no profile of Alice's, with the error that says so. */
const forgedProfiles = {
  "another owner's profile": [() => mallorys, "NotTheOwnersProfile"],
  "another's signature, for the owner": [() => signedBy(mallory, alice.address, profileJson(["mallory.eth"])), "NotTheOwnersProfile"],
  "the owner's signature, for another": [() => signedBy(alice, mallory.address, profileJson(["ds.eth"])), "NotTheOwnersProfile"],
  "the signature of another profile": [() => withSignature(JSON.parse(older.slice(head.length)).signature), "NotTheOwnersProfile"],
  "another delivery service": [() => profile.replace("ds.eth", "mallory.eth"), "NotTheOwnersProfile"],
  "delivery services in another order": [() => profile.replace('"ds.eth","two.eth"', '"two.eth","ds.eth"'), "NotTheOwnersProfile"],
  "one delivery service less": [() => profile.replace(',"two.eth"', ""), "NotTheOwnersProfile"],
  "swapped keys": [() => {
    const { publicEncryptionKey: one, publicSigningKey: two } = JSON.parse(json()).profile;
    return profile.replace(one, "#").replace(two, one).replace("#", two);
  }, "NotTheOwnersProfile"],
  "a signature with high s": [() => {
    const { r, s, v } = signature();
    return withSignature(concat([r, `0x${(order - BigInt(s)).toString(16).padStart(64, "0")}`, v === 27 ? "0x1c" : "0x1b"]));
  }, "NotTheOwnersProfile"],
  "a compact signature": [() => withSignature(signature().compactSerialized), "NotTheOwnersProfile"],
  "a signature with v 0 or 1": [() => withSignature(concat([signature().r, signature().s, signature().v === 27 ? "0x00" : "0x01"])), "NotTheOwnersProfile"],
  "two signatures in one": [() => withSignature(concat([signature().serialized, signature().serialized])), "NotTheOwnersProfile"],
  "an empty signature": [() => withSignature("0x"), "NotTheOwnersProfile"],
  "a signature of zeros": [() => withSignature(`0x${"00".repeat(65)}`), "NotTheOwnersProfile"],
  "no signature": [() => profile.replace(/,"signature":"0x[0-9a-f]*"/, ""), "NotAProfile"],
  "a second signature beside the first": [() => profile.replace(/"}$/, `","signature":"${mallory.address.toLowerCase()}"}`), "NotAProfile"],
  "a second profile beside the first": [() => profile.replace('{"profile"', `{"profile":${JSON.stringify(JSON.parse(mallorys.slice(head.length)).profile)},"profile"`), "NotAProfile"],
  "reordered JSON": [() => `${head}{"signature":"${signature().serialized}","profile":${profileJson(["ds.eth", "two.eth"])}}`, "NotAProfile"],
  "reordered fields of the profile": [() => profile.replace(/("publicEncryptionKey":"[^"]*"),("publicSigningKey":"[^"]*")/, "$2,$1"), "NotAProfile"],
  "junk before": [() => ` ${profile}`, "NotAProfile"],
  "junk behind": [() => `${profile}\n`, "NotAProfile"],
  "another record behind": [() => mallorys + profile, "NotAProfile"],
  "a zero byte behind": [() => `${profile}\0`, "NotAProfile"],
  "white space": [() => profile.replace(":{", ": {"), "NotAProfile"],
  "an unknown field": [() => profile.replace(/}$/, ',"x":1}'), "NotAProfile"],
  "an unknown field in the profile": [() => profile.replace('},"signature"', ',"x":1},"signature"'), "NotAProfile"],
  "upper-case hex": [() => withSignature(`0x${signature().serialized.slice(2).toUpperCase()}`), "NotAProfile"],
  "an upper-case 0X": [() => profile.replace('"0x', '"0X'), "NotAProfile"],
  "an odd number of digits": [() => profile.replace(/."}$/, '"}'), "NotAProfile"],
  "an upper-case delivery service": [() => profile.replace("ds.eth", "DS.eth"), "NotAProfile"],
  "an upper-case delivery service that another signed": [() => signedBy(mallory, alice.address, profileJson(["DS.eth"])), "NotAProfile"],
  "an escape": [() => profile.replace("ds.eth", "\\u0064s.eth"), "NotAProfile"],
  "JSON in a name that looks like the end": [() => profile.replace('"ds.eth"', `"ds.eth\\"],${json().slice(13).replaceAll('"', '\\"')}"`), "NotAProfile"],
  "a profile in the list of delivery services": [() => mallorys.replace('"mallory.eth"', json()), "NotAProfile"],
  "bits behind the end of a key": [() => profile.replace(/(.)="/, (_, last) => `${String.fromCharCode(last.charCodeAt(0) + 1)}="`), "NotAProfile"],
  "the Base64 form": [() => `data:application/json;base64,${Buffer.from(json()).toString("base64")}`, "NotAProfile"],
  "a charset": [() => profile.replace("json,", "json;charset=utf-8,"), "NotAProfile"],
  "percent-encoding": [() => profile.replace('"', "%22"), "NotAProfile"],
  "the https form": [() => `https://example.com/profile?dm3Hash=0x${"11".repeat(32)}`, "NotAProfile"],
  "the ipfs form": [() => "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", "NotAProfile"],
  "an oversized record": [() => signedBy(mallory, alice.address, profileJson(Array(1500).fill("a.eth"))), "NotAProfile"],
  "nothing but the beginning": [() => head, "NotAProfile"],
  "a blank": [() => " ", "NotAProfile"],
};

/** Encodings of Mallory's profile, and of Alice's, that decoders could read differently. */
const forgedEncodings = {
  "an offset that points behind another string": () =>
    `0x${[64n, 0n].map((word) => word.toString(16).padStart(64, "0")).join("")}${encodeText(mallorys).slice(66)}`,
  "words behind the end": () => concat([encodeText(profile), ZeroHash]),
  "a byte behind the end": () => concat([encodeText(profile), "0x00"]),
  "padding that is not zero": () => encodeText(`${profile}${"a".repeat(31 - (profile.length % 32))}`).replace(/61+(00)*$/, (all) => "01".repeat(all.length / 2)),
  "a length beyond the end": () => `0x${encodeText(profile).slice(2, 66)}${"f".repeat(64)}${encodeText(profile).slice(130)}`,
  "raw bytes": () => hexlify(Buffer.from(profile)),
  "nothing": () => "0x",
};

describe("honest answers", () => {
  test("pass, whoever signs them", async () => {
    thief.lie();
    for (const key of keys) {
      assert.equal(await viem.text(name, key), profile);
      assert.equal(await (await ethers.getResolver(name)).getText(key), profile);
    }
    assert.equal(await viem.text("nobody.user.dm3.eth", "url"), null);
    assert.equal(await viem.text(addressName(mallory.address), keys[0]), null);
    assert.equal(await heard((await ethers.getResolver(addressName(mallory.address))).getText(keys[0])) || "", "");
  });

  test("to a multicall pass", async () => {
    thief.lie();
    const call = calls.multicall([calls.addr(name), calls.text(name, keys[0]), calls.coin(name, base), calls.contenthash(name)]);
    const expected = [coder.encode(["address"], [alice.address]), encodeText(profile), encodeBytes("0x"), encodeBytes("0x")];
    for (const ask of [throughViem, throughEthers]) {
      assert.deepEqual([...coder.decode(["bytes[]"], await ask(name, call))[0]], expected);
    }
  });

  test("about other names, and about other records, are the gateway's word", async () => {
    thief.lie(() => encodeText("whatever the thief says"));
    assert.equal(await viem.text(name, "url"), "whatever the thief says");
    assert.equal(await viem.text("alice.user.dm3.eth", keys[0]), "whatever the thief says");
  });
});

describe("addresses", () => {
  test("are answered without asking anybody", async () => {
    thief.lie(() => coder.encode(["address"], [mallory.address]));
    thief.asked();
    assert.equal(await viem.address(name), alice.address);
    assert.equal(await ethers.resolveName(name), alice.address);
    assert.equal(await viem.coin(name, 60), alice.address.toLowerCase());
    assert.equal(thief.asked(), 0);
  });

  const lies = {
    "another's": () => encodeBytes(mallory.address),
    "19 bytes": () => encodeBytes(`0x${"11".repeat(19)}`),
    "the owner's and another's": () => encodeBytes(concat([alice.address, mallory.address])),
    "the owner's in 32 bytes": () => encodeBytes(coder.encode(["address"], [alice.address])),
    "the owner's with something behind": () => concat([encodeBytes(alice.address), ZeroHash]),
    "another's as a word": () => coder.encode(["address"], [mallory.address]),
    "the zero address": () => encodeBytes(`0x${"00".repeat(20)}`),
  };
  for (const [what, lie] of Object.entries(lies)) {
    for (const [chain, coin] of Object.entries({ Base: base, "every EVM chain": anyEvm, "the last EVM chain": 0xffffffff })) {
      test(`of ${chain} cannot be ${what}`, async () => {
        thief.lie(lie);
        const call = calls.coin(name, coin);
        assert.equal(await heard(viem.client.getEnsAddress({ name, coinType: BigInt(coin) })), null);
        assert.equal(await heard(throughEthers(name, call)), null);
        assert.deepEqual(await callback(name, call, lie()), { error: "NotTheOwnersAddress" });
        thief.lie(() => encodeEntries([lie()]));
        for (const ask of [throughViem, throughEthers]) {
          const [[entry]] = coder.decode(["bytes[]"], await ask(name, calls.multicall([call])));
          assert.equal(errors.parseError(entry).name, "NotTheOwnersAddress");
        }
      });
    }
  }

  test("of an EVM chain can be the owner's", async () => {
    thief.lie(() => encodeBytes(alice.address));
    assert.equal(await viem.coin(name, base), alice.address.toLowerCase());
    assert.equal(await throughEthers(name, calls.coin(name, base)), encodeBytes(alice.address));
  });
});

describe("profiles", () => {
  const kinds = [
    ...Object.entries(forgedProfiles).map(([what, [make, error]]) => [what, async () => encodeText(await make()), error]),
    ...Object.entries(forgedEncodings).map(([what, make]) => [`encoded with ${what}`, make, "NotAProfile"]),
  ];
  for (const [what, make, error] of kinds) {
    test(`${what} is refused`, async () => {
      const result = await make();
      assert.notEqual(result, encodeText(profile));
      for (const key of keys) {
        thief.lie(() => result);
        thief.asked();
        assert.equal(await heard(viem.client.getEnsText({ name, key, strict: true })), null);
        assert.equal(await heard(ethers.getResolver(name).then((resolver) => resolver.getText(key))), null);
        assert.equal(await heard(throughEthers(name, calls.text(name, key))), null);
        assert.equal(thief.asked(), 3, "each client has asked the thief");
        assert.deepEqual(await callback(name, calls.text(name, key), result), { error });

        thief.lie(() => encodeEntries([result, encodeText("https://example.com")]));
        const both = calls.multicall([calls.text(name, key), calls.text(name, "url")]);
        for (const ask of [throughViem, throughEthers]) {
          const [entries] = coder.decode(["bytes[]"], await ask(name, both));
          assert.equal(errors.parseError(entries[0]).name, error);
          assert.equal((entries[0].length / 2 - 1) % 32, 4, "clients see that it is an error");
          assert.equal(entries[1], encodeText("https://example.com"));
        }
      }
    });
  }
});

describe("multicalls", () => {
  const call = () => calls.multicall([calls.addr(name), calls.coin(name, 60), calls.text(name, keys[0])]);
  const asked = [throughViem, throughEthers];

  test("answer addresses from the name, whatever the thief says", async () => {
    const lies = [coder.encode(["address"], [mallory.address]), encodeBytes(mallory.address), encodeText(profile)];
    thief.lie(() => encodeEntries(lies));
    for (const ask of asked) {
      const [entries] = coder.decode(["bytes[]"], await ask(name, call()));
      assert.deepEqual([...entries], [coder.encode(["address"], [alice.address]), encodeBytes(alice.address), encodeText(profile)]);
    }
  });

  test("of addresses alone are answered without asking anybody", async () => {
    thief.asked();
    for (const ask of asked) {
      const [entries] = coder.decode(["bytes[]"], await ask(name, calls.multicall([calls.addr(name), calls.coin(name, 60)])));
      assert.deepEqual([...entries], [coder.encode(["address"], [alice.address]), encodeBytes(alice.address)]);
    }
    assert.equal(thief.asked(), 0);
  });

  const entry = encodeText("x");
  const lies = {
    "no entries": ["WrongNumberOfEntries", () => encodeEntries([])],
    "an entry less": ["WrongNumberOfEntries", () => encodeEntries([entry, entry])],
    "an entry more": ["WrongNumberOfEntries", () => encodeEntries([entry, entry, entry, entry])],
    "words behind the end": ["MalformedResult", () => concat([encodeEntries([entry, entry, entry]), ZeroHash])],
    "entries that share their bytes": ["MalformedResult", () => coder.encode(Array(7).fill("uint256"), [32, 3, 96, 96, 96, 0, 0])],
  };
  for (const [what, [error, lie]] of Object.entries(lies)) {
    test(`with ${what} are refused`, async () => {
      thief.lie(lie);
      for (const ask of asked) assert.equal(await heard(ask(name, call())), null);
      assert.deepEqual(await callback(name, call(), lie()), { error });
    });
  }

  test("inside of multicalls are errors", async () => {
    thief.lie(() => encodeEntries([encodeEntries([encodeText(mallorys)])]));
    for (const ask of asked) {
      const nested = calls.multicall([calls.multicall([calls.text(name, keys[0])])]);
      const [[inner]] = coder.decode(["bytes[]"], await ask(name, nested));
      assert.equal(errors.parseError(inner).name, "NestedMulticall");
    }
  });

  test("about another node are errors", async () => {
    thief.lie(() => encodeEntries([encodeText(mallorys)]));
    for (const ask of asked) {
      const other = calls.multicall([calls.text(addressName(mallory.address), keys[0])]);
      const [[inner]] = coder.decode(["bytes[]"], await ask(name, other));
      assert.equal(errors.parseError(inner).name, "WrongNode");
    }
  });

  test("do not pass on an error that holds a value", async () => {
    thief.lie(() => encodeEntries([concat([encodeText(mallorys), "0x00000000"])]));
    for (const ask of asked) {
      const [[inner]] = coder.decode(["bytes[]"], await ask(name, calls.multicall([calls.text(name, keys[0])])));
      assert.equal(errors.parseError(inner).name, "NotAProfile");
    }
  });
});

describe("accounts with code", () => {
  const behaviours = [
    "Approving", "Denying", "Reverting", "BurningGas", "ReturningAMegabyte", "ReturningAQuarterOfAMegabyte",
    "ReturningTooLittle", "ReturningMore",
  ];
  const confirming = ["Approving", "ReturningAQuarterOfAMegabyte"];
  for (const [at, behaviour] of behaviours.entries()) {
    const confirms = confirming.includes(behaviour);
    test(`${behaviour}: ${confirms ? "their profile is answered" : "the profile is refused"}`, async () => {
      const account = await owner.deploy("ContractAccount", [at]);
      const text = profileJson(["ds.eth"]);
      const record = `${head}{"profile":${text},"signature":"0x010203"}`;
      const digest = hashMessage(getProfileCreationMessage(text, account));
      await owner.write(account, "ContractAccount", "approve", [digest]);
      thief.lie(() => encodeText(record));
      const asked = addressName(account);
      const expected = confirms ? record : null;
      assert.equal(await heard(viem.client.getEnsText({ name: asked, key: keys[0], strict: true })), expected);
      assert.equal(await heard(ethers.getResolver(asked).then((resolver) => resolver.getText(keys[0]))), expected);
      assert.equal((await viem.address(asked)).toLowerCase(), account);
      thief.lie(() => encodeText(record.replace("ds.eth", "mallory.eth")));
      if (behaviour === "Approving") {
        assert.equal(await heard(viem.client.getEnsText({ name: asked, key: keys[0], strict: true })), null);
      }
    });
  }
});

describe("the contract, the gateway and dm3's library", () => {
  const profiles = [];

  /** Whether dm3's library finds this record as the profile of this account. */
  async function isTakenByTheLibrary(record, account) {
    const provider = {
      getResolver: async () => ({ getText: async () => record }),
      resolveName: async () => account,
    };
    return (await heard(getUserProfile(provider, addressName(account)))) !== null;
  }

  test("agree on 200 profiles that dm3's library makes", async () => {
    thief.lie();
    for (let count = 0; count < 200; count += 1) {
      const wallet = Wallet.createRandom();
      const services = Array.from({ length: count % 5 }, (_, at) => `ds${at}-${count}.dm3.eth`);
      const record = await profileRecord(wallet, services);
      const { status, hash } = await publish(wallet, record);
      assert.equal(status, 201);
      profiles.push({ wallet, record, next: { version: 2, previous: hash } });
    }
    for (const { wallet, record } of profiles) {
      assert.equal(await viem.text(addressName(wallet.address), keys[0]), record);
      assert.ok(await isTakenByTheLibrary(record, wallet.address));
    }
  });

  test("agree on 2,000 changed profiles, which are none", async () => {
    const random = (below) => Math.floor(Math.random() * below);
    const pieces = ['"', ",", "{", "}", "[", "]", ":", "\\", " ", "0", "a", "A", "=", "é", "\n", "x.eth", "0x", '""', "null"];
    const mutations = [
      (text, at) => text.slice(0, at) + text.slice(at + 1 + random(4)),
      (text, at) => text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at),
      (text, at) => text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at + 1),
      (text, at) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random(7))) + text.slice(at + 1),
      (text, at) => text.slice(0, at) + text.slice(at, at + 40) + text.slice(at),
      (text, at) => text.slice(0, at) + (text[at].toUpperCase() === text[at] ? text[at].toLowerCase() : text[at].toUpperCase()) + text.slice(at + 1),
      (text) => text.replace(/[0-9a-f](?="}$)/, (digit) => (digit === "b" ? "c" : "b")),
      (text) => text.replace(/"0x[0-9a-f]*"/, JSON.stringify(/"(0x[0-9a-f]*)"/.exec(profiles[random(200)].record)[1])),
      (text) => text.replace(/"public(Encryption|Signing)Key":"[^"]*"/, (field) => field.replace(/.{44}(?=")/, `${Buffer.from(randomBytes(32)).toString("base64")}`)),
      (text, at) => text.slice(0, at),
    ];
    const changed = [];
    for (let count = 0; changed.length < 2000; count += 1) {
      const { wallet, record, next } = profiles[count % profiles.length];
      const text = mutations[count % mutations.length](record, random(record.length));
      if (text !== record && text !== "") changed.push({ wallet, text, next });
    }
    const outcomes = await callbacks(changed.map(({ wallet: { address }, text }) => (
      { request: requestOf(addressName(address), calls.text(addressName(address), keys[0])), result: encodeText(text) })));
    for (const [at, { wallet, text, next }] of changed.entries()) {
      assert.ok(["NotAProfile", "NotTheOwnersProfile"].includes(outcomes[at].error), `${text}: ${JSON.stringify(outcomes[at])}`);
      const { status } = await publish(wallet, text, next);
      assert.equal(status, 422, text);
    }
  });

  test("agree on what owners sign on purpose", async () => {
    const random = (below) => Math.floor(Math.random() * below);
    const labels = ["a", "b-", "-", "--", "_", "$", "0", "xn", ".", "..", "A", "'", " ", "ds", "eth", "_a", "\\u0061", "'"];
    const oddName = () => Array.from({ length: 1 + random(5) }, () => labels[random(labels.length)]).join(random(2) ? "" : ".");
    const long = (length) => "a".repeat(length);
    const lists = [
      [], [""], [long(253)], [long(254)], ["a".repeat(250), `${"b.".repeat(126)}c`], Array(300).fill("a.eth"),
      ...Array.from({ length: 250 }, () => Array.from({ length: random(3) }, oddName)),
    ];
    const tail = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";
    const signed = [];
    for (const [at, services] of lists.entries()) {
      const wallet = Wallet.createRandom();
      const encryptionKey = Buffer.from(randomBytes(at % 20 === 7 ? 31 : 32)).toString("base64");
      const signingKey = Buffer.from(randomBytes(32)).toString("base64");
      const changedKey = at % 5 === 3 ? signingKey.replace(/.=$/, `${tail[random(tail.length)]}=`) : signingKey;
      const names = services.map((service) => `"${service}"`).join(",");
      const text = `{"deliveryServices":[${names}],"publicEncryptionKey":"${encryptionKey}","publicSigningKey":"${changedKey}"}`;
      signed.push({ wallet, record: await signedBy(wallet, wallet.address, text) });
    }
    const outcomes = await callbacks(signed.map(({ wallet: { address }, record }) => (
      { request: requestOf(addressName(address), calls.text(addressName(address), keys[1])), result: encodeText(record) })));
    let accepted = 0;
    for (const [at, { wallet, record }] of signed.entries()) {
      const { status } = await publish(wallet, record);
      const inContract = "accepted" in outcomes[at];
      assert.equal(status, inContract ? 201 : 422, record);
      if (inContract) assert.ok(await isTakenByTheLibrary(record, wallet.address), record);
      accepted += inContract ? 1 : 0;
    }
    assert.ok(accepted > 20 && accepted < signed.length - 20, `${accepted} of ${signed.length} are profiles`);
  });

  test("agree on the longest record", async () => {
    const wallet = Wallet.createRandom();
    const key = Buffer.from(randomBytes(32)).toString("base64");
    const make = (length, more) => {
      const names = `${'"a.eth",'.repeat(length)}"${"a".repeat(more)}"`;
      return signedBy(wallet, wallet.address, `{"deliveryServices":[${names}],"publicEncryptionKey":"${key}","publicSigningKey":"${key}"}`);
    };
    const rest = 8192 - (await make(900, 1)).length;
    for (const [more, status] of [[2, 422], [1, 201]]) {
      const record = await make(900 + Math.floor(rest / 8), (rest % 8) + more);
      assert.equal(record.length, 8191 + more);
      const call = calls.text(addressName(wallet.address), keys[0]);
      const outcome = await callback(addressName(wallet.address), call, encodeText(record));
      assert.equal("accepted" in outcome, status === 201);
      const { status: put, body } = await publish(wallet, record, { texts: [{ key: keys[0], value: record }] });
      assert.equal(put, status, JSON.stringify(body));
    }
  });
});
