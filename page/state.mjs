// The signed state of a name: its EIP-712 types, its hash, and what a wallet is asked to sign.

import { recover } from "./account.mjs";
import { fromHex, toHex } from "./bytes.mjs";
import { digest, fields, hashStruct } from "./eip712.mjs";

export const ZERO_ADDRESS = `0x${"00".repeat(20)}`;
export const ZERO_HASH = `0x${"00".repeat(32)}`;

const DOMAIN = { name: "dm3-gateway", version: "1" };
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
export const recordsHash = (records) => toHex(hashStruct(TYPES, "Records", records));

/** The struct hash of a state, which the next one names as `previous`. */
export const stateHash = (state, hashOfRecords = recordsHash(state.records)) =>
  toHex(hashStruct(TYPES, "NameState", { ...state, records: hashOfRecords }));

/** The account that signed a state of this hash. */
export const stateSigner = (hash, signature) => recover(digest(DOMAIN_TYPE, DOMAIN, fromHex(hash)), signature);
