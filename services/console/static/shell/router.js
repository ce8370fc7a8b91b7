/** The page and its state, both in the address: `#/batches/ID?state=failed` can be shared and goes back and forward. */
import { signal } from "../vendor/view.js";

/** @typedef {{ path: string[], query: URLSearchParams }} Route */

/** @returns {Route} */
function read() {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export const route = signal(read());

addEventListener("hashchange", () => {
  route.value = read();
});

/**
 * @param {string[]} path
 * @param {URLSearchParams} [query]
 */
export function address(path, query) {
  const text = query?.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** @param {string} to an address as `address` makes it */
export function go(to) {
  location.hash = to.replace(/^#/, "");
}

/**
 * Change the state of the page that is open. An empty value takes the parameter away.
 *
 * @param {Record<string, string | string[] | null>} changes
 * @param {{ replace?: boolean }} [how] replace: no entry of its own in the history
 */
export function setQuery(changes, { replace = false } = {}) {
  const query = new URLSearchParams(route.value.query);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const each of [value ?? []].flat()) if (each !== "") query.append(name, each);
  }
  const to = address(route.value.path, query);
  if (to === address(route.value.path, route.value.query)) return;
  if (!replace) return go(to);
  history.replaceState(null, "", to);
  route.value = read();
}
