/** The leads: filtered, sorted, opened. All of it stands in the address. */
import { html, useMemo, useState } from "../vendor/view.js";
import { api } from "../api/client.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { counted } from "../parts/words.js";
import { useShortcuts } from "../shell/keys.js";
import { route, setQuery } from "../shell/router.js";
import { ColumnChoice } from "./lead_column_choice.js";
import { LEAD_COLUMNS, USUAL_COLUMNS } from "./lead_columns.js";
import { Export } from "./lead_export.js";
import { Filters, grouped } from "./lead_filters.js";
import { LeadPanel } from "./lead_panel.js";

/** @typedef {import("./lead_columns.js").Lead} Lead */

const PAGE = 200;
/** What the address says besides filters. */
const NOT_FILTERS = ["sort", "lead", "field", "columns"];

export function Leads() {
  const { query } = route.value;
  const asked = filtersOf(query).toString();
  const sort = query.get("sort") ?? "-added";
  const open = query.get("lead");
  const leads = usePages(
    (after) => api.GET("/leads", { params: { query: { ...Object.fromEntries(grouped(asked)), sort: /** @type {any} */ (sort), after, limit: PAGE } } }),
    (page) => page.leads,
    [asked, sort],
  );
  const total = leads.page?.total;
  return html`<header>
      <h1>Leads</h1><span class="quiet" role="status">${total === undefined || total === null ? "" : counted(total, "lead")}</span>
      <${Search} />
      <div class="actions"><${ColumnChoice} /><${Export} asked=${asked} sort=${sort} /></div>
    </header>
    <div class="beside">
      <${Filters} asked=${asked} />
      <div class="main">
        ${leads.problem && html`<${Refused} problem=${leads.problem} onRetry=${leads.reload} />`}
        ${leads.loading && !leads.rows.length && !leads.problem && html`<${Loading} lines=${16} />`}
        ${leads.atEnd && !leads.rows.length && html`<${NoLeads} filtered=${asked !== ""} />`}
        ${leads.rows.length > 0 && html`<${LeadTable} leads=${leads} sort=${sort} open=${open} />`}
      </div>
      ${open && html`<${LeadPanel} key=${open} id=${open} />`}
    </div>`;
}

/** @param {{ leads: ReturnType<typeof usePages<any, Lead>>, sort: string, open: string | null }} props */
function LeadTable({ leads, sort, open }) {
  const chosen = route.value.query.get("columns");
  const [widths, setWidths] = useState(/** @type {Record<string, number>} */ ({}));
  const columns = useMemo(() => {
    const names = chosen?.split(".") ?? USUAL_COLUMNS;
    return LEAD_COLUMNS.filter((each) => names.includes(each.name));
  }, [chosen]);
  useShortcuts(open ? [{ keys: "Escape", does: "Close the lead", run: () => setQuery({ lead: null, field: null }) }] : [], [open]);
  return html`<${DataTable} label="Leads" columns=${columns} count=${leads.rows.length} rowAt=${(/** @type {number} */ at) => leads.rows[at]} onView=${leads.onView}
    sort=${sort} onSort=${(/** @type {string} */ by) => setQuery({ sort: by })}
    widths=${widths} onResize=${(/** @type {string} */ name, /** @type {number} */ width) => setWidths({ ...widths, [name]: width })}
    isOpen=${(/** @type {Lead} */ lead) => lead.batch_item_id === open}
    onOpen=${(/** @type {Lead} */ lead) => setQuery({ lead: lead.batch_item_id, field: null }, { replace: open !== null })} />`;
}

function Search() {
  const asked = route.value.query.get("q") ?? "";
  useShortcuts([{ keys: "/", does: "Search", run: () => document.getElementById("q")?.focus() }], []);
  const search = (/** @type {Event} */ event) => setQuery({ q: /** @type {HTMLInputElement} */ (event.currentTarget).value.trim() }, { replace: asked !== "" });
  const leave = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && /** @type {HTMLElement} */ (event.currentTarget).blur();
  return html`<input id="q" type="search" class="search" aria-label="Search name, company, domain" placeholder="Name, company, domain   /" value=${asked} onChange=${search} onKeyDown=${leave} />`;
}

/** @param {{ filtered: boolean }} props */
function NoLeads({ filtered }) {
  if (filtered) {
    return html`<${Empty} title="No lead is like this"><p>Take a filter away, or begin anew.</p><a class="button" href="#/leads">Clear the filters</a><//>`;
  }
  return html`<${Empty} title="No leads yet"><p>Upload a CSV and launch a batch: its rows are leads as soon as it is done.</p><a class="button primary" href="#/uploads">Upload a CSV</a><//>`;
}

/** @param {URLSearchParams} query the filters in it */
export function filtersOf(query) {
  const filters = new URLSearchParams(query);
  for (const name of NOT_FILTERS) filters.delete(name);
  return filters;
}
