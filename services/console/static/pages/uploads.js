/** Every file that was sent, and the place to send the next. */
import { html, useRef, useState } from "../vendor/view.js";
import { api } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { sendFile } from "../api/send_file.js";
import { usePages } from "../api/use_pages.js";
import { DataTable } from "../parts/data_table.js";
import { When } from "../parts/small.js";
import { Empty, Loading, Refused } from "../parts/standing.js";
import { fileSize, number, percent } from "../parts/words.js";
import { useShortcuts } from "../shell/keys.js";
import { address, go } from "../shell/router.js";

/** @typedef {import("../api/client.js").Schemas["UploadAnswer"]} Upload */

/** @type {import("../parts/data_table.js").Column<Upload>[]} */
const COLUMNS = [
  { name: "filename", label: "File", width: 320, show: (each) => html`<span title=${each.filename}>${each.filename}</span>` },
  { name: "source", label: "Source", width: 110, show: (each) => html`<span class="tag">${each.source}</span>` },
  { name: "rows", label: "Rows", width: 100, align: "end", show: (each) => number(each.rows) },
  { name: "problems", label: "With problems", width: 120, align: "end", show: (each) => (each.problems ? number(each.problems) : html`<span class="faint">none</span>`) },
  { name: "unmapped", label: "Unmapped columns", width: 150, align: "end", show: (each) => `${each.unmapped.length} of ${each.header.length}` },
  { name: "bytes", label: "Size", width: 100, align: "end", show: (each) => fileSize(each.bytes) },
  { name: "received_at", label: "Received", width: 150, show: (each) => html`<${When} at=${each.received_at} />` },
];

export function Uploads() {
  const uploads = usePages(
    (after) => api.GET("/uploads", { params: { query: { after, limit: 100 } } }),
    (page) => page.uploads,
    [],
  );
  return html`<header><h1>Uploads</h1></header>
    <${DropZone} />
    ${uploads.problem && html`<${Refused} problem=${uploads.problem} onRetry=${uploads.reload} />`}
    ${uploads.loading && !uploads.rows.length && html`<${Loading} />`}
    ${uploads.atEnd && !uploads.rows.length && html`<${Empty} title="No uploads yet"><p>Drop an Apollo export, a CRM dump or a Sales Navigator list above. Every byte and every row is kept as it comes.</p><//>`}
    ${uploads.rows.length > 0 &&
    html`<${DataTable} label="Uploads" columns=${COLUMNS} count=${uploads.rows.length} rowAt=${(/** @type {number} */ at) => uploads.rows[at]}
      onView=${uploads.onView} onOpen=${(/** @type {Upload} */ each) => go(address(["uploads", each.upload_id]))} />`}`;
}

function DropZone() {
  const [sending, setSending] = useState(/** @type {{ file: File, sent: number, stop: AbortController } | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [over, setOver] = useState(false);
  const picker = useRef(/** @type {HTMLInputElement | null} */ (null));
  useShortcuts([{ keys: "n", does: "Pick a file to upload", run: () => picker.current?.click() }], []);

  const send = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const stop = new AbortController();
    setProblem(null);
    setSending({ file, sent: 0, stop });
    try {
      const upload = await sendFile(file, {}, (sent) => setSending({ file, sent, stop }), stop.signal);
      go(address(["uploads", upload.upload_id]));
    } catch (error) {
      setProblem(Problem.of(error));
      setSending(null);
    }
  };
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer?.files[0]);
  };
  return html`<section class="drop ${over ? "over" : ""}" aria-label="Send a file" onDrop=${drop}
      onDragOver=${(/** @type {DragEvent} */ event) => (event.preventDefault(), setOver(true))} onDragLeave=${() => setOver(false)}>
      ${sending
        ? html`<p>${sending.sent < 1 ? `Sending ${sending.file.name}` : `${sending.file.name} is there; its rows are being read`}</p>
            <progress max="1" value=${sending.sent < 1 ? sending.sent : null} aria-label="Sent"></progress>
            <p class="quiet">${percent(sending.sent)} of ${fileSize(sending.file.size)}
              <button type="button" class="plain" onClick=${() => sending.stop.abort()}>Stop</button></p>`
        : html`<p>Drop a CSV here, or <button type="button" onClick=${() => picker.current?.click()}>pick a file</button> <kbd>n</kbd></p>`}
      <input ref=${picker} type="file" hidden aria-label="File to upload" onChange=${(/** @type {Event} */ event) => send(/** @type {HTMLInputElement} */ (event.currentTarget).files?.[0])} />
    </section>
    ${problem && html`<${Refused} problem=${problem} />`}`;
}
