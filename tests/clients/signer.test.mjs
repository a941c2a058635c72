// Where the signer's key comes from, what happens when it does not sign, and how it is rotated.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SigningKey, Wallet, encryptKeystoreJsonSync } from "ethers";
import { encodeFunctionData, namehash, parseAbi } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { dnsName, ethers6Client, records, viemClient } from "./clients.mjs";
import { startGateway, until } from "./gateway.mjs";
import { startKms } from "./kms.mjs";
import { deploy, run, startSepolia, startZones, zones } from "./sepolia.mjs";

const home = mkdtempSync(join(tmpdir(), "dm3-signer-"));
after(() => rmSync(home, { recursive: true }));
const file = (name, text) => {
  writeFileSync(join(home, name), text, { mode: 0o600 });
  return join(home, name);
};
const name = "alice.user.dm3.eth";
const addressOf = (key) => privateKeyToAccount(key).address;
const signerOf = async ({ url }) => (await (await fetch(`${url}/v1/info`)).json()).signer;
/** Who signed an answer, verified as the contract does. Not in this process's own time, because KMS runs here. */
async function signedBy({ url }, key) {
  const done = await run(["resolve", name, "--text", key, "--json"], { env: { DM3_GATEWAY: url } });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout).signer;
}
const same = (left, right) => assert.equal(left.toLowerCase(), right.toLowerCase());

const resolution = parseAbi(["function resolve(bytes name, bytes data) view returns (bytes)"]);

/** A lookup of a text record, over HTTP as it is. */
async function lookUp(gateway, key) {
  const data = encodeFunctionData({ abi: records, functionName: "text", args: [namehash(name), key] });
  const question = encodeFunctionData({ abi: resolution, functionName: "resolve", args: [dnsName(name), data] });
  const response = await fetch(`${gateway.url}/0x${"c0".repeat(20)}/${question}.json`);
  return { status: response.status, body: await response.json() };
}

describe("the key", () => {
  const key = generatePrivateKey();
  const password = "correct horse";
  const keystore = file("keystore.json", encryptKeystoreJsonSync(new Wallet(key), password, { scrypt: { N: 1024, r: 8, p: 1 } }));
  const cases = {
    "a file": { DM3_SIGNER_URL: `file:${file("answers.key", key)}` },
    "an environment variable": { DM3_SIGNER_URL: "env:MY_KEY", MY_KEY: key },
    "a keystore, its password in a file": {
      DM3_SIGNER_URL: `keystore:${keystore}`, DM3_SIGNER_PASSWORD_FILE: file("password", `${password}\n`),
    },
    "a keystore, its password in the environment": { DM3_SIGNER_URL: `keystore:${keystore}`, DM3_SIGNER_PASSWORD: password },
    "a keystore of the settings file": {
      DM3_CONFIG: file("gateway.toml", `[signer]\nurl = "keystore:${keystore}"\npassword_env = "MY_PASSWORD"\n`), MY_PASSWORD: password,
    },
  };
  for (const [source, settings] of Object.entries(cases)) {
    test(`comes from ${source}, and is in no log`, async () => {
      const gateway = await startGateway({ ...settings, DM3_LOG: "trace" });
      same(await signerOf(gateway), addressOf(key));
      same(await signedBy(gateway, "url"), addressOf(key));
      await gateway.stop();
      assert.doesNotMatch(gateway.log(), new RegExp(`${key.slice(10)}|${password}`));
    });
  }

  test("that cannot be had is told, and nothing of it shown", async () => {
    for (const [settings, says] of [
      [{ DM3_SIGNER_URL: "env:NOT_SET" }, /environment variable NOT_SET, which the signer needs, is not set/],
      [{ DM3_SIGNER_URL: "env:MY_KEY", MY_KEY: `${key}00` }, /environment variable MY_KEY: not a private key/],
      [{ DM3_SIGNER_URL: `keystore:${keystore}`, DM3_SIGNER_PASSWORD: "wrong" }, /the password does not open/],
      [{ DM3_SIGNER_URL: `keystore:${keystore}` }, /DM3_SIGNER_PASSWORD, which the signer needs, is not set/],
      [{ DM3_SIGNER_URL: `keystore:${join(home, "none.json")}`, DM3_SIGNER_PASSWORD: "x" }, /cannot read .*none\.json/],
      [{ DM3_SIGNER_URL: key }, /signer\.url \(DM3_SIGNER_URL\) is none of file:PATH/],
      [{ DM3_SIGNER_URL: "env:A", DM3_SIGNER_KEY: key }, /more than one of DM3_SIGNER_KEY/],
    ]) {
      const done = await run(["serve", "--listen", "127.0.0.1:0"], { env: { ...settings, DM3_DATABASE_URL: `sqlite://${join(home, "refused.db")}` } });
      assert.equal(done.status, 1);
      assert.match(done.stderr, says);
      assert.doesNotMatch(done.stderr, new RegExp(key.slice(10)));
    }
  });
});

