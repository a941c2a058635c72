// What the pages owe to everybody: keyboards, screen readers, small screens, slow lines, no script, and hostile content.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Wallet, ZeroHash } from "ethers";
import { TestWallet, newContext, startBrowser } from "./browser.mjs";
import { startGateway } from "./gateway.mjs";
import { choose, connect, sign, visit } from "./people.mjs";
import { nothing, putState } from "./states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** One pixel. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const SCRIPT = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";
const HOSTILE = [
  ["description", `</dd></p>"'>${SCRIPT}`],
  ["avatar", `data:image/png;base64,AAAA" onerror="window.hacked = 1`],
  ["url", "javascript:window.hacked=1"],
  ["header", `data:text/html,${SCRIPT}`],
  ["location", "\u202Egnirts\u202C \u2066isolated \u061C\u200F arabic \u0627\u0644\u0639"],
  ["notice", "😀".repeat(2048)],
  ["keywords", "x".repeat(8192)],
  ["email", "line\r\none\n\n\ttab\u0000\u0007"],
  ["org.long", "https://example.com/" + "y".repeat(3000)],
  [`"><b>${"z".repeat(200)}`, SCRIPT],
  ["__proto__", "polluted"],
  ["constructor", "{{7*7}}${7*7}"],
];

let gateway;
let browser;
const owner = new TestWallet();
const plain = "plain.user.dm3.eth";
const hostile = "hostile.user.dm3.eth";

before(async () => {
  [gateway, browser] = await Promise.all([startGateway({ DM3_DELIVERY_SERVICES: "ds.dm3.eth" }), startBrowser()]);
  const texts = ["url=https://example.com", "description=Hello.", `avatar=${PICTURE}`].flatMap((text) => [
    "--text",
    text,
  ]);
  gateway.run(
    owner.privateKey,
    "claim",
    plain,
    ...texts,
    "--address",
    "btc=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
  );
  const attacker = Wallet.createRandom();
  const records = {
    ...nothing(),
    texts: HOSTILE.map(([key, value]) => ({ key, value })),
    data: [{ key: `<i>${SCRIPT}`, value: "0x00" }],
  };
  const put = await putState(gateway.url, attacker, {
    name: hostile,
    version: 1,
    previous: ZeroHash,
    owner: attacker.address,
    records,
  });
  assert.equal(put.status, 201, JSON.stringify(put.body));
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** Gives a page to `work`, and fails if the page did anything that it should not. */
async function withPage(options, work) {
  const { context, complaints } = await newContext(browser, options);
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, []);
}

/** Walks through what the pages can look like, and calls back in each. */
async function everyView(page, wallet, label, look) {
  await page.goto(`${gateway.url}/`);
  await page.locator(".wallet").waitFor();
  await look("claim");
  await choose(page, gateway.url, "admin");
  await look("claim, reserved");
  await choose(page, gateway.url, label);
  await connect(page);
  await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
  wallet.failOnce("personal_sign", { code: 4001, message: "no" });
  await sign(page);
  await page.locator(".alert").waitFor();
  await look("claim, refused");
  await sign(page);
  await page.locator("#done").waitFor();
  await page.locator("summary").click();
  await look("claim, done");
  for (const name of [
    plain,
    hostile,
    "user.dm3.eth",
    "admin.user.dm3.eth",
    "free.user.dm3.eth",
    "Free.user.dm3.eth",
    "a b.eth",
  ]) {
    await page.goto(`${gateway.url}/names/${encodeURIComponent(name)}`);
    if ([plain, hostile].includes(name)) await page.locator("#verdict[data-verdict=good]").waitFor();
    await look(name);
  }
  await visit(page, gateway.url, `${label}.user.dm3.eth`, { asOwner: true });
  for (const tool of ["Edit records", "Transfer", "Release"]) {
    await page.getByRole("button", { name: tool }).click();
    await page.locator(".panel h3").waitFor();
    if (tool === "Edit records") {
      await page.locator("fieldset").first().getByRole("button", { name: "Add" }).click();
    }
    await look(tool);
  }
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing to object to, in ${colorScheme}`, async () => {
    const wallet = new TestWallet();
    await withPage({ wallets: [wallet], colorScheme }, (page) =>
      everyView(page, wallet, `axe-${colorScheme}`, async (view) => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`,
        );
        assert.deepEqual(found, [], view);
      }),
    );
  });
}

