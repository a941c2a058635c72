// The page of a name: checks what it says, and lets its owner work.

import { parseAddress, shortAddress } from "./account.mjs";
import { sameHex } from "./bytes.mjs";
import { Connector } from "./connect.mjs";
import { alertBox, button, fill, find, make, newId } from "./dom.mjs";
import { editor } from "./editor.mjs";
import { Gateway, noRecords } from "./gateway.mjs";
import { keysExport } from "./keys.mjs";
import { Trouble, asTrouble, words } from "./trouble.mjs";
import { ZERO_ADDRESS } from "./state.mjs";
import { judgeChain, judgeNewest, profileVerdict, shows } from "./verify.mjs";

const NEWS = "dm3-news";

export function namePage(main) {
  showNews(main);
  if (main.dataset.owner) new NamePage(main).start();
}

/** What was done just before this page was loaded. */
function showNews(main) {
  const { name, text } = JSON.parse(sessionStorage.getItem(NEWS) ?? "{}");
  sessionStorage.removeItem(NEWS);
  if (name !== main.dataset.name) return;
  const news = make("p", { class: "notice news", role: "status", tabindex: "-1" }, text);
  find(".hero", main).after(news);
  news.focus();
}

class NamePage {
  constructor(main) {
    const { name, owner, account, version, addressName, open, root, chainId } = main.dataset;
    Object.assign(this, {
      main,
      name,
      owner,
      account,
      addressName,
      isOpen: open === "true",
      version: Number(version),
    });
    this.gateway = new Gateway(root, Number(chainId));
    this.manage = find("#manage .body");
  }

  start() {
    this.verify();
    this.place = make("div");
    this.tools = make("div", { class: "tools" });
    fill(this.manage, this.place, this.tools);
    new Connector(this.place, {
      connected: (wallet) => this.connected(wallet),
      lost: () => fill(this.tools),
    }).start();
  }

  // Verifying

  async verify() {
    const verdict = find("#verdict");
    try {
      const [chain, inherited] = await Promise.all([
        judgeChain(this.gateway, this.name, this.version),
        this.addressName ? judgeNewest(this.gateway, this.addressName) : null,
      ]);
      const own = chain.at(-1);
      if (own?.link.state.version !== this.version || !sameHex(own.link.state.owner, this.owner))
        throw new Trouble("changed", { name: this.name });
      const verdicts = this.markAll(own, inherited, chain);
      this.tell(verdict, verdicts);
    } catch (error) {
      const { title, next } = words(asTrouble(error));
      verdict.dataset.verdict = "unknown";
      verdict.textContent = `Not checked: ${title}. ${next}`;
    }
  }

  /** Says at each answer what vouches for it. */
  markAll(own, inherited, chain) {
    const counted = { signed: 0, chain: 0, gateway: 0, bad: 0 };
    for (const mark of this.main.querySelectorAll(".mark")) {
      const { mark: source, key, coin, version } = mark.dataset;
      let judged = { verdict: "gateway" };
      if (source === "own" || source === "inherited") {
        const state = source === "own" ? own : inherited;
        judged = state && shows(state, key, coin, mark) ? state : { verdict: "bad" };
      } else if (source === "profile") {
        const record = find("[data-key]", mark.parentElement).dataset;
        const holder = record.mark === "own" ? own : inherited;
        judged = { ...holder, verdict: profileVerdict(holder, record.key, this.account, mark.closest("dl")) };
      } else if (source === "state") {
        judged = chain.find(({ link }) => link.state.version === Number(version)) ?? judged;
      } else if (source === "owner") {
        const account = find(".account", mark.parentElement).textContent;
        judged = sameHex(account, own.link.state.owner) ? own : { verdict: "bad" };
      }
      const name = { signed: "signed", chain: "chain", bad: "bad" }[judged.verdict] ?? "gateway";
      mark.dataset.verified = name;
      counted[name] += 1;
      // What is usual takes no room, so that nothing moves; it has its sign, and is said to those who do not see it.
      mark.append(
        {
          signed: make("span", { class: "unseen" }, ", checked here"),
          chain: `, as the chain said in block ${judged.block}`,
          bad: ": this does not fit",
          gateway: "",
        }[name],
      );
    }
    return counted;
  }

  tell(verdict, { chain, gateway, bad }) {
    const [kind, text] = bad
      ? ["bad", "Something here does not fit its signature. Do not rely on it."]
      : gateway
        ? [
            "good",
            "What has a tick is signed by its owner, your browser has checked. For the rest there is this gateway’s word only.",
          ]
        : chain
          ? ["good", "Signed by its owner, a contract, as the chain has told this gateway."]
          : ["good", "Signed by its owner, checked in your browser."];
    verdict.dataset.verdict = kind;
    verdict.textContent = text;
  }

  // The owner's work

