// Names that were not claimed on the page: by dm3's own library, by contracts, and in zones of other kinds.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TypedDataEncoder, Wallet } from "ethers";
import { createPublicClient, http } from "viem";
import { TestWallet, newContext, startBrowser } from "./browser.mjs";
import { artifact, ownerOf, startDev } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";
import { register, sendMessage, set, transfer } from "./messages.mjs";
import { addRecord, choose, connect, sign, visit } from "./people.mjs";
import { types } from "./states.mjs";

const require = createRequire(import.meta.url);
const { createProfile } = require("@dm3-org/dm3-lib-profile");
const { sign: signAsDm3 } = require("@dm3-org/dm3-lib-crypto");

const { NameState: _, ...recordTypes } = types;

const ZONES = `
[[zones]]
name = "addr.dm3.eth"
kind = "address"
[[zones]]
name = "user.dm3.eth"
kind = "open"
inherit_from = "addr.dm3.eth"
[zones.fallback]
texts = { notice = "a name of the operator" }
[[zones]]
name = "own.dm3.eth"
kind = "open"
`;

let home;
let gateway;
let browser;
before(async () => {
  home = mkdtempSync(join(tmpdir(), "dm3-page-"));
  writeFileSync(join(home, "gateway.toml"), `delivery_services = ["ds.dm3.eth"]\n${ZONES}`);
  const settings = { DM3_CONFIG: join(home, "gateway.toml") };
  [gateway, browser] = await Promise.all([startGateway(settings), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  if (home) rmSync(home, { recursive: true });
});

/** Gives a page to `work`, and fails if the page did anything that it should not. */
async function withPage(wallets, work) {
  const { context, complaints } = await newContext(browser, { wallets });
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

const verdictOf = async (page) => {
  await page.locator("#verdict:not([data-verdict=open])").waitFor();
  return [await page.locator("#verdict").getAttribute("data-verdict"), await page.locator("#verdict").innerText()];
};
const marks = (page) =>
  page.locator(".mark").evaluateAll((all) => all.map(({ dataset }) => `${dataset.mark}: ${dataset.verified}`));

test("what dm3's own clients signed is checked by what they signed", async () => {
  const wallet = Wallet.createRandom();
  const signer = (message) => wallet.signMessage(message);
  const { signedProfile, keys } = await createProfile(wallet.address, ["ds.dm3.eth"], undefined, { signer });
  const post = (path, body) =>
    fetch(`${gateway.url}/profile/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const { address } = wallet;
  const name = "dm3client.user.dm3.eth";
  const withKey = (text) => signAsDm3(keys.signingKeyPair.privateKey, text);
  const published = await post("address", { address, signedUserProfile: signedProfile, subdomain: ".addr.dm3.eth" });
  assert.equal(published.status, 200);
  const alias = { dm3Name: name, addressName: `${address}.addr.dm3.eth`, signature: await withKey(`alias: ${name}`) };
  assert.equal((await post("name", alias)).status, 200);

  await withPage([], async (page) => {
    await visit(page, gateway.url, `${address.toLowerCase()}.addr.dm3.eth`);
    assert.equal((await verdictOf(page))[0], "good");
    assert.deepEqual([...new Set(await marks(page))].sort(), [
      "own: signed",
      "owner: signed",
      "profile: signed",
      "state: signed",
    ]);
    await visit(page, gateway.url, name);
    const [verdict, says] = await verdictOf(page);
    assert.equal(verdict, "good");
    assert.match(says, /gateway’s word only/, "the operator's notice");
    assert.ok((await marks(page)).includes("state: signed"));
    assert.ok((await marks(page)).includes("inherited: signed"));
    assert.ok((await marks(page)).includes("zone: gateway"));
    assert.match(await page.locator(".chain").innerText(), /signed with the owner’s dm3 profile/);

    // Another name with the same proof.
    await page.route(`**/v1/names/${name}/history*`, async (route) => {
      const history = await (await route.fetch()).json();
      history.items[0].proof.signature = await withKey("alias: other.user.dm3.eth");
      await route.fulfill({ json: history });
    });
    await visit(page, gateway.url, name);
    assert.equal((await verdictOf(page))[0], "bad");
  });
  assert.equal(
    (await post("deleteName", { dm3Name: name, signature: await withKey(`remove: ${name}`) })).status,
    200,
  );
  const other = new TestWallet();
  gateway.run(other.privateKey, "claim", name);
  await withPage([], async (page) => {
    await visit(page, gateway.url, name);
    assert.equal((await verdictOf(page))[0], "good");
    assert.equal(await page.locator(".chain .mark[data-verified=signed]").count(), 3);
  });
});

test("what was signed for a resolver contract is checked by what it changes", async () => {
  const [wallet, other] = [Wallet.createRandom(), Wallet.createRandom()];
  const name = "message.user.dm3.eth";
  const send = async (by, call) => {
    const { status, body } = await sendMessage(gateway.url, by, call);
    assert.equal(status, 200, JSON.stringify(body));
  };
  await send(wallet, register(name, wallet.address));
  await send(wallet, set("setText", name, "description", "hello"));
  await send(wallet, transfer(name, wallet.address, other.address));
  await send(other, set("setText", name, "description", "ä"));
  await send(other, set("setText", name, "url", "https://example.com"));
  await send(other, set("setText", name, "description", ""));
  await send(other, set("setAddr", name, wallet.address));
  await send(other, set("setAddr", name, `0x${"00".repeat(20)}`));
  await send(other, set("setAddr", name, 0n, "0x0014751e76e8199196d454941c45d1b3a323f1433bd6"));
  await send(other, set("setContenthash", name, `0xe30101701220${"29".repeat(32)}`));

  await withPage([], async (page) => {
    await visit(page, gateway.url, name);
    assert.equal((await verdictOf(page))[0], "good");
    assert.equal(await page.locator(".chain .mark[data-verified=signed]").count(), 10);
    assert.match(await page.locator(".chain").innerText(), /signed by the owner, for the resolver contract/);

    // A gateway that makes something else of a message than its signer meant, and says so in a chain that fits together.
    const lies = {
      "another record beside it": ({ state }) => state.records.texts.push({ key: "email", value: "x@example.com" }),
      "a record left out": ({ state }) => state.records.texts.pop(),
      "another value": ({ state }) => (state.records.contenthash = "0xe301"),
      "for longer": ({ state }) => (state.validUntil += 1),
      "of another contract": ({ proof }) => (proof.resolver = wallet.address),
      "of another sender": ({ proof }) => (proof.sender = wallet.address),
      "another signature": ({ proof }) => (proof.signature = proof.signature.replace(/......../, "0x111111")),
      "about another name": ({ proof }) => (proof.data = set("setContenthash", "x.user.dm3.eth", "0xe301")),
      "a call that does something else": ({ proof }) => (proof.data = register(name, other.address)),
      "no call that is known": ({ proof }) => (proof.data = "0xac9650d8"),
    };
    for (const [lie, tell] of Object.entries(lies)) {
      await page.unroute("**/history*");
      await page.route(`**/v1/names/${name}/history*`, async (route) => {
        const history = await (await route.fetch()).json();
        const link = history.items.at(-1);
        tell(link);
        link.recordsHash = TypedDataEncoder.hashStruct("Records", recordTypes, link.state.records);
        link.stateHash = TypedDataEncoder.hashStruct("NameState", types, link.state);
        await route.fulfill({ json: history });
      });
      await visit(page, gateway.url, name);
      assert.equal((await verdictOf(page))[0], "bad", lie);
      const newest = page.locator(".chain .mark").first();
      assert.equal(await newest.getAttribute("data-verified"), "bad", lie);
    }
  });
});

test("in a zone that does not inherit, the name itself holds the profile", async () => {
  const wallet = new TestWallet();
  await withPage([wallet], async (page) => {
    await page.goto(`${gateway.url}/`);
    await page.getByLabel("Zone").selectOption("own.dm3.eth");
    await page.fill("#label", "alice");
    await page.getByText("alice.own.dm3.eth is free.").waitFor();
    await connect(page);
    await page.getByRole("button", { name: "Sign 3 times" }).click();
    await page.locator("#done").waitFor();
    const profile = () => gateway.resolve("alice.own.dm3.eth", "--text", "network.dm3.profile").value;
    assert.match(profile(), /"deliveryServices":\["ds\.dm3\.eth"\]/);
    await visit(page, gateway.url, "alice.own.dm3.eth", { asOwner: true });
    assert.equal((await verdictOf(page))[0], "good");
    assert.deepEqual(new Set((await marks(page)).map((mark) => mark.split(" ")[1])), new Set(["signed"]));

    await page.getByRole("link", { name: "Delivery services" }).click();
    await page.getByText("There is nothing to sign").waitFor();
    await page.getByLabel("Delivery service 1", { exact: true }).fill("other.dm3.eth");
    await page.getByRole("button", { name: "Sign 3 times" }).click();
    await page.locator("#done").waitFor();
    assert.match(profile(), /"deliveryServices":\["other\.dm3\.eth"\]/);
  });
});

test("an address name is edited, and cannot be transferred", async () => {
  const wallet = new TestWallet();
  gateway.run(wallet.privateKey, "claim", "carol.user.dm3.eth");
  const name = `${wallet.address.toLowerCase()}.addr.dm3.eth`;
  await withPage([wallet], async (page) => {
    await visit(page, gateway.url, name, { asOwner: true });
    assert.equal(await page.getByRole("button", { name: "Transfer" }).count(), 0);
    await page.getByRole("button", { name: "Edit records" }).click();
    await addRecord(page, "About you", "description", "for all of my names");
    await page.getByRole("button", { name: "Sign and save" }).click();
    await page.getByText("Your changes are saved.").waitFor();
    await visit(page, gateway.url, "carol.user.dm3.eth");
    assert.match(await page.locator("main").innerText(), /for all of my names/);
    assert.ok((await marks(page)).filter((mark) => mark === "inherited: signed").length === 2);
  });
});

test("a contract's account claims a name, and what the chain said about it is told", async () => {
  const dev = await startDev();
  try {
    const chain = createPublicClient({ transport: http(dev.rpcUrl) });
    const owner = ownerOf(dev);
    const factory = await owner.deploy("ScriptedWalletFactory", []);
    const wallet = new TestWallet();
    await owner.write(factory, "ScriptedWalletFactory", "deploy", [wallet.address, 0]);
    const { abi } = artifact("ScriptedWalletFactory");
    const args = [wallet.address, 0];
    const contract = await chain.readContract({ address: factory, abi, functionName: "addressOf", args });
    const key = wallet.answer;
    wallet.answer = async (method, params) => {
      if (method.endsWith("ccounts")) return [contract];
      if (method === "eth_getCode") return chain.getCode({ address: params[0] });
      return key(method, params);
    };
    await withPage([wallet], async (page) => {
      await choose(page, dev.gatewayUrl, "contract");
      await connect(page);
      await sign(page);
      await page.getByRole("button", { name: "Claim without a profile" }).click();
      await page.getByRole("button", { name: "Sign", exact: true }).click();
      await page.locator("#done").waitFor();
      await visit(page, dev.gatewayUrl, "contract.user.dm3.eth");
      const [verdict, says] = await verdictOf(page);
      assert.equal(verdict, "good");
      assert.match(says, /a contract, as the chain has told/);
      assert.match(await page.locator(".chain").innerText(), /as the chain said in block \d+/);
    });
  } finally {
    await dev.stop();
  }
});
