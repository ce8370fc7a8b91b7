/** The steps of a workflow, drawn in their order. */
import { html } from "../vendor/view.js";

/** @param {{ steps: import("../api/client.js").Schemas["Step"][] }} props */
export function StepList({ steps }) {
  return html`<ol class="steps">
    ${steps.map((step) => html`<li key=${step.name}>
      <b>${step.name}</b>${step.per === "company" && html` <span class="tag">once per company</span>`}
      <p class="mono quiet">${(step.waterfall ?? [step.provider]).join(" → ")}</p>
      ${step.accept && html`<p class="faint">until <code>${step.accept}</code></p>`}
      ${step.when && html`<p class="faint">only if <code>${step.when}</code></p>`}
    </li>`)}
  </ol>`;
}