describe("a key in AWS KMS", () => {
  let kms;
  let gateway;
  before(async () => {
    kms = await startKms(generatePrivateKey());
    gateway = await startGateway({ ...kms.environment, DM3_SIGNER_URL: kms.url, DM3_LOG: "debug" });
  });
  after(async () => {
    await gateway?.stop();
    kms?.stop();
  });
  const ready = async () => {
    const response = await fetch(`${gateway.url}/health/ready`);
    return [response.status, (await response.json()).code];
  };

  test("signs answers that contracts accept, whichever half s is in", async () => {
    same(await signerOf(gateway), kms.address);
    for (let at = 0; at < 10; at++) {
      // The contract refuses a high s and a wrong v, and so does the command.
      same(await signedBy(gateway, `key-${at}`), kms.address);
    }
    assert.ok(kms.signed.low >= 5 && kms.signed.high >= 5, JSON.stringify(kms.signed));
    const [first] = kms.requests;
    assert.deepEqual([first.operation, first.input.KeyId], ["GetPublicKey", "alias/answers"]);
    assert.match(first.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/kms\/aws4_request/);
  });

  test("is asked once for a repeated question", async () => {
    const asked = () => kms.requests.length;
    assert.equal((await lookUp(gateway, "repeated")).status, 200);
    const before = asked();
    assert.equal((await lookUp(gateway, "repeated")).status, 200);
    assert.equal(asked(), before);
  });

  const faults = {
    "answers nothing": (response) => (response.destroy(), true),
    "never answers": () => true,
    "denies access": (response) => {
      const body = JSON.stringify({ __type: "AccessDeniedException", message: "not for you" });
      response.writeHead(400, { "content-type": "application/x-amz-json-1.1" }).end(body);
      return true;
    },
    "is out of order": (response) => (response.writeHead(500).end("{}"), true),
    "answers something else": (response) => (response.writeHead(200).end('{"Signature": "AAAA"}'), true),
  };
  for (const [what, fault] of Object.entries(faults)) {
    test(`that ${what} is a fault of this gateway, which the next one may not have, until it signs again`, async () => {
      assert.deepEqual(await ready(), [200, undefined]);
      kms.fault = fault;
      const { status, body } = await lookUp(gateway, `while it ${what}`);
      assert.deepEqual([status, body], [503, { message: "the gateway's signer does not answer" }]);
      assert.deepEqual(await ready(), [503, "signer"]);
      assert.equal((await lookUp(gateway, "repeated")).status, 200, "what is signed already is given out");
      kms.fault = undefined;
      assert.deepEqual(await ready(), [200, undefined]);
      assert.equal((await lookUp(gateway, `while it ${what}`)).status, 200);
    });
  }

  test("that does not sign sends real clients on to the next gateway", async () => {
    const chain = await startSepolia();
    const [signing, next] = [await startZones(chain, { env: { ...kms.environment, DM3_SIGNER_KEY: undefined, DM3_SIGNER_URL: kms.url } }), await startZones(chain)];
    const urls = ["--url", signing.url, "--url", next.url, "--signer", kms.address, "--signer", next.signer];
    const done = await deploy(chain, ...urls, "--zone", zones.open, "--yes");
    assert.equal(done.status, 0, done.stderr);
    const ethers = ethers6Client(chain.url);
    const unclaimed = `nobody.${zones.open}`;
    kms.fault = faults["answers nothing"];
    const asked = kms.requests.length;
    assert.equal((await viemClient(chain.url).text(unclaimed, "url")) ?? "", "");
    assert.equal((await ethers.text(unclaimed, "url")) ?? "", "");
    assert.ok(kms.requests.length > asked, "the first gateway was asked first");
    kms.fault = undefined;
    ethers.close();
    await Promise.all([signing.stop(), next.stop()]);
    await chain.stop();
  });

  test("that signs with another key than it says is not believed", async () => {
    kms.otherKey = new SigningKey(generatePrivateKey());
    assert.equal((await lookUp(gateway, "by another key")).status, 503);
    kms.otherKey = undefined;
    assert.equal((await lookUp(gateway, "by another key")).status, 200);
  });

  test("fails once in the log for each request, without credentials", async () => {
    const failures = () => gateway.log().split("\n").filter((line) => /"level":"ERROR"/.test(line)).length;
    const before = failures();
    kms.fault = faults["denies access"];
    await lookUp(gateway, "for the log");
    kms.fault = undefined;
    await until("the log", () => failures() > before);
    assert.equal(failures(), before + 1, gateway.log().split("\n").slice(-8).join("\n"));
    assert.match(gateway.log(), /the signer failed.*AccessDenied/);
    assert.doesNotMatch(gateway.log(), /a-secret-that-stays-here/);
  });

  test("that is not there keeps the gateway from starting, and says so", async () => {
    const env = { ...kms.environment, DM3_SIGNER_URL: "aws-kms:k?region=eu-west-1&endpoint=http://127.0.0.1:9", DM3_DATABASE_URL: `sqlite://${join(home, "kms.db")}` };
    const done = await run(["serve", "--listen", "127.0.0.1:0"], { env });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /the signer in AWS KMS: no public key of it/);
  });
});

