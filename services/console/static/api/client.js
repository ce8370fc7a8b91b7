/** The API, typed by its own OpenAPI document: a call that the API no longer has fails the check, not the page. */
import { createClient } from "../vendor/http.js";
import { key, signOut } from "../shell/session.js";
import { Problem } from "./problem.js";

/** @typedef {import("../../.build/api.js").paths} Paths */
/** @typedef {import("../../.build/api.js").components["schemas"]} Schemas */

/** @type {import("openapi-fetch").Client<Paths>} */
export const api = createClient({ baseUrl: location.origin, querySerializer: { array: { style: "form", explode: true } } });

api.use({
  onRequest({ request }) {
    if (!request.headers.has("Authorization")) request.headers.set("Authorization", `Bearer ${key.value}`);
    return request;
  },
});

/**
 * Return what was answered, or throw the Problem.
 *
 * @template T
 * @param {Promise<{ data?: T, error?: unknown, response: Response }>} asked
 * @returns {Promise<NonNullable<T>>}
 */
export async function answerOf(asked) {
  const { data, error, response } = await asked.catch((failure) => {
    throw Problem.of(failure);
  });
  if (response.ok) return /** @type {NonNullable<T>} */ (data);
  if (response.status === 401) signOut();
  throw new Problem(response.status, /** @type {Record<string, unknown>} */ (error ?? {}));
}

/** A key for a POST that must not happen twice, however often it is sent. */
export function idempotencyKey() {
  return { "Idempotency-Key": crypto.randomUUID() };
}

/**
 * Download what the API answers under a path, as a file.
 *
 * @param {string} path
 * @param {string} filename
 */
export async function download(path, filename) {
  const response = await fetch(path, { headers: { Authorization: `Bearer ${key.value}` } });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = filename;
  link.click();
  URL.revokeObjectURL(link.href);
}
