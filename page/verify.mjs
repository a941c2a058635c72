// Checks in the browser what the page says, against the signatures of the chain of states.

import { parseAddress } from "./account.mjs";
import { sameHex } from "./bytes.mjs";
import { PROFILE_RECORD, isSignedBy, readProfileRecord } from "./profile.mjs";
import { ZERO_ADDRESS, recordsHash, stateHash, stateSigner } from "./state.mjs";

/** So many states are on the page; one more tells what the first of them followed. */
const SHOWN = 10;

/** What vouches for a state: `signed`, `chain`, `other` (by `kind`), or `bad`. */
function judge(link, before) {
  const { state, proof } = link;
  const hash = state.records ? recordsHash(state.records) : link.recordsHash;
  const fits =
    sameHex(hash, link.recordsHash) &&
    sameHex(stateHash(state, hash), link.stateHash) &&
    (!before || (sameHex(state.previous, before.stateHash) && state.version === before.state.version + 1));
  if (!fits) return { verdict: "bad", kind: proof.kind };
  if (proof.kind !== "eip712") return { verdict: "other", kind: proof.kind };
  const previousOwner = before && before.state.owner !== ZERO_ADDRESS ? before.state.owner : null;
  // Without the state before, only a first one is known to be signed by its own owner; others at least by somebody.
  const expected = previousOwner ?? state.owner;
  if (sameHex(stateSigner(link.stateHash, proof.signature), expected)) return { verdict: "signed", kind: proof.kind };
  // A contract's signature: the chain was asked, and when is part of the proof.
  return { verdict: proof.block === undefined ? "bad" : "chain", kind: proof.kind, block: proof.block };
}

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

/** Whether the profile in a state is signed by the account. */
export function profileVerdict(judged, owner) {
  const record = judged?.link.state.records?.texts.find(({ key }) => key === PROFILE_RECORD);
  const signed = record && readProfileRecord(record.value);
  return signed && isSignedBy(signed, parseAddress(owner)) ? "signed" : "bad";
}

/** Whether a state has a record as the page shows it. */
export function shows(judged, key, coin, element) {
  const records = judged?.link.state.records;
  if (!records) return false;
  if (coin !== undefined) return records.addresses.some((record) => String(record.coinType) === coin || isDefault(record, coin));
  if (key === "contenthash") return records.contenthash !== "0x";
  const text = records.texts.find((record) => record.key === key);
  if (!text) return records.data.some((record) => record.key === key);
  const value = element.parentElement.querySelector(".value");
  // Characters that show nothing are named on the page.
  return !value || value.querySelector(".hidden-character") !== null || value.textContent === text.value;
}

const isDefault = (record, coin) => record.coinType === 0x80000000 && Number(coin) > 0x80000000;
