/** What other rules would make of a batch: a draft, its diff with reasons, promotion and rollback. */
import { html, useState } from "../vendor/view.js";
import { answerOf, api, idempotencyKey } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { useAnswer } from "../api/use_answer.js";
import { Loading, Refused } from "../parts/standing.js";
import { counted, number, title } from "../parts/words.js";
import { notify } from "../shell/notices.js";

/** @typedef {import("../api/client.js").Schemas["Diff"]} Diff */

/** @param {{ batch: import("../api/client.js").Schemas["BatchAnswer"] }} props */
export function Draft({ batch }) {
  const path = { batch_id: batch.batch_id };
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const rules = useAnswer(() => api.GET("/rules"), []);
  const diff = useAnswer(() => api.GET("/batches/{batch_id}/projection/diff", { params: { path } }), [batch.batch_id]);
  const doing = (/** @type {() => Promise<unknown>} */ ask, /** @type {string} */ done) => async () => {
    try {
      await ask();
      notify(done);
      setProblem(null);
    } catch (error) {
      setProblem(Problem.of(error));
    }
    diff.reload();
  };
  const build = (/** @type {string} */ version) =>
    doing(() => answerOf(api.POST("/batches/{batch_id}/projection", { params: { path }, headers: idempotencyKey(), body: { rules: version, draft: true, strict: false } })), `Drafted by ${version}`)();
  const promote = doing(() => answerOf(api.POST("/batches/{batch_id}/projection/promote", { params: { path } })), "Readers see the draft now");
  const rollback = doing(() => answerOf(api.POST("/batches/{batch_id}/projection/rollback", { params: { path } })), "Readers see what they saw before");
  const known = diff.problem ? undefined : diff.data;
  return html`<div tabindex="0" class="content">
    <p class="line-up">
      ${["builtin", ...(rules.data?.versions ?? []).map((each) => each.version)].map((version) => html`<button key=${version} type="button" onClick=${() => build(version)}>Draft by ${version}</button>`)}
      ${known && html`<button type="button" class="primary" onClick=${promote}>Promote the draft</button>`}
      <button type="button" onClick=${rollback}>Roll back</button>
    </p>
    <p class="quiet">A draft stands beside what readers see. Nobody is asked, nothing is paid.</p>
    ${problem && html`<${Refused} problem=${problem} />`}
    ${diff.loading && !known && html`<${Loading} />`}
    ${!known && !diff.loading && html`<p>There is no draft of this batch.</p>`}
    ${known && html`<${Changes} diff=${known} />`}
  </div>`;
}

/** @param {{ diff: Diff }} props */
function Changes({ diff }) {
  const { summary } = diff;
  return html`<section>
    <h2>${summary && `${counted(summary.leads_changed, "lead")} change; ${counted(summary.jobs_added, "job")} come, ${number(summary.jobs_removed)} go`}</h2>
    ${summary && html`<ul class="tags">${Object.entries(summary.fields).map(([field, leads]) => html`<li key=${field} class="tag">${title(field)} ${number(leads)}</li>`)}</ul>`}
    <table>
      <thead><tr><th>Lead</th><th>Field</th><th>From</th><th>To</th><th>Why</th></tr></thead>
      <tbody>
        ${diff.leads.flatMap((lead) => [
          ...Object.entries(lead.fields).map(([field, change]) => html`<tr key=${lead.batch_item_id + field}>
            <td>${lead.full_name}</td><td>${title(field)}</td><td class="quiet">${worded(change.from)}</td><td>${worded(change.to)}</td><td class="quiet">${change.reason}</td></tr>`),
          ...lead.work_history.removed.map((job, at) => html`<tr key=${`${lead.batch_item_id}-${at}`}><td>${lead.full_name}</td><td>Job</td><td class="quiet">${jobIn(job)}</td><td class="faint">goes</td><td></td></tr>`),
          ...lead.work_history.added.map((job, at) => html`<tr key=${`${lead.batch_item_id}+${at}`}><td>${lead.full_name}</td><td>Job</td><td class="faint">comes</td><td>${jobIn(job)}</td><td></td></tr>`),
        ])}
      </tbody>
    </table>
    ${diff.next !== null && html`<p class="quiet">The first ${diff.leads.length} leads; the command line and the API have them all.</p>`}
  </section>`;
}

/** @param {unknown} value */
const worded = (value) => (value === null || value === undefined ? html`<span class="faint">—</span>` : String(value));

/** @param {Record<string, unknown>} job */
const jobIn = (job) => `${job["title"] ?? "?"} at ${job["company_name"]}`;
