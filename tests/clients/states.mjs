// The signed state (EIP-712), written with ethers 6 by what the design says of it.

import { TypedDataEncoder, hexlify, randomBytes } from "ethers";

export const domain = { name: "dm3-gateway", version: "1" };
/** In the order of the design. */
export const types = {
  NameState: [
    { name: "name", type: "string" },
    { name: "chainId", type: "uint64" },
    { name: "version", type: "uint64" },
    { name: "previous", type: "bytes32" },
    { name: "owner", type: "address" },
    { name: "records", type: "Records" },
    { name: "validUntil", type: "uint64" },
  ],
  AddressRecord: [
    { name: "coinType", type: "uint256" },
    { name: "value", type: "bytes" },
  ],
  DataRecord: [
    { name: "key", type: "string" },
    { name: "value", type: "bytes" },
  ],
  Records: [
    { name: "texts", type: "TextRecord[]" },
    { name: "addresses", type: "AddressRecord[]" },
    { name: "data", type: "DataRecord[]" },
    { name: "contenthash", type: "bytes" },
    { name: "salt", type: "bytes32" },
  ],
  TextRecord: [
    { name: "key", type: "string" },
    { name: "value", type: "string" },
  ],
};

/** No records. */
export const nothing = () =>
  ({ texts: [], addresses: [], data: [], contenthash: "0x", salt: hexlify(randomBytes(32)) });

/** Signs a state, of which `validUntil` and the chain need not be said, and puts it. */
export async function putState(gatewayUrl, wallet, parts) {
  const state = { chainId: 1, validUntil: Math.floor(Date.now() / 1000) + 600, ...parts };
  const signature = await wallet.signTypedData(domain, types, state);
  const body = JSON.stringify({ state, proof: { kind: "eip712", signature } });
  const response = await fetch(`${gatewayUrl}/v1/names/${state.name}`, { method: "PUT", body });
  const hash = TypedDataEncoder.hashStruct("NameState", types, state);
  return { status: response.status, body: await response.json(), hash };
}
