/** Every batch, newest first. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { usePages } from "../api/use_pages.js";
import { CountBar } from "../parts/count_bar.js";
import { DataTable } from "../parts/data_table.js";
import { State, When } from "../parts/small.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { number } from "../parts/words.js";
import { address, go } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["BatchAnswer"]} Batch */

/** @type {import("../parts/data_table.js").Column<Batch>[]} */
const COLUMNS = [
  { name: "name", label: "Batch", width: 280, show: (each) => html`<span title=${each.name}>${each.name}</span>` },
  { name: "state", label: "State", width: 120, show: (each) => html`<${State} of=${each.state} />` },
  { name: "workflow", label: "Workflow", width: 170, show: (each) => html`<span class="quiet">${each.workflow.name}</span>` },
  { name: "items", label: "Items", width: 100, align: "end", show: (each) => number(each.items) },
  { name: "counts", label: "How they stand", width: 240, show: (each) => html`<${CountBar} counts=${each.counts} />` },
  { name: "leads", label: "Leads", width: 100, align: "end", show: (each) => (each.projected ? number(each.projected.leads) : html`<span class="faint">not yet</span>`) },
  { name: "launched_at", label: "Launched", width: 150, show: (each) => html`<${When} at=${each.launched_at} />` },
];

export function Batches() {
  const batches = usePages(
    (after) => api.GET("/batches", { params: { query: { after, limit: 100 } } }),
    (page) => page.batches,
    [],
  );
  return html`<header><h1>Batches</h1><div class="actions"><a class="button" href="#/uploads">Launch from an upload</a></div></header>
    ${batches.problem && html`<${Refused} problem=${batches.problem} onRetry=${batches.reload} />`}
    ${batches.loading && !batches.rows.length && html`<${Loading} />`}
    ${batches.atEnd && !batches.rows.length && html`<${Empty} title="No batches yet"><p>A batch asks providers about the rows of an upload.</p><a class="button primary" href="#/uploads">Choose an upload</a><//>`}
    ${batches.rows.length > 0 &&
    html`<${DataTable} label="Batches" columns=${COLUMNS} count=${batches.rows.length} rowAt=${(/** @type {number} */ at) => batches.rows[at]}
      onView=${batches.onView} onOpen=${(/** @type {Batch} */ each) => go(address(["batches", each.batch_id]))} />`}`;
}
