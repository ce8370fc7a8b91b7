/** One batch at work: how its items stand, live. */
import { html, useEffect, useState } from "../vendor/view.js";
import { api } from "../api/client.js";
import { followEvents } from "../api/events.js";
import { useAnswer } from "../api/use_answer.js";
import { CountBar, CountList } from "../parts/count_bar.js";
import { CopyId, State, When } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { StepList } from "../parts/step_list.js";
import { counted, number } from "../parts/words.js";
import { address } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["BatchAnswer"]} BatchAnswer */

/** @param {{ path: string[] }} props */
export function Batch({ path: [id = ""] }) {
  const batch = useAnswer(() => api.GET("/batches/{batch_id}", { params: { path: { batch_id: id } } }), [id]);
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    followEvents({ batch_id: id, after: 0 }, () => batch.reload(), setConnected, stop.signal).catch(() => setConnected(false));
    return () => stop.abort();
  }, [id]);
  return html`<${Shown} answer=${batch}>${(/** @type {BatchAnswer} */ data) => html`<${Known} batch=${data} connected=${connected} />`}<//>`;
}

/** @param {{ batch: BatchAnswer, connected: boolean }} props */
function Known({ batch, connected }) {
  const leads = address(["leads"], new URLSearchParams({ batch_id: batch.batch_id }));
  return html`<header>
      <a class="crumb" href="#/batches">Batches</a><h1 class="cut">${batch.name}</h1>
      <${State} of=${batch.state} />
      <span class="quiet">${counted(batch.items, "item")} · <${When} at=${batch.launched_at} />${connected ? "" : " · connecting"}</span>
      <${CopyId} id=${batch.batch_id} label="batch" />
      <div class="actions">${batch.projected && html`<a class="button primary" href=${leads}>${counted(batch.projected.leads, "lead")}</a>`}</div>
    </header>
    <div class="content two">
      <section>
        ${batch.reason && html`<p role="status">${batch.reason}</p>`}
        <${CountBar} counts=${batch.counts} />
        <${CountList} counts=${batch.counts} />
        <p class="quiet">${batch.projected ? `${number(batch.projected.jobs)} jobs in the work history.` : ""}</p>
      </section>
      <section><h2>${batch.workflow.name}</h2><${StepList} steps=${batch.workflow.steps} />
        ${batch.seal && html`<h2>Seal</h2><p class="mono quiet">${batch.seal}</p>`}
      </section>
    </div>`;
}
