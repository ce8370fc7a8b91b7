/**
 * A table of any length: only the rows in view stand in the page. Columns can be sorted and resized, rows opened by
 * mouse or keyboard.
 */
import { html, useCallback, useEffect, useRef, useState } from "../vendor/view.js";
import { useShortcuts } from "../shell/keys.js";
import { useVirtualRows } from "./virtual_rows.js";

const LEAST_WIDTH = 48;

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {string} label
 * @property {number} width pixels at first
 * @property {(row: Row) => any} show
 * @property {string} [sort] the order's name in the API
 * @property {"end"} [align]
 */

/**
 * @template Row
 * @typedef {object} Props
 * @property {string} label what the table holds, for screen readers
 * @property {Column<Row>[]} columns
 * @property {number} count rows known of
 * @property {(index: number) => Row | undefined} rowAt undefined: on its way
 * @property {(first: number, last: number) => void} [onView] which rows are in view
 * @property {(row: Row, index: number) => void} [onOpen]
 * @property {(row: Row) => boolean} [isOpen]
 * @property {string} [sort] `name` or `-name`
 * @property {(sort: string) => void} [onSort]
 * @property {Record<string, number>} [widths] chosen widths
 * @property {(name: string, width: number) => void} [onResize]
 */

/** @template Row @param {Props<Row>} props */
export function DataTable(props) {
  const { label, columns, count, rowAt, onView, onOpen, isOpen } = props;
  const [focused, setFocused] = useState(0);
  const { scroller, rows, height, scrollTo } = useVirtualRows(count, onView);
  const move = useCallback(
    (/** @type {number} */ by) => {
      const next = Math.max(0, Math.min(count - 1, focused + by));
      setFocused(next);
      scrollTo(next);
    },
    [count, focused],
  );
  const open = () => {
    const row = rowAt(focused);
    if (row !== undefined) onOpen?.(row, focused);
  };
  useShortcuts(
    [
      { keys: "j", does: "Next row", run: () => move(1) },
      { keys: "k", does: "Row before", run: () => move(-1) },
      { keys: "ArrowDown", does: "Next row", run: () => move(1) },
      { keys: "ArrowUp", does: "Row before", run: () => move(-1) },
      { keys: "PageDown", does: "A page on", run: () => move(20) },
      { keys: "PageUp", does: "A page back", run: () => move(-20) },
      { keys: "o", does: "Open the row", run: open },
    ],
    [move, rowAt, onOpen],
  );
  const template = columns.map((each) => `${props.widths?.[each.name] ?? each.width}px`).join(" ");
  const table = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => table.current?.style.setProperty("--columns", template), [template]);
  return html`<div class="table" ref=${table}>
    <div class="scroller" role="table" aria-label=${label} aria-rowcount=${count + 1} ref=${scroller} tabindex="0" onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Enter" && event.target === event.currentTarget && open()}>
      <${Head} ...${props} />
      <div role="rowgroup" class="rows" style=${{ height: `${height}px` }}>
        ${rows.map(({ index, start }) => {
          const row = rowAt(index);
          return html`<div key=${index} role="row" aria-rowindex=${index + 2} style=${{ transform: `translateY(${start}px)` }}
              class="row ${index === focused ? "focused" : ""} ${row !== undefined && isOpen?.(row) ? "open" : ""} ${onOpen ? "opens" : ""}"
              onClick=${() => (setFocused(index), row !== undefined && onOpen?.(row, index))}>
            ${columns.map(
              (each) => html`<div key=${each.name} role="cell" class=${each.align ?? ""}>${row === undefined ? html`<i class="awaited"></i>` : each.show(row)}</div>`,
            )}
          </div>`;
        })}
      </div>
    </div>
  </div>`;
}

/** @template Row @param {Props<Row>} props */
function Head({ columns, sort = "", onSort, widths, onResize }) {
  return html`<div role="rowgroup" class="head"><div role="row" aria-rowindex="1">
    ${columns.map((each) => {
      const down = sort === `-${each.sort}`;
      const sorted = each.sort && (down || sort === each.sort);
      return html`<div key=${each.name} role="columnheader" class=${each.align ?? ""} aria-sort=${sorted ? (down ? "descending" : "ascending") : null}>
        ${each.sort && onSort
          ? html`<button type="button" onClick=${() => onSort(sorted && !down ? `-${each.sort}` : /** @type {string} */ (each.sort))}>
              ${each.label}<span aria-hidden="true">${sorted ? (down ? "↓" : "↑") : ""}</span>
            </button>`
          : html`<span>${each.label}</span>`}
        ${onResize && html`<${Handle} width=${widths?.[each.name] ?? each.width} onResize=${(/** @type {number} */ width) => onResize(each.name, width)} />`}
      </div>`;
    })}
  </div></div>`;
}

/** @param {{ width: number, onResize: (width: number) => void }} props */
function Handle({ width, onResize }) {
  const begin = (/** @type {PointerEvent} */ event) => {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    handle.setPointerCapture(event.pointerId);
    const from = event.clientX;
    handle.onpointermove = (moved) => onResize(Math.max(LEAST_WIDTH, width + moved.clientX - from));
    handle.onpointerup = () => (handle.onpointermove = null);
  };
  return html`<i class="handle" aria-hidden="true" onPointerDown=${begin}></i>`;
}
