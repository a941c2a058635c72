// What people do on the pages.

/** Opens the claim page, and types a label. */
export async function choose(page, gatewayUrl, label) {
  await page.goto(`${gatewayUrl}/`);
  await page.fill("#label", label);
  await page.locator("#availability[data-kind]:not([data-kind=''])").waitFor();
}

/** Claims a name with the only wallet that there is. */
export async function claim(page, gatewayUrl, label) {
  await choose(page, gatewayUrl, label);
  await connect(page);
  await sign(page);
  await page.locator("#done").waitFor();
}

/** Connects a wallet, by its name if there are several. */
export const connect = (page, name) => page.locator(".wallet", { hasText: name }).first().click();

/** Presses what begins the signing, or goes on with it. */
export const sign = (page) => page.getByRole("button", { name: /^(Sign( \d times)?|Go on)$/ }).click();

/** Opens the page of a name, as its owner if the wallet is. */
export async function visit(page, gatewayUrl, name, { asOwner = false } = {}) {
  await page.goto(`${gatewayUrl}/names/${name}`);
  if (!asOwner) return;
  // A wallet that was connected in this tab is so again.
  await page.locator("#manage .wallet, #manage .account-line").first().waitFor();
  const known = page.locator("#manage .account-line");
  await known.waitFor({ timeout: 1000 }).catch(() => connect(page));
  await page.getByRole("button", { name: "Edit records" }).waitFor();
}

/** In the open editor: a record of this kind, with this value. */
export async function addRecord(page, group, choice, value, other) {
  const fieldset = page.locator("fieldset", { hasText: group }).first();
  await fieldset.locator("select").selectOption(choice);
  if (other) await fieldset.locator(".add-row input").fill(other);
  await fieldset.getByRole("button", { name: "Add", exact: true }).click();
  await page.keyboard.insertText(value);
}

/** What the alert says. */
export const alertText = (page) => page.locator(".alert").first().innerText();
