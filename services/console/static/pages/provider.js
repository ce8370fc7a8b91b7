/** One provider: its credentials, its document, and the shape of what it answered. */
import { html, useState } from "../vendor/view.js";
import { answerOf, api } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { useAnswer } from "../api/use_answer.js";
import { DocumentEditor } from "../parts/document_editor.js";
import { Refused, Shown } from "../parts/standing.js";
import { number, percent, title } from "../parts/words.js";
import { notify } from "../shell/notices.js";
import { address, route } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["ProviderDetail"]} Detail */
/** @typedef {import("../api/client.js").Schemas["Shape"]} Shape */

const TABS = { configuration: "Configuration", document: "Document", shape: "Shape of its answers" };

/** @param {{ path: string[] }} props */
export function Provider({ path: [name = ""] }) {
  const params = { path: { name } };
  const provider = useAnswer(() => api.GET("/providers/{name}", { params }), [name]);
  const tab = route.value.query.get("show") ?? "configuration";
  const keep = async (/** @type {Record<string, unknown>} */ document) => {
    const kept = await answerOf(api.PUT("/providers/{name}", { params, body: document }));
    provider.reload();
    return `Kept as version ${kept.version}`;
  };
  return html`<header><a class="crumb" href="#/providers">Providers</a><h1 class="cut">${provider.data?.title ?? name}</h1></header>
    <nav class="tabs" aria-label="Of the provider">
      ${Object.entries(TABS).map(([each, label]) => html`<a key=${each} href=${address(["providers", name], new URLSearchParams({ show: each }))} aria-current=${tab === each ? "page" : null}>${label}</a>`)}
    </nav>
    ${tab === "shape" && html`<${ShapeOf} name=${name} />`}
    ${tab !== "shape" && html`<${Shown} answer=${provider}>${(/** @type {Detail} */ data) =>
      tab === "document" ? html`<${DocumentEditor} label="Provider document" document=${data.document} onKeep=${keep} />` : html`<${Configuration} provider=${data} onChange=${provider.reload} />`}<//>`}`;
}

/** @param {{ provider: Detail, onChange: () => void }} props */
function Configuration({ provider, onChange }) {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const { variables, secrets } = provider.document;
  const store = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const given = (/** @type {string[]} */ names) => Object.fromEntries(names.filter((each) => form.get(each)).map((each) => [each, String(form.get(each))]));
    try {
      const body = { variables: given(Object.keys(variables)), secrets: given(secrets) };
      await answerOf(api.PUT("/providers/{name}/configuration", { params: { path: { name: provider.name } }, body }));
      notify("Stored; secrets are encrypted and never shown again");
      setProblem(null);
      onChange();
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  return html`<form class="content narrow" onSubmit=${store}>
    ${problem && html`<${Refused} problem=${problem} />`}
    ${Object.keys(variables).map((each) => html`<label key=${each} for=${each}>${title(each)}</label>
      <input id=${each} name=${each} class="mono" value=${provider.variables[each] ?? ""} placeholder=${variables[each]} />`)}
    ${secrets.map((each) => html`<label key=${each} for=${each}>${title(each)}${provider.missing.includes(each) ? "" : " (stored; give it again to change anything)"}</label>
      <input id=${each} name=${each} class="mono" type="password" autocomplete="off" />`)}
    <p><button class="primary" type="submit">Store</button></p>
  </form>`;
}

/** @param {{ name: string }} props */
function ShapeOf({ name }) {
  const shape = useAnswer(() => api.GET("/providers/{name}/shape", { params: { path: { name } } }), [name]);
  return html`<div tabindex="0" class="content"><${Shown} answer=${shape}>
    ${(/** @type {Shape} */ data) => html`<p class="quiet">Over ${number(data.answers)} stored answers.${data.more_paths ? " There are more paths than these." : ""}</p>
      <table>
        <thead><tr><th>Path</th><th>Types</th><th class="end">Filled</th><th>For example</th></tr></thead>
        <tbody>${data.paths.map((each) => html`<tr key=${each.path}><td class="mono">${each.path}</td><td class="quiet">${Object.keys(each.types).join(", ")}</td><td class="end">${percent(each.fill_rate)}</td><td class="cut">${each.examples.join(" · ")}</td></tr>`)}</tbody>
      </table>`}
  <//></div>`;
}
