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
    const signer = recover(personalDigest(text), raw);
    if (signer === this.account) return { raw, signature: normalSignature(raw) };
    // What a contract signs can be another thing each time, so no keys follow from it.
    throw (await this.#isContract(raw)) ? new Trouble("contract") : this.#wrongAccount(signer);
  }

  /** A signature over a state. That of a contract is for the chain to check, which the gateway asks. */
  async signState(state) {
    const raw = await this.#sign("eth_signTypedData_v4", [
      this.account.toLowerCase(),
      JSON.stringify(typedData(state)),
    ]);
    const signer = stateSigner(stateHash(state), raw);
    if (signer === this.account) return normalSignature(raw);
    if (await this.#isContract(raw)) return raw;
    throw this.#wrongAccount(signer);
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
      if (account !== this.account)
        this.onChange(
          account ? new Trouble("account-changed", { account, expected: this.account }) : new Trouble("locked"),
        );
    });
    this.#provider.on("disconnect", () => this.onChange(new Trouble("disconnected")));
  }

  async #sign(method, parameters) {
    const raw = await this.#request(method, parameters);
    if (typeof raw !== "string" || !raw.startsWith("0x"))
      throw new Trouble("wallet", { message: "it gave no signature" });
    return raw;
  }

  #wrongAccount(signer) {
    return new Trouble("wrong-account", { signer: signer ?? "nobody", expected: this.account });
  }

  /** Whether the account is a contract, or will be one when what ERC-6492 wraps is done. */
  async #isContract(signature) {
    if (signature.endsWith("6492".repeat(16))) return true;
    const code = await this.#request("eth_getCode", [this.account.toLowerCase(), "latest"]).catch(() => "0x");
    return typeof code === "string" && code.length > 2;
  }

  async #request(method, params) {
    try {
      return await this.#provider.request(params ? { method, params } : { method });
    } catch (error) {
      throw walletTrouble(error);
    }
  }
}
