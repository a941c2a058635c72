// The signed state of a name: its EIP-712 types, its hash, and what a wallet is asked to sign.

import { keccak, recover } from "./account.mjs";
import { concat, fromHex, toHex, utf8 } from "./bytes.mjs";

export const ZERO_ADDRESS = `0x${"00".repeat(20)}`;
export const ZERO_HASH = `0x${"00".repeat(32)}`;

const DOMAIN = { name: "dm3-gateway", version: "1" };
const fields = (text) =>
  text.split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { name, type };
  });
const TYPES = {
  NameState: fields(
    "string name,uint64 chainId,uint64 version,bytes32 previous,address owner,Records records,uint64 validUntil",
  ),
  AddressRecord: fields("uint256 coinType,bytes value"),
  DataRecord: fields("string key,bytes value"),
  Records: fields("TextRecord[] texts,AddressRecord[] addresses,DataRecord[] data,bytes contenthash,bytes32 salt"),
  TextRecord: fields("string key,string value"),
};
const DOMAIN_TYPE = fields("string name,string version");

/** What `eth_signTypedData_v4` takes. */
export const typedData = (state) => ({
  types: { EIP712Domain: DOMAIN_TYPE, ...TYPES },
  primaryType: "NameState",
  domain: DOMAIN,
  message: state,
});

/** The struct hash of records. It stays when they are erased. */
export const recordsHash = (records) => toHex(hashStruct("Records", records));

/** The struct hash of a state, which the next one names as `previous`. */
export const stateHash = (state, hashOfRecords = recordsHash(state.records)) =>
  toHex(hashStruct("NameState", { ...state, records: hashOfRecords }));

/** The digest that an owner signs. */
export function signingDigest(hash) {
  const separator = keccak(
    concat(typeHash("EIP712Domain(string name,string version)"), hashText(DOMAIN.name), hashText(DOMAIN.version)),
  );
  return keccak(concat([0x19, 0x01], separator, fromHex(hash)));
}

/** The account that signed a state of this hash. */
export const stateSigner = (hash, signature) => recover(signingDigest(hash), signature);

const hashText = (text) => keccak(utf8(text));
const typeHash = hashText;

function hashStruct(type, value) {
  const words = TYPES[type].map(({ name, type: of }) => encode(of, value[name]));
  return keccak(concat(typeHash(encodeType(type)), ...words));
}

/** The type, then those that it is made of, sorted. */
function encodeType(type) {
  const used = new Set();
  const visit = (name) => {
    for (const field of TYPES[name]) {
      const inner = field.type.replace("[]", "");
      if (TYPES[inner] && !used.has(inner)) {
        used.add(inner);
        visit(inner);
      }
    }
  };
  visit(type);
  const text = (name) => `${name}(${TYPES[name].map((field) => `${field.type} ${field.name}`).join(",")})`;
  return text(type) + [...used].sort().map(text).join("");
}

function encode(type, value) {
  if (type.endsWith("[]")) return keccak(concat(...value.map((item) => encode(type.slice(0, -2), item))));
  if (type === "string") return hashText(value);
  if (type === "bytes") return keccak(fromHex(value));
  if (type.startsWith("uint")) return word(fromHex(`0x${BigInt(value).toString(16).padStart(64, "0")}`));
  // A struct, or its hash where the struct is not there any more.
  if (TYPES[type] && typeof value !== "string") return hashStruct(type, value);
  return word(fromHex(value));
}

const word = (bytes) => concat(new Uint8Array(32 - bytes.length), bytes);
