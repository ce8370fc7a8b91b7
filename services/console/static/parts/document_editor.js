/** A document as JSON, to change and keep; what does not fit is told at its place. */
import { html, useState } from "../vendor/view.js";
import { Problem } from "../api/problem.js";
import { notify } from "../shell/notices.js";
import { Refused } from "./standing.js";

/** @param {{ label: string, document: unknown, onKeep: (document: Record<string, unknown>) => Promise<string> }} props */
export function DocumentEditor({ label, document, onKeep }) {
  const [text, setText] = useState(() => JSON.stringify(document, null, 2));
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const keep = async () => {
    try {
      notify(await onKeep(JSON.parse(text)));
      setProblem(null);
    } catch (error) {
      const unreadable = error instanceof SyntaxError;
      setProblem(unreadable ? new Problem(0, { title: "This is no JSON", detail: error.message }) : Problem.of(error));
    }
  };
  const faults = /** @type {Record<string, string>[]} */ (problem?.document["errors"] ?? []);
  return html`<div class="editor">
    ${problem && html`<${Refused} problem=${problem} />`}
    ${faults.length > 0 && html`<ul class="notes">${faults.map((each) => html`<li><code>${each["at"] ?? each["path"] ?? each["field"]}</code> ${each["message"]}</li>`)}</ul>`}
    <textarea aria-label=${label} spellcheck=${false} value=${text} onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
    <p><button type="button" class="primary" onClick=${keep}>Keep as a new version</button></p>
  </div>`;
}
