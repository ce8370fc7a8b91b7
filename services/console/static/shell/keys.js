/** The keyboard: shortcuts that the open page adds, and the list of them all under `?`. */
import { signal, useEffect } from "../vendor/view.js";

/**
 * @typedef {object} Shortcut
 * @property {string} keys one key, or two in a row: "?", "Escape", "g l"
 * @property {string} does what it does, for the list
 * @property {(event: KeyboardEvent) => void} run
 * @property {boolean} [inFields] also while the user writes in a field
 */

/** @type {import("../vendor/view.js").Signal<Shortcut[]>} */
export const shortcuts = signal([]);

const PAUSE_MS = 900;
let first = "";
let firstAt = 0;

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const inField = isField(event.target);
  const two = performance.now() - firstAt < PAUSE_MS ? `${first} ${event.key}` : "";
  const able = shortcuts.value.filter((each) => !inField || each.inFields);
  // The last added is asked first: what lies on top takes the key.
  const found = able.findLast((each) => each.keys === two) ?? able.findLast((each) => each.keys === event.key);
  first = inField ? "" : event.key;
  firstAt = performance.now();
  if (!found) return;
  event.preventDefault();
  first = "";
  found.run(event);
});

/**
 * Have these shortcuts while the component stands.
 *
 * @param {Shortcut[]} added
 * @param {readonly unknown[]} inputs as for an effect: what the shortcuts use
 */
export function useShortcuts(added, inputs) {
  useEffect(() => {
    shortcuts.value = [...shortcuts.value, ...added];
    return () => {
      shortcuts.value = shortcuts.value.filter((each) => !added.includes(each));
    };
  }, inputs);
}
