/** Whom batches can ask, and what each still needs. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { DataTable } from "../parts/data_table.js";
import { State } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { address, go } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["ProviderSummary"]} Summary */

/** @type {import("../parts/data_table.js").Column<Summary>[]} */
const COLUMNS = [
  { name: "title", label: "Provider", width: 360, show: (each) => each.title },
  { name: "name", label: "Name", width: 220, show: (each) => html`<span class="mono quiet">${each.name}</span>` },
  { name: "shape", label: "Shape", width: 100, show: (each) => html`<span class="tag">${each.shape}</span>` },
  { name: "charged", label: "Charges", width: 90, show: (each) => (each.charged ? "yes" : html`<span class="faint">no</span>`) },
  { name: "configured", label: "Ready", width: 220, show: (each) => html`<${State} of=${each.configured ? "ok" : "open"} text=${each.configured ? "configured" : `lacks ${each.missing.join(", ")}`} />` },
  { name: "version", label: "Version", width: 130, show: (each) => html`${each.version} <span class="faint">${each.origin}</span>` },
];

export function Providers() {
  const providers = useAnswer(() => api.GET("/providers"), []);
  return html`<header><h1>Providers</h1></header>
    <${Shown} answer=${providers}>
      ${(/** @type {{ providers: Summary[] }} */ { providers: all }) => html`<${DataTable} label="Providers" columns=${COLUMNS} count=${all.length}
        rowAt=${(/** @type {number} */ at) => all[at]} onOpen=${(/** @type {Summary} */ each) => go(address(["providers", each.name]))} />`}
    <//>`;
}
