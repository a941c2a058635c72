// Pictures of both pages, light and dark, small and large, to be looked at:
//
//   node tests/clients/screenshots.mjs DIRECTORY
//
// The one in README is `readme.png`, as WebP.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TestWallet, newContext, startBrowser } from "./browser.mjs";
import { startGateway } from "./gateway.mjs";
import { choose, connect, sign, visit } from "./people.mjs";

const directory = process.argv[2] ?? "target/screenshots";
mkdirSync(directory, { recursive: true });
const gateway = await startGateway({ DM3_DELIVERY_SERVICES: "ds.example.eth" });
const browser = await startBrowser();
const owner = new TestWallet({ name: "Another Wallet", rdns: "example.another", privateKey: `0x${"7".repeat(64)}` });
const records = [
  "description=Bicycles, bread, and cryptography. Write to me about any of them.",
  "url=https://alice.example",
  "com.github=alice",
].flatMap((text) => ["--text", text]);
gateway.run(
  owner.privateKey,
  "claim",
  "alice.user.dm3.eth",
  ...records,
  "--address",
  "btc=bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
  "--contenthash",
  "ipfs://bafybeibj6lixxzqtsb45ysdjnupvqkufgdvzqbnvmhw2kf7cfkesy7r7d4",
);
gateway.run(owner.privateKey, "claim", "alice.user.dm3.eth", "--text", "location=Lisbon");

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of [
    ["small", { width: 360, height: 740 }],
    ["large", { width: 1100, height: 800 }],
  ]) {
    const wallet = new TestWallet();
    const { context } = await newContext(browser, {
      wallets: [wallet, owner],
      colorScheme,
      viewport,
      deviceScaleFactor: 2,
    });
    const page = await context.newPage();
    const shot = (what) =>
      page.screenshot({ path: join(directory, `${what}-${colorScheme}-${size}.png`), fullPage: true });
    await page.goto(`${gateway.url}/`);
    await page.locator(".wallet").first().waitFor();
    await shot("claim");
    await choose(page, gateway.url, "admin");
    await shot("claim-reserved");
    await choose(page, gateway.url, "berta");
    await connect(page);
    await page.getByRole("button", { name: "Sign 4 times" }).waitFor();
    wallet.failOnce("eth_signTypedData_v4", { code: 4001, message: "no" });
    await sign(page);
    await page.locator(".alert").waitFor();
    await shot("claim-signing");
    await sign(page);
    await page.locator("#done").waitFor();
    await shot("claim-done");
    await page.evaluate(() => sessionStorage.clear());
    await visit(page, gateway.url, "alice.user.dm3.eth");
    await page.locator("#verdict[data-verdict=good]").waitFor();
    await shot("name");
    if (colorScheme === "light" && size === "large") {
      const clip = { x: 150, y: 0, width: 800, height: 850 };
      await page.screenshot({ path: join(directory, "readme.png"), fullPage: true, clip });
    }
    await page.locator(".wallet").nth(1).click();
    await page.getByRole("button", { name: "Edit records" }).click();
    await page.getByRole("button", { name: "Sign and save" }).waitFor();
    await shot("name-editing");
    await visit(page, gateway.url, "berta2.user.dm3.eth");
    await shot("name-free");
    gateway.run(wallet.privateKey, "release", "berta.user.dm3.eth");
    await context.close();
  }
}
await browser.close();
await gateway.stop();
console.log(directory);
