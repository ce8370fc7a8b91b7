/** One upload: how its columns are read, what is wrong with its rows, what would be asked about. */
import { html } from "../vendor/view.js";
import { api, download } from "../api/client.js";
import { useAnswer } from "../api/use_answer.js";
import { CopyId, When } from "../parts/small.js";
import { Shown } from "../parts/standing.js";
import { counted, fileSize } from "../parts/words.js";
import { useShortcuts } from "../shell/keys.js";
import { notify } from "../shell/notices.js";
import { address, go, route } from "../shell/router.js";
import { Mapping } from "./upload_mapping.js";
import { Preview } from "./upload_preview.js";
import { Problems, Rows } from "./upload_rows.js";

/** @typedef {import("../api/client.js").Schemas["UploadAnswer"]} UploadAnswer */

const TABS = { mapping: "Columns", rows: "Rows", problems: "Problems", preview: "Preview" };
const PAGES = { mapping: Mapping, rows: Rows, problems: Problems, preview: Preview };

/** @param {{ path: string[] }} props */
export function Upload({ path: [id = ""] }) {
  const upload = useAnswer(() => api.GET("/uploads/{upload_id}", { params: { path: { upload_id: id } } }), [id]);
  return html`<${Shown} answer=${upload}>${(/** @type {UploadAnswer} */ data) => html`<${Known} upload=${data} />`}<//>`;
}

/** @param {{ upload: UploadAnswer }} props */
function Known({ upload }) {
  const tab = route.value.query.get("show") ?? "mapping";
  const Page = PAGES[/** @type {keyof typeof PAGES} */ (tab)] ?? Mapping;
  const launch = address(["uploads", upload.upload_id, "launch"]);
  useShortcuts([{ keys: "l", does: "Launch a batch", run: () => go(launch) }], [launch]);
  const file = () => download(`/uploads/${upload.upload_id}/file`, upload.filename).catch((error) => notify(error.message, "failed"));
  return html`<header>
      <a class="crumb" href="#/uploads">Uploads</a><h1 class="cut">${upload.filename}</h1>
      <span class="tag">${upload.source}</span>
      <span class="quiet">${counted(upload.rows, "row")} · ${fileSize(upload.bytes)} · <${When} at=${upload.received_at} /></span>
      <${CopyId} id=${upload.upload_id} label="upload" />
      <div class="actions">
        <button type="button" onClick=${file}>The very file</button>
        <a class="button primary" href=${launch}>Launch a batch <kbd>l</kbd></a>
      </div>
    </header>
    <nav class="tabs" aria-label="Of the upload">
      ${Object.entries(TABS).map(
        ([name, label]) => html`<a key=${name} href=${address(["uploads", upload.upload_id], new URLSearchParams({ show: name }))} aria-current=${tab === name ? "page" : null}>
          ${label}${name === "problems" && upload.problems > 0 ? ` ${upload.problems}` : ""}</a>`,
      )}
    </nav>
    <${Page} upload=${upload} />`;
}
