/** Counts that sum to a whole, as one bar. */
import { html } from "../vendor/view.js";
import { number, title } from "./words.js";

/** @param {{ counts: Record<string, number> }} props */
export function CountBar({ counts }) {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  const told = parts.map(([name, count]) => `${title(name)} ${number(count)}`).join(", ") || "none";
  return html`<div class="count-bar" role="img" aria-label=${told} title=${told}>
    ${parts.map(([name, count]) => html`<span key=${name} class="part ${name}" style=${{ flexGrow: count / total }}><i></i></span>`)}
  </div>`;
}

/** The same counts in words, each a part of the bar. @param {{ counts: Record<string, number> }} props */
export function CountList({ counts }) {
  return html`<ul class="count-list">
    ${Object.entries(counts).map(([name, count]) => html`<li key=${name} class="state ${name} ${count ? "" : "faint"}"><i></i>${title(name)} <b>${number(count)}</b></li>`)}
  </ul>`;
}
