// Records that are no profile of somebody's, though they look like one, or hold what only looks like it.

import { Signature, ZeroHash, concat, hexlify } from "ethers";
import { createRequire } from "node:module";
import { encodeText } from "./thief.mjs";

const { getProfileCreationMessage } = createRequire(import.meta.url)("@dm3-org/dm3-lib-profile");

const head = "data:application/json,";
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The record of a profile, given as JSON, that `wallet` has signed for `account`. */
export async function signedRecord(wallet, account, profile) {
  const signature = await wallet.signMessage(getProfileCreationMessage(profile, account));
  return `${head}{"profile":${profile},"signature":"${signature}"}`;
}

/** A profile's JSON with other delivery services. */
function withServices(record, services) {
  const { profile } = JSON.parse(record.slice(head.length));
  return JSON.stringify(profile).replace(/\[.*?\]/, JSON.stringify(services));
}

/**
 * All of them, as [what it is, record, the contract's error].
 *
 * `profile` is the owner's record, with the delivery services ds.eth and two.eth, `older` another one that the owner
 * has signed, `thiefs` the thief's own.
 */
export async function forgedProfiles(owner, thief, { profile, older, thiefs }) {
  const json = profile.slice(head.length);
  const signature = Signature.from(JSON.parse(json).signature);
  const { r, s, v } = signature;
  const otherV = v === 27 ? "0x1c" : "0x1b";
  const highS = `0x${(curveOrder - BigInt(s)).toString(16).padStart(64, "0")}`;
  const { publicEncryptionKey, publicSigningKey } = JSON.parse(json).profile;
  const swapped = profile.replace(publicEncryptionKey, "#").replace(publicSigningKey, publicEncryptionKey);
  const signedWith = (hex) => profile.replace(/0x[0-9a-f]*(?="}$)/, hex);
  const quoted = (text) => text.replaceAll('"', '\\"');
  const nextLetter = (letter) => String.fromCharCode(letter.charCodeAt(0) + 1);
  const manyServices = withServices(profile, Array(1500).fill("a.eth"));

  const [one, bad] = [withServices(profile, ["ds.eth"]), withServices(profile, ["thief.eth"])];

  const notTheOwners = {
    "another owner's profile": thiefs,
    "another's signature, for the owner": await signedRecord(thief, owner.address, bad),
    "the owner's signature, for another": await signedRecord(owner, thief.address, one),
    "the signature of another profile": signedWith(JSON.parse(older.slice(head.length)).signature),
    "another delivery service": profile.replace("ds.eth", "thief.eth"),
    "delivery services in another order": profile.replace('"ds.eth","two.eth"', '"two.eth","ds.eth"'),
    "one delivery service less": profile.replace(',"two.eth"', ""),
    "swapped keys": swapped.replace("#", publicSigningKey),
    "a signature with high s": signedWith(concat([r, highS, otherV])),
    "a signature with the other v": signedWith(concat([r, s, otherV])),
    "a signature with v 0 or 1": signedWith(concat([r, s, v === 27 ? "0x00" : "0x01"])),
    "a compact signature": signedWith(signature.compactSerialized),
    "two signatures in one": signedWith(concat([signature.serialized, signature.serialized])),
    "an empty signature": signedWith("0x"),
    "a signature of zeros": signedWith(`0x${"00".repeat(65)}`),
  };
  const notAProfile = {
    "no signature": profile.replace(/,"signature":"0x[0-9a-f]*"/, ""),
    "a second signature beside the first": profile.replace(/"}$/, `","signature":"${signature.serialized}"}`),
    "a second profile beside the first": profile.replace('"profile"', `"profile":${bad},"profile"`),
    "reordered JSON": `${head}{"signature":"${signature.serialized}","profile":${one}}`,
    "reordered fields of the profile": profile.replace(/("publicEnc[^,]*),("publicSig[^}]*)/, "$2,$1"),
    "junk before": ` ${profile}`,
    "junk behind": `${profile}\n`,
    "a zero byte behind": `${profile}\0`,
    "another record behind": thiefs + profile,
    "white space": profile.replace(":{", ": {"),
    "an unknown field": profile.replace(/}$/, ',"x":1}'),
    "an unknown field in the profile": profile.replace('},"signature"', ',"x":1},"signature"'),
    "upper-case hex": signedWith(`0x${signature.serialized.slice(2).toUpperCase()}`),
    "an upper-case 0X": profile.replace('"0x', '"0X'),
    "an odd number of digits": profile.replace(/."}$/, '"}'),
    "an upper-case delivery service": profile.replace("ds.eth", "DS.eth"),
    "one that the owner has signed": await signedRecord(owner, owner.address, withServices(profile, ["DS.eth"])),
    "an escape": profile.replace("ds.eth", "\\u0064s.eth"),
    "JSON in a name that looks like the end": profile.replace("ds.eth", quoted(`ds.eth"],${json.slice(13)}`)),
    "a profile in the list of delivery services": profile.replace('"ds.eth"', json),
    "bits behind the end of a key": profile.replace(/.(?==")/, nextLetter),
    "the Base64 form": `data:application/json;base64,${Buffer.from(json).toString("base64")}`,
    "a charset": profile.replace("json,", "json;charset=utf-8,"),
    "percent-encoding": profile.replace('"', "%22"),
    "the https form": `https://example.com/profile?dm3Hash=0x${"11".repeat(32)}`,
    "the ipfs form": "ipfs://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
    "an oversized record that the owner has signed": await signedRecord(owner, owner.address, manyServices),
    "nothing but the beginning": head,
    "a blank": " ",
  };
  const all = (kinds, error) => Object.entries(kinds).map(([what, record]) => [what, record, error]);
  return [...all(notTheOwners, "NotTheOwnersProfile"), ...all(notAProfile, "NotAProfile")];
}

/** Results of `text` that decoders could read differently, as [what it is, result]. */
export function forgedEncodings(profile, thiefs) {
  const word = (number) => number.toString(16).padStart(64, "0");
  const encoded = encodeText(profile);
  const unpadded = encodeText(`${profile}${"a".repeat(-profile.length & 31 || 32)}`);
  return Object.entries({
    "an offset that points behind another string": `0x${word(64)}${word(0)}${encodeText(thiefs).slice(66)}`,
    "words behind the end": concat([encoded, ZeroHash]),
    "a byte behind the end": concat([encoded, "0x00"]),
    "padding that is not zero": `0x${word(32)}${word(profile.length)}${unpadded.slice(130)}`,
    "a length beyond the end": `0x${word(32)}${"f".repeat(64)}${encoded.slice(130)}`,
    "no encoding": hexlify(Buffer.from(profile)),
    "nothing": "0x",
  });
}
