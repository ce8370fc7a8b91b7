/** The rows of an upload as they stand in the file, all or those with a problem. */
import { html, useMemo } from "../vendor/view.js";
import { api } from "../api/client.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { title } from "../parts/words.js";

/** @typedef {import("../api/client.js").Schemas["UploadAnswer"]} UploadAnswer */
/** @typedef {import("../api/client.js").Schemas["Row"]} Row */

/** @param {{ upload: UploadAnswer }} props */
export function Rows({ upload }) {
  const pages = usePages(
    (after) => api.GET("/uploads/{upload_id}/rows", { params: { path: { upload_id: upload.upload_id }, query: { after, limit: 200 } } }),
    (page) => page.rows,
    [upload.upload_id],
  );
  return html`<${Listed} upload=${upload} pages=${pages} empty="The file has a header and no rows" />`;
}

/** @param {{ upload: UploadAnswer }} props */
export function Problems({ upload }) {
  const pages = usePages(
    (after) => api.GET("/uploads/{upload_id}/problems", { params: { path: { upload_id: upload.upload_id }, query: { after, limit: 200 } } }),
    (page) => page.problems,
    [upload.upload_id],
  );
  const meanings = Object.entries(pages.page?.meanings ?? {});
  return html`${meanings.length > 0 &&
    html`<dl class="facts">${meanings.map(([code, meaning]) => html`<div key=${code}><dt>${title(code)}</dt><dd>${meaning}</dd></div>`)}</dl>`}
    <${Listed} upload=${upload} pages=${pages} empty="No row has a problem" />`;
}

/** @param {{ upload: UploadAnswer, pages: ReturnType<typeof usePages<any, Row>>, empty: string }} props */
function Listed({ upload, pages, empty }) {
  const columns = useMemo(() => columnsOf(upload), [upload]);
  if (pages.problem) return html`<${Refused} problem=${pages.problem} onRetry=${pages.reload} />`;
  if (!pages.rows.length) return pages.atEnd ? html`<${Empty} title=${empty} />` : html`<${Loading} />`;
  return html`<${DataTable} label="Rows of the file" columns=${columns} count=${pages.rows.length} rowAt=${(/** @type {number} */ at) => pages.rows[at]} onView=${pages.onView} />`;
}

/** @param {UploadAnswer} upload @returns {import("../parts/data_table.js").Column<Row>[]} */
function columnsOf(upload) {
  const problems = (/** @type {Row} */ row) => (row.problems ?? []).map((code) => html`<span class="tag">${title(code)}</span> `);
  return [
    { name: "row_no", label: "Row", width: 72, align: "end", show: (row) => row.row_no },
    { name: "line_no", label: "Line", width: 72, align: "end", show: (row) => html`<span class="faint">${row.line_no}</span>` },
    { name: "problems", label: "Problems", width: 150, show: problems },
    ...upload.header.map((header, at) => ({
      name: `${at}`,
      label: header || `(column ${at + 1})`,
      width: 160,
      show: (/** @type {Row} */ row) => html`<span title=${row.cells[at]}>${row.cells[at]}</span>`,
    })),
  ];
}
