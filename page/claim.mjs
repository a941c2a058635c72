// The claim page: a name, a wallet, delivery services, and then up to four signatures.

import { Connector } from "./connect.mjs";
import { alertBox, button, fill, find, make } from "./dom.mjs";
import { Gateway } from "./gateway.mjs";
import { keysExport } from "./keys.mjs";
import { Picker } from "./picker.mjs";
import { Progress } from "./progress.mjs";
import { Services } from "./services.mjs";
import { Signing, currentProfile, homeOf } from "./signing.mjs";
import { asTrouble, words } from "./trouble.mjs";

export function claimPage(main) {
  const zones = JSON.parse(main.dataset.zones);
  if (zones.length) new ClaimPage(main, zones).start(JSON.parse(main.dataset.services));
}

class ClaimPage {
  /** The wallet that is connected. */
  wallet = null;
  /** What the name holds that the account's profile is in. */
  home = null;
  /** Why that is not known. */
  trouble = null;
  /** A contract account may do without. */
  withoutProfile = false;

  constructor(main, zones) {
    this.gateway = new Gateway(main.dataset.root, Number(main.dataset.chainId));
    this.progress = new Progress();
    this.picker = new Picker(this.gateway, zones, () => this.changed());
    this.services = new Services(this.body("services"), (services) => {
      this.progress.remember({ services });
      this.changed();
    });
  }

  start(preset) {
    const wanted = new URLSearchParams(location.search).get("name") ?? this.progress.name;
    this.services.set(this.progress.services ?? preset);
    const connector = new Connector(this.body("wallet"), {
      connected: (wallet) => this.connected(wallet),
      lost: () => this.lost(),
    });
    this.picker.start(wanted);
    connector.start();
    this.changed();
  }

  body(step) {
    return find(`#step-${step} .body`);
  }

  async connected(wallet) {
    this.wallet = wallet;
    this.home = null;
    this.trouble = null;
    this.withoutProfile = false;
    const { account } = wallet;
    if (this.progress.account !== account) this.progress.remember({ account, signed: null });
    this.showHeld(wallet);
    this.picker.account = account;
    this.changed();
  }

  lost() {
    this.wallet = null;
    this.picker.account = null;
    this.changed();
  }

  /** Something was typed, connected, or found out. */
  changed() {
    const { standing, name } = this.picker;
    const isConnected = Boolean(this.wallet);
    if (standing) this.progress.remember({ name });
    const state = (step, value) => (find(`#step-${step}`).dataset.state = value);
    state("name", standing ? "done" : "open");
    state("wallet", isConnected ? "done" : standing ? "open" : "later");
    state("services", standing && isConnected ? "open" : "later");
    state("sign", standing && isConnected ? "open" : "later");
    this.showSigning();
  }

  /** Names that the account has already. */
  async showHeld(wallet) {
    const held = await this.gateway.heldBy(wallet.account, this.picker.zone.name).catch(() => []);
    const others = held.filter(({ name }) => name !== this.picker.name);
    if (!others.length || this.wallet !== wallet) return;
    const links = others.map(({ name }, at) => [at ? ", " : "", make("a", { href: this.gateway.page(name) }, name)]);
    this.body("wallet").append(make("p", { class: "quiet" }, "This account holds ", ...links.flat(), " already."));
  }

  get homeName() {
    return homeOf(this.picker.zone, this.picker.name, this.wallet.account);
  }

  /** Reads the profile that the account has. */
  async readHome() {
    const { wallet, homeName } = this;
    const isStill = () => this.wallet === wallet && this.picker.standing && this.homeName === homeName;
    this.trouble = null;
    try {
      const home = await this.gateway.name(homeName);
      if (!isStill()) return;
      this.home = home;
      const current = currentProfile(home, wallet.account);
      if (current && !this.progress.services) this.services.set(current.profile.deliveryServices);
    } catch (error) {
      if (!isStill()) return;
      this.trouble = error;
    }
    this.showSigning();
  }

