// Which page is this?

import { claimPage } from "./claim.mjs";
import { find } from "./dom.mjs";
import { namePage } from "./name.mjs";

const main = find("main");
const pages = { claim: claimPage, name: namePage };
pages[main.dataset.page]?.(main);
