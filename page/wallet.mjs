// Wallets: found by EIP-6963, spoken to by EIP-1193.

import { normalSignature, parseAddress, personalDigest, recover } from "./account.mjs";
import { toHex, utf8 } from "./bytes.mjs";
import { stateHash, stateSigner, typedData } from "./state.mjs";
import { Trouble, walletTrouble } from "./trouble.mjs";

const REMEMBERED = "dm3-wallet";

/** Calls back for each wallet that announces itself, now or later, once. */
export function discover(found) {
  const seen = new Set();
  window.addEventListener("eip6963:announceProvider", ({ detail }) => {
    const { info, provider } = detail ?? {};
    if (typeof info?.uuid !== "string" || typeof provider?.request !== "function" || seen.has(info.uuid)) return;
    seen.add(info.uuid);
    found(new Wallet(info, provider));
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** The kind of wallet that was connected last in this tab. */
export const rememberedWallet = () => sessionStorage.getItem(REMEMBERED);

export class Wallet {
  /** The account that is connected, with its checksum; null before. */
  account = null;
  #provider;
  #listening = false;

  constructor(info, provider) {
    this.#provider = provider;
    this.id = String(info.rdns ?? info.uuid);
    this.name = String(info.name ?? "Wallet").slice(0, 60);
    // Only pictures that are all there: nothing is fetched from elsewhere.
    this.icon = /^data:image\//.test(info.icon) ? info.icon : null;
  }

  /** Asks the person for an account. */
  async connect() {
    return this.#use(await this.#request("eth_requestAccounts"));
  }

  /** Takes up an account that this page may use already, without a question; null when there is none. */
  async reconnect() {
    const accounts = await this.#request("eth_accounts").catch(() => []);
    return accounts?.length ? this.#use(accounts) : null;
  }

  /** The wallet's own spelling of a signature over a text, and the one that the gateway takes. */
  async signMessage(text) {
    const raw = await this.#sign("personal_sign", [toHex(utf8(text)), this.account.toLowerCase()]);
    return { raw, signature: this.#check(raw, recover(personalDigest(text), raw)) };
  }

  /** A signature over a state. */
  async signState(state) {
    const raw = await this.#sign("eth_signTypedData_v4", [this.account.toLowerCase(), JSON.stringify(typedData(state))]);
    return this.#check(raw, stateSigner(stateHash(state), raw));
  }

  /** Told of what the wallet does by itself: `accounts` (the new ones) or `disconnect`. */
  onChange = () => {};

  async #use(accounts) {
    const account = parseAddress(accounts?.[0] ?? "");
    if (!account) throw new Trouble("locked");
    this.account = account;
    sessionStorage.setItem(REMEMBERED, this.id);
    this.#listen();
    return account;
  }

  #listen() {
    if (this.#listening || typeof this.#provider.on !== "function") return;
    this.#listening = true;
    this.#provider.on("accountsChanged", (accounts) => {
      const account = parseAddress(accounts?.[0] ?? "");
      if (account !== this.account) this.onChange(account ? new Trouble("account-changed", { account, expected: this.account }) : new Trouble("locked"));
    });
    this.#provider.on("disconnect", () => this.onChange(new Trouble("disconnected")));
  }

  async #sign(method, parameters) {
    const raw = await this.#request(method, parameters);
    if (typeof raw !== "string" || !raw.startsWith("0x")) throw new Trouble("wallet", { message: "it gave no signature" });
    return raw;
  }

  #check(raw, signer) {
    const signature = normalSignature(raw);
    if (!signature) throw new Trouble("contract");
    if (signer !== this.account) throw new Trouble("wrong-account", { signer: signer ?? "nobody", expected: this.account });
    return signature;
  }

  async #request(method, params) {
    try {
      return await this.#provider.request(params ? { method, params } : { method });
    } catch (error) {
      throw walletTrouble(error);
    }
  }
}
