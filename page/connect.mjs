// Choosing and connecting a wallet.

import { shortAddress } from "./account.mjs";
import { alertBox, button, fill, make } from "./dom.mjs";
import { asTrouble, words } from "./trouble.mjs";
import { discover, rememberedWallet } from "./wallet.mjs";

/** How long wallets have to announce themselves before the page says that there is none. */
const PATIENCE_MILLISECONDS = 600;

/**
 * Shows the wallets that there are, and connects the one that is chosen. `connected(wallet, asked)` is called with each
 * account that comes of it, `lost()` when there is none any more. What was connected in this tab is again, without a question.
 */
export function connector(place, { connected, lost }) {
  const wallets = [];
  let current = null;
  let trouble = null;
  let patient = true;

  const show = () => {
    if (current) return showConnected();
    const choices = wallets.map((wallet) =>
      button([wallet.icon && make("img", { src: wallet.icon, alt: "", width: 24, height: 24 }), wallet.name].filter(Boolean), () => connect(wallet), { class: "wallet" }));
    fill(place, trouble && alertBox(words(asTrouble(trouble))), choices.length ? make("div", { class: "wallets" }, choices) : none());
  };
  const none = () =>
    patient
      ? make("p", { class: "quiet" }, "Looking for wallets…")
      : make("div", { class: "notice", role: "status" },
          make("p", {}, make("strong", {}, "No wallet was found in this browser.")),
          make("p", {}, "A wallet is a program that keeps the keys of an Ethereum account. Install one as an extension of this browser, or open this page in the browser that a wallet on your phone has. Then load the page again."));
  const showConnected = () =>
    fill(place,
      make("p", { class: "account-line" }, make("code", { title: current.account }, shortAddress(current.account)), ` with ${current.name}. `,
        button("Use another", () => leave(null), { class: "link", "aria-label": "Use another account or wallet" })));

  const leave = (why) => {
    if (current) current.onChange = () => {};
    current = null;
    trouble = why;
    show();
    lost(why);
  };
  const use = async (wallet, asked) => {
    current = wallet;
    trouble = null;
    wallet.onChange = (change) => {
      // Another account is another owner: nothing goes on by itself.
      const action = change.kind === "account-changed" && button(`Use ${shortAddress(change.details.account)}`, () => connect(wallet));
      leave(change);
      if (action) place.querySelector(".alert").append(action);
    };
    show();
    await connected(wallet, asked);
  };
  const connect = async (wallet) => {
    try {
      await wallet.connect();
    } catch (error) {
      trouble = error;
      current = null;
      return show();
    }
    await use(wallet, true);
  };

  discover(async (wallet) => {
    wallets.push(wallet);
    show();
    if (!current && wallet.id === rememberedWallet() && (await wallet.reconnect()) && !current) await use(wallet, false);
  });
  setTimeout(() => {
    patient = false;
    show();
  }, PATIENCE_MILLISECONDS);
  show();
}
