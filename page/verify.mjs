// Checks in the browser what the page says, against the signatures of the chain of states.

import { parseAddress } from "./account.mjs";
import { sameHex } from "./bytes.mjs";
import { followsFrom, messageSigner } from "./message.mjs";
import { PROFILE_RECORD, isSignedBy, isSignedWith, readProfileRecord, readSignedProfile } from "./profile.mjs";
import { ZERO_ADDRESS, recordsHash, stateHash, stateSigner } from "./state.mjs";

/** So many states are on the page; one more tells what the first of them followed. */
const SHOWN = 10;

/** The coin type of the address of every EVM chain that has none of its own (ENSIP-19). */
const DEFAULT_EVM = 0x80000000;

/** What vouches for a state: `signed`, `chain`, `other` (by `kind`), or `bad`. */
function judge(link, before) {
  const { state, proof } = link;
  const { kind } = proof;
  const hash = state.records ? recordsHash(state.records) : link.recordsHash;
  const fits =
    sameHex(hash, link.recordsHash) &&
    sameHex(stateHash(state, hash), link.stateHash) &&
    (!before || (sameHex(state.previous, before.stateHash) && state.version === before.state.version + 1));
  if (!fits) return { verdict: "bad", kind };
  const holder = before && before.state.owner !== ZERO_ADDRESS ? before.state.owner : null;
  switch (kind) {
    case "eip712":
      // On a claim, the new owner signs. Without the state before, a first one is known to be one.
      if (sameHex(stateSigner(link.stateHash, proof.signature), holder ?? state.owner))
        return { verdict: "signed", kind };
      return asChainSaid(proof);
    case "erc7884":
      if (!followsFrom(state, proof, holder, before ? before.state.records : NOTHING)) return { verdict: "bad", kind };
      if (sameHex(messageSigner(proof, state.chainId), proof.sender)) return { verdict: "signed", kind };
      return asChainSaid(proof);
    case "dm3-profile":
      return { verdict: fitsProfile(state, proof) ? "signed" : "bad", kind };
    case "dm3-alias":
    case "dm3-remove":
      return { verdict: fitsMessage(state, proof, holder) ? "signed" : "bad", kind };
    default:
      return { verdict: "other", kind };
  }
}

/** A contract has no key: the chain was asked, and the proof says when. */
const asChainSaid = ({ kind, acceptedAt }) =>
  acceptedAt ? { verdict: "chain", kind, block: acceptedAt.blockNumber } : { verdict: "bad", kind };

/** What a name holds before its first state. */
const NOTHING = { texts: [], addresses: [], data: [], contenthash: "0x" };

/** Whether the account of an address name has signed the profile in it, and nothing else is in it. */
function fitsProfile({ records, owner }, { signature }) {
  if (!records) return true;
  const signed = readProfileRecord(records.texts[0]?.value ?? "");
  return signed !== null && isSignedBy({ ...signed, signature }, parseAddress(owner)) && holdsOnlyProfile(records);
}

/** Whether the profile of the account has signed that the name is claimed, or given up. */
function fitsMessage({ name, records, owner }, { kind, signature, account, signedProfile }, holder) {
  const isClaim = kind === "dm3-alias";
  const signed = readSignedProfile(signedProfile);
  return (
    sameHex(account, isClaim ? owner : (holder ?? account)) &&
    (isClaim || owner === ZERO_ADDRESS) &&
    signed !== null &&
    isSignedBy(signed, parseAddress(account)) &&
    isSignedWith(signed.profile.publicSigningKey, `${isClaim ? "alias" : "remove"}: ${name}`, signature) &&
    (!records || holdsOnlyProfile(records))
  );
}

/** The gateway made the state from what was signed: there is room in it for a profile, and for nothing else. */
const holdsOnlyProfile = ({ texts, addresses, data, contenthash }) =>
  texts.every(({ key }) => key === PROFILE_RECORD) && !addresses.length && !data.length && contenthash === "0x";

/** The last states of a name, each with its verdict, oldest first. */
export async function judgeChain(gateway, name, version) {
  const links = await gateway.history(name, Math.max(0, version - SHOWN - 1), SHOWN + 1);
  const judged = links.map((link, at) => ({ link, ...judge(link, links[at - 1]) }));
  return links[0]?.state.version > 1 ? judged.slice(1) : judged;
}

/** The newest state of a name, with its verdict; null when there is none. */
export async function judgeNewest(gateway, name) {
  const { owner, version } = await gateway.name(name);
  return owner ? (await judgeChain(gateway, name, version - 1)).at(-1) : null;
}

/** What vouches for the profile that the page shows in a list, which a state has under a key, and which counts for an account. */
export function profileVerdict(judged, key, account, list) {
  const record = judged?.link.state.records?.texts.find((text) => text.key === key);
  const signed = record && readProfileRecord(record.value);
  if (!signed) return "bad";
  const { deliveryServices, publicEncryptionKey, publicSigningKey } = signed.profile;
  const shown = [...list.querySelectorAll(".services bdi, code")].map((element) => element.textContent);
  const isShown =
    JSON.stringify(shown) === JSON.stringify([...deliveryServices, publicEncryptionKey, publicSigningKey]);
  if (isShown && account && isSignedBy(signed, parseAddress(account))) return "signed";
  // Only the chain can say what a contract has signed.
  return isShown && judged.verdict === "chain" ? "chain" : "bad";
}

/**
 * Whether a state has a record as the page shows it. Addresses of other chains than EVM's, and the content hash, are shown in
 * another form than they are signed in; of these, only that they are set.
 */
export function shows(judged, key, coin, element) {
  const records = judged?.link.state.records;
  if (!records) return false;
  if (coin !== undefined) return showsAddress(records, Number(coin), element);
  if (key === "contenthash") return records.contenthash !== "0x";
  const value = element.parentElement.querySelector(".value");
  const text = records.texts.find((record) => record.key === key);
  const signed = text?.value ?? records.data.find((record) => record.key === key)?.value;
  if (signed === undefined) return false;
  // Characters that show nothing are named on the page.
  return !value || value.querySelector(".hidden-character") !== null || value.textContent === signed;
}

/** Of a coin itself, or of all EVM chains. */
function showsAddress({ addresses }, coin, element) {
  const of = (wanted) => addresses.find(({ coinType }) => coinType === wanted);
  const record = of(coin) ?? (coin > DEFAULT_EVM ? of(DEFAULT_EVM) : undefined);
  const account = element.parentElement.querySelector(".account");
  return record !== undefined && (!account || sameHex(account.textContent, record.value));
}
