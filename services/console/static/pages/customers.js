/** The customer companies, by which former employers are found. */
import { html, useRef, useState } from "../vendor/view.js";
import { answerOf, api } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { counted } from "../parts/words.js";
import { notify } from "../shell/notices.js";

/** @typedef {import("../api/client.js").Schemas["Customer"]} Customer */

/** @type {import("../parts/data_table.js").Column<Customer>[]} */
const COLUMNS = [
  { name: "customer_no", label: "No.", width: 72, align: "end", show: (each) => each.customer_no },
  { name: "name", label: "Customer", width: 320, show: (each) => each.name },
  { name: "domain", label: "Domain", width: 220, show: (each) => html`<span class="mono">${each.domain}</span>` },
  { name: "linkedin", label: "LinkedIn page", width: 220, show: (each) => html`<span class="mono">${each.linkedin}</span>` },
];

export function Customers() {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));
  const customers = usePages(
    (after) => api.GET("/customers", { params: { query: { after, limit: 500 } } }),
    (page) => page.customers,
    [],
  );
  const replace = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    try {
      const options = { body: /** @type {any} */ (file), bodySerializer: (/** @type {any} */ body) => body, headers: { "Content-Type": "text/csv" } };
      const done = await answerOf(api.PUT("/customers", options));
      notify(`${counted(done.customers, "customer")}; ${counted(done.leads_changed, "lead")} changed`);
      setProblem(null);
      customers.reload();
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  return html`<header><h1>Customers</h1>
      <div class="actions"><button type="button" class="primary" onClick=${() => picker.current?.click()}>Replace with a CSV</button></div>
      <input ref=${picker} type="file" hidden accept=".csv,text/csv" aria-label="Customers' CSV" onChange=${(/** @type {Event} */ event) => replace(/** @type {HTMLInputElement} */ (event.currentTarget).files?.[0])} />
    </header>
    ${problem && html`<${Refused} problem=${problem} />`}
    ${customers.problem && html`<${Refused} problem=${customers.problem} onRetry=${customers.reload} />`}
    ${customers.loading && !customers.rows.length && html`<${Loading} />`}
    ${customers.atEnd && !customers.rows.length && html`<${Empty} title="No customers yet"><p>Give a CSV with columns for name, domain and LinkedIn page: leads who worked at one of them are then found.</p><//>`}
    ${customers.rows.length > 0 &&
    html`<${DataTable} label="Customers" columns=${COLUMNS} count=${customers.rows.length} rowAt=${(/** @type {number} */ at) => customers.rows[at]} onView=${customers.onView} />`}`;
}
