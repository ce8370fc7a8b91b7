/** One batch at work: how its items stand, live; what waits for what; what it cost; what other rules would make of it. */
import { html, useEffect, useState } from "../vendor/view.js";
import { api } from "../api/client.js";
import { followEvents } from "../api/events.js";
import { useAnswer } from "../api/use_answer.js";
import { CountBar, CountList } from "../parts/count_bar.js";
import { CopyId, State, When } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { StepList } from "../parts/step_list.js";
import { counted, number } from "../parts/words.js";
import { address, route } from "../shell/router.js";
import { Control } from "./batch_control.js";
import { Costs } from "./batch_costs.js";
import { Draft } from "./batch_draft.js";
import { Throughput } from "./batch_throughput.js";

/** @typedef {import("../api/client.js").Schemas["BatchAnswer"]} BatchAnswer */
/** @typedef {import("../api/events.js").Told} Told */

const TABS = { progress: "Progress", costs: "Costs", draft: "Other rules" };

/** @param {{ path: string[] }} props */
export function Batch({ path: [id = ""] }) {
  const batch = useAnswer(() => api.GET("/batches/{batch_id}", { params: { path: { batch_id: id } } }), [id]);
  const [connected, setConnected] = useState(false);
  const [events, setEvents] = useState(/** @type {Told[]} */ ([]));
  useEffect(() => {
    const stop = new AbortController();
    const onEvent = (/** @type {Told} */ event) => {
      setEvents((before) => [...before, event]);
      batch.reload();
    };
    followEvents({ batch_id: id, after: 0 }, onEvent, setConnected, stop.signal).catch(() => setConnected(false));
    return () => stop.abort();
  }, [id]);
  return html`<${Shown} answer=${batch}>
    ${(/** @type {BatchAnswer} */ data) => html`<${Known} batch=${data} connected=${connected} events=${events} onChange=${batch.reload} />`}
  <//>`;
}

/** @param {{ batch: BatchAnswer, connected: boolean, events: Told[], onChange: () => void }} props */
function Known({ batch, connected, events, onChange }) {
  const tab = route.value.query.get("show") ?? "progress";
  const leads = address(["leads"], new URLSearchParams({ batch_id: batch.batch_id }));
  return html`<header>
      <a class="crumb" href="#/batches">Batches</a><h1 class="cut">${batch.name}</h1>
      <${State} of=${batch.state} />
      <span class="quiet">${counted(batch.items, "item")} · <${When} at=${batch.launched_at} />${connected ? "" : " · connecting"}</span>
      <${CopyId} id=${batch.batch_id} label="batch" />
      <div class="actions">
        <${Control} batch=${batch} onChange=${onChange} />
        ${batch.projected && html`<a class="button primary" href=${leads}>${counted(batch.projected.leads, "lead")}</a>`}
      </div>
    </header>
    <nav class="tabs" aria-label="Of the batch">
      ${Object.entries(TABS).map(
        ([name, label]) => html`<a key=${name} href=${address(["batches", batch.batch_id], new URLSearchParams({ show: name }))} aria-current=${tab === name ? "page" : null}>${label}</a>`,
      )}
    </nav>
    ${tab === "costs" ? html`<${Costs} id=${batch.batch_id} />` : tab === "draft" ? html`<${Draft} batch=${batch} />` : html`<${Progress} batch=${batch} events=${events} />`}`;
}

/** @param {{ batch: BatchAnswer, events: Told[] }} props */
function Progress({ batch, events }) {
  const steps = /** @type {import("../api/client.js").Schemas["Step"][]} */ (/** @type {unknown} */ (batch.workflow.steps));
  return html`<div tabindex="0" class="content two">
    <section>
      ${batch.reason && html`<p class="reason" role="status">${batch.reason}</p>`}
      <${CountBar} counts=${batch.counts} />
      <${CountList} counts=${batch.counts} />
      ${batch.waiting.length > 0 && html`<h2>Waiting</h2>
        <ul class="notes">${batch.waiting.map((each) => html`<li key=${each.provider}><span class="mono">${each.provider}</span>: ${each.reason}${each.until ? html`, goes on <${When} at=${each.until} />` : ""}</li>`)}</ul>`}
      ${batch.budget && html`<h2>Budget</h2><p>${batch.budget.spent} of ${batch.budget.amount} spent, ${batch.budget.reserved} reserved for calls at work.</p>`}
      <${Throughput} events=${events} />
      <p class="quiet">${batch.projected ? `${number(batch.projected.jobs)} jobs in the work history.` : ""}</p>
    </section>
    <section>
      <h2>${batch.workflow.name}</h2>
      <${StepList} steps=${steps} />
      ${batch.seal && html`<h2>Seal</h2><p class="mono quiet seal">${batch.seal}</p>`}
    </section>
  </div>`;
}
