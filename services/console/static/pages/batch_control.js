/** Take hold of a batch: pause, resume, cancel, ask again. */
import { html } from "../vendor/view.js";
import { answerOf, api, idempotencyKey } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { notify } from "../shell/notices.js";

/** @param {{ batch: import("../api/client.js").Schemas["BatchAnswer"], onChange: () => void }} props */
export function Control({ batch, onChange }) {
  const params = { path: { batch_id: batch.batch_id } };
  const doing = (/** @type {() => Promise<unknown>} */ ask, /** @type {string} */ done) => async () => {
    try {
      await ask();
      notify(done);
      onChange();
    } catch (error) {
      notify(Problem.of(error).message, "failed");
    }
  };
  const headers = idempotencyKey();
  const pause = doing(() => answerOf(api.POST("/batches/{batch_id}/pause", { params, headers })), "Paused");
  const resume = doing(() => answerOf(api.POST("/batches/{batch_id}/resume", { params, headers })), "It goes on");
  const cancel = doing(() => answerOf(api.POST("/batches/{batch_id}/cancel", { params, headers })), "Cancelled");
  const retry = (/** @type {"failed" | "unknown"} */ only) =>
    doing(() => answerOf(api.POST("/batches/{batch_id}/retry", { params, headers, body: { only } })), "Asked again");
  const { state, counts } = batch;
  return html`
    ${state === "running" && html`<button type="button" onClick=${pause}>Pause</button>`}
    ${state === "paused" && html`<button type="button" onClick=${resume}>Resume</button>`}
    ${(state === "running" || state === "paused") && html`<button type="button" class="danger" onClick=${() => confirm("End this batch? What was answered is kept.") && cancel()}>Cancel</button>`}
    ${state !== "running" && counts.failed > 0 && html`<button type="button" onClick=${retry("failed")}>Ask again: ${counts.failed} failed</button>`}
    ${state !== "running" && counts.unknown > 0 && html`<button type="button" onClick=${() => confirm("These may have been charged already. Ask again?") && retry("unknown")()}>Ask again: ${counts.unknown} unknown</button>`}`;
}
