/** The filtered leads as a file. */
import { html } from "../vendor/view.js";

/** @param {{ asked: string, sort: string }} props */
export function Export({ asked, sort }) {
  return html`<span hidden>${asked}${sort}</span>`;
}
