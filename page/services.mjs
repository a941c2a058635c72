// The delivery services of a profile, in order.

import { button, fill, make } from "./dom.mjs";
import { Trouble } from "./trouble.mjs";

export class Services {
  /** Calls back with every change that a person makes. */
  constructor(place, changed) {
    this.changed = changed;
    this.list = make("ol", { class: "services-edit" });
    this.none = make(
      "p",
      { class: "quiet" },
      "None yet: nobody can write to you until your profile names one. You can add one at any time, here.",
    );
    const add = () => {
      this.names.push("");
      this.#show();
      this.list.lastElementChild.querySelector("input").focus();
    };
    this.add = button("Add a delivery service", add, { class: "button quiet-button" });
    fill(place, this.list, this.none, this.add);
  }

  /** Shows these. */
  set(names) {
    this.names = [...names];
    this.#show();
  }

  /**
   * Those that are filled in. dm3's clients cannot read names outside of ASCII in a profile, so the first that has another
   * shape is a trouble.
   */
  wanted() {
    const names = this.names.map((name) => name.trim().toLowerCase()).filter(Boolean);
    const wrong = names.find((name) => !/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name));
    if (wrong === undefined) return [...new Set(names)];
    const detail = `“${wrong}” is not the name of a delivery service, such as ds.example.eth`;
    throw new Trouble("invalid-record", { detail });
  }

  #show() {
    fill(
      this.list,
      this.names.map((name, at) => this.#row(name, at)),
    );
    this.none.hidden = this.names.length > 0;
  }

  #row(name, at) {
    const label = `delivery service ${at + 1}`;
    const plain = { autocapitalize: "none", spellcheck: "false", placeholder: "ds.example.eth" };
    const input = make("input", { type: "text", value: name, "aria-label": `D${label.slice(1)}`, ...plain });
    input.addEventListener("input", () => {
      this.names[at] = input.value;
      this.changed(this.names);
    });
    const remove = () => {
      this.names.splice(at, 1);
      this.#show();
      this.changed(this.names);
      (this.list.querySelectorAll("input")[Math.max(0, at - 1)] ?? this.add).focus();
    };
    return make("li", {}, input, button("Remove", remove, { class: "link", "aria-label": `Remove ${label}` }));
  }
}
