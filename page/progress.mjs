// What is not secret of a claim that is not finished, for as long as the tab is open.

const PROGRESS = "dm3-claim";

/** `name`, `account`, `services`, `signed` (the profile with its signature), `begun`. */
export class Progress {
  constructor() {
    Object.assign(this, JSON.parse(sessionStorage.getItem(PROGRESS) ?? "{}"));
  }

  remember(change) {
    Object.assign(this, change);
    sessionStorage.setItem(PROGRESS, JSON.stringify(this));
  }

  /** The claim is finished. */
  forget() {
    for (const key of Object.keys(this)) delete this[key];
    sessionStorage.removeItem(PROGRESS);
  }
}
