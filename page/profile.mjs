// dm3: keys from a wallet's signature, profiles, and the record that carries one. Formats are those of the npm packages
// @dm3-org/dm3-lib-crypto and @dm3-org/dm3-lib-profile 1.7; tests compare with them.

import { ed25519, x25519 } from "@noble/curves/ed25519";
import { blake2b } from "@noble/hashes/blake2";
import { sha256 } from "@noble/hashes/sha2";
import { personalDigest, recover } from "./account.mjs";
import { concat, fromBase64, toBase64, toHex, utf8 } from "./bytes.mjs";

export const PROFILE_RECORD = "network.dm3.profile";
const INLINE = "data:application/json,";
const INLINE_BASE64 = "data:application/json;base64,";
const NONCE = toHex(sha256(utf8("dm3_default_nonce")));

/** What a wallet signs to get the keys of its account. */
export const keysMessage = (account) =>
  `dm3.chat wants you to sign in with your Ethereum account:\n${account}\n\n` +
  "Connect the DM3 MESSENGER with your wallet. Keys for secure communication are derived from this signature.\n\n" +
  "(There is no paid transaction initiated. The signature is used off-chain only.)\n\n" +
  `URI: https://dm3.chat\nVersion: 1\nNonce: ${NONCE}`;

/** The keys that follow from that signature, as the wallet wrote it: another spelling gives other keys. */
export function keysFrom(signature) {
  const seed = sha256(utf8(signature));
  const signing = ed25519.getPublicKey(seed);
  const secret = blake2b(seed, { dkLen: 32 });
  return {
    encryptionKeyPair: { publicKey: toBase64(x25519.getPublicKey(secret)), privateKey: toBase64(secret) },
    signingKeyPair: { publicKey: toBase64(signing), privateKey: toBase64(concat(seed, signing)) },
    storageEncryptionKey: toBase64(seed),
    storageEncryptionNonce: NONCE,
  };
}

/** The profile of these keys. Its fields are in the order of canonical JSON. */
export const profileOf = (keys, deliveryServices) => ({
  deliveryServices,
  publicEncryptionKey: keys.encryptionKeyPair.publicKey,
  publicSigningKey: keys.signingKeyPair.publicKey,
});

/** What the account signs. */
export const creationMessage = (profile, account) =>
  `dm3.chat wants you register your dm3 profile with your Ethereum account:\n${account}\n\n` +
  "This is required only once!\n" +
  "(There is no paid transaction initiated. The signature is used off-chain only.)\n\n" +
  `URI: https://dm3.chat\nVersion: 1\ndm3 Profile: ${canonical(profile)}`;

/** The record that carries a signed profile. */
export const profileRecord = ({ profile, signature }) => `${INLINE}${canonical({ profile, signature })}`;

/** The signed profile that a record carries itself; null for anything else. */
export function readProfileRecord(record) {
  try {
    if (record.startsWith(INLINE_BASE64)) {
      return readSignedProfile(new TextDecoder().decode(fromBase64(record.slice(INLINE_BASE64.length))));
    }
  } catch {
    return null;
  }
  return record.startsWith(INLINE) ? readSignedProfile(record.slice(INLINE.length)) : null;
}

/** The signed profile in a JSON text; null for anything else. */
export function readSignedProfile(json) {
  try {
    const { profile, signature } = JSON.parse(json);
    const { deliveryServices, publicEncryptionKey, publicSigningKey } = profile;
    const texts = [...deliveryServices, publicEncryptionKey, publicSigningKey, signature];
    if (texts.some((text) => typeof text !== "string")) return null;
    return { profile: { deliveryServices, publicEncryptionKey, publicSigningKey }, signature };
  } catch {
    return null;
  }
}

/** Whether the profile's signing key signed a text. */
export function isSignedWith(publicSigningKey, text, signature) {
  try {
    return ed25519.verify(fromBase64(signature), utf8(text), fromBase64(publicSigningKey));
  } catch {
    return false;
  }
}

/** Whether the account signed this profile. */
export const isSignedBy = ({ profile, signature }, account) =>
  recover(personalDigest(creationMessage(profile, account)), signature) === account;

/** Sorted keys, no white space. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}
