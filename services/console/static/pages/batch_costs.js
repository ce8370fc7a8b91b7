/** What a batch cost: per step and provider, and per value that stands in the leads. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { Shown } from "../parts/standing.js";
import { number, title } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["Costs"]} CostsAnswer */

/** @param {{ id: string }} props */
export function Costs({ id }) {
  const costs = useAnswer(() => api.GET("/batches/{batch_id}/costs", { params: { path: { batch_id: id } } }), [id]);
  return html`<div tabindex="0" class="content"><${Shown} answer=${costs}>${(/** @type {CostsAnswer} */ data) => html`<${Tables} costs=${data} />`}<//></div>`;
}

/** @param {{ costs: CostsAnswer }} props */
function Tables({ costs }) {
  return html`<section>
      <h2>In all: ${amounts(costs.total) || "nothing"}</h2>
      <table>
        <thead><tr><th>Step</th><th>Provider</th><th class="end">Results</th><th class="end">Found</th><th class="end">Spent</th><th class="end">Estimated</th><th class="end">Not known</th></tr></thead>
        <tbody>${costs.results.map((each) => html`<tr key=${each.step + each.provider + each.unit}>
          <td>${each.step}</td><td class="mono">${each.provider}</td><td class="end">${number(each.results)}</td><td class="end">${number(each.found)}</td>
          <td class="end">${each.amount} ${each.unit}</td><td class="end quiet">${each.estimated}</td><td class="end quiet">${number(each.unknown)}</td>
        </tr>`)}</tbody>
      </table>
    </section>
    <section>
      <h2>Per value that stands in the leads</h2>
      <table>
        <thead><tr><th>Field</th><th>Told by</th><th class="end">Values</th><th class="end">Spent per value</th></tr></thead>
        <tbody>${costs.fields.flatMap((field) => field.sources.map((source) => html`<tr key=${field.field + source.provider + source.step}>
          <td>${title(field.field)}</td><td class="mono">${source.provider}</td><td class="end">${number(source.values)}</td><td class="end">${amounts(source.spend_per_value) || html`<span class="faint">free</span>`}</td>
        </tr>`))}</tbody>
      </table>
    </section>`;
}

/** @param {Record<string, string>} spend */
function amounts(spend) {
  return Object.entries(spend).map(([unit, amount]) => `${amount} ${unit}`).join(", ");
}
