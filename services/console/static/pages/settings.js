/** Webhooks: where events are sent, and what became of each. */
import { html, useState } from "../vendor/view.js";
import { answerOf, api, idempotencyKey } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { useAnswer } from "../api/use_answer.js";
import { CopyId, State, When } from "../parts/small.js";
import { Empty, Refused, Shown } from "../parts/standing.js";
import { notify } from "../shell/notices.js";

/** @typedef {import("../api/client.js").Schemas["WebhookAnswer"]} Webhook */
/** @typedef {import("../api/client.js").Schemas["Delivery"]} Delivery */

export function Settings() {
  const webhooks = useAnswer(() => api.GET("/webhooks"), []);
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const [secret, setSecret] = useState(/** @type {string | null} */ (null));
  const make = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    try {
      const body = { url: String(new FormData(form).get("url")), types: [] };
      const made = await answerOf(api.POST("/webhooks", { body, headers: idempotencyKey() }));
      setSecret(made.secret);
      setProblem(null);
      form.reset();
      webhooks.reload();
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  return html`<header><h1>Settings</h1></header>
    <div tabindex="0" class="content">
      <section>
        <h2>Webhooks</h2>
        <form class="line-up" onSubmit=${make}>
          <input class="wide" name="url" type="url" required aria-label="Address" placeholder="https://example.com/leadledger" />
          <button class="primary" type="submit">Send events there</button>
        </form>
        ${problem && html`<${Refused} problem=${problem} />`}
        ${secret && html`<p role="status">Signed with <code>${secret}</code>. It is shown this once: keep it now.</p>`}
        <${Shown} answer=${webhooks}>
          ${(/** @type {{ webhooks: Webhook[] }} */ { webhooks: all }) =>
            all.length ? all.map((each) => html`<${One} key=${each.webhook_id} webhook=${each} onChange=${webhooks.reload} />`) : html`<${Empty} title="No webhooks yet"><p>Events of your batches are sent to an address of yours, signed, until it takes them.</p><//>`}
        <//>
      </section>
    </div>`;
}

/** @param {{ webhook: Webhook, onChange: () => void }} props */
function One({ webhook, onChange }) {
  const params = { path: { webhook_id: webhook.webhook_id } };
  const deliveries = useAnswer(() => api.GET("/webhooks/{webhook_id}/deliveries", { params }), [webhook.webhook_id]);
  const doing = (/** @type {() => Promise<unknown>} */ ask, /** @type {string} */ done) => async () => {
    try {
      await ask();
      notify(done);
      onChange();
      deliveries.reload();
    } catch (error) {
      notify(Problem.of(error).message, "failed");
    }
  };
  const test = doing(() => answerOf(api.POST("/webhooks/{webhook_id}/test", { params })), "A test event was sent");
  const remove = doing(async () => void (await api.DELETE("/webhooks/{webhook_id}", { params })), "Deleted");
  return html`<article class="card">
    <p class="line-up"><b class="mono">${webhook.url}</b><${State} of=${webhook.state === "enabled" ? "ok" : "failed"} text=${webhook.disabled_reason ?? webhook.state} /><${CopyId} id=${webhook.webhook_id} label="webhook" />
      <button type="button" onClick=${test}>Test</button><button type="button" class="danger" onClick=${remove}>Delete</button></p>
    <${Shown} answer=${deliveries} lines=${2}>${(/** @type {{ deliveries: Delivery[] }} */ { deliveries: all }) => html`<${Log} deliveries=${all} />`}<//>
  </article>`;
}

/** @param {{ deliveries: Delivery[] }} props */
function Log({ deliveries }) {
  if (!deliveries.length) return html`<p class="faint">Nothing was sent there yet.</p>`;
  return html`<table>
    <thead><tr><th>Event</th><th>State</th><th class="end">Attempts</th><th>Answer</th><th>When</th></tr></thead>
    <tbody>${deliveries.map((each) => html`<tr key=${each.event_id}><td class="mono">${each.type}</td>
      <td><${State} of=${each.state === "delivered" ? "ok" : each.state === "given up" ? "failed" : "running"} text=${each.state} /></td>
      <td class="end">${each.attempts}</td><td class="quiet">${each.error ?? each.status}</td><td><${When} at=${each.attempted_at} /></td></tr>`)}</tbody>
  </table>`;
}
