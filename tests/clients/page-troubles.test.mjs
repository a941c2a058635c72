// Whatever goes wrong with the wallet or the gateway, the page says what it is and what to do, and the claim can go on.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { TestWallet, newContext, startBrowser } from "./browser.mjs";
import { startGateway } from "./gateway.mjs";
import { addRecord, alertText, choose, claim, connect, sign, visit } from "./people.mjs";

let home;
let gateway;
let browser;
before(async () => {
  home = mkdtempSync(join(tmpdir(), "dm3-page-"));
  const config = join(home, "gateway.toml");
  // Two operations a day, and small bodies.
  writeFileSync(config, "delivery_services = ['ds.dm3.eth']\n[limits]\noperations_per_day = 2\nbody_bytes = 20000\n");
  [gateway, browser] = await Promise.all([startGateway({ DM3_CONFIG: config }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  if (home) rmSync(home, { recursive: true });
});

let opened;
let wallet;
let page;
beforeEach(async () => {
  wallet = new TestWallet();
  opened = await newContext(browser, { wallets: [wallet] });
  page = await opened.context.newPage();
});
afterEach(async () => {
  await opened.context.close();
  // A browser that is offline says so on the console.
  assert.deepEqual(
    opened.complaints.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED")),
    [],
  );
});

let count = 0;
const newLabel = () => `name-${++count}`;

/** What the alert says, once there is one. */
async function told(pattern) {
  await page.locator(".alert", { hasText: pattern }).waitFor();
  assert.match(await alertText(page), /\.$/m, "there is a next step");
}

/** Signs again after something went wrong, to the end. */
async function goOn() {
  await sign(page);
  await page.locator("#done").waitFor();
}

for (const [what, error, says] of [
  ["a refusal", { code: 4001, message: "User rejected the request." }, /You refused in your wallet/],
  ["an open question", { code: -32002, message: "Request already pending" }, /waiting for you/],
  ["no permission", { code: 4100, message: "Unauthorized" }, /does not let this page/],
  ["no network", { code: 4900, message: "Disconnected" }, /not connected to any network/],
  ["no chain", { code: 4901, message: "Chain disconnected" }, /not connected to any network/],
  ["an unknown method", { code: 4200, message: "Unsupported method" }, /cannot sign that/],
  ["a refusal without a code", { code: -32000, message: "user denied message signature" }, /You refused/],
  ["a lock without a code", { code: -32603, message: "Wallet is locked" }, /is locked/],
  ["anything else", { code: -32603, message: "Ledger: <b>0x6985</b>" }, /It says: Ledger: <b>0x6985<\/b>/],
]) {
  test(`connecting and each signature survive ${what} of the wallet`, async () => {
    await choose(page, gateway.url, newLabel());
    wallet.failOnce("eth_requestAccounts", error);
    await connect(page);
    await told(says);
    await connect(page);
    for (const method of ["personal_sign", "eth_signTypedData_v4"]) {
      wallet.failOnce(method, error);
      await sign(page);
      await told(says);
    }
    await goOn();
  });
}

test("a wallet without typed data is told from one that has it", async () => {
  const before = wallet.answer;
  wallet.answer = (method, params) => before(method === "eth_signTypedData_v4" ? "unknown" : method, params);
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await sign(page);
  await told(/knows no typed data/);
});

test("a wallet that gives no account is locked", async () => {
  const before = wallet.answer;
  wallet.answer = async (method, params) => (method === "eth_requestAccounts" ? [] : before(method, params));
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await told(/Your wallet is locked/);
  wallet.answer = before;
  await connect(page);
  await goOn();
});

test("a contract is told that it can have a name, and no profile", async () => {
  const before = wallet.answer;
  wallet.answer = async (method, params) => {
    if (method === "eth_getCode") return "0x6001";
    return method === "personal_sign" ? `0x${"12".repeat(150)}` : before(method, params);
  };
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await sign(page);
  await told(/This account is a contract/);
  await page.getByRole("button", { name: "Claim without a profile" }).click();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await page.locator("#done").waitFor();
});

test("a signature of another account is not sent", async () => {
  const other = new TestWallet();
  const before = wallet.answer;
  wallet.answer = (method, params) =>
    method === "personal_sign" ? other.sign(method, params) : before(method, params);
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await sign(page);
  await told(new RegExp(`by ${other.address}, but ${wallet.address} has to sign`));
  wallet.answer = before;
  await goOn();
});

test("nothing goes on by itself when the wallet switches to another account", async () => {
  const other = new TestWallet();
  const label = newLabel();
  await choose(page, gateway.url, label);
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  await wallet.emit(page, "accountsChanged", [other.address.toLowerCase()]);
  await told(/switched to another account/);
  assert.equal(await page.getByRole("button", { name: "Sign 4 times" }).count(), 0);
  wallet.account = other.account;
  await page.getByRole("button", { name: /^Use 0x/ }).click();
  await goOn();
  const { owner } = await (await fetch(`${gateway.url}/v1/names/${label}.user.dm3.eth`)).json();
  assert.equal(owner.toLowerCase(), other.address.toLowerCase());
});

test("a switch to another account while the wallet asks ends that signing", async () => {
  const other = new TestWallet();
  const before = wallet.answer;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  wallet.answer = async (method, params) => {
    if (method === "personal_sign") await held;
    return before(method, params);
  };
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await sign(page);
  await page.getByText("Your wallet asks for it").waitFor();
  await wallet.emit(page, "accountsChanged", [other.address]);
  await told(/switched to another account/);
  release();
  await page.waitForTimeout(300);
  assert.equal(wallet.asked.filter((method) => method === "personal_sign").length, 1);
  assert.equal(await page.getByText("made a mistake").count(), 0);
});

test("a wallet that locks itself, or loses its connection, is told of", async () => {
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  await wallet.emit(page, "accountsChanged", []);
  await told(/Your wallet is locked/);
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  await wallet.emit(page, "disconnect", { code: 4900 });
  await told(/not connected to any network/);
  await connect(page);
  await goOn();
});

test("a name that is taken meanwhile leaves the rest good", async () => {
  const label = newLabel();
  const before = wallet.answer;
  wallet.answer = async (method, params) => {
    const answer = await before(method, params);
    const claims =
      method === "eth_signTypedData_v4" && JSON.parse(params[1]).message.name === `${label}.user.dm3.eth`;
    if (claims) gateway.run(new TestWallet().privateKey, "claim", `${label}.user.dm3.eth`);
    return answer;
  };
  await choose(page, gateway.url, label);
  await connect(page);
  await sign(page);
  await told(/was taken meanwhile/);
  await page.getByText("is taken.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "label");
  wallet.answer = before;
  wallet.asked = [];
  await page.fill("#label", newLabel());
  await page.getByRole("button", { name: /^(Sign|Go on)$/ }).click();
  await page.locator("#done").waitFor();
  assert.deepEqual(wallet.asked, ["eth_signTypedData_v4"]);
});

test("the quota is told, with the name that fills it", async () => {
  const first = newLabel();
  gateway.run(wallet.privateKey, "claim", `${first}.user.dm3.eth`);
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await page.getByText(`This account holds ${first}.user.dm3.eth already.`).waitFor();
  await sign(page);
  await told(/You hold as many names as you may/);
});

test("too many changes in a day are told", async () => {
  const label = newLabel();
  await claim(page, gateway.url, label);
  for (const value of ["one", "two"]) {
    await visit(page, gateway.url, `${label}.user.dm3.eth`, { asOwner: true });
    await page.getByRole("button", { name: "Edit records" }).click();
    await addRecord(page, "About you", "", value, `org.${value}`);
    await page.getByRole("button", { name: "Sign and save" }).click();
    if (value === "one") await page.getByText("Your changes are saved.").waitFor();
  }
  await told(/Too many changes in a day/);
});

/** Makes the page believe that a name is free. */
const pretendFree = () =>
  page.route("**/availability", (route) => route.fulfill({ json: { name: "", available: true, problem: null } }));

for (const [label, says] of [
  ["admin", /This label is reserved/],
  ["ab", /3 are the least/],
]) {
  test(`the gateway's refusal of '${label}' is told when only the claim meets it`, async () => {
    await pretendFree();
    await choose(page, gateway.url, label);
    await connect(page);
    await sign(page);
    await told(says);
  });
}

/** Lets the answers of the gateway have another time. */
async function setGatewayClock(hours) {
  await page.route("**/v1/names/**", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    const date = new Date(Date.now() + hours * 3_600_000).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
}

test("a state that was signed too long ago, or for too long, is signed again", async () => {
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  await setGatewayClock(-2);
  await sign(page);
  await told(/That took too long/);
  await page.unrouteAll();
  await setGatewayClock(48);
  await sign(page);
  await told(/clocks do not agree/);
  await page.unrouteAll();
  await goOn();
});

test("a device whose clock is wrong claims all the same", async () => {
  await page.clock.setFixedTime(Date.now() - 3 * 86_400_000);
  await claim(page, gateway.url, newLabel());
});

test("without a connection everything that was signed is kept", async () => {
  await choose(page, gateway.url, newLabel());
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  await opened.context.setOffline(true);
  await sign(page);
  await told(/cannot be reached/);
  await opened.context.setOffline(false);
  wallet.asked = [];
  await goOn();
  assert.deepEqual(wallet.asked, ["eth_signTypedData_v4", "eth_signTypedData_v4"]);
});

for (const [what, answer, says] of [
  ["a busy gateway", { status: 503, json: { code: "overloaded", detail: "busy" } }, /The gateway is busy/],
  ["a slow gateway", { status: 503, json: { code: "timeout", detail: "slow" } }, /The gateway is slow/],
  ["a broken database", { status: 503, json: { code: "database", detail: "broken" } }, /out of order/],
  ["a bug", { status: 500, json: { code: "internal", detail: "bug" } }, /The gateway failed/],
  ["a proxy's page", { status: 502, body: "<h1>Bad Gateway</h1>" }, /Something between you and the gateway/],
  [
    "a code that is newer than the page",
    { status: 403, json: { code: "invitation", detail: "you need an invitation" } },
    /You need an invitation\./,
  ],
]) {
  test(`${what} is told, and tried again`, async () => {
    await choose(page, gateway.url, newLabel());
    await connect(page);
    await page.route(
      "**/v1/names/*",
      (route) => (route.request().method() === "PUT" ? route.fulfill(answer) : route.continue()),
      { times: 2 },
    );
    await page.getByRole("button", { name: "Sign 4 times" }).click();
    await told(says);
    await page.unrouteAll();
    await goOn();
  });
}

test("while typing, a gateway that cannot be reached is told, and asked again", async () => {
  await page.goto(`${gateway.url}/`);
  await opened.context.setOffline(true);
  await page.fill("#label", newLabel());
  await page.getByText("The gateway cannot be reached.").waitFor();
  await opened.context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("#availability[data-kind=good]").waitFor();
});

test("an owner is told what is wrong with a change", async () => {
  const label = newLabel();
  const name = `${label}.user.dm3.eth`;
  await claim(page, gateway.url, label);
  await visit(page, gateway.url, name, { asOwner: true });
  const save = page.getByRole("button", { name: "Sign and save" });
  await page.getByRole("button", { name: "Edit records" }).click();
  await addRecord(page, "About you", "description", "x".repeat(8193));
  await save.click();
  await told(/has 8193 bytes, 8192 are allowed/);
  await page.getByRole("textbox", { name: "Description" }).fill("x".repeat(8000));
  await addRecord(page, "About you", "url", "x".repeat(8000));
  await addRecord(page, "About you", "email", "x".repeat(8000));
  await save.click();
  await told(/too much at once/);
  for (const field of ["Website", "Email"]) await page.getByRole("textbox", { name: field }).fill("");

  wallet.failOnce("eth_signTypedData_v4", { code: 4001, message: "no" });
  await save.click();
  await told(/You refused/);

  gateway.run(wallet.privateKey, "claim", name, "--text", "url=https://elsewhere.example");
  await save.click();
  await told(/has changed meanwhile/);
});
