/** The filters of the leads: those that have data, with the leads that each value would let through. */
import { html, useState } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { Loading, Refused } from "../parts/standing.js";
import { compact, number, title } from "../parts/words.js";
import { route, setQuery } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["FilterData"]} FilterData */
/** @typedef {import("../api/client.js").Schemas["FacetValue"]} FacetValue */

const SHOWN_AT_FIRST = 6;
/** The order of the rail; what is not named here comes after. `q` is the search above. */
const FIRST = ["worked_at_customer", "new_in_role", "recently_funded", "past_company", "past_title", "title", "seniority", "current_company", "industry", "size", "country", "state", "city", "email_verdict", "has_email"];
const ELSEWHERE = ["q"];

/** @param {{ asked: string }} props */
export function Filters({ asked }) {
  const filters = useAnswer(() => api.GET("/filters"), []);
  const facets = useAnswer(() => api.GET("/facets", { params: { query: { ...Object.fromEntries(grouped(asked)), limit: 50 } } }), [asked]);
  const able = (filters.data?.filters ?? []).filter((each) => (each.has_data || asked.includes(`${each.name}=`)) && !ELSEWHERE.includes(each.name));
  able.sort((one, other) => place(one) - place(other));
  return html`<aside class="filters" aria-label="Filters">
    <header><h2>Filters</h2>${asked && html`<button type="button" class="plain" onClick=${() => setQuery(Object.fromEntries([...grouped(asked).keys()].map((name) => [name, null])))}>Clear</button>`}</header>
    ${(filters.problem ?? facets.problem) && html`<${Refused} problem=${filters.problem ?? facets.problem} onRetry=${facets.reload} />`}
    ${!filters.data && !filters.problem && html`<${Loading} />`}
    ${able.map((each) => html`<${Filter} key=${each.name} filter=${each} counted=${facets.data?.facets[each.name]} />`)}
  </aside>`;
}

/** @param {{ filter: FilterData, counted: FacetValue[] | undefined }} props */
function Filter({ filter, counted }) {
  const chosen = route.value.query.getAll(filter.name);
  const open = chosen.length > 0 || ["flag", "choice"].includes(filter.kind);
  return html`<details open=${open} class="filter">
    <summary title=${filter.description}>${title(filter.name)}${chosen.length > 0 && html` <span class="tag strong">${chosen.length}</span>`}</summary>
    ${filter.faceted ? html`<${Values} filter=${filter} chosen=${chosen} counted=${counted ?? []} />` : html`<${Typed} filter=${filter} chosen=${chosen} />`}
  </details>`;
}

/** @param {{ filter: FilterData, chosen: string[], counted: FacetValue[] }} props */
function Values({ filter, chosen, counted }) {
  const [all, setAll] = useState(false);
  const known = counted.map((each) => ({ value: String(each.value), leads: each.leads }));
  const missing = chosen.filter((value) => !known.some((each) => each.value === value)).map((value) => ({ value, leads: 0 }));
  const listed = [...missing, ...known];
  const shown = all ? listed : listed.filter((each, at) => at < SHOWN_AT_FIRST || chosen.includes(each.value));
  const toggle = (/** @type {string} */ value) => setQuery({ [filter.name]: chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value], lead: null, field: null });
  return html`<ul>
      ${shown.map(({ value, leads }) => html`<li key=${value}><label class="line">
        <input type="checkbox" checked=${chosen.includes(value)} onChange=${() => toggle(value)} />
        <span class="cut" title=${value}>${worded(filter, value)}</span><span class="faint" title=${number(leads)}>${compact(leads)}</span>
      </label></li>`)}
    </ul>
    ${listed.length > shown.length && html`<button type="button" class="plain" onClick=${() => setAll(true)}>${listed.length - shown.length} more</button>`}`;
}

/** @param {{ filter: FilterData, chosen: string[] }} props */
function Typed({ filter, chosen }) {
  const add = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const value = String(new FormData(form).get("value")).trim();
    if (value && !chosen.includes(value)) setQuery({ [filter.name]: [...chosen, value], lead: null, field: null });
    form.reset();
  };
  return html`<form onSubmit=${add}><input name="value" maxlength="300" aria-label=${title(filter.name)} placeholder=${String(filter.examples[0] ?? "")} /></form>
    <ul class="tags">
      ${chosen.map((value) => html`<li key=${value}><button type="button" class="tag strong" aria-label=${`Take away ${value}`} onClick=${() => setQuery({ [filter.name]: chosen.filter((each) => each !== value) })}>${value} ✕</button></li>`)}
    </ul>`;
}

/** @param {FilterData} filter @param {string} value */
function worded(filter, value) {
  if (filter.kind === "flag") return value === "true" ? "Yes" : "No";
  return filter.kind === "choice" ? value.replaceAll("_", " ") : value;
}

/** @param {FilterData} filter */
function place({ name }) {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

/** @param {string} asked @returns {Map<string, string[]>} the values of each filter */
export function grouped(asked) {
  const query = new URLSearchParams(asked);
  return new Map([...query.keys()].map((name) => [name, query.getAll(name)]));
}
