/** One lead: who, where, the work history as a time line, every address, and behind each value its receipt. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { CopyId, State } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { compact, number, partialDate, title } from "../parts/words.js";
import { route, setQuery } from "../shell/router.js";
import { Receipt } from "./lead_receipt.js";
import { TimeLine } from "./lead_time_line.js";

/** @typedef {import("../api/client.js").Schemas["LeadDetail"]} LeadDetail */

const PERSON = ["title", "seniority", "current_job_started_on", "email", "linkedin_url", "city", "state", "country"];
const COMPANY = ["company_name", "company_domain", "company_linkedin_url", "industry", "employees", "size", "revenue", "total_funding", "last_funded_on", "founded_year"];

/** @param {{ id: string }} props */
export function LeadPanel({ id }) {
  const lead = useAnswer(() => api.GET("/leads/{batch_item_id}", { params: { path: { batch_item_id: id } } }), [id]);
  const field = route.value.query.get("field");
  return html`<aside class="panel" aria-label="Lead">
    <${Shown} answer=${lead} lines=${14}>
      ${(/** @type {LeadDetail} */ data) => html`
        <header>
          <h1 class="cut">${data.full_name ?? "No name"}</h1><${CopyId} id=${data.batch_item_id} label="lead" />
          <button type="button" class="icon" aria-label="Close the lead" onClick=${() => setQuery({ lead: null, field: null })}>✕</button>
        </header>
        ${field ? html`<${Receipt} id=${id} field=${field} />` : html`<${Facts} lead=${data} />`}`}
    <//>
  </aside>`;
}

/** @param {{ lead: LeadDetail }} props */
function Facts({ lead }) {
  return html`<div class="body">
    <${Section} name="Person" fields=${PERSON} lead=${lead} />
    <${Section} name="Company" fields=${COMPANY} lead=${lead} />
    <h2>Work history</h2>
    <${TimeLine} jobs=${lead.work_history} />
    <h2>Addresses</h2>
    ${lead.emails.length ? html`<${Addresses} emails=${lead.emails} />` : html`<p class="faint">Nobody told one.</p>`}
    <p class="faint">Made by rules <code>${lead.rules}</code>. A value opens its receipt.</p>
  </div>`;
}

/** @param {{ name: string, fields: string[], lead: LeadDetail }} props */
function Section({ name, fields, lead }) {
  return html`<h2>${name}</h2>
    <dl class="facts values">
      ${fields.map((field) => html`<div key=${field}><dt>${title(field)}</dt><dd>
        <button type="button" class="value" onClick=${() => setQuery({ field })} aria-label=${`Receipt of ${title(field)}`}>${shown(lead, field)}</button>
      </dd></div>`)}
    </dl>`;
}

/** @param {LeadDetail} lead @param {string} field */
function shown(lead, field) {
  const value = /** @type {Record<string, unknown>} */ (lead)[field];
  if (value === null || value === undefined) return html`<span class="faint">—</span>`;
  if (field === "current_job_started_on") return partialDate(String(value), lead.current_job_precision);
  if (field === "email") return html`<${State} of=${lead.email_verdict} text=${value} />`;
  if (field === "revenue") return `${compact(Number(value))} (${lead.revenue_range})`;
  if (field === "total_funding") return `${compact(Number(value))} (${lead.funding_range})`;
  if (field === "employees") return number(Number(value));
  return String(value);
}

/** @param {{ emails: import("../api/client.js").Schemas["LeadEmail"][] }} props */
function Addresses({ emails }) {
  return html`<ul class="addresses">
    ${emails.map((each) => html`<li key=${each.email_no} class=${each.is_chosen ? "" : "quiet"}>
      <${State} of=${each.verdict} text=${each.email} />${each.is_chosen && html` <span class="tag strong">chosen</span>`}
      <p class="faint">${each.verdict.replaceAll("_", " ")}, ${each.verifies ? "verified" : "found"} by ${each.provider} at <code>${each.json_path}</code></p>
    </li>`)}
  </ul>`;
}
