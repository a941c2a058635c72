// Headless Chromium, and wallets in it: page scripts that announce themselves by EIP-6963, with a viem account behind.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 96'%3E%3Crect width='96' height='96' rx='22' fill='%23e8743b'/%3E%3Ccircle cx='48' cy='48' r='20' fill='%23fff'/%3E%3C/svg%3E";

/** Starts the browser: $CHROMIUM, or Debian's. */
export function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`there is no ${executablePath}: apt-get install chromium, or set CHROMIUM`);
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A wallet. `answer` can be replaced, to be another kind of wallet for a while. */
export class TestWallet {
  static #count = 0;
  asked = [];

  constructor({ name = "Test Wallet", rdns = "example.wallet", privateKey = generatePrivateKey() } = {}) {
    this.account = privateKeyToAccount(privateKey);
    this.privateKey = privateKey;
    this.info = {
      uuid: `00000000-0000-4000-8000-${String(++TestWallet.#count).padStart(12, "0")}`,
      name,
      icon: ICON,
      rdns,
    };
    this.connected = false;
    this.answer = (method, params) => this.sign(method, params);
  }

  get address() {
    return this.account.address;
  }

  /** What an ordinary wallet does. */
  async sign(method, [first, second] = []) {
    switch (method) {
      case "eth_requestAccounts":
        this.connected = true;
        return [this.address.toLowerCase()];
      case "eth_accounts":
        return this.connected ? [this.address.toLowerCase()] : [];
      case "personal_sign":
        return this.account.signMessage({ message: { raw: first } });
      case "eth_signTypedData_v4":
        return this.account.signTypedData(JSON.parse(second));
      default:
        throw { code: -32601, message: `${method} is not known` };
    }
  }

  /** Answers the next question of this method with that error. */
  failOnce(method, error) {
    const before = this.answer;
    this.answer = (asked, params) => {
      if (asked !== method) return before(asked, params);
      this.answer = before;
      throw error;
    };
  }

  /** Puts the wallet into all pages of a context that are loaded from now on. */
  async install(context) {
    const bridge = `wallet${this.info.uuid.replaceAll("-", "")}`;
    await context.exposeFunction(bridge, async (method, params) => {
      this.asked.push(method);
      try {
        return { result: await this.answer(method, params) };
      } catch (error) {
        if (error.code === undefined && error instanceof Error) throw error;
        return { error };
      }
    });
    await context.addInitScript(announce, { info: this.info, bridge });
    this.bridge = bridge;
  }

  /** Tells a page what a wallet tells by itself. */
  emit(page, event, value) {
    return page.evaluate(
      ([bridge, event, value]) => window[`${bridge}Emit`](event, value),
      [this.bridge, event, value],
    );
  }
}

/** Runs in the page. */
function announce({ info, bridge }) {
  const listeners = {};
  const provider = {
    async request({ method, params }) {
      const { result, error } = await window[bridge](method, params);
      if (error) throw Object.assign(new Error(error.message), error);
      return result;
    },
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    removeListener: () => {},
  };
  window[`${bridge}Emit`] = (event, value) => listeners[event]?.forEach((listener) => listener(value));
  const detail = Object.freeze({ info: Object.freeze(info), provider });
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  tell();
}

/**
 * A context with these wallets whose pages are watched: `complaints` gets every request to another host, every violation of
 * the Content-Security-Policy, every error of a script and every error on the console.
 */
export async function newContext(browser, { wallets = [], ...options } = {}) {
  const context = await browser.newContext(options);
  const complaints = [];
  let origin;
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!url.protocol.startsWith("http")) return;
    origin ??= url.origin;
    if (url.origin !== origin) complaints.push(`asked ${url}`);
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("console", (message) => {
    // What a status of the gateway makes the browser write is no fault of the page.
    if (message.type() === "error" && !/Failed to load resource: the server responded/.test(message.text()))
      complaints.push(message.text());
  });
  for (const wallet of wallets) await wallet.install(context);
  return { context, complaints };
}
