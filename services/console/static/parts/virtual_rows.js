/** Which rows of a long list are in view, from TanStack Virtual, as a hook. */
import { useEffect, useReducer, useRef } from "../vendor/view.js";
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect } from "../vendor/virtual.js";

const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 32;
const ROWS_BEYOND_VIEW = 12;

/**
 * @param {number} count
 * @param {((first: number, last: number) => void) | undefined} onView
 */
export function useVirtualRows(count, onView) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const [, redraw] = useReducer((/** @type {number} */ before) => before + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_BEYOND_VIEW,
    scrollPaddingStart: HEAD_HEIGHT,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const kept = useRef(/** @type {Virtualizer<HTMLElement, Element> | null} */ (null));
  const virtualizer = (kept.current ??= new Virtualizer(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), []);
  useEffect(() => virtualizer._willUpdate());
  const rows = virtualizer.getVirtualItems();
  const first = rows[0]?.index ?? 0;
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => onView?.(first, last), [first, last, onView]);
  return {
    scroller,
    rows,
    height: virtualizer.getTotalSize(),
    scrollTo: (/** @type {number} */ index) => virtualizer.scrollToIndex(index),
  };
}