  showSigning() {
    const place = this.body("sign");
    const { standing } = this.picker;
    if (!standing || !this.wallet) return fill(place);
    const isKnown = this.home?.name === this.homeName;
    if (!isKnown && !this.trouble) {
      fill(place);
      return this.readHome();
    }
    try {
      if (!isKnown) throw this.trouble;
      this.offer(place, this.plan());
    } catch (error) {
      fill(
        place,
        alertBox(
          words(asTrouble(error)),
          button("Try again", () => this.readHome()),
        ),
      );
    }
  }

  plan() {
    const { zone, name, standing } = this.picker;
    const { gateway, wallet, home } = this;
    const services = this.withoutProfile ? null : this.services.wanted();
    return new Signing({ gateway, wallet, zone, name, standing, home, services, signed: this.progress.signed });
  }

  /** Shows what has to be signed. */
  offer(place, signing) {
    const { steps } = signing;
    if (!steps.length) {
      return fill(place, make("p", {}, "There is nothing to sign: the name is yours, and its profile is published."));
    }
    const isBegun = this.progress.begun && steps.length < 4;
    const list = make(
      "ol",
      { class: "signatures" },
      steps.map((step) => explanation(signing, step)),
    );
    const says = make("div", { class: "signing-says" });
    const title = isBegun ? "Go on" : steps.length === 1 ? "Sign" : `Sign ${steps.length} times`;
    this.go = button(title, () => this.sign(signing, list, says), { class: "button primary" });
    const published = this.withoutProfile
      ? "The name alone: nobody can write to it."
      : "Your dm3 profile is published already. It serves this name, too.";
    fill(
      place,
      isBegun &&
        make("p", { class: "notice", role: "status" }, "What you signed before is kept. This is what is left."),
      signing.isPublished && make("p", { class: "quiet" }, published),
      list,
      this.go,
      says,
    );
  }

  async sign(signing, list, says) {
    const { wallet, name } = signing;
    const isStill = () => this.wallet === wallet && this.picker.name === name;
    const tell = (step, state, text) => {
      const item = find(`[data-step=${step}]`, list);
      item.dataset.state = state;
      find(".step-says", item).textContent = text;
    };
    fill(says);
    let at;
    try {
      for (at of signing.steps) {
        tell(at, "busy", "Your wallet asks for it");
        await signing.do(at);
        if (!isStill()) return;
        tell(at, "done", "Done");
        this.progress.remember({ begun: true, signed: signing.signed });
      }
      this.finish(wallet, name);
    } catch (error) {
      if (!isStill()) return;
      tell(at, "failed", "");
      await this.failed(error);
    }
  }

  async failed(error) {
    const box = alertBox(words(asTrouble(error)));
    // What was done is not asked for again.
    this.home = await this.gateway.name(this.homeName).catch(() => this.home);
    if (error.kind === "taken") {
      this.picker.taken(error.details.owner);
      find("#step-name").append(box);
      this.picker.label.addEventListener("input", () => box.remove(), { once: true });
      return;
    }
    this.showSigning();
    if (error.kind === "contract") {
      box.append(
        button("Claim without a profile", () => {
          this.withoutProfile = true;
          this.showSigning();
          this.go.focus();
        }),
      );
    }
    find(".signing-says")?.append(box);
    this.go.focus();
  }

  finish(wallet, name) {
    const isReachable = !this.withoutProfile && this.services.wanted().length > 0;
    this.progress.forget();
    const done = find("#done");
    find(".steps").hidden = true;
    find(".hero").hidden = true;
    fill(
      done,
      make("h1", { id: "done-title" }, make("bdi", {}, name), " is yours"),
      make("p", { class: "lead" }, "It works from now on, wherever ENS names work."),
      make("p", {}, make("a", { class: "button primary", href: this.gateway.page(name) }, "See its page")),
      !isReachable &&
        make(
          "p",
          { class: "notice" },
          "Nobody can write to you yet: there is no profile that names a delivery service. Come back here with the same name to change that.",
        ),
      !this.withoutProfile && keysExport(wallet),
    );
    done.hidden = false;
    done.focus();
    document.title = `${name} is yours – dm3 names`;
  }
}

function explanation(signing, step) {
  const [title, about] = signing.explain(step);
  return make(
    "li",
    { "data-step": step },
    make("div", { class: "step-head" }, make("h3", {}, title), make("span", { class: "step-says", role: "status" })),
    make("p", {}, about),
  );
}
