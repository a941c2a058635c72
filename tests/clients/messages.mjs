// What a resolver contract has somebody sign, and how that is posted (ERC-7884), as clients have it.

import { encodeFunctionData, namehash, parseAbi, zeroAddress, zeroHash } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { dnsName } from "./clients.mjs";

export const types = {
  Message: [
    { name: "data", type: "bytes" },
    { name: "sender", type: "address" },
    { name: "expirationTimestamp", type: "uint256" },
  ],
};
export const primaryType = "Message";

const abi = parseAbi([
  "function setText(bytes32 node, string key, string value)",
  "function setAddr(bytes32 node, address a)",
  "function setAddr(bytes32 node, uint256 coinType, bytes a)",
  "function setContenthash(bytes32 node, bytes hash)",
  "struct RegisterRequest { bytes name; address owner; uint256 duration; bytes32 secret; address resolver; bytes extraData; }",
  "function register(RegisterRequest request) payable",
  "function transferFrom(bytes name, address owner, address newOwner)",
]);

/** A call of one of the setters. */
export const set = (functionName, name, ...args) =>
  encodeFunctionData({ abi, functionName, args: [namehash(name), ...args] });

/** As ensjs registers a subname: a random secret, and a word of zeros that says nothing. */
export function register(name, owner) {
  const request = { name: dnsName(name), owner, duration: 300n, secret: generatePrivateKey() };
  const args = [{ ...request, resolver: zeroAddress, extraData: zeroHash }];
  return encodeFunctionData({ abi, functionName: "register", args });
}

export const transfer = (name, owner, newOwner) =>
  encodeFunctionData({ abi, functionName: "transferFrom", args: [dnsName(name), owner, newOwner] });

/** The bodies that are in use. */
export const bodies = {
  "ERC-7884": ({ domain, message }, signature) => ({ sender: domain, data: message, signature }),
  Blockful: ({ domain, message }, signature) =>
    ({ data: message.data, sender: message.sender, signature: { message, domain, signature } }),
};

const inText = (_, value) => (typeof value === "bigint" ? value.toString() : value);

export async function post(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body, inText),
  });
  return { status: response.status, body: await response.json() };
}

/** Signs a call for a contract that nobody has asked, with ethers, and posts it to a gateway of mainnet. */
export async function sendMessage(gatewayUrl, wallet, data) {
  const domain = { name: "dm3-gateway", version: "1", chainId: 1, verifyingContract: `0x${"c0".repeat(20)}` };
  const message = { data, sender: wallet.address, expirationTimestamp: Math.floor(Date.now() / 1000) + 3600 };
  const signature = await wallet.signTypedData(domain, types, message);
  return post(`${gatewayUrl}/v1/erc7884`, bodies["ERC-7884"]({ domain, message }, signature));
}
