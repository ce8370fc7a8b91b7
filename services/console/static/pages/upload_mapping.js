/** Which column is read as which field, and which columns nobody reads. */
import { html } from "../vendor/view.js";
import { api } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { percent, title } from "../parts/words.js";

/** @param {{ upload: import("../api/client.js").Schemas["UploadAnswer"] }} props */
export function Mapping({ upload }) {
  const columns = useAnswer(() => api.GET("/uploads/{upload_id}/columns", { params: { path: { upload_id: upload.upload_id } } }), [upload.upload_id]);
  const filled = new Map((columns.data?.columns ?? []).map((each) => [each.column, each.filled]));
  const doubts = new Map(upload.doubtful.map((each) => [each.column, each.reason]));
  return html`<div tabindex="0" class="content two">
    <section>
      <h2>Read as</h2>
      <table>
        <thead><tr><th>Field</th><th>Column</th><th>Or else</th><th class="end">Filled</th><th></th></tr></thead>
        <tbody>
          ${Object.entries(upload.mapping).map(
            ([field, column]) => html`<tr key=${field}>
              <td>${title(field)}</td><td>${column.header}</td>
              <td class="quiet">${(column.fallbacks ?? []).map((each) => each.header).join(", ")}</td>
              <td class="end">${upload.rows && filled.has(column.column) ? percent((filled.get(column.column) ?? 0) / upload.rows) : ""}</td>
              <td class="quiet">${doubts.get(column.column)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </section>
    <section>
      ${upload.notices.length > 0 && html`<h2>Worth knowing</h2><ul class="notes">${upload.notices.map((each) => html`<li key=${each.code}>${each.message}</li>`)}</ul>`}
      <h2>Not read (${upload.unmapped.length})</h2>
      <p class="quiet">Kept as they came, and part of every row; no field takes them.</p>
      <ul class="tags">${upload.unmapped.map((each) => html`<li key=${each.column} class="tag ${each.known ? "" : "strong"}" title=${each.known ? "Such files usually have it" : "A column of your own"}>${each.header || `(column ${each.column + 1})`}</li>`)}</ul>
      <h2>How the file is written</h2>
      <dl class="facts">${Object.entries(upload.dialect).map(([name, value]) => html`<div key=${name}><dt>${title(name)}</dt><dd class="mono">${JSON.stringify(value)}</dd></div>`)}</dl>
    </section>
  </div>`;
}
