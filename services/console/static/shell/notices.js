/** Short notices at the foot of the page, read out by screen readers. */
import { html, signal } from "../vendor/view.js";

const STAYS_MS = 5000;
let last = 0;

/** @type {import("../vendor/view.js").Signal<{ id: number, text: string, kind: "done" | "failed" }[]>} */
const notices = signal([]);

/**
 * @param {string} text
 * @param {"done" | "failed"} [kind]
 */
export function notify(text, kind = "done") {
  const id = ++last;
  notices.value = [...notices.value, { id, text, kind }];
  setTimeout(() => (notices.value = notices.value.filter((each) => each.id !== id)), STAYS_MS);
}

export function Notices() {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.value.map(({ id, text, kind }) => html`<p key=${id} class="notice ${kind}">${text}</p>`)}
  </div>`;
}