  connected(wallet) {
    if (!sameHex(wallet.account, this.owner)) {
      return fill(
        this.tools,
        make(
          "p",
          { class: "notice", role: "status" },
          `This name is held by another account, ${shortAddress(this.owner)}. Only that one can change it.`,
        ),
      );
    }
    this.wallet = wallet;
    this.showTools();
  }

  showTools() {
    find("#manage-title").textContent = "Your name";
    find("#manage > .about").textContent = "Every change is a signature: it costs nothing.";
    const panel = make("div", { class: "panel" });
    const open = (show) => async () => {
      fill(panel);
      try {
        await show(panel);
        panel.querySelector("h3")?.focus();
      } catch (error) {
        fill(panel, alertBox(words(asTrouble(error))));
      }
    };
    const profile = new URL(
      `./?name=${encodeURIComponent(this.name)}`,
      new URL(this.main.dataset.root, location.href),
    );
    fill(
      this.tools,
      make(
        "div",
        { class: "buttons" },
        button(
          "Edit records",
          open((place) => this.edit(place)),
          { class: "button primary" },
        ),
        // An address name is its account's for ever, and its profile is changed with the names that it serves.
        this.isOpen && make("a", { class: "button", href: profile.href }, "Delivery services"),
        this.isOpen &&
          button(
            "Transfer",
            open((place) => this.transfer(place)),
          ),
        button(
          "Release",
          open((place) => this.release(place)),
        ),
      ),
      panel,
      keysExport(this.wallet),
    );
  }

  async edit(place) {
    const current = await this.current();
    await editor(place, this.gateway, current.records, {
      save: (records) =>
        this.put(this.gateway.next(current, this.wallet.account, records), "Your changes are saved."),
      cancel: () => this.closed(place),
    });
  }

  async transfer(place) {
    const current = await this.current();
    const id = newId("to");
    const says = make("p", { class: "field-says", id: `${id}-says`, role: "alert" });
    const input = make("input", {
      id,
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "0x…",
      "aria-describedby": `${id}-about ${id}-says`,
    });
    const trouble = make("div");
    const sign = async () => {
      fill(trouble);
      const account = parseAddress(input.value.trim());
      const wrong = !account
        ? "An account is expected: 0x and 40 hex digits. If some letters are capitals, the checksum has to fit."
        : account === ZERO_ADDRESS
          ? "Nobody has this account. To give the name up, release it."
          : sameHex(account, this.owner) && "That is your own account.";
      says.textContent = wrong || "";
      input.toggleAttribute("aria-invalid", Boolean(wrong));
      if (wrong) return input.focus();
      await this.attempt(trouble, () =>
        this.put(this.gateway.next(current, account, noRecords()), `${this.name} belongs to ${account} now.`),
      );
    };
    fill(
      place,
      make("h3", { tabindex: "-1" }, "Transfer the name"),
      make(
        "p",
        { id: `${id}-about` },
        "The name goes to another account, with no records in it: its new owner sets their own. You cannot take it back.",
      ),
      make("label", { for: id }, "The new owner’s account"),
      input,
      says,
      make(
        "div",
        { class: "buttons" },
        button("Sign the transfer", sign, { class: "button danger" }),
        button("Cancel", () => this.closed(place)),
      ),
      trouble,
    );
  }

  async release(place) {
    const current = await this.current();
    const trouble = make("div");
    const sign = () =>
      this.attempt(trouble, () => this.put(this.gateway.release(current), `${this.name} is released.`));
    fill(
      place,
      make("h3", { tabindex: "-1" }, "Release the name"),
      make(
        "p",
        {},
        "The name answers nothing any more, at once, and anybody can claim it. What it held stays in its history.",
      ),
      make(
        "div",
        { class: "buttons" },
        button("Sign the release", sign, { class: "button danger" }),
        button("Cancel", () => this.closed(place)),
      ),
      trouble,
    );
  }

  closed(place) {
    fill(place);
    find("button", this.tools).focus();
  }

  /** The name as it is now, unless it is somebody else's meanwhile. */
  async current() {
    const current = await this.gateway.name(this.name);
    if (!sameHex(current.owner, this.wallet.account)) throw new Trouble("changed", { name: this.name });
    return current;
  }

  async attempt(place, work) {
    try {
      await work();
    } catch (error) {
      fill(place, alertBox(words(asTrouble(error))));
    }
  }

  async put(state, done) {
    const signature = await this.wallet.signState(state);
    try {
      await this.gateway.put(state, signature);
    } catch (error) {
      throw error.kind === "conflict" ? new Trouble("changed", { name: this.name }) : error;
    }
    sessionStorage.setItem(NEWS, JSON.stringify({ name: this.name, text: done }));
    location.reload();
    // Nothing more happens on this page.
    await new Promise(() => {});
  }
}
