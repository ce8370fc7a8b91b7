/** Small things that stand on every page: times, ids to copy, states, counts. */
import { html, signal } from "../vendor/view.js";
import { notify } from "../shell/notices.js";
import { ago, exactTime } from "./words.js";

const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

/** A time as how long ago; the exact one, in the viewer's zone, on hover. @param {{ at: string | null | undefined }} props */
export function When({ at }) {
  return at ? html`<time datetime=${at} title=${exactTime(at)}>${ago(at, now.value)}</time>` : null;
}

/** An id, shortened, with a button that copies it. @param {{ id: string, label?: string }} props */
export function CopyId({ id, label = "id" }) {
  const copy = async (/** @type {Event} */ event) => {
    event.stopPropagation();
    await navigator.clipboard.writeText(id);
    notify("Copied");
  };
  return html`<button class="copy mono" type="button" title=${`Copy ${label} ${id}`} onClick=${copy}>${id.slice(-8)}</button>`;
}

/** @param {{ of: string, text?: string }} props */
export function State({ of, text }) {
  return html`<span class="state ${of}"><i aria-hidden="true"></i>${text ?? of.replaceAll("_", " ")}</span>`;
}

/** @param {{ keys: string }} props */
export function Keys({ keys }) {
  return html`<span class="keys">${keys.split(" ").map((each) => html`<kbd>${each}</kbd>`)}</span>`;
}
