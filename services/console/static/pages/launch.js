/** Before a batch is launched: which rows, asked by which workflow, what is missing. */
import { html, useMemo, useState } from "../vendor/view.js";
import { answerOf, api, idempotencyKey } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { useAnswer } from "../api/use_answer.js";
import { Refused, Shown } from "../parts/standing.js";
import { StepList } from "../parts/step_list.js";
import { counted } from "../parts/words.js";
import { address, go, route } from "../shell/router.js";
import { Estimate } from "./launch_estimate.js";

/** @typedef {import("../api/client.js").Schemas["UploadAnswer"]} UploadAnswer */
/** @typedef {import("../api/client.js").Schemas["WorkflowDetail"]} Workflow */
/** @typedef {import("../api/client.js").Schemas["BatchOrder"]} BatchOrder */

/** @param {{ path: string[] }} props */
export function Launch({ path: [id = ""] }) {
  const upload = useAnswer(() => api.GET("/uploads/{upload_id}", { params: { path: { upload_id: id } } }), [id]);
  const workflows = useAnswer(() => api.GET("/workflows"), []);
  return html`<${Shown} answer=${upload}>
    ${(/** @type {UploadAnswer} */ known) => html`<header>
        <a class="crumb" href="#/uploads">Uploads</a><a class="crumb cut" href=${address(["uploads", id])}>${known.filename}</a><h1>Launch a batch</h1>
      </header>
      <${Shown} answer=${workflows}>
        ${(/** @type {{ workflows: Workflow[] }} */ { workflows: all }) => html`<${Order} upload=${known} workflows=${all.filter((each) => each.sources.includes(known.source))} />`}
      <//>`}
  <//>`;
}

/** @param {{ upload: UploadAnswer, workflows: Workflow[] }} props */
function Order({ upload, workflows }) {
  const usual = workflows.find((each) => each.default_for?.includes(upload.source)) ?? workflows[0];
  const [workflow, setWorkflow] = useState(usual);
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [sending, setSending] = useState(false);
  const once = useMemo(idempotencyKey, [workflow]);
  if (!workflow) return html`<p class="content">No workflow fits the source ${upload.source}. <a href="#/workflows">Make one</a>.</p>`;

  const launch = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    setSending(true);
    try {
      const body = orderOf(upload, workflow, new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)));
      const { batch_id } = await answerOf(api.POST("/batches", { body, headers: once }));
      go(address(["batches", batch_id]));
    } catch (error) {
      setProblem(Problem.of(error));
      setSending(false);
    }
  };
  return html`<form class="content two" onSubmit=${launch}>
    <section>
      <${RowChoice} upload=${upload} />
      <label for="name">Name</label>
      <input id="name" name="name" maxlength="200" placeholder=${upload.filename} />
      <label for="workflow">Workflow</label>
      <select id="workflow" onChange=${(/** @type {Event} */ event) => setWorkflow(workflows.find((each) => each.name === /** @type {HTMLSelectElement} */ (event.currentTarget).value) ?? workflow)}>
        ${workflows.map((each) => html`<option key=${each.name} value=${each.name} selected=${each === workflow}>${each.name}</option>`)}
      </select>
      <label for="budget">Budget, never exceeded</label>
      <input id="budget" name="budget" type="number" min="0" step="any" placeholder="none" />
      <label class="line"><input type="checkbox" name="skip_duplicates" /> Leave out rows that repeat a person</label>
      ${problem && html`<${Refused} problem=${problem} />`}
      <p><button class="primary" type="submit" disabled=${sending}>${sending ? "Launching" : "Launch"}</button></p>
    </section>
    <section>
      <h2>${workflow.title}</h2>
      <${StepList} steps=${workflow.steps} />
      <${Gaps} workflow=${workflow} />
      <${Estimate} upload=${upload} workflow=${workflow} />
    </section>
  </form>`;
}

/** @param {{ upload: UploadAnswer }} props */
function RowChoice({ upload }) {
  const chosen = route.value.query.getAll("row");
  return html`<fieldset class="choices">
    <legend>Which rows</legend>
    <label class="line"><input type="radio" name="which" value="all" checked=${!chosen.length} /> All ${counted(upload.rows, "row")}</label>
    <label class="line"><input type="radio" name="which" value="sample" /> The first <input class="short" name="sample" type="number" min="1" max=${upload.rows} value="10" aria-label="How many rows" /> that can be asked about</label>
    <label class="line"><input type="radio" name="which" value="rows" checked=${chosen.length > 0} /> Rows <input name="rows" class="mono" aria-label="Row numbers" placeholder="1, 2, 10-20" value=${chosen.join(", ")} /></label>
  </fieldset>`;
}

/** @param {UploadAnswer} upload @param {Workflow} workflow @param {FormData} form @returns {BatchOrder} */
function orderOf(upload, workflow, form) {
  const which = form.get("which");
  const name = String(form.get("name") ?? "").trim();
  return {
    upload_id: upload.upload_id,
    workflow: workflow.name,
    ...(name ? { name } : {}),
    ...(which === "sample" ? { sample: Number(form.get("sample")) } : {}),
    ...(which === "rows" ? { rows: rowNumbers(String(form.get("rows"))) } : {}),
    ...(form.get("budget") ? { budget: String(form.get("budget")) } : {}),
    skip_duplicates: form.get("skip_duplicates") === "on",
    overrides: {},
  };
}

/** `1, 3-5` -> [1, 3, 4, 5]. @param {string} text */
export function rowNumbers(text) {
  return text.split(/[\s,;]+/).filter(Boolean).flatMap((part) => {
    const [first = NaN, last = first] = part.split("-").map(Number);
    if (!Number.isInteger(first) || !Number.isInteger(last) || last < first || last - first > 100_000) {
      throw new Problem(0, { title: "The rows are not understood", detail: `Write numbers and ranges, as in 1, 2, 10-20; "${part}" is neither.` });
    }
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}

/** @param {{ workflow: Workflow }} props */
function Gaps({ workflow }) {
  const providers = useAnswer(() => api.GET("/providers"), []);
  const asked = new Set(workflow.steps.flatMap((step) => step.waterfall ?? [step.provider]));
  const gaps = providers.data?.providers.filter((each) => asked.has(each.name) && !each.configured) ?? [];
  if (!gaps.length) return null;
  return html`<h2>Not configured yet</h2>
    <ul class="notes">${gaps.map((each) => html`<li key=${each.name}><a href=${address(["providers", each.name])}>${each.title}</a> lacks ${each.missing.join(", ")}; its steps would fail.</li>`)}</ul>`;
}
