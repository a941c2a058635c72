// Typed structured data (EIP-712): the hashes of structs, and what is signed.

import { keccak } from "./account.mjs";
import { concat, fromHex, utf8 } from "./bytes.mjs";

/** The fields of a type, as Solidity writes them. */
export const fields = (text) =>
  text.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { name, type };
  });

/** The hash of a struct. In the place of a struct that is not there any more may stand its hash. */
export function hashStruct(types, type, value) {
  const words = types[type].map(({ name, type: of }) => encode(types, of, value[name]));
  return keccak(concat(hashText(encodeType(types, type)), ...words));
}

/** What is signed of a struct with this hash, in a domain that has these fields. */
export function digest(domainType, domain, hash) {
  const separator = hashStruct({ EIP712Domain: domainType }, "EIP712Domain", domain);
  return keccak(concat([0x19, 0x01], separator, hash));
}

const hashText = (text) => keccak(utf8(text));

/** The type, then those that it is made of, sorted. */
function encodeType(types, type) {
  const used = new Set();
  const visit = (name) => {
    for (const field of types[name]) {
      const inner = field.type.replace("[]", "");
      if (types[inner] && !used.has(inner)) {
        used.add(inner);
        visit(inner);
      }
    }
  };
  visit(type);
  const text = (name) => `${name}(${types[name].map((field) => `${field.type} ${field.name}`).join(",")})`;
  return text(type) + [...used].sort().map(text).join("");
}

function encode(types, type, value) {
  if (type.endsWith("[]")) return keccak(concat(...value.map((item) => encode(types, type.slice(0, -2), item))));
  if (type === "string") return hashText(value);
  if (type === "bytes") return keccak(fromHex(value));
  if (type.startsWith("uint")) return word(fromHex(`0x${BigInt(value).toString(16).padStart(64, "0")}`));
  if (types[type] && typeof value !== "string") return hashStruct(types, type, value);
  return word(fromHex(value));
}

const word = (bytes) => concat(new Uint8Array(32 - bytes.length), bytes);
