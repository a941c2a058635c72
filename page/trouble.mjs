// What can go wrong, and what to do next, in words for people.

/** Something that went wrong, by its kind. */
export class Trouble extends Error {
  constructor(kind, details = {}) {
    super(kind);
    this.kind = kind;
    this.details = details;
  }
}

/** What an error of a wallet (EIP-1193, JSON-RPC) is. */
export function walletTrouble(error) {
  if (error instanceof Trouble) return error;
  const message = typeof error?.message === "string" ? error.message : "";
  switch (error?.code) {
    case 4001:
      return new Trouble("refused");
    case 4100:
      return new Trouble("unauthorized");
    case 4200:
    case -32601:
      return new Trouble("unsupported");
    case 4900:
    case 4901:
      return new Trouble("disconnected");
    case -32002:
      return new Trouble("pending");
  }
  // Wallets that are older than the codes.
  if (/reject|denied|cancel/i.test(message)) return new Trouble("refused");
  if (/locked/i.test(message)) return new Trouble("locked");
  if (/not supported|unsupported|not implemented/i.test(message)) return new Trouble("unsupported");
  return new Trouble("wallet", { message });
}

/** What was caught, whatever it is. What is no trouble is a fault of this page. */
export function asTrouble(error) {
  if (error instanceof Trouble) return error;
  console.error(error);
  return new Trouble("page");
}

const WORDS = {
  page: () => ["This page made a mistake", "Load it again. What you have signed so far is kept."],
  // Wallet
  refused: () => ["You refused in your wallet", "Nothing has happened. Go on when you are ready."],
  pending: () => [
    "Your wallet is waiting for you",
    "It has an open question already. Open the wallet, answer it, and go on here.",
  ],
  locked: () => ["Your wallet is locked", "Unlock it with its password, and go on here."],
  disconnected: () => [
    "Your wallet is not connected to any network",
    "Check its connection in the wallet, then go on here.",
  ],
  unauthorized: () => [
    "Your wallet does not let this page use that account",
    "Connect it again, and choose the account there.",
  ],
  unsupported: () => [
    "This wallet cannot sign that",
    "It knows no typed data (EIP-712) or personal messages. Connect another wallet.",
  ],
  "wrong-account": ({ signer, expected }) => [
    "Another account has signed",
    `The signature is by ${signer}, but ${expected} has to sign. Switch to that account in your wallet, and go on.`,
  ],
  "account-changed": ({ account, expected }) => [
    "Your wallet has switched to another account",
    `It is on ${account} now. Switch back to ${expected}, or go on with the other account.`,
  ],
  contract: () => [
    "This account is a contract",
    "No message keys follow from what a contract signs. Connect an account with a key of its own, or claim the name without a profile.",
  ],
  wallet: ({ message }) => [
    "Your wallet could not do that",
    `${message ? `It says: ${sentence(message.slice(0, 300))} ` : ""}Try again, or connect another wallet.`,
  ],
  // Gateway
  offline: () => [
    "The gateway cannot be reached",
    "Check your connection, and try again. What you have signed so far is kept.",
  ],
  "not-ours": ({ status }) => [
    "Something between you and the gateway answered",
    `It said ${status}. Try again in a moment.`,
  ],
  taken: ({ name, owner }) => [
    `${name} was taken meanwhile`,
    `${owner ? `${owner} has it now. ` : ""}Choose another name; everything else that you have signed stays good.`,
  ],
  changed: ({ name }) => [
    `${name} has changed meanwhile`,
    "In another window, perhaps. Go on, and sign what it is to be now.",
  ],
  quota: ({ detail }) => [
    "You hold as many names as you may",
    `${sentence(detail)} Release one on its page first, or use another account.`,
  ],
  "too-often": ({ detail }) => ["Too many changes in a day", sentence(detail)],
  reserved: () => ["This label is reserved", "Whoever runs this gateway keeps it. Choose another one."],
  expired: () => ["That took too long", "A signed change can be sent for half an hour. Sign it again."],
  "valid-for-too-long": () => [
    "The clocks do not agree",
    "Set the clock of this device to the right time, and sign again.",
  ],
  "invalid-record": ({ detail }) => ["A record is not what it should be", sentence(detail)],
  proof: ({ detail }) => [
    "The gateway does not take the signature",
    `${sentence(detail)} Sign again with the account that holds the name.`,
  ],
  body: () => [
    "That is too much at once",
    "All records of a name together have to fit into one request. Shorten or remove some.",
  ],
  overloaded: () => ["The gateway is busy", "Try again in a moment."],
  timeout: () => ["The gateway is slow", "Try again in a moment."],
  database: () => [
    "The gateway is out of order",
    "Its database does not answer. Try again later; what you have signed so far is kept.",
  ],
  chain: () => [
    "The chain cannot be asked",
    "This account is a contract, and only the chain knows what it accepts. Try again in a moment.",
  ],
  internal: () => ["The gateway failed", "Try again later. Whoever runs it finds the reason in the log."],
  "nothing-to-release": ({ name }) => [`Nobody holds ${name} any more`, "Load the page again."],
  unclaimed: ({ name }) => [`Nobody holds ${name} any more`, "Load the page again."],
};

/** Title and next step. Codes that are newer than this page speak for themselves. */
export function words({ kind, details }) {
  const [title, next] = WORDS[kind]?.(details) ?? [
    "The gateway refused",
    sentence(details.detail ?? "It gave no reason."),
  ];
  return { title, next };
}

/** As a sentence of its own. */
export function sentence(text) {
  if (!text) return "";
  const whole = text[0].toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
