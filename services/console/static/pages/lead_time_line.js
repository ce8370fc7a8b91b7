/** The jobs of a lead, newest first, with the customers among the employers and how that is known. */
import { html } from "../vendor/view.js";
import { partialDate } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["Job"]} Job */

/** @param {{ jobs: Job[] }} props */
export function TimeLine({ jobs }) {
  if (!jobs.length) return html`<p class="faint">No answer told of a job.</p>`;
  return html`<ol class="time-line">
    ${jobs.map((job) => html`<li key=${job.job_no} class=${job.customers.length ? "match" : ""}>
      <p><b>${job.company_name}</b>${job.customers.map((each) => html` <span class="tag strong" title=${`${each.name}: known by ${each.tier.replaceAll("_", " ")}`}>customer · ${each.tier.replaceAll("_", " ")}</span>`)}</p>
      <p>${job.title ?? html`<span class="faint">no title</span>`}</p>
      <p class="quiet">${span(job)}${job.company_domain && html` · ${job.company_domain}${job.domain_is_inferred ? html` <span class="faint" title="Another answer ties the name to this domain">inferred</span>` : ""}`}</p>
      <p class="faint">${1 + (job.other_sources?.length ?? 0) === 1 ? "one answer tells it" : `${1 + (job.other_sources?.length ?? 0)} answers tell it`} · <code>${job.json_path}</code></p>
    </li>`)}
  </ol>`;
}

/** @param {Job} job */
function span(job) {
  const start = partialDate(job.start_date, job.start_precision) || "?";
  const end = job.is_current ? "now" : partialDate(job.end_date, job.end_precision) || (job.is_current === null ? "not told" : "?");
  return `${start} – ${end}`;
}
