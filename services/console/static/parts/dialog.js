/** A modal dialog: the browser's own, so that focus stays inside and Escape closes it. */
import { html, useEffect, useRef } from "../vendor/view.js";

/** @param {{ title: string, onClose: () => void, children?: any, wide?: boolean }} props */
export function Dialog({ title, onClose, children, wide = false }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-label=${title} onClose=${onClose}
      onClick=${(/** @type {Event} */ event) => event.target === dialog.current && dialog.current?.close()}>
    <header><h2>${title}</h2><button type="button" class="icon" aria-label="Close" onClick=${() => dialog.current?.close()}>✕</button></header>
    <div class="body">${children}</div>
  </dialog>`;
}
