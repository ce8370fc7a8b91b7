/** Which columns the table of leads has; the choice stands in the address. */
import { html, useState } from "../vendor/view.js";
import { Dialog } from "../parts/dialog.js";
import { route, setQuery } from "../shell/router.js";
import { LEAD_COLUMNS, USUAL_COLUMNS } from "./lead_columns.js";

export function ColumnChoice() {
  const [choosing, setChoosing] = useState(false);
  const names = route.value.query.get("columns")?.split(".") ?? USUAL_COLUMNS;
  const toggle = (/** @type {string} */ name) => {
    const chosen = LEAD_COLUMNS.map((each) => each.name).filter((each) => (each === name ? !names.includes(name) : names.includes(each)));
    if (chosen.length) setQuery({ columns: chosen.join(".") === USUAL_COLUMNS.join(".") ? null : chosen.join(".") }, { replace: true });
  };
  return html`<button type="button" onClick=${() => setChoosing(true)}>Columns</button>
    ${choosing &&
    html`<${Dialog} title="Columns" onClose=${() => setChoosing(false)}>
      <div class="checks">
        ${LEAD_COLUMNS.map((each) => html`<label key=${each.name} class="line"><input type="checkbox" checked=${names.includes(each.name)} onChange=${() => toggle(each.name)} />${each.label}</label>`)}
      </div>
    <//>`}`;
}
