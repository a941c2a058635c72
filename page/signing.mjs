// What has to be signed for a name with a profile, and doing it.

import { shortAddress } from "./account.mjs";
import { sameHex } from "./bytes.mjs";
import { withText } from "./gateway.mjs";
import { deriveKeys } from "./keys.mjs";
import {
  PROFILE_RECORD,
  creationMessage,
  isSignedBy,
  profileOf,
  profileRecord,
  readProfileRecord,
} from "./profile.mjs";
import { Trouble } from "./trouble.mjs";

/** Where the profile is: under the account's address if the zone inherits from there, else in the name itself. */
export const homeOf = (zone, name, account) =>
  zone.inheritFrom ? `${account.toLowerCase()}.${zone.inheritFrom}` : name;

/** The profile that a name holds, if it counts for the account. */
export function currentProfile(holder, account) {
  const record = holder?.records.texts.find(({ key }) => key === PROFILE_RECORD);
  const signed = record && readProfileRecord(record.value);
  return signed && isSignedBy(signed, account) ? signed : null;
}

/** A claim, or a change of the profile, of an account that has decided everything. */
export class Signing {
  /**
   * `home` is what the profile's name holds now; `services` is null for a claim without a profile; `signed` is a profile that
   * was signed before, and perhaps not published.
   */
  constructor({ gateway, wallet, zone, name, standing, home, services, signed }) {
    const isInName = home.name === name;
    Object.assign(this, { gateway, wallet, zone, name, standing, isInName, services });
    const same = (profile) => JSON.stringify(profile?.profile.deliveryServices) === JSON.stringify(services);
    /** Nothing has to be done about the profile. */
    this.isPublished = services === null || same(currentProfile(home, wallet.account));
    this.signed = signed && same(signed) && isSignedBy(signed, wallet.account) ? signed : null;
    this.steps = [];
    if (!this.isPublished) {
      if (!this.signed) this.steps.push("keys", "profile");
      if (!isInName) this.steps.push("publish");
    }
    if (standing === "free" || (isInName && !this.isPublished)) this.steps.push("claim");
  }

  /** What a step is, for people: a title and what the signature means. */
  explain(step) {
    const account = shortAddress(this.wallet.account);
    switch (step) {
      case "keys":
        return [
          "Make your keys",
          "You sign a fixed sentence. Your message keys are computed from that signature, here in this page, and stay here. The same wallet always makes the same keys. Sign this sentence only where you trust the page: the signature is as good as the keys.",
        ];
      case "profile":
        return [
          "Sign your profile",
          "Your public keys and your delivery services, as a text. With your signature on it nobody can slip in other keys.",
        ];
      case "publish":
        return [
          "Publish it under your address",
          `The profile goes to ${account}.${this.zone.inheritFrom}, where it serves all of your names.`,
        ];
      default:
        return this.standing === "mine"
          ? ["Change your name", `Puts the profile into ${this.name}.`]
          : [
              "Claim the name",
              `Says that ${this.name} belongs to ${account}. This is the only thing that makes it yours.`,
            ];
    }
  }

  /** Does a step. */
  do(step) {
    return {
      keys: () => this.#keys(),
      profile: () => this.#profile(),
      publish: () => this.#publish(),
      claim: () => this.#claim(),
    }[step]();
  }

  /** The keys are held for as long as the profile is not signed with them, and then forgotten. */
  #derived;

  async #keys() {
    this.#derived = await deriveKeys(this.wallet);
  }

  async #profile() {
    const profile = profileOf(this.#derived, this.services);
    const { signature } = await this.wallet.signMessage(creationMessage(profile, this.wallet.account));
    this.#derived = null;
    this.signed = { profile, signature };
  }

  async #publish() {
    const current = await this.gateway.name(homeOf(this.zone, this.name, this.wallet.account));
    await this.#put(current, withText(current.records, PROFILE_RECORD, profileRecord(this.signed)));
  }

  async #claim() {
    const current = await this.gateway.name(this.name);
    const holdsProfile = this.isInName && !this.isPublished;
    const records = holdsProfile
      ? withText(current.records, PROFILE_RECORD, profileRecord(this.signed))
      : current.records;
    await this.#put(current, records);
  }

  async #put(current, records) {
    const isOthers = (owner) => owner && !sameHex(owner, this.wallet.account);
    const { name, owner } = current;
    if (isOthers(owner)) throw new Trouble("taken", { name, owner });
    const state = this.gateway.next(current, this.wallet.account, records);
    const signature = await this.wallet.signState(state);
    try {
      await this.gateway.put(state, signature);
    } catch (error) {
      if (error.kind !== "conflict") throw error;
      const { owner } = error.details;
      throw new Trouble(isOthers(owner) ? "taken" : "changed", { name, owner });
    }
  }
}
