/** What a page shows when it has nothing to show yet: empty, loading, refused. */
import { html } from "../vendor/view.js";

/** @param {{ title: string, children?: any }} props what is the case, and what to do next */
export function Empty({ title, children }) {
  return html`<section class="empty"><h2>${title}</h2>${children}</section>`;
}

/** Grey lines where text will stand, of the same height. @param {{ lines?: number }} props */
export function Loading({ lines = 6 }) {
  return html`<div class="loading" role="status" aria-label="Loading">
    ${Array.from({ length: lines }, (_, at) => html`<i class="w${(at * 7) % 5}"></i>`)}
  </div>`;
}

/** @param {{ problem: import("../api/problem.js").Problem, onRetry?: () => void }} props */
export function Refused({ problem, onRetry }) {
  return html`<section class="refused" role="alert">
    <h2>${problem.title}</h2>
    <p>${problem.detail}</p>
    <p class="quiet">
      ${problem.traceId && html`<span class="mono">trace ${problem.traceId}</span>`}
      ${onRetry && html`<button type="button" onClick=${onRetry}>Try again</button>`}
    </p>
  </section>`;
}

/**
 * The answer's content, or what stands in its place.
 *
 * @template T
 * @param {{ answer: import("../api/use_answer.js").Answer<T>, lines?: number, children: (data: T) => any }} props
 */
export function Shown({ answer, lines, children }) {
  if (answer.data !== undefined) {
    return html`${answer.problem && html`<${Refused} problem=${answer.problem} onRetry=${answer.reload} />`}${children(answer.data)}`;
  }
  if (answer.problem) return html`<${Refused} problem=${answer.problem} onRetry=${answer.reload} />`;
  return html`<${Loading} lines=${lines} />`;
}
