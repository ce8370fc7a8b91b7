/** The filtered leads as a file. */
import { html, useState } from "../vendor/view.js";
import { download } from "../api/client.js";
import { Dialog } from "../parts/dialog.js";
import { notify } from "../shell/notices.js";

/** @param {{ asked: string, sort: string }} props */
export function Export({ asked, sort }) {
  const [choosing, setChoosing] = useState(false);
  const keep = async (/** @type {string} */ kind, /** @type {string} */ more = "") => {
    setChoosing(false);
    const query = new URLSearchParams(asked);
    query.set("sort", sort);
    try {
      await download(`/leads.${kind}?${query}${more}`, `leads.${kind}`);
    } catch (error) {
      notify(/** @type {Error} */ (error).message, "failed");
    }
  };
  return html`<button type="button" onClick=${() => setChoosing(true)}>Export</button>
    ${choosing &&
    html`<${Dialog} title="Export what is filtered" onClose=${() => setChoosing(false)}>
      <ul class="notes">
        <li><button type="button" class="primary" onClick=${() => keep("csv")}>CSV</button> <span class="quiet">safe to open in a spreadsheet: what looks like a formula is kept as text</span></li>
        <li><button type="button" onClick=${() => keep("csv", "&formula_safe=false")}>CSV, as it is</button> <span class="quiet">for programs</span></li>
        <li><button type="button" onClick=${() => keep("jsonl")}>JSON lines</button> <span class="quiet">one lead a line</span></li>
      </ul>
    <//>`}`;
}
