/** What a batch would ask with: the cleaned, canonical input of each row. */
import { html, useMemo } from "../vendor/view.js";
import { api } from "../api/client.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { title } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["Input"]} Input */

/** @param {{ upload: import("../api/client.js").Schemas["UploadAnswer"] }} props */
export function Preview({ upload }) {
  const pages = usePages(
    (after) => api.GET("/uploads/{upload_id}/preview", { params: { path: { upload_id: upload.upload_id }, query: { after, limit: 100 } } }),
    (page) => page.inputs,
    [upload.upload_id],
  );
  const columns = useMemo(() => columnsOf(Object.keys(upload.mapping)), [upload]);
  if (pages.problem) return html`<${Refused} problem=${pages.problem} onRetry=${pages.reload} />`;
  if (!pages.rows.length) return pages.atEnd ? html`<${Empty} title="No row can be asked about" />` : html`<${Loading} />`;
  return html`<${DataTable} label="What would be asked with" columns=${columns} count=${pages.rows.length} rowAt=${(/** @type {number} */ at) => pages.rows[at]} onView=${pages.onView} />`;
}

/** @param {string[]} fields @returns {import("../parts/data_table.js").Column<Input>[]} */
function columnsOf(fields) {
  return [
    { name: "row_no", label: "Row", width: 72, align: "end", show: (row) => row.row_no },
    { name: "askable", label: "Can be asked", width: 110, show: (row) => (row.askable ? "yes" : html`<span class="tag">lacks a key</span>`) },
    ...fields.map((field) => ({
      name: field,
      label: title(field),
      width: 170,
      show: (/** @type {Input} */ row) => html`<span title=${row.input[field]}>${row.input[field]}</span>`,
    })),
  ];
}
