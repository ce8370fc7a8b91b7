/** The steps of a workflow, drawn in their order. */
import { html } from "../vendor/view.js";

/** @param {{ steps: import("../api/client.js").Schemas["Step"][] }} props */
export function StepList({ steps }) {
  return html`<ol class="steps">
    ${steps.map((step) => html`<li key=${step.name}>
      <b>${step.name}</b> <span class="mono quiet">${step.provider}</span>
      ${step.when && html`<p class="faint">only if <code>${step.when}</code></p>`}
    </li>`)}
  </ol>`;
}
