// Accounts and their signatures.

import { secp256k1 } from "@noble/curves/secp256k1";
import { keccak_256 as keccak } from "@noble/hashes/sha3";
import { concat, fromHex, toHex, utf8 } from "./bytes.mjs";

export { keccak };

/** The address with its checksum (EIP-55); null for what is none, or has a wrong one. */
export function parseAddress(text) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return null;
  const digits = text.slice(2).toLowerCase();
  const hash = toHex(keccak(utf8(digits))).slice(2);
  const checked = Array.from(digits, (digit, at) => (hash[at] >= "8" ? digit.toUpperCase() : digit)).join("");
  const hasOneCase = text.slice(2) === digits || text.slice(2) === digits.toUpperCase();
  return hasOneCase || text.slice(2) === checked ? `0x${checked}` : null;
}

/** For places without room. */
export const shortAddress = (address) => `${address.slice(0, 6)}…${address.slice(-4)}`;

/** The digest of an EIP-191 personal message. */
export function personalDigest(text) {
  const message = utf8(text);
  return keccak(concat(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message));
}

/**
 * A signature in the one form that the gateway takes: 65 bytes, low s, v 27 or 28. Wallets also give v as 0 or 1, a high s,
 * and 64 bytes with v in the highest bit (EIP-2098). Null for what is no signature of a key, such as a contract's.
 */
export function normalSignature(hex) {
  const bytes = fromHex(hex);
  if (!bytes || bytes.length < 64 || bytes.length > 65) return null;
  const rs = bytes.slice(0, 64);
  const isCompact = bytes.length === 64;
  const v = isCompact ? rs[32] >> 7 : bytes[64] % 27;
  if (isCompact) rs[32] &= 0x7f;
  if (v > 1 || bytes[64] > 28) return null;
  try {
    const signature = secp256k1.Signature.fromCompact(rs);
    const recovery = signature.hasHighS() ? 1 - v : v;
    return toHex(concat(signature.normalizeS().toCompactRawBytes(), [27 + recovery]));
  } catch {
    return null;
  }
}

/** The account whose key made a signature over a digest; null when nobody's did. */
export function recover(digest, hex) {
  const bytes = fromHex(normalSignature(hex) ?? "");
  if (!bytes) return null;
  try {
    const signature = secp256k1.Signature.fromCompact(bytes.subarray(0, 64)).addRecoveryBit(bytes[64] - 27);
    const point = signature.recoverPublicKey(digest).toRawBytes(false);
    return parseAddress(toHex(keccak(point.subarray(1)).subarray(12)));
  } catch {
    return null;
  }
}
