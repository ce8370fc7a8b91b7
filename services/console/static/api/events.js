/** Server-sent events with the API key in the header, which EventSource can't send; a broken stream goes on without a gap. */
import { EventSourceParserStream } from "../vendor/http.js";
import { key } from "../shell/session.js";
import { Problem } from "./problem.js";

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 15000;

/** @typedef {{ id: string, type: string, time: string, data: Record<string, any> }} Told */

/**
 * Follow events until the signal aborts. After a break it connects again with Last-Event-ID.
 *
 * @param {{ batch_id?: string, after?: number }} wanted
 * @param {(event: Told) => void} onEvent
 * @param {(connected: boolean) => void} onConnection
 * @param {AbortSignal} signal
 */
export async function followEvents(wanted, onEvent, onConnection, signal) {
  let lastId = wanted.after === undefined ? "" : String(wanted.after);
  let rest = FIRST_REST_MS;
  while (!signal.aborted) {
    try {
      for await (const message of connect(wanted.batch_id, lastId, signal, () => onConnection(true))) {
        lastId = message.id ?? lastId;
        rest = FIRST_REST_MS;
        const event = JSON.parse(message.data);
        onEvent({ id: lastId, type: event.type, time: event.time, data: event.data });
      }
    } catch (error) {
      if (error instanceof Problem && error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    onConnection(false);
    await new Promise((resolve) => setTimeout(resolve, rest));
    rest = Math.min(rest * 2, LONGEST_REST_MS);
  }
}

/**
 * @param {string | undefined} batchId
 * @param {string} lastId
 * @param {AbortSignal} signal
 * @param {() => void} onOpen
 */
async function* connect(batchId, lastId, signal, onOpen) {
  /** @type {Record<string, string>} */
  const headers = { Authorization: `Bearer ${key.value}` };
  if (lastId) headers["Last-Event-ID"] = lastId;
  const response = await fetch(`/events${batchId ? `?batch_id=${batchId}` : ""}`, { headers, signal });
  if (!response.ok || !response.body) throw new Problem(response.status, await response.json().catch(() => ({})));
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
