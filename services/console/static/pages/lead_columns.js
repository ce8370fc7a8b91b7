/** The columns a table of leads may have. */
import { html } from "../vendor/view.js";
import { State } from "../parts/small.js";
import { compact, number, partialDate } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["Lead"]} Lead */
/** @typedef {import("../parts/data_table.js").Column<Lead>} LeadColumn */

const text = (/** @type {string | null | undefined} */ value) => html`<span title=${value}>${value}</span>`;

/** @type {LeadColumn[]} */
export const LEAD_COLUMNS = [
  { name: "full_name", label: "Person", width: 190, sort: "name", show: (each) => html`<b>${each.full_name ?? "—"}</b>` },
  { name: "title", label: "Title", width: 210, show: (each) => text(each.title) },
  { name: "company_name", label: "Company", width: 190, sort: "company", show: (each) => text(each.company_name) },
  { name: "signals", label: "Signals", width: 190, show: signals },
  { name: "company_domain", label: "Domain", width: 180, show: (each) => html`<span class="quiet">${each.company_domain}</span>` },
  { name: "email", label: "Email", width: 230, show: (each) => each.email && html`<${State} of=${each.email_verdict} text=${each.email} />` },
  { name: "industry", label: "Industry", width: 170, show: (each) => text(each.industry) },
  { name: "size", label: "Size", width: 100, show: (each) => each.size },
  { name: "employees", label: "Employees", width: 90, align: "end", show: (each) => each.employees !== null && number(each.employees) },
  { name: "city", label: "City", width: 120, show: (each) => text(each.city) },
  { name: "state", label: "State", width: 120, show: (each) => text(each.state) },
  { name: "country", label: "Country", width: 130, show: (each) => text(each.country) },
  { name: "seniority", label: "Seniority", width: 100, show: (each) => each.seniority?.replaceAll("_", " ") },
  { name: "current_job_started_on", label: "In role since", width: 110, sort: "job_start", show: (each) => partialDate(each.current_job_started_on, each.current_job_precision) },
  { name: "revenue_range", label: "Revenue", width: 110, show: (each) => each.revenue_range },
  { name: "total_funding", label: "Funding", width: 90, align: "end", show: (each) => each.total_funding !== null && compact(each.total_funding) },
  { name: "founded_year", label: "Founded", width: 80, align: "end", show: (each) => each.founded_year },
  { name: "source", label: "Source", width: 90, show: (each) => html`<span class="tag">${each.source}</span>` },
];

export const USUAL_COLUMNS = ["full_name", "title", "company_name", "signals", "email", "industry", "size", "country"];

/** @param {Lead} lead */
function signals(lead) {
  const [first, ...more] = [...new Set(lead.customers.map((each) => each.name))];
  return html`${first && html`<span class="tag strong" title=${[first, ...more].join(", ")}>ex ${first}${more.length ? ` +${more.length}` : ""}</span>`}
    ${lead.is_new_in_role && html` <span class="tag">new in role</span>`}${lead.is_recently_funded && html` <span class="tag">funded</span>`}`;
}
