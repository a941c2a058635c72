// The form in which an owner edits records. Addresses and content hashes are in the form that people write.

import { alertBox, button, fill, make, newId } from "./dom.mjs";
import { PROFILE_RECORD } from "./profile.mjs";
import { asTrouble, words } from "./trouble.mjs";

const TEXTS = {
  avatar: "Picture",
  description: "Description",
  url: "Website",
  email: "Email",
  name: "Goes by",
  location: "Place",
  "com.github": "GitHub",
  "com.twitter": "X (Twitter)",
  "com.discord": "Discord",
  "org.telegram": "Telegram",
};
const COINS = {
  eth: "Ethereum",
  btc: "Bitcoin",
  sol: "Solana",
  base: "Base",
  op: "Optimism",
  arbitrum: "Arbitrum",
  polygon: "Polygon",
  default: "Any EVM chain",
  ltc: "Litecoin",
  doge: "Dogecoin",
};
/** The profile has a page of its own: what is in it has to be signed first. */
const ELSEWHERE = new Set([PROFILE_RECORD, "eth.dm3.profile"]);

/** Shows the form, and calls `save` with the records that it comes to. */
export async function editor(place, gateway, records, { save, cancel }) {
  const kept = records.texts.filter(({ key }) => ELSEWHERE.has(key));
  const texts = new Rows(
    "text",
    TEXTS,
    "Another key",
    records.texts
      .filter(({ key }) => !ELSEWHERE.has(key))
      .map(({ key, value }) => ({ key, value, wasEmpty: value === "" })),
  );
  const readable = await Promise.all(
    records.addresses.map(async ({ coinType, value }) => {
      const { coin, text } = await gateway.address(String(coinType), value);
      return { key: coin, value: value === "0x" ? "" : text, wasEmpty: value === "0x" };
    }),
  );
  const addresses = new Rows("address", COINS, "Another coin", readable);
  const hash = records.contenthash === "0x" ? "" : (await gateway.contenthash(records.contenthash)).text;
  const content = new Field("Content hash", hash, "ipfs://…", "Where your website is. Leave it empty for none.");
  const trouble = make("div");

  const submit = async () => {
    fill(trouble);
    const fields = [...texts.fields(), ...addresses.fields(), content];
    for (const field of fields) field.complain("");
    const next = { ...records, texts: [...kept, ...texts.values().map(({ key, value }) => ({ key, value }))] };
    next.addresses = await Promise.all(
      addresses.values().map(async ({ key, value, field }) => {
        const forms = await field.try(() => gateway.address(key, value));
        return forms && { coinType: forms.coinType, value: forms.value };
      }),
    );
    next.contenthash = (await content.try(() => gateway.contenthash(content.value.trim())))?.value;
    const wrong = fields.find((field) => field.isWrong);
    if (wrong) return wrong.focus();
    try {
      await save(next);
    } catch (error) {
      fill(trouble, alertBox(words(asTrouble(error))));
    }
  };

  fill(
    place,
    make(
      "form",
      { class: "editor", novalidate: true, onsubmit: (event) => event.preventDefault() },
      make("h3", { tabindex: "-1" }, "Edit records"),
      make(
        "p",
        { class: "quiet" },
        "Everybody can read these, and superseded versions stay in the history. An empty field removes its record.",
      ),
      texts.show("About you"),
      addresses.show("Addresses"),
      make("fieldset", {}, make("legend", {}, "Content"), content.element),
      make(
        "div",
        { class: "buttons" },
        button("Sign and save", submit, { class: "button primary" }),
        button("Cancel", cancel),
      ),
      trouble,
    ),
  );
}

/** An input with its label and what is wrong with it. */
class Field {
  constructor(label, value, placeholder, about, long = false) {
    const id = newId("field");
    this.input = make(long ? "textarea" : "input", {
      id,
      placeholder,
      autocomplete: "off",
      spellcheck: "false",
      rows: long ? "2" : null,
      type: long ? null : "text",
      "aria-describedby": `${id}-says`,
    });
    this.input.value = value;
    // A field does not keep every character, such as the one before a line end. What nobody touches stays as it was.
    this.untouched = { shown: this.input.value, value };
    this.says = make("p", { class: "field-says", id: `${id}-says` }, about);
    this.about = about;
    this.label = make("label", { for: id }, label);
    this.element = make("div", { class: "edit-row" }, this.label, this.input, this.says);
  }

  get value() {
    const { shown, value } = this.untouched;
    return this.input.value === shown ? value : this.input.value;
  }

  get isWrong() {
    return this.input.getAttribute("aria-invalid") === "true";
  }

  focus() {
    this.input.focus();
  }

  complain(text) {
    this.says.textContent = text || this.about;
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** What `ask` gives; when the gateway does not take the value, undefined, and the reason beside the field. */
  async try(ask) {
    try {
      return await ask();
    } catch (error) {
      this.complain(
        ["invalid-record", "malformed"].includes(error.kind) ? error.details.detail : words(asTrouble(error)).title,
      );
    }
  }
}

/** Records of a kind, one under the other. */
class Rows {
  #rows = [];

  constructor(kind, known, another, records) {
    Object.assign(this, { kind, known, another });
    this.list = make("div");
    for (const record of records) this.add(record.key, record.value, record.wasEmpty);
  }

  fields() {
    return this.#rows.map(({ field }) => field);
  }

  /** What is filled in. A record that was set to nothing before stays so: it hides an inherited one. */
  values() {
    const value = ({ field, key, wasEmpty }) => ({
      key,
      value: this.kind === "text" ? field.value : field.value.trim(),
      field,
      wasEmpty,
    });
    return this.#rows.map(value).filter(({ value, wasEmpty }) => value !== "" || wasEmpty);
  }

  add(key, value = "", wasEmpty = false) {
    const label = this.known[key] ?? key;
    const field = new Field(label, value, "", "", this.kind === "text");
    const row = { key, field, wasEmpty };
    const remove = button(
      "Remove",
      () => {
        this.#rows.splice(this.#rows.indexOf(row), 1);
        field.element.remove();
        this.choice.focus();
      },
      { class: "link", "aria-label": `Remove ${label}` },
    );
    field.label.after(remove);
    this.#rows.push(row);
    this.list.append(field.element);
    return field;
  }

  show(title) {
    const id = newId("add");
    this.choice = make(
      "select",
      { id },
      Object.entries(this.known).map(([key, label]) => make("option", { value: key }, label)),
      make("option", { value: "" }, `${this.another}…`),
    );
    const other = make("input", {
      type: "text",
      "aria-label": this.another,
      placeholder: this.kind === "text" ? "com.example" : "evm:777",
      hidden: true,
      autocapitalize: "none",
      spellcheck: "false",
    });
    this.choice.addEventListener("change", () => {
      other.hidden = this.choice.value !== "";
    });
    const add = () => {
      const key = this.choice.value || other.value.trim();
      if (!key) return other.focus();
      const same = this.#rows.find((row) => row.key === key);
      (same?.field ?? this.add(key)).focus();
      other.value = "";
    };
    return make(
      "fieldset",
      {},
      make("legend", {}, title),
      this.list,
      make(
        "div",
        { class: "add-row" },
        make("label", { for: id, class: "unseen" }, `${title}: what to add`),
        this.choice,
        other,
        button("Add", add),
      ),
    );
  }
}
