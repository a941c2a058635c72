// The pages in a real browser with a real wallet: a name's life, and what vouches for what is shown.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { createPublicClient, http } from "viem";
import { mainnet } from "viem/chains";
import { TypedDataEncoder, Wallet } from "ethers";
import { TestWallet, newContext, startBrowser } from "./browser.mjs";
import { startDev } from "./dev.mjs";
import { startGateway } from "./gateway.mjs";
import { addRecord, alertText, choose, claim, connect, sign, visit } from "./people.mjs";
import { types } from "./states.mjs";

const require = createRequire(import.meta.url);
const { createProfile, checkUserProfileWithAddress } = require("@dm3-org/dm3-lib-profile");

let gateway;
let browser;
before(async () => {
  [gateway, browser] = await Promise.all([
    startGateway({ DM3_DELIVERY_SERVICES: "one.dm3.eth,two.dm3.eth" }),
    startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

let contexts = [];
beforeEach(() => (contexts = []));
afterEach(async () => {
  for (const { context, complaints } of contexts) {
    await context.close();
    assert.deepEqual(complaints, []);
  }
});

/** A person with a browser and wallets. Whatever the page asks of other hosts, or does wrong, fails the test at its end. */
async function person(wallets, options = {}) {
  const opened = await newContext(browser, { wallets: [wallets].flat(), ...options });
  contexts.push(opened);
  return opened.context.newPage();
}

const state = async (name) => (await fetch(`${gateway.url}/v1/names/${name}`)).json();
const marks = (page) => page.locator(".mark").evaluateAll((all) => all.map((mark) => mark.dataset.verified));

test("a person claims a name, and its profile is the one that dm3's library makes of that wallet", async () => {
  const wallet = new TestWallet();
  const page = await person(wallet);
  await claim(page, gateway.url, "alice");
  assert.deepEqual(wallet.asked, [
    "eth_requestAccounts",
    "personal_sign",
    "personal_sign",
    "eth_signTypedData_v4",
    "eth_signTypedData_v4",
  ]);
  assert.match(await page.locator("#done").innerText(), /^alice\.user\.dm3\.eth is yours/);
  assert.equal((await state("alice.user.dm3.eth")).owner.toLowerCase(), wallet.address.toLowerCase());

  const record = gateway.resolve("alice.user.dm3.eth", "--text", "network.dm3.profile").value;
  const signed = JSON.parse(record.slice("data:application/json,".length));
  const signer = (message) => new Wallet(wallet.privateKey).signMessage(message);
  const expected = await createProfile(wallet.address, ["one.dm3.eth", "two.dm3.eth"], undefined, { signer });
  assert.deepEqual(signed, expected.signedProfile);
  assert.equal(checkUserProfileWithAddress(signed, wallet.address), true);

  // The keys come out of the browser only as a file that is asked for.
  await page.locator("summary").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Sign and save the keys" }).click(),
  ]);
  const { account, ...keys } = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(account, wallet.address);
  assert.deepEqual(keys, expected.keys);
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  for (const secret of [
    keys.encryptionKeyPair.privateKey,
    keys.signingKeyPair.privateKey,
    keys.storageEncryptionKey,
  ]) {
    assert.ok(!kept.includes(secret));
  }
});

test("the page of a name shows who vouches for what, checked in the browser", async () => {
  const wallet = new TestWallet();
  const page = await person(wallet);
  await claim(page, gateway.url, "bob");
  await page.getByRole("link", { name: "See its page" }).click();
  await page.locator("#verdict[data-verdict=good]").waitFor();
  assert.match(await page.locator("#verdict").innerText(), /Signed by its owner, checked in your browser/);
  assert.deepEqual(new Set(await marks(page)), new Set(["signed"]));
  assert.match(await page.locator("main").innerText(), /one\.dm3\.eth\s+two\.dm3\.eth/);
});

test("what does not fit its signature is told", async () => {
  const wallet = new TestWallet();
  const name = "forged.user.dm3.eth";
  const address = `base=0x${"2".repeat(40)}`;
  gateway.run(wallet.privateKey, "claim", name, "--text", "url=https://honest.example", "--address", address);
  const page = await person([]);
  // A gateway that shows another text, and a history to go with it: as it is, and with the hashes computed anew.
  const lie = (text) => text.replaceAll("honest.example", "forged.example");
  for (const rehash of [false, true]) {
    await page.route(`**/v1/names/${name}/history*`, async (route) => {
      const forged = JSON.parse(lie(await (await route.fetch()).text()));
      const [link] = forged.items;
      if (rehash) {
        link.stateHash = TypedDataEncoder.hashStruct("NameState", types, link.state);
        const { NameState, ...parts } = types;
        link.recordsHash = TypedDataEncoder.hashStruct("Records", parts, link.state.records);
      }
      await route.fulfill({ json: forged });
    });
    await page.route(`**/names/${name}`, async (route) => {
      if (route.request().url().includes("/v1/")) return route.continue();
      await route.fulfill({ body: lie(await (await route.fetch()).text()), contentType: "text/html" });
    });
    await visit(page, gateway.url, name);
    await page.locator("#verdict[data-verdict=bad]").waitFor();
    assert.equal(await page.locator(".mark[data-key=url]").getAttribute("data-verified"), "bad");
    assert.match(await page.locator("main").innerText(), /forged\.example/);
    await page.unrouteAll();
  }
  // Something else in the page than in the signed state.
  const shown = await (await fetch(`${gateway.url}/names/${name}`)).text();
  const { records } = await state(`${wallet.address.toLowerCase()}.addr.dm3.eth`);
  const profile = JSON.parse(records.texts[0].value.slice("data:application/json,".length)).profile;
  for (const [what, forged] of [
    ["honest.example", "forged.example"],
    ["one.dm3.eth", "evil.dm3.eth"],
    [profile.publicEncryptionKey, profile.publicSigningKey],
    [
      '<code class="account" title="0x2222222222222222222222222222222222222222">0x2222<span>22222222222222222222222222222222</span>2222',
      '<code class="account">0x3333<span>22222222222222222222222222222222</span>2222',
    ],
  ]) {
    assert.ok(shown.includes(what), what);
    const body = shown.replaceAll(what, forged);
    await page.route(`**/names/${name}`, (route) =>
      route.request().url().includes("/v1/") ? route.continue() : route.fulfill({ body, contentType: "text/html" }),
    );
    await visit(page, gateway.url, name);
    await page.locator("#verdict[data-verdict=bad]").waitFor();
    assert.equal((await marks(page)).filter((mark) => mark === "bad").length, 1, what);
    await page.unrouteAll();
  }
});

test("kinds of proof that the page does not know are named, and trusted no further", async () => {
  const wallet = new TestWallet();
  gateway.run(wallet.privateKey, "claim", "kinds.user.dm3.eth", "--text", "url=https://a.example");
  const page = await person([]);
  const proofs = [
    { kind: "operator", signature: "0x00" },
    {
      kind: "eip712",
      signature: "0x1234",
      acceptedAt: { chainId: 1, blockNumber: 77, blockHash: `0x${"00".repeat(32)}` },
    },
  ];
  for (const proof of proofs) {
    await page.route(
      "**/v1/names/kinds.user.dm3.eth/history*",
      async (route) => {
        const history = await (await route.fetch()).json();
        for (const item of history.items) item.proof = proof;
        await route.fulfill({ json: history });
      },
      { times: 1 },
    );
    await visit(page, gateway.url, "kinds.user.dm3.eth");
    await page.locator("#verdict[data-verdict=good]").waitFor();
    const url = page.locator(".mark[data-key=url]");
    assert.equal(await url.getAttribute("data-verified"), proof.kind === "operator" ? "gateway" : "chain");
    const says = proof.kind === "operator" ? /this gateway’s word only/ : /signed by its owner, a contract/i;
    assert.match(await page.locator("#verdict").innerText(), says);
  }
});

test("the owner edits records, in the form that people write", async () => {
  const wallet = new TestWallet();
  const page = await person(wallet);
  await claim(page, gateway.url, "carol");
  await visit(page, gateway.url, "carol.user.dm3.eth", { asOwner: true });
  await page.getByRole("button", { name: "Edit records" }).click();
  await addRecord(page, "About you", "url", "https://carol.example");
  await addRecord(page, "About you", "", "says <b>hello</b>", "org.example");
  await addRecord(page, "Addresses", "btc", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
  await page.getByLabel("Content hash").fill("ipfs://nonsense");
  await page.getByRole("button", { name: "Sign and save" }).click();
  // Each mistake stands at its field, and the first one has the focus.
  await page.locator("[aria-invalid]").nth(1).waitFor();
  assert.match(await page.locator(".edit-row", { hasText: "Bitcoin" }).innerText(), /checksum is wrong/);
  assert.match(await page.locator(".edit-row", { hasText: "Content hash" }).innerText(), /CID/);
  assert.equal(await page.evaluate(() => document.activeElement.value), "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText("4");
  await page.getByLabel("Content hash").fill("ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4");
  await page.getByRole("button", { name: "Sign and save" }).click();
  await page.getByText("Your changes are saved.").waitFor();

  const { records, version } = await state("carol.user.dm3.eth");
  assert.equal(version, 2);
  assert.deepEqual(records.texts, [
    { key: "url", value: "https://carol.example" },
    { key: "org.example", value: "says <b>hello</b>" },
  ]);
  assert.deepEqual(records.addresses, [{ coinType: 0, value: "0x0014751e76e8199196d454941c45d1b3a323f1433bd6" }]);
  await page.locator("#verdict[data-verdict=good]").waitFor();
  const shown = await page.locator("main").innerText();
  assert.match(shown, /https:\/\/carol\.example/);
  assert.match(shown, /says <b>hello<\/b>/);
  assert.match(shown, /bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4/);

  // What is there already comes up in the form, and an empty field removes its record.
  await page.getByRole("button", { name: "Edit records" }).click();
  assert.equal(
    await page.getByRole("textbox", { name: "Bitcoin" }).inputValue(),
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
  );
  await page.getByRole("textbox", { name: "Website" }).fill("");
  await page.getByRole("button", { name: "Remove org.example" }).click();
  await page.getByRole("button", { name: "Sign and save" }).click();
  await page.locator(".chain li[data-version='3']").waitFor();
  assert.deepEqual((await state("carol.user.dm3.eth")).records.texts, []);
});

test("the owner transfers a name; the new one releases it; then anybody may have it", async () => {
  const [first, second] = [new TestWallet(), new TestWallet({ rdns: "example.second", name: "Second" })];
  const page = await person(first);
  await claim(page, gateway.url, "dave");
  await visit(page, gateway.url, "dave.user.dm3.eth", { asOwner: true });
  await page.getByRole("button", { name: "Transfer" }).click();
  const input = page.getByLabel("The new owner’s account");
  const wrongs = [
    ["0x12", /40 hex digits/],
    [`${second.address.slice(0, -1)}g`, /40 hex digits/],
    [`0x${"0".repeat(40)}`, /Nobody has this account/],
    [first.address, /your own/],
  ];
  for (const [text, says] of wrongs) {
    await input.fill(text);
    await page.getByRole("button", { name: "Sign the transfer" }).click();
    assert.match(await page.locator(".panel").innerText(), says);
  }
  await input.fill(second.address);
  await page.getByRole("button", { name: "Sign the transfer" }).click();
  await page.getByText(`dave.user.dm3.eth belongs to ${second.address} now.`).waitFor();
  await page.getByText("This name is held by another account").waitFor();
  assert.equal(await page.getByRole("button", { name: "Edit records" }).count(), 0);

  const others = await person(second);
  await visit(others, gateway.url, "dave.user.dm3.eth", { asOwner: true });
  assert.match(await others.locator(".chain").innerText(), /Transferred to/);
  await others.getByRole("button", { name: "Release" }).click();
  await others.getByRole("button", { name: "Sign the release" }).click();
  await others.getByText("dave.user.dm3.eth is released.").waitFor();
  assert.match(await others.title(), /dave\.user\.dm3\.eth is free/);
  await others.getByRole("link", { name: "Claim this name" }).click();
  await others.locator("#availability[data-kind=good]").waitFor();
  assert.equal(await others.inputValue("#label"), "dave");
});

test("a second wallet is refused what is not its own", async () => {
  const [owner, other] = [new TestWallet(), new TestWallet()];
  gateway.run(owner.privateKey, "claim", "erin.user.dm3.eth");
  const page = await person(other);
  await visit(page, gateway.url, "erin.user.dm3.eth");
  await connect(page);
  await page.getByText("This name is held by another account").waitFor();
  assert.equal(await page.getByRole("button", { name: "Edit records" }).count(), 0);
  await choose(page, gateway.url, "erin");
  await page.getByText("erin.user.dm3.eth is taken.").waitFor();
  assert.equal(await page.getByRole("button", { name: /^Sign/ }).count(), 0);

  // A wallet that says it is the owner, and signs with another key: seen before anything is sent.
  const liar = new TestWallet();
  const honest = liar.answer;
  liar.answer = async (method, params) => (method.endsWith("ccounts") ? [owner.address] : honest(method, params));
  const theirs = await person(liar);
  const sent = [];
  theirs.on("request", (request) => request.method() === "PUT" && sent.push(request.url()));
  await visit(theirs, gateway.url, "erin.user.dm3.eth", { asOwner: true });
  await theirs.getByRole("button", { name: "Release" }).click();
  await theirs.getByRole("button", { name: "Sign the release" }).click();
  await theirs.locator(".alert").waitFor();
  assert.match(await alertText(theirs), /Another account has signed/);
  assert.deepEqual(sent, []);
  assert.equal((await state("erin.user.dm3.eth")).version, 1);
});

test("of several wallets the person chooses one", async () => {
  const [one, two] = [
    new TestWallet({ name: "First Wallet", rdns: "example.one" }),
    new TestWallet({ name: "Second <b>Wallet</b>", rdns: "example.two" }),
  ];
  const page = await person([one, two]);
  await choose(page, gateway.url, "frank");
  assert.deepEqual(await page.locator(".wallet").allInnerTexts(), ["First Wallet", "Second <b>Wallet</b>"]);
  await connect(page, "Second");
  await page.getByText("with Second <b>Wallet</b>").waitFor();
  assert.deepEqual(one.asked, []);
  await page.getByRole("button", { name: "Use another account or wallet" }).click();
  await connect(page, "First");
  await sign(page);
  await page.locator("#done").waitFor();
  assert.equal((await state("frank.user.dm3.eth")).owner.toLowerCase(), one.address.toLowerCase());
});

test("without a wallet the page says what one is", async () => {
  const page = await person([]);
  await page.goto(`${gateway.url}/`);
  await page.getByText("No wallet was found in this browser.").waitFor();
});

test("while typing, the page says why a name is not to be had, and offers the better spelling", async () => {
  gateway.run(new TestWallet().privateKey, "claim", "taken.user.dm3.eth");
  const page = await person([]);
  await page.goto(`${gateway.url}/`);
  const says = page.locator("#availability");
  for (const [label, text] of [
    ["ab", /3 characters are the least/],
    ["admin", /reserved/],
    ["taken", /is taken/],
    [`0x${"12".repeat(20)}`, /look like an address/],
    ["a.b", /no dot/],
    ["a b", /not a valid ENS name/],
    ["x".repeat(245), /255 are allowed/],
    ["free-one", /free-one\.user\.dm3\.eth is free/],
    ["💩💩💩", /is free/],
  ]) {
    await page.fill("#label", label);
    await page.waitForFunction(() => document.querySelector("#availability").dataset.kind);
    assert.match(await says.innerText(), text, label);
    assert.equal(await page.locator("#label[aria-invalid]").count(), text.source.includes("is free") ? 0 : 1, label);
  }
  await page.fill("#label", "GRÉTA");
  await page.getByRole("button", { name: "Use gréta" }).click();
  await page.getByText("gréta.user.dm3.eth is free").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "label");
});

test("an account that has a profile signs once for a name, and changes its delivery services later", async () => {
  const wallet = new TestWallet();
  gateway.run(wallet.privateKey, "claim", "harry.user.dm3.eth", "--delivery-service", "mine.dm3.eth");
  gateway.run(wallet.privateKey, "release", "harry.user.dm3.eth");
  const page = await person(wallet);
  await choose(page, gateway.url, "harry");
  await connect(page);
  await page.getByText("Your dm3 profile is published already.").waitFor();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.locator("#done").waitFor();
  assert.deepEqual(wallet.asked, ["eth_requestAccounts", "eth_signTypedData_v4"]);

  await visit(page, gateway.url, "harry.user.dm3.eth", { asOwner: true });
  await page.getByRole("link", { name: "Delivery services" }).click();
  await page.getByText("is yours. What you sign below changes its profile.").waitFor();
  await page.getByText("There is nothing to sign").waitFor();
  await page.getByLabel("Delivery service 1", { exact: true }).fill("Other.DM3.eth ");
  await page.getByRole("button", { name: "Add a delivery service" }).click();
  await page.keyboard.insertText("https://not-a-name");
  assert.match(await alertText(page), /not the name of a delivery service/);
  await page.getByLabel("Remove delivery service 2").click();
  await page.getByRole("button", { name: "Sign 3 times" }).click();
  await page.locator("#done").waitFor();
  const record = gateway.resolve("harry.user.dm3.eth", "--text", "network.dm3.profile").value;
  assert.match(record, /"deliveryServices":\["other\.dm3\.eth"\]/);
  assert.equal((await state("harry.user.dm3.eth")).version, 3);
});

test("a claim that was left half-finished goes on where it stopped", async () => {
  const wallet = new TestWallet();
  const page = await person(wallet);
  await choose(page, gateway.url, "ivy");
  await connect(page);
  wallet.failOnce("eth_signTypedData_v4", { code: 4001, message: "User rejected the request." });
  await sign(page);
  await page.locator(".alert").waitFor();
  // The profile is signed, and not published. Nothing is asked again, neither now nor after a reload.
  await page.getByRole("button", { name: "Go on" }).waitFor();
  assert.equal(await page.locator(".signatures li").count(), 2);
  await page.reload();
  await page.getByText("What you signed before is kept.").waitFor();
  assert.equal(await page.inputValue("#label"), "ivy");
  const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  assert.ok(!/private|storageEncryption/i.test(stored), stored);
  wallet.asked = [];
  await sign(page);
  await page.locator("#done").waitFor();
  assert.deepEqual(wallet.asked, ["eth_signTypedData_v4", "eth_signTypedData_v4"]);
  assert.equal((await state("ivy.user.dm3.eth")).owner.toLowerCase(), wallet.address.toLowerCase());
});

test("wallets that spell signatures in other ways are understood", async () => {
  // v of 0 and 1, as some hardware wallets have it.
  const wallet = new TestWallet();
  const before = wallet.answer;
  wallet.answer = async (method, params) => {
    const answer = await before(method, params);
    if (!method.includes("ign")) return answer;
    return answer.slice(0, -2) + (answer.endsWith("1b") ? "00" : "01");
  };
  const page = await person(wallet);
  await claim(page, gateway.url, "judy");
  const signer = async (message) =>
    wallet.answer("personal_sign", [`0x${Buffer.from(message).toString("hex")}`, wallet.address]);
  const { keys } = await createProfile(wallet.address, [], undefined, { signer });
  const record = gateway.resolve("judy.user.dm3.eth", "--text", "network.dm3.profile").value;
  assert.ok(record.includes(keys.signingKeyPair.publicKey), "dm3's library derives from what the wallet gave");
});

test("what was claimed in the browser resolves in viem, through the chain", async () => {
  const dev = await startDev();
  try {
    const wallet = new TestWallet();
    const page = await person(wallet);
    await claim(page, dev.gatewayUrl, "kate");
    await visit(page, dev.gatewayUrl, "kate.user.dm3.eth", { asOwner: true });
    await page.getByRole("button", { name: "Edit records" }).click();
    await addRecord(page, "About you", "url", "https://kate.example");
    await page.getByRole("button", { name: "Sign and save" }).click();
    await page.getByText("Your changes are saved.").waitFor();
    const client = createPublicClient({ chain: { ...mainnet, id: dev.chainId }, transport: http(dev.rpcUrl) });
    assert.equal(await client.getEnsAddress({ name: "kate.user.dm3.eth" }), wallet.address);
    assert.equal(await client.getEnsText({ name: "kate.user.dm3.eth", key: "url" }), "https://kate.example");
    const profile = await client.getEnsText({ name: "kate.user.dm3.eth", key: "network.dm3.profile" });
    assert.equal(
      checkUserProfileWithAddress(JSON.parse(profile.slice("data:application/json,".length)), wallet.address),
      true,
    );
  } finally {
    await dev.stop();
  }
});
