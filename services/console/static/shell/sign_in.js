/** The API key is asked for, tried, and kept for this tab's session. */
import { html, useState } from "../vendor/view.js";
import { answerOf, api } from "../api/client.js";
import { Problem } from "../api/problem.js";
import { Refused } from "../parts/standing.js";
import { signIn } from "./session.js";

export function SignIn() {
  const [problem, setProblem] = useState(/** @type {Problem | null} */ (null));
  const enter = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const entered = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("key")).trim();
    try {
      await answerOf(api.GET("/batches", { params: { query: { limit: 1 } }, headers: { Authorization: `Bearer ${entered}` } }));
      signIn(entered);
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  return html`<main class="sign-in">
    <form onSubmit=${enter}>
      <h1><img src="mark.svg" alt="" width="32" height="32" />Leadledger</h1>
      <label for="key">API key</label>
      <input id="key" name="key" class="mono" type="password" autocomplete="off" spellcheck=${false} required autofocus placeholder="ll_…" />
      <p class="quiet">
        <code>leadledger up</code> and <code>leadledger demo</code> print one; <code>leadledger keys create</code> makes more.
        It stays in this tab and goes when you close it.
      </p>
      <button class="primary" type="submit">Sign in</button>
      ${problem && html`<${Refused} problem=${problem} />`}
    </form>
  </main>`;
}
