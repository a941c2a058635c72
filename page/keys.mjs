// The keys of a dm3 profile as a file. They are made anew from the wallet each time, and kept nowhere.

import { download, make, button, alertBox, fill } from "./dom.mjs";
import { keysFrom, keysMessage } from "./profile.mjs";
import { asTrouble, words } from "./trouble.mjs";

/** Asks the wallet for the signature that the keys follow from. */
export async function deriveKeys(wallet) {
  const { raw } = await wallet.signMessage(keysMessage(wallet.account));
  return keysFrom(raw);
}

/** Explains what the file is, and gives it to whoever asks for it. */
export function keysExport(wallet) {
  const says = make("div");
  const save = async () => {
    fill(says);
    try {
      const keys = await deriveKeys(wallet);
      download(
        `dm3-keys-${wallet.account}.json`,
        `${JSON.stringify({ account: wallet.account, ...keys }, null, 2)}\n`,
      );
      fill(says, make("p", { class: "quiet", role: "status" }, "The file is among your downloads."));
    } catch (error) {
      fill(says, alertBox(words(asTrouble(error))));
    }
  };
  return make(
    "details",
    { class: "keys" },
    make("summary", {}, "Export your keys"),
    make(
      "p",
      {},
      "You need no copy: your wallet makes the same keys again whenever you sign the same sentence. For a program without a wallet you can save them as a file. Whoever has it can read your messages and write in your name.",
    ),
    button("Sign and save the keys", save, { class: "button quiet-button" }),
    says,
  );
}
