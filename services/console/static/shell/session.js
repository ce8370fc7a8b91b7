/** The API key the user entered: kept for this tab's session, and nowhere else. */
import { signal } from "../vendor/view.js";

const NAME = "leadledger.key";

export const key = signal(sessionStorage.getItem(NAME));

/** @param {string} entered */
export function signIn(entered) {
  sessionStorage.setItem(NAME, entered);
  key.value = entered;
}

export function signOut() {
  sessionStorage.removeItem(NAME);
  key.value = null;
}