describe("another key for a running gateway", () => {
  test("is taken with SIGHUP, also for answers that are cached; one that cannot be had changes nothing", async () => {
    const [first, second] = [generatePrivateKey(), generatePrivateKey()];
    const path = file("rotated.key", first);
    const gateway = await startGateway({ DM3_SIGNER_URL: `file:${path}` });
    const signer = () => signedBy(gateway, "url");
    same(await signer(), addressOf(first));
    file("rotated.key", "not a key");
    gateway.signal("SIGHUP");
    await until("the refusal", () => /cannot read the signer anew; the one before signs on/.test(gateway.log()));
    same(await signer(), addressOf(first));
    file("rotated.key", second);
    gateway.signal("SIGHUP");
    await until("the new key", async () => (await signerOf(gateway)).toLowerCase() === addressOf(second).toLowerCase());
    same(await signer(), addressOf(second));
    await gateway.stop();
  });

  test("may come from another place, when the settings file says so", async () => {
    const kms = await startKms(generatePrivateKey());
    const config = file("moved.toml", `[signer]\nkey_file = "${file("before.key", generatePrivateKey())}"\n`);
    const gateway = await startGateway({ ...kms.environment, DM3_CONFIG: config });
    file("moved.toml", `[signer]\nurl = "${kms.url}"\n`);
    gateway.signal("SIGHUP");
    await until("the key in KMS", async () => (await signerOf(gateway)).toLowerCase() === kms.address.toLowerCase());
    same(await signedBy(gateway, "url"), kms.address);
    await gateway.stop();
    kms.stop();
  });
});

describe("rotation under load", () => {
  let chain;
  let gateway;
  const ttl = 10;
  const claimed = `alice.${zones.open}`;
  const path = join(home, "load.key");
  const keys = [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()];
  before(async () => {
    chain = await startSepolia();
    file("load.key", keys[0]);
    gateway = await startZones(chain, { env: { DM3_SIGNER_KEY: undefined, DM3_SIGNER_URL: `file:${path}`, DM3_ANSWERS_TTL_SECONDS: String(ttl) } });
    const deployed = await deploy(chain, "--gateway", gateway.url, "--yes");
    assert.equal(deployed.status, 0, deployed.stderr);
    gateway.run(generatePrivateKey(), "claim", claimed, "--delivery-service", "ds.dm3.eth", "--text", "url=https://a.example");
  });
  after(async () => {
    await gateway?.stop();
    await chain?.stop();
  });

  /** Clients that resolve all the time; gives how often they did, and what failed. */
  function load() {
    const ethers = ethers6Client(chain.url);
    const viem = viemClient(chain.url);
    const seen = { resolved: 0, failed: [] };
    let isRunning = true;
    const loop = async (ask) => {
      while (isRunning) {
        try {
          assert.equal(await ask(), "https://a.example");
          seen.resolved++;
        } catch (error) {
          seen.failed.push(error);
        }
      }
    };
    const loops = [loop(() => viem.text(claimed, "url")), loop(() => viem.text(claimed, "url")), loop(() => ethers.text(claimed, "url"))];
    return {
      seen,
      async stop() {
        isRunning = false;
        await Promise.all(loops);
        ethers.close();
        return seen;
      },
    };
  }
  const does = async (...flags) => {
    const done = await deploy(chain, "--gateway", gateway.url, ...flags, "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.json.transactions.length, 1);
  };
  const switchTo = async (key) => {
    file("load.key", key);
    gateway.signal("SIGHUP");
    await until("the new key", async () => (await signerOf(gateway)).toLowerCase() === addressOf(key).toLowerCase());
  };

  test("a client that resolves all the time sees no failure", async () => {
    const clients = load();
    await until("the first answers", () => clients.seen.resolved > 20);
    await does("--signer", addressOf(keys[1]));
    await switchTo(keys[1]);
    // What the old key has signed is valid for that long.
    await new Promise((over) => setTimeout(over, ttl * 1000));
    await does("--remove-signer", addressOf(keys[0]));
    const before = clients.seen.resolved;
    await until("more answers", () => clients.seen.resolved > before + 50 || clients.seen.failed.length);
    const { resolved, failed } = await clients.stop();
    assert.deepEqual(failed, []);
    assert.ok(resolved > 100, `${resolved} resolved`);
    await chain.node.mine({ blocks: 1 });
    const checked = await run(["doctor", claimed, "--rpc-url", chain.url]);
    assert.equal(checked.status, 0, checked.stdout);
  });

  test("in another order it would", async () => {
    const clients = load();
    await until("the first answers", () => clients.seen.resolved > 20);
    await switchTo(keys[2]);
    await until("a failure", () => clients.seen.failed.length > 0);
    await does("--signer", addressOf(keys[2]));
    const { failed } = await clients.stop();
    assert.ok(failed.length > 0);
  });
});