test("at 320 pixels nothing is wider than the screen, and every control can be reached and hit", async () => {
  const wallet = new TestWallet();
  await withPage(
    { wallets: [wallet], viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
    (page) =>
      everyView(page, wallet, "small", async (view) => {
        const wide = await page.evaluate(() => {
          const width = document.documentElement.clientWidth;
          const out = (element) => {
            const { left, right, width: own, height } = element.getBoundingClientRect();
            if (own === 0 || element.closest(".skip, .unseen, [hidden]")) return false;
            const isInText = element.matches("p a, p .link, dd a, nav a, dd .long a");
            return left < 0 || right > width + 0.5 || (!isInText && (own < 24 || height < 24));
          };
          const controls = [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(out);
          return {
            scroll: document.documentElement.scrollWidth - width,
            controls: controls.map((one) => one.outerHTML.slice(0, 200)),
          };
        });
        assert.deepEqual(wide, { scroll: 0, controls: [] }, view);
      }),
  );
});

test("nothing on the pages moves while they load", async () => {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1100, height: 800 },
  ]) {
    await withPage({ wallets: [new TestWallet()], viewport }, async (page) => {
      await page.addInitScript(() => {
        window.shifts = [];
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries())
            window.shifts.push(
              ...shift.sources.map(
                ({ node, currentRect: { x, y } }) => `${node?.outerHTML ?? node?.data} at ${x}, ${y}`,
              ),
            );
        }).observe({ type: "layout-shift", buffered: true });
      });
      for (const path of ["/", `/names/${plain}`]) {
        await page.goto(gateway.url + path);
        await page.locator(".wallet").waitFor();
        if (path !== "/") await page.locator("#verdict[data-verdict=good]").waitFor();
        await page.waitForTimeout(800);
        assert.deepEqual(await page.evaluate(() => window.shifts), [], `${path} at ${viewport.width}`);
      }
    });
  }
});

test("each page is below 100 KB over the wire, with all that it loads", async () => {
  for (const path of ["/", `/names/${plain}`, `/names/free.user.dm3.eth`]) {
    await withPage({}, async (page) => {
      const client = await page.context().newCDPSession(page);
      await client.send("Network.enable");
      let bytes = 0;
      client.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
      await page.goto(gateway.url + path, { waitUntil: "networkidle" });
      console.log(`${path}: ${bytes} bytes`);
      assert.ok(bytes > 1000 && bytes < 100_000, `${path}: ${bytes}`);
    });
  }
});

test("a name is claimed with the keyboard alone", async () => {
  const wallet = new TestWallet();
  await withPage({ wallets: [wallet] }, async (page) => {
    await page.goto(`${gateway.url}/`);
    await page.locator(".wallet").waitFor();
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
    const tabTo = async (text) => {
      for (let presses = 0; presses < 30 && (await focused()) !== text; presses += 1)
        await page.keyboard.press("Tab");
      assert.equal(await focused(), text);
    };
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await tabTo("label");
    await page.keyboard.type("keys-only");
    await page.locator("#availability[data-kind=good]").waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "Test Wallet");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
    await tabTo("Sign 4 times");
    wallet.failOnce("personal_sign", { code: 4001, message: "no" });
    await page.keyboard.press("Enter");
    await page.locator(".alert").waitFor();
    // Where the person goes on has the focus.
    assert.equal(await focused(), "Sign 4 times");
    await page.keyboard.press("Enter");
    await page.locator("#done").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "done");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "See its page");
  });
});

