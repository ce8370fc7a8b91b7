/** The workflows: which steps ask whom, in which order. */
import { html } from "../vendor/view.js";
import { answerOf, api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { DocumentEditor } from "../parts/document_editor.js";
import { Shown } from "../parts/standing.js";
import { StepList } from "../parts/step_list.js";
import { address } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["WorkflowDetail"]} Workflow */

/** @param {{ path: string[] }} props */
export function Workflows({ path: [name] }) {
  return name ? html`<${One} name=${name} />` : html`<${All} />`;
}

function All() {
  const workflows = useAnswer(() => api.GET("/workflows"), []);
  return html`<header><h1>Workflows</h1></header>
    <div tabindex="0" class="content cards"><${Shown} answer=${workflows}>
      ${(/** @type {{ workflows: Workflow[] }} */ { workflows: all }) => all.map((each) => html`<article key=${each.name} class="card">
        <h2><a href=${address(["workflows", each.name])}>${each.name}</a> <span class="tag">${each.origin}</span></h2>
        <p class="quiet">${each.title}</p>
        <${StepList} steps=${each.steps} />
        <p class="faint">for ${each.sources.join(", ")}${each.default_for.length ? `; the default for ${each.default_for.join(", ")}` : ""}</p>
      </article>`)}
    <//></div>`;
}

/** @param {{ name: string }} props */
function One({ name }) {
  const params = { path: { name } };
  const workflow = useAnswer(() => api.GET("/workflows/{name}", { params }), [name]);
  const keep = async (/** @type {Record<string, unknown>} */ document) => {
    const kept = await answerOf(api.PUT("/workflows/{name}", { params, body: document }));
    workflow.reload();
    return `Kept as version ${kept.version}`;
  };
  return html`<header><a class="crumb" href="#/workflows">Workflows</a><h1>${name}</h1></header>
    <${Shown} answer=${workflow}>${(/** @type {Workflow} */ { origin: _origin, ...document }) => html`<${DocumentEditor} label="Workflow document" document=${document} onKeep=${keep} />`}<//>`;
}
