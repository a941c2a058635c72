// Choosing and connecting a wallet.

import { shortAddress } from "./account.mjs";
import { alertBox, button, fill, make } from "./dom.mjs";
import { asTrouble, words } from "./trouble.mjs";
import { discover, rememberedWallet } from "./wallet.mjs";

/** How long wallets have to announce themselves before the page says that there is none. */
const PATIENCE_MILLISECONDS = 600;

/**
 * Shows the wallets that there are, and connects the one that is chosen. What was connected in this tab is so again, without
 * a question.
 */
export class Connector {
  #wallets = [];
  #current = null;
  #trouble = null;
  #isPatient = true;

  /** `connected(wallet)` is called with each account that comes of it, `lost()` when there is none any more. */
  constructor(place, { connected, lost }) {
    Object.assign(this, { place, connected, lost });
  }

  start() {
    this.#show();
    discover((wallet) => this.#found(wallet));
    setTimeout(() => {
      this.#isPatient = false;
      if (!this.#wallets.length) this.#show();
    }, PATIENCE_MILLISECONDS);
  }

  async #found(wallet) {
    this.#wallets.push(wallet);
    if (!this.#current) this.#show();
    if (wallet.id !== rememberedWallet()) return;
    if ((await wallet.reconnect()) && !this.#current) this.#use(wallet);
  }

  async #connect(wallet) {
    try {
      await wallet.connect();
    } catch (error) {
      this.#trouble = error;
      return this.#show();
    }
    this.#use(wallet);
  }

  #use(wallet) {
    this.#current = wallet;
    this.#trouble = null;
    // Another account is another owner: nothing goes on by itself.
    wallet.onChange = (change) => this.#leave(change);
    this.#show();
    this.connected(wallet);
  }

  #leave(trouble) {
    this.#current.onChange = () => {};
    this.#trouble = trouble;
    const left = this.#current;
    this.#current = null;
    this.#show(left);
    this.lost();
  }

  #show(left) {
    if (this.#current) fill(this.place, this.#account(this.#current));
    else fill(this.place, this.#trouble && this.#alert(left), this.#wallets.length ? this.#choices() : this.#none());
  }

  #alert(left) {
    const { kind, details } = this.#trouble;
    const box = alertBox(words(asTrouble(this.#trouble)));
    if (kind === "account-changed") {
      box.append(button(`Use ${shortAddress(details.account)}`, () => this.#connect(left)));
    }
    return box;
  }

  #account({ account, name }) {
    const leave = button("Use another", () => this.#leave(null), {
      class: "link",
      "aria-label": "Use another account or wallet",
    });
    const shown = make("code", { title: account }, shortAddress(account));
    return make("p", { class: "account-line" }, shown, ` with ${name}. `, leave);
  }

  #choices() {
    const choice = (wallet) => {
      const icon = wallet.icon && make("img", { src: wallet.icon, alt: "", width: 24, height: 24 });
      const press = button(wallet.name, () => this.#connect(wallet), { class: "wallet" });
      if (icon) press.prepend(icon);
      return press;
    };
    return make("div", { class: "wallets" }, this.#wallets.map(choice));
  }

  #none() {
    if (this.#isPatient) return make("p", { class: "quiet" }, "Looking for wallets…");
    return make(
      "div",
      { class: "notice", role: "status" },
      make("p", {}, make("strong", {}, "No wallet was found in this browser.")),
      make(
        "p",
        {},
        "A wallet is a program that keeps the keys of an Ethereum account. Install one as an extension of this browser, or open this page in the browser that a wallet on your phone has. Then load the page again.",
      ),
    );
  }
}
