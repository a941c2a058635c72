// The gateway's API, as the pages use it.

import { randomHash } from "./bytes.mjs";
import { ZERO_ADDRESS } from "./state.mjs";
import { Trouble } from "./trouble.mjs";

const TIMEOUT_MILLISECONDS = 20_000;
/** How long a signed state can be sent. People need time to read what they sign. */
const VALIDITY_SECONDS = 1800;

export class Gateway {
  #base;
  /** How far the gateway's clock is ahead of this device's, which may be wrong. */
  #ahead = 0;

  constructor(root, chainId) {
    this.#base = new URL(root, location.href);
    this.chainId = chainId;
  }

  /** The page of a name. */
  page(name) {
    return new URL(`names/${encodeURIComponent(name)}`, this.#base).href;
  }

  /** Whether a name can be claimed: `{available, problem}`. */
  availability(name, signal) {
    return this.#get(`v1/names/${encodeURIComponent(name)}/availability`, signal);
  }

  /** What a name holds: owner, records, and where its next state goes on. */
  async name(name) {
    try {
      const { owner, version, stateHash, records } = await this.#get(`v1/names/${encodeURIComponent(name)}`);
      return { name, owner, records, version: version + 1, previous: stateHash };
    } catch (error) {
      if (error.kind !== "unclaimed") throw error;
      const { nextVersion, previous } = error.details;
      return { name, owner: null, records: noRecords(), version: nextVersion, previous };
    }
  }

  /** The states of a name from the version after `after` on. */
  async history(name, after, limit) {
    return (await this.#get(`v1/names/${encodeURIComponent(name)}/history?cursor=${after}&limit=${limit}`)).items;
  }

  /** Names that an account holds. */
  async heldBy(owner, zone) {
    return (await this.#get(`v1/names?${new URLSearchParams({ owner, zone, limit: "5" })}`)).items;
  }

  /** An address in both of its forms. */
  address(coin, text) {
    return this.#get(`v1/codecs/address?${new URLSearchParams({ coin, text })}`);
  }

  /** A content hash in both of its forms. */
  contenthash(text) {
    return this.#get(`v1/codecs/contenthash?${new URLSearchParams({ text })}`);
  }

  /** The state after `current`, to be signed. */
  next(current, owner, records) {
    return {
      name: current.name,
      chainId: this.chainId,
      version: current.version,
      previous: current.previous,
      owner,
      records: { ...records, salt: randomHash() },
      validUntil: Math.floor(Date.now() / 1000 + this.#ahead) + VALIDITY_SECONDS,
    };
  }

  /** The state after `current` that gives the name up. */
  release(current) {
    return this.next(current, ZERO_ADDRESS, noRecords());
  }

  /** Sends a signed state. */
  put(state, signature) {
    const body = JSON.stringify({ state, proof: { kind: "eip712", signature } });
    return this.#ask(`v1/names/${encodeURIComponent(state.name)}`, {
      method: "PUT",
      body,
      headers: { "content-type": "application/json" },
    });
  }

  #get(path, signal) {
    return this.#ask(path, { signal });
  }

  async #ask(path, init) {
    const limit = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
    let response;
    let body;
    try {
      response = await fetch(new URL(path, this.#base), { ...init, signal, credentials: "omit" });
      body = await response.json();
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw response && !limit.aborted
        ? new Trouble("not-ours", { status: response.status })
        : new Trouble("offline");
    }
    const date = Date.parse(response.headers.get("date"));
    if (!Number.isNaN(date)) this.#ahead = (date - Date.now()) / 1000;
    if (response.ok) return body;
    if (typeof body?.code !== "string") throw new Trouble("not-ours", { status: response.status });
    throw new Trouble(body.code, body);
  }
}

export const noRecords = () => ({ texts: [], addresses: [], data: [], contenthash: "0x", salt: randomHash() });

/** Records with another value under a key. */
export function withText(records, key, value) {
  const texts = records.texts.filter((text) => text.key !== key);
  return { ...records, texts: [...texts, { key, value }] };
}
