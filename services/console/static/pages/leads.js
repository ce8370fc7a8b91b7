/** The leads, filtered. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { Loading, Refused } from "../parts/standing.js";

/** @typedef {import("../api/client.js").Schemas["Lead"]} Lead */

/** @type {import("../parts/data_table.js").Column<Lead>[]} */
const COLUMNS = [
  { name: "full_name", label: "Person", width: 200, show: (each) => each.full_name },
  { name: "title", label: "Title", width: 220, show: (each) => each.title },
];

export function Leads() {
  const leads = usePages(
    (after) => api.GET("/leads", { params: { query: { after, limit: 200 } } }),
    (page) => page.leads,
    [],
  );
  return html`<header><h1>Leads</h1></header>
    ${leads.problem && html`<${Refused} problem=${leads.problem} onRetry=${leads.reload} />`}
    ${leads.loading && !leads.rows.length && html`<${Loading} />`}
    ${leads.rows.length > 0 &&
    html`<${DataTable} label="Leads" columns=${COLUMNS} count=${leads.rows.length} rowAt=${(/** @type {number} */ at) => leads.rows[at]} onView=${leads.onView} />`}`;
}
