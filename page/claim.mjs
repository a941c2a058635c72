// The claim page: a name, a wallet, delivery services, and then up to four signatures.

import { shortAddress } from "./account.mjs";
import { connector } from "./connect.mjs";
import { alertBox, button, fill, find, make } from "./dom.mjs";
import { Gateway, withText } from "./gateway.mjs";
import { deriveKeys, keysExport } from "./keys.mjs";
import { PROFILE_RECORD, creationMessage, isSignedBy, profileOf, profileRecord, readProfileRecord } from "./profile.mjs";
import { sameHex } from "./bytes.mjs";
import { Trouble, asTrouble, sentence, words } from "./trouble.mjs";

const DEBOUNCE_MILLISECONDS = 250;
const PROGRESS = "dm3-claim";

export function claimPage(main) {
  const zones = JSON.parse(main.dataset.zones);
  if (zones.length) new ClaimPage(main, zones).start();
}

class ClaimPage {
  constructor(main, zones) {
    this.gateway = new Gateway(main.dataset.root, Number(main.dataset.chainId));
    this.zones = zones;
    this.preset = JSON.parse(main.dataset.services);
    this.label = find("#label");
    this.says = find("#availability");
    this.body = (step) => find(`#step-${step} .body`);
    this.wallet = null;
    /** `free`, `mine` or null, of the name in the field. */
    this.standing = null;
    this.problem = null;
    this.services = null;
    /** What is not secret of a claim that is not finished. */
    this.progress = JSON.parse(sessionStorage.getItem(PROGRESS) ?? "{}");
  }

  start() {
    const wanted = new URLSearchParams(location.search).get("name") ?? this.progress.name;
    this.hint = this.says.textContent;
    for (const control of document.querySelectorAll("#picker input, #picker select")) control.disabled = false;
    if (wanted) this.prefill(wanted);
    this.label.addEventListener("input", () => this.typed());
    find("#zone")?.addEventListener("change", () => this.typed());
    find("#picker").addEventListener("submit", (event) => {
      event.preventDefault();
      find("#step-wallet button")?.focus();
    });
    this.showServices(this.progress.services ?? this.preset);
    connector(this.body("wallet"), {
      connected: (wallet) => this.connected(wallet),
      lost: () => this.lost(),
    });
    this.showSteps();
    if (this.label.value) this.check();
  }

  get zone() {
    return this.zones.find((zone) => zone.name === (find("#zone")?.value ?? this.zones[0].name));
  }

  get name() {
    return `${this.label.value.trim()}.${this.zone.name}`;
  }

  prefill(name) {
    const zone = this.zones.find((one) => name.endsWith(`.${one.name}`));
    if (!zone) return;
    if (find("#zone")) find("#zone").value = zone.name;
    this.label.value = name.slice(0, -zone.name.length - 1);
  }

  remember(change) {
    this.progress = { ...this.progress, ...change };
    sessionStorage.setItem(PROGRESS, JSON.stringify(this.progress));
  }

  // The name

