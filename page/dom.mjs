// Elements. Text becomes text nodes, never markup.

/** An element with properties, attributes (a dash in the name, or not a property) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const find = (selector, within = document) => within.querySelector(selector);

/** Puts children in the place of all that is there. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
  return element;
}

/** A button that is busy, and cannot be pressed again, for as long as what it began. */
export function button(text, press, properties = {}) {
  const element = make("button", { type: "button", class: "button", ...properties }, text);
  element.addEventListener("click", async () => {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    try {
      await press(element);
    } finally {
      element.removeAttribute("aria-disabled");
    }
  });
  return element;
}

/** A number that no other element has in its id. */
let last = 0;
export const newId = (prefix) => `${prefix}-${++last}`;

/** What went wrong, and what to do. Read out at once. */
export function alertBox({ title, next }, ...actions) {
  return make(
    "div",
    { class: "alert", role: "alert" },
    make("p", {}, make("strong", {}, title)),
    make("p", {}, next),
    ...actions,
  );
}

/** Offers a file for download. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