test("names can be read without a script", async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${gateway.url}/names/${plain}`);
    const shown = await page.locator("main").innerText();
    for (const text of [
      plain,
      "https://example.com",
      "Hello.",
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
      "ds.dm3.eth",
      "signed by the owner",
      "Claimed by",
    ]) {
      assert.ok(shown.includes(text), `${text}: ${shown}`);
    }
    assert.match(shown, /That needs JavaScript/);
    await page.goto(`${gateway.url}/`);
    assert.match(await page.locator("main").innerText(), /Claiming needs JavaScript/);
  });
});

test("a picture in the record is shown, and one from elsewhere is not asked for", async () => {
  await withPage({}, async (page) => {
    await visit(page, gateway.url, plain);
    assert.equal(await page.locator("img.avatar").evaluate((image) => image.complete && image.naturalWidth), 1);
    const wallet = new TestWallet();
    gateway.run(
      wallet.privateKey,
      "claim",
      "remote.user.dm3.eth",
      "--text",
      "avatar=https://elsewhere.example/a.png",
    );
    await visit(page, gateway.url, "remote.user.dm3.eth");
    await page.locator("#verdict[data-verdict=good]").waitFor();
    assert.equal(await page.locator("svg.avatar").count(), 1);
    // That nothing was asked of another host is checked of every page.
  });
});

test("records full of markup, scripts, marks of direction and emoji break nothing", async () => {
  await withPage({ wallets: [new TestWallet()] }, async (page) => {
    page.on("dialog", () => assert.fail("a dialog"));
    await visit(page, gateway.url, hostile);
    // All of it fits its signature: what is shown is what was signed.
    await page.locator("#verdict[data-verdict=good]").waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const shown = await page.locator("main").evaluate((main) => main.textContent);
    for (const [key, value] of HOSTILE) {
      if (!/[\u0000-\u0008\u061C\u200F\u202E]/.test(value)) assert.ok(shown.includes(value), key);
    }
    assert.ok(!/[\u202E\u2066]/.test(shown) && shown.includes("U+202E"));
    const links = await page
      .locator("main a[href]")
      .evaluateAll((all) => all.map((link) => new URL(link.href).protocol));
    assert.deepEqual(new Set(links), new Set(["http:", "https:"]));
    assert.equal(await page.locator("main dl img, main iframe, main b, main i, main script").count(), 0);
  });
});

test("labels full of markup and marks of direction are told to be none", async () => {
  await withPage({}, async (page) => {
    for (const label of [SCRIPT, "\u202Eecila", "../../v1/info", "a/b?c#d", "%2e%2e", "😀".repeat(60), "a\u0000b"]) {
      await choose(page, gateway.url, label);
      assert.equal(
        await page.locator("#availability").getAttribute("data-kind"),
        label.startsWith("😀") ? "good" : "bad",
        label,
      );
      await page.goto(`${gateway.url}/names/${encodeURIComponent(label)}.user.dm3.eth`);
      assert.equal(await page.locator("h1").count(), 1, label);
      await page.goto(`${gateway.url}/?name=${encodeURIComponent(label)}.user.dm3.eth`);
      assert.equal(await page.evaluate(() => window.hacked), undefined, label);
    }
  });
});

test("an owner edits hostile records without changing them", async () => {
  const wallet = new TestWallet();
  const signer = new Wallet(wallet.privateKey);
  const texts = HOSTILE.map(([key, value]) => ({ key, value }));
  const name = "edited.user.dm3.eth";
  await putState(gateway.url, signer, {
    name,
    version: 1,
    previous: ZeroHash,
    owner: signer.address,
    records: { ...nothing(), texts },
  });
  await withPage({ wallets: [wallet] }, async (page) => {
    await visit(page, gateway.url, name, { asOwner: true });
    await page.getByRole("button", { name: "Edit records" }).click();
    await page.getByRole("button", { name: "Sign and save" }).click();
    await page.getByText("Your changes are saved.").waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  });
  const { records } = await (await fetch(`${gateway.url}/v1/names/${name}`)).json();
  assert.deepEqual(records.texts, texts);
});
