/** What a launch would ask and cost, before anything is asked. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { Shown } from "../parts/standing.js";
import { number, percent } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["LaunchEstimate"]} LaunchEstimate */
/** @typedef {import("../api/client.js").Schemas["AtLeastAtMost"]} Range */

/** @param {{ upload: { upload_id: string }, workflow: { name: string } }} props */
export function Estimate({ upload, workflow }) {
  const estimate = useAnswer(
    () => api.POST("/estimates", { body: { upload_id: upload.upload_id, workflow: workflow.name } }),
    [upload.upload_id, workflow.name],
  );
  return html`<h2>What it may cost, all rows</h2>
    <${Shown} answer=${estimate} lines=${3}>${(/** @type {LaunchEstimate} */ data) => html`<${Table} estimate=${data} />`}<//>`;
}

/** @param {{ estimate: LaunchEstimate }} props */
function Table({ estimate }) {
  return html`<table>
      <thead><tr><th>Step</th><th>Provider</th><th class="end">Asked</th><th class="end">Calls</th><th class="end">Found before</th><th class="end">At most</th></tr></thead>
      <tbody>
        ${estimate.providers.map((each) => html`<tr key=${each.step + each.provider}>
          <td>${each.step}</td><td class="mono">${each.provider}</td>
          <td class="end">${range(each.asked)}</td><td class="end">${range(each.calls)}</td>
          <td class="end">${each.hit_rate === null ? html`<span class="faint">not known</span>` : percent(each.hit_rate)}</td>
          <td class="end">${each.cost_most} ${each.cost_unit}</td>
        </tr>`)}
      </tbody>
    </table>
    <p class="quiet">Told from ${number(estimate.looked_at)} of ${number(estimate.items)} rows. In all at most ${Object.entries(estimate.cost_most).map(([unit, most]) => `${most} ${unit}`).join(", ") || "nothing"}.</p>`;
}

/** @param {Range} of */
function range(of) {
  return of.least === of.most ? number(of.most) : `${number(of.least)}–${number(of.most)}`;
}
