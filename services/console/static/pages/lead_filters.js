/** The filters of the leads. */
import { html } from "../vendor/view.js";

/** @param {{ asked: string }} props */
export function Filters({ asked }) {
  return html`<span hidden>${asked}</span>`;
}