  typed() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.standing = null;
    this.showSteps();
    this.label.removeAttribute("aria-invalid");
    if (!this.label.value.trim()) return this.say("", this.hint);
    this.say("", "Looking…");
    this.timer = setTimeout(() => this.check(), DEBOUNCE_MILLISECONDS);
  }

  async check() {
    const name = this.name;
    this.question = new AbortController();
    const { signal } = this.question;
    try {
      const { available, problem } = await this.gateway.availability(name, signal);
      if (signal.aborted) return;
      this.judge(name, available ? null : problem);
    } catch (error) {
      if (signal.aborted) return;
      const { title, next } = words(asTrouble(error));
      this.say("bad", `${title}. ${next} `, button("Try again", () => this.check(), { class: "link" }));
    }
  }

  judge(name, problem) {
    this.problem = problem;
    const mine = problem?.code === "conflict" && sameHex(problem.owner, this.wallet?.account);
    this.standing = problem ? (mine ? "mine" : null) : "free";
    this.label.toggleAttribute("aria-invalid", !this.standing);
    if (!problem) {
      this.say("good", make("strong", {}, name), " is free.");
      this.remember({ name });
    } else if (mine) {
      this.say("good", make("strong", {}, name), " is yours. What you sign below changes its profile. ", this.pageLink(name));
    } else {
      this.say("bad", ...this.refusal(name, problem));
    }
    this.showSteps();
    this.showSigning();
  }

  /** Why a name is not to be had. */
  refusal(name, { code, detail, normalForm }) {
    const suffix = `.${this.zone.name}`;
    switch (code) {
      case "conflict":
        return [make("strong", {}, name), " is taken. ", this.pageLink(name)];
      case "invalid-name":
        if (normalForm?.endsWith(suffix)) {
          const better = normalForm.slice(0, -suffix.length);
          return ["Names have one spelling only. This one is ", button(`Use ${better}`, () => this.take(better), { class: "link" })];
        }
        return [sentence(detail)];
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

  take(label) {
    this.label.value = label;
    this.label.focus();
    this.typed();
  }

  pageLink(name) {
    return make("a", { href: this.gateway.page(name) }, "See its page");
  }

  say(kind, ...what) {
    this.says.dataset.kind = kind;
    fill(this.says, ...what);
  }

  // The wallet

  async connected(wallet) {
    this.wallet = wallet;
    this.home = null;
    this.trouble = null;
    if (this.progress.account !== wallet.account) this.remember({ account: wallet.account, signed: null });
    if (this.problem?.code === "conflict") this.judge(this.name, this.problem);
    this.showSteps();
    await this.lookAround();
  }

  lost() {
    this.wallet = null;
    if (this.standing === "mine") this.judge(this.name, this.problem);
    this.showSteps();
    this.showSigning();
  }

  /** What the account has already: names, and a profile. */
  async lookAround() {
    const { wallet, zone } = this;
    try {
      const [held, home] = await Promise.all([this.gateway.heldBy(wallet.account, zone.name), this.readHome()]);
      if (this.wallet !== wallet) return;
      this.home = home;
      const others = held.filter(({ name }) => name !== this.name);
      if (others.length) {
        const links = others.map(({ name }, at) => [at ? ", " : "", make("a", { href: this.gateway.page(name) }, name)]);
        find(".held-names", this.body("wallet"))?.remove();
        this.body("wallet").append(make("p", { class: "quiet held-names" }, "This account holds ", ...links.flat(), " already."));
      }
      const current = this.currentProfile(home);
      if (current && !this.progress.services) this.showServices(current.profile.deliveryServices);
    } catch (error) {
      this.trouble = error;
    }
    this.showSigning();
  }

  /** Where the profile of the account lives, if not in the name itself. */
  get homeName() {
    return this.zone.inheritFrom ? `${this.wallet.account.toLowerCase()}.${this.zone.inheritFrom}` : null;
  }

  async readHome() {
    return this.homeName ? this.gateway.name(this.homeName) : null;
  }

  /** The profile that a name holds, if it counts. */
  currentProfile(holder) {
    const record = holder?.records.texts.find(({ key }) => key === PROFILE_RECORD);
    const signed = record && readProfileRecord(record.value);
    return signed && isSignedBy(signed, this.wallet.account) ? signed : null;
  }

  // Delivery services

  showServices(names) {
    this.services = [...names];
    const place = this.body("services");
    const list = make("ol", { class: "services-edit" });
    const rows = () => {
      fill(list, this.services.map((service, at) => {
        const input = make("input", { type: "text", value: service, "aria-label": `Delivery service ${at + 1}`, placeholder: "ds.example.eth", autocapitalize: "none", spellcheck: "false" });
        input.addEventListener("input", () => {
          this.services[at] = input.value;
          changed();
        });
        return make("li", {}, input, button("Remove", () => {
          this.services.splice(at, 1);
          rows();
          changed();
          (list.querySelectorAll("input")[Math.max(0, at - 1)] ?? add).focus();
        }, { class: "link", "aria-label": `Remove delivery service ${at + 1}` }));
      }));
      none.hidden = this.services.length > 0;
    };
    const changed = () => {
      this.remember({ services: this.services });
      this.showSigning();
    };
    const none = make("p", { class: "quiet" }, "None yet: nobody can write to you until your profile names one. You can add one at any time, here.");
    const add = button("Add a delivery service", () => {
      this.services.push("");
      rows();
      list.lastElementChild.querySelector("input").focus();
    }, { class: "button quiet-button" });
    fill(place, list, none, add);
    rows();
  }

  /** Those that are filled in; a trouble with the first that cannot be one. */
  wantedServices() {
    const names = this.services.map((name) => name.trim().toLowerCase()).filter(Boolean);
    // dm3's clients cannot read others in a profile.
    const wrong = names.find((name) => !/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name));
    if (wrong !== undefined) throw new Trouble("invalid-record", { detail: `“${wrong}” is not the name of a delivery service, such as ds.example.eth` });
    return [...new Set(names)];
  }

  // Signing

  showSteps() {
    const ready = Boolean(this.standing);
    const connected = Boolean(this.wallet);
    const state = (step, value) => (find(`#step-${step}`).dataset.state = value);
    state("name", ready ? "done" : "open");
    state("wallet", connected ? "done" : ready ? "open" : "later");
    state("services", ready && connected ? "open" : "later");
    state("sign", ready && connected ? "open" : "later");
  }

  /** What has to be signed, from what there is now. */
  plan() {
    const services = this.wantedServices();
    const inName = !this.homeName;
    const current = inName ? null : this.currentProfile(this.home);
    const same = (signed) => JSON.stringify(signed?.profile.deliveryServices) === JSON.stringify(services);
    const published = current && same(current);
    const { signed } = this.progress;
    const kept = signed && same(signed) && isSignedBy(signed, this.wallet.account) ? signed : null;
    const steps = [];
    if (!published) {
      if (!kept) steps.push("keys", "profile");
      if (!inName) steps.push("publish");
    }
    if (this.standing === "free" || inName) steps.push("claim");
    return { services, steps, published, kept };
  }

  showSigning() {
    const place = this.body("sign");
    if (!this.standing || !this.wallet || (this.homeName && !this.home && !this.trouble)) return fill(place);
    let plan;
    try {
      if (this.homeName && !this.home) throw this.trouble;
      plan = this.plan();
    } catch (error) {
      return fill(place, alertBox(words(asTrouble(error)), button("Try again", () => this.retry())));
    }
    if (!plan.steps.length) {
      return fill(place, make("p", {}, "There is nothing to sign: the name is yours, and its profile is published."));
    }
    const begun = this.progress.begun && plan.steps.length < 4;
    const title = plan.steps.length === 1 ? "Sign" : `Sign ${plan.steps.length} times`;
    const list = make("ol", { class: "signatures" }, plan.steps.map((step) => this.signature(step)));
    const go = button(begun ? "Go on" : title, () => this.sign(plan, list, says), { class: "button primary" });
    const says = make("div", { class: "signing-says" });
    fill(place,
      begun && make("p", { class: "notice", role: "status" }, "What you signed before is kept. This is what is left."),
      plan.published && make("p", { class: "quiet" }, "Your dm3 profile is published already. It serves this name, too."),
      list, go, says);
    this.go = go;
  }

  signature(step) {
    const account = shortAddress(this.wallet.account);
    const home = this.homeName && `${account}.${this.zone.inheritFrom}`;
    const [title, about] = {
      keys: ["Make your keys", "You sign a fixed sentence. Your message keys are computed from that signature, here in this page, and stay here. The same wallet always makes the same keys. Sign this sentence only where you trust the page: the signature is as good as the keys."],
      profile: ["Sign your profile", "Your public keys and your delivery services, as a text. With your signature on it nobody can slip in other keys."],
      publish: ["Publish it under your address", `The profile goes to ${home}, where it serves all of your names.`],
      claim: this.standing === "mine"
        ? ["Change your name", `Puts the profile into ${this.name}.`]
        : ["Claim the name", `Says that ${this.name} belongs to ${account}. This is the only thing that makes it yours.`],
    }[step];
    return make("li", { "data-step": step },
      make("div", { class: "step-head" }, make("h3", {}, title), make("span", { class: "step-says", role: "status" })),
      make("p", {}, about));
  }

  async retry() {
    this.trouble = null;
    await this.lookAround();
  }

  async sign(plan, list, says) {
    const { wallet } = this;
    const name = this.name;
    fill(says);
    const tell = (step, state, text) => {
      const item = find(`[data-step=${step}]`, list);
      item.dataset.state = state;
      find(".step-says", item).textContent = text;
    };
    let at;
    try {
      const work = { ...plan, name, signed: plan.kept ?? this.progress.signed };
      for (at of plan.steps) {
        if (this.wallet !== wallet || this.name !== name) return;
        tell(at, "busy", "Your wallet asks for it");
        await this[at](wallet, work);
        tell(at, "done", "Done");
        this.remember({ begun: true });
      }
      this.finish(wallet, name);
    } catch (error) {
      if (this.wallet !== wallet) return;
      tell(at, "failed", "");
      await this.failed(error, says);
    }
  }

  async keys(wallet, work) {
    work.keys = await deriveKeys(wallet);
  }

  async profile(wallet, work) {
    const profile = profileOf(work.keys, work.services);
    const { signature } = await wallet.signMessage(creationMessage(profile, wallet.account));
    work.signed = { profile, signature };
    this.remember({ signed: work.signed });
  }

  async publish(wallet, { signed }) {
    const current = await this.readHome();
    const records = withText(current.records, PROFILE_RECORD, profileRecord(signed));
    await this.put(wallet, this.gateway.next(current, wallet.account, records));
  }

  async claim(wallet, { name, signed, published }) {
    const current = await this.gateway.name(name);
    if (current.owner && !sameHex(current.owner, wallet.account)) throw new Trouble("taken", { name, owner: current.owner });
    const inName = !this.homeName && !published;
    const records = inName ? withText(current.records, PROFILE_RECORD, profileRecord(signed)) : current.records;
    await this.put(wallet, this.gateway.next(current, wallet.account, records));
  }

  async put(wallet, state) {
    const signature = await wallet.signState(state);
    try {
      await this.gateway.put(state, signature);
    } catch (error) {
      if (error.kind !== "conflict") throw error;
      const { owner } = error.details;
      const kind = owner && !sameHex(owner, wallet.account) ? "taken" : "changed";
      throw new Trouble(kind, { name: state.name, owner });
    }
  }

  async failed(error, says) {
    const box = alertBox(words(asTrouble(error)));
    // What was done is not asked for again.
    if (this.homeName) this.home = await this.readHome().catch(() => this.home);
    if (error.kind === "taken") {
      this.judge(this.name, { code: "conflict", owner: error.details.owner });
      find("#step-name").append(box);
      this.label.addEventListener("input", () => box.remove(), { once: true });
      return this.label.focus();
    }
    this.showSigning();
    fill(find(".signing-says", this.body("sign")) ?? says, box);
    this.go?.focus();
  }

  finish(wallet, name) {
    sessionStorage.removeItem(PROGRESS);
    this.progress = {};
    const done = find("#done");
    find(".steps").hidden = true;
    find(".hero").hidden = true;
    fill(done,
      make("h1", { id: "done-title" }, make("bdi", {}, name), " is yours"),
      make("p", { class: "lead" }, "It works from now on, wherever ENS names work."),
      make("p", {}, make("a", { class: "button primary", href: this.gateway.page(name) }, "See its page")),
      this.services.every((service) => !service.trim()) && make("p", { class: "notice" }, "Nobody can write to you yet: your profile names no delivery service. Come back here with the same name to add one."),
      keysExport(wallet));
    done.hidden = false;
    done.focus();
    document.title = `${name} is yours – dm3 names`;
  }
}

