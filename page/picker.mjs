// Where a name is chosen: says while it is typed whether it is to be had, and if not, why.

import { sameHex } from "./bytes.mjs";
import { button, fill, find, make } from "./dom.mjs";
import { asTrouble, sentence, words } from "./trouble.mjs";

const DEBOUNCE_MILLISECONDS = 250;

export class Picker {
  /** `free`, `mine` (of the account that is connected), or null, of the name in the field. */
  standing = null;
  #account = null;
  /** Why the name is not free. */
  #problem = null;
  #timer;
  #question;

  /** Calls back whenever the standing may have changed. */
  constructor(gateway, zones, changed) {
    Object.assign(this, { gateway, zones, changed });
    this.label = find("#label");
    this.select = find("#zone");
    this.says = find("#availability");
    this.hint = this.says.textContent;
  }

  /** Takes up a name that was wanted before, and listens. */
  start(wanted) {
    for (const control of document.querySelectorAll("#picker input, #picker select")) control.disabled = false;
    const zone = this.zones.find((one) => wanted?.endsWith(`.${one.name}`));
    if (zone) {
      if (this.select) this.select.value = zone.name;
      this.label.value = wanted.slice(0, -zone.name.length - 1);
    }
    this.label.addEventListener("input", () => this.#typed());
    this.select?.addEventListener("change", () => this.#typed());
    find("#picker").addEventListener("submit", (event) => {
      event.preventDefault();
      find("#step-wallet button")?.focus();
    });
    if (this.label.value) this.#check();
  }

  get zone() {
    return this.zones.find((zone) => zone.name === (this.select?.value ?? this.zones[0].name));
  }

  get name() {
    return `${this.label.value.trim()}.${this.zone.name}`;
  }

  /** A name that is taken may be taken by this account. */
  set account(account) {
    this.#account = account;
    if (this.#problem?.code === "conflict") this.#judge(this.#problem);
  }

  /** Somebody took the name meanwhile. */
  taken(owner) {
    this.#judge({ code: "conflict", owner });
    this.label.focus();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#question?.abort();
    this.standing = null;
    this.#problem = null;
    this.label.removeAttribute("aria-invalid");
    if (this.label.value.trim()) {
      this.#say("", "Looking…");
      this.#timer = setTimeout(() => this.#check(), DEBOUNCE_MILLISECONDS);
    } else {
      this.#say("", this.hint);
    }
    this.changed();
  }

  async #check() {
    this.#question = new AbortController();
    const { signal } = this.#question;
    try {
      const { problem } = await this.gateway.availability(this.name, signal);
      if (!signal.aborted) this.#judge(problem);
    } catch (error) {
      if (signal.aborted) return;
      const { title, next } = words(asTrouble(error));
      const again = button("Try again", () => this.#check(), { class: "link" });
      this.#say("bad", `${title}. ${next} `, again);
    }
  }

  #judge(problem) {
    const isMine = problem?.code === "conflict" && sameHex(problem.owner, this.#account);
    this.#problem = problem;
    this.standing = problem ? (isMine ? "mine" : null) : "free";
    this.label.toggleAttribute("aria-invalid", !this.standing);
    const name = make("strong", {}, this.name);
    if (!problem) this.#say("good", name, " is free.");
    else if (isMine) this.#say("good", name, " is yours. What you sign below changes its profile. ", this.#page());
    else this.#say("bad", ...this.#refusal(problem));
    this.changed();
  }

  /** Why a name is not to be had. */
  #refusal({ code, detail, normalForm }) {
    const suffix = `.${this.zone.name}`;
    switch (code) {
      case "conflict":
        return [make("strong", {}, this.name), " is taken. ", this.#page()];
      case "invalid-name":
        if (!normalForm?.endsWith(suffix)) return [sentence(detail)];
        return ["Names have one spelling only. This one is ", this.#offer(normalForm.slice(0, -suffix.length))];
      case "too-short":
        return [`That is too short: ${this.zone.minLabelLength} characters are the least here.`];
      case "reserved":
        return ["This label is reserved by whoever runs this gateway."];
      case "like-an-address":
        return ["Labels that look like an address are not given out, so that nobody passes for another account."];
      case "not-one-label":
        return ["A name here has no dot in it."];
      default:
        return [sentence(detail)];
    }
  }

  #offer(label) {
    const take = () => {
      this.label.value = label;
      this.label.focus();
      this.#typed();
    };
    return button(`Use ${label}`, take, { class: "link" });
  }

  #page() {
    return make("a", { href: this.gateway.page(this.name) }, "See its page");
  }

  #say(kind, ...what) {
    this.says.dataset.kind = kind;
    fill(this.says, ...what);
  }
}
