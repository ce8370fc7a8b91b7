/** The receipt of one value: the rules, the answer, the call, the exact bytes, the CSV cell; and why the others lost. */
import { html, useState } from "../vendor/view.js";
import { api, download } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { CopyId, When } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { title } from "../parts/words.js";
import { useShortcuts } from "../shell/keys.js";
import { notify } from "../shell/notices.js";
import { setQuery } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["Trace"]} Trace */
/** @typedef {Record<string, any>} Origin where a value stands: kind, json_path, provider, call... */

/** @param {{ id: string, field: string }} props */
export function Receipt({ id, field }) {
  const trace = useAnswer(() => api.GET("/leads/{batch_item_id}/trace", { params: { path: { batch_item_id: id } } }), [id]);
  const back = () => setQuery({ field: null });
  useShortcuts([{ keys: "Escape", does: "Back to the lead", run: back }], []);
  return html`<div class="body receipt">
    <p><button type="button" class="plain" onClick=${back}>← All values</button></p>
    <${Shown} answer=${trace}>${(/** @type {Trace} */ data) => html`<${Of} trace=${data} field=${field} />`}<//>
  </div>`;
}

/** @param {{ trace: Trace, field: string }} props */
function Of({ trace, field }) {
  const told = trace.fields[field];
  if (!told) return html`<p>${title(field)} is made of other values; it has no receipt of its own.</p>`;
  return html`<h2>${title(field)}</h2>
    <p class="chosen">${told.value === null ? html`<span class="faint">nothing found</span>` : String(told.value)}</p>
    ${told.origin ? html`<${Where} origin=${told.origin} />` : html`<p class="quiet">No answer and no cell has it.</p>`}
    <p class="faint">Chosen by rules <code>${trace.rules}</code>, facts as of <${When} at=${trace.as_of} /></p>
    <h2>What else was told</h2>
    ${told.others.length === 0 && html`<p class="faint">Nothing.</p>`}
    ${told.others.map((each, at) => html`<article key=${at} class="other">
      <p><b>${each["value"] === undefined || each["value"] === null ? "—" : String(each["value"])}</b> <span class="quiet">${String(each["lost"] ?? "")}</span></p>
      <${Where} origin=${each} />
    </article>`)}`;
}

/** @param {{ origin: Origin }} props */
function Where({ origin }) {
  if (origin["kind"] === "csv") {
    return html`<dl class="facts">
      <div><dt>CSV</dt><dd><a href=${`#/uploads/${origin["upload_id"]}?show=rows`}>${origin["filename"]}</a></dd></div>
      <div><dt>Row, line</dt><dd>${origin["row_no"]}, ${origin["line_no"]}</dd></div>
      ${origin["header"] && html`<div><dt>Cell</dt><dd>${origin["header"]}: <code>${origin["cell"]}</code></dd></div>`}
    </dl>`;
  }
  if (!origin["result_id"]) return html`<p class="quiet">Taken from ${title(String(origin["kind"])).toLowerCase()}.</p>`;
  const call = /** @type {Origin | undefined} */ (origin["call"]);
  return html`<dl class="facts">
    <div><dt>Answer</dt><dd>${origin["provider"]} v${origin["provider_version"]}, step ${origin["step"]}, attempt ${origin["attempt"]} <${CopyId} id=${origin["result_id"]} label="result" /></dd></div>
    <div><dt>Path</dt><dd><code>${origin["json_path"]}</code></dd></div>
    ${call && html`<${Call} call=${call} />`}
  </dl>`;
}

/** @param {{ call: Origin }} props */
function Call({ call }) {
  const [bytes, setBytes] = useState(/** @type {string | null} */ (null));
  const show = async () => {
    const { data } = await api.GET("/calls/{call_id}/answer", { params: { path: { call_id: call["call_id"] } }, parseAs: "text" });
    setBytes(String(data));
  };
  const keep = () => download(`/calls/${call["call_id"]}/answer`, `${call["call_id"]}.txt`).catch((error) => notify(error.message, "failed"));
  return html`<div><dt>Call</dt><dd><code>${call["method"]} ${call["url"]}</code> → ${call["status"]}, <${When} at=${call["called_at"]} /></dd></div>
    <div><dt>Exact bytes</dt><dd>
      <button type="button" onClick=${bytes === null ? show : () => setBytes(null)}>${bytes === null ? "Show" : "Hide"}</button>
      <button type="button" onClick=${keep}>Download</button>
    </dd></div>
    ${bytes !== null && html`<pre class="bytes">${bytes}</pre>`}`;
}
