/** The versions of the rules: how answers are read and which values are believed. */
import { html, useState } from "../vendor/view.js";
import { answerOf, api } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { useAnswer } from "../api/use_answer.js";
import { DocumentEditor } from "../parts/document_editor.js";
import { When } from "../parts/small.js";
import { Refused, Shown } from "../parts/standing.js";
import { notify } from "../shell/notices.js";
import { address } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["RulesList"]} RulesList */
/** @typedef {import("../api/client.js").Schemas["RulesDocument"]} RulesDocument */
/** @typedef {import("../api/client.js").Schemas["RulesChange"]} RulesChange */

/** @param {{ path: string[] }} props */
export function Rules({ path: [version] }) {
  return version ? html`<${Version} version=${version} />` : html`<${Versions} />`;
}

function Versions() {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const rules = useAnswer(() => api.GET("/rules"), []);
  const promote = async (/** @type {string} */ version) => {
    try {
      await answerOf(api.POST("/rules/{version}/promote", { params: { path: { version } } }));
      notify(`${version} is in force; your batches are rebuilt by it, the newest first`);
      setProblem(null);
      rules.reload();
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  const row = (/** @type {RulesList} */ data, /** @type {string} */ version, /** @type {any} */ rest) => html`<tr key=${version}>
    <td><a href=${address(["rules", version])}>${version}</a>${data.live === version && html` <span class="tag strong">in force</span>`}</td>${rest}
    <td class="end">${data.live !== version && html`<button type="button" onClick=${() => promote(version)}>Put in force</button>`}</td>
  </tr>`;
  return html`<header><h1>Rules</h1></header>
    <div tabindex="0" class="content">
      ${problem && html`<${Refused} problem=${problem} />`}
      <${Shown} answer=${rules}>
        ${(/** @type {RulesList} */ data) => html`<table>
          <thead><tr><th>Version</th><th>Name</th><th>Made of</th><th>Made</th><th></th></tr></thead>
          <tbody>
            ${data.versions.map((each) => row(data, each.version, html`<td>${each.name}</td><td class="quiet">${each.base}</td><td><${When} at=${each.made_at} /></td>`))}
            ${row(data, "builtin", html`<td>Come with the software</td><td></td><td></td>`)}
          </tbody>
        </table>`}
      <//>
      <p class="quiet">Open a version to change it: what you keep is a new one. To see what it would change, open a batch and draft it by that version.</p>
    </div>`;
}

/** @param {{ version: string }} props */
function Version({ version }) {
  const rules = useAnswer(() => api.GET("/rules/{version}", { params: { path: { version } } }), [version]);
  const keep = async (/** @type {Record<string, unknown>} */ document) => {
    const change = /** @type {RulesChange} */ (/** @type {unknown} */ ({ base: "nothing", ...document }));
    const made = await answerOf(api.PUT("/rules", { body: change }));
    return `Kept as ${made.version}`;
  };
  return html`<header><a class="crumb" href="#/rules">Rules</a><h1>${version}</h1></header>
    <${Shown} answer=${rules}>
      ${(/** @type {RulesDocument} */ data) => html`<${DocumentEditor} label="Readings and policy" document=${{ readings: data.readings, policy: data.policy }} onKeep=${keep} />`}
    <//>`;
}
