/** A list of the API, page by page as it is scrolled to. */
import { useCallback, useEffect, useRef, useState } from "../vendor/view.js";
import { answerOf } from "./client.js";
import { Problem } from "./problem.js";

const ROWS_AHEAD = 60;

/**
 * @template Page, Row
 * @param {(after: any) => Promise<{ data?: Page, error?: unknown, response: Response }>} ask `after`: the page before's `next`
 * @param {(page: NonNullable<Page>) => Row[]} rowsOf
 * @param {readonly unknown[]} inputs begun anew when one of them changes; what was there stays until then
 */
export function usePages(ask, rowsOf, inputs) {
  const [rows, setRows] = useState(/** @type {Row[]} */ ([]));
  const [page, setPage] = useState(/** @type {NonNullable<Page> | undefined} */ (undefined));
  const [problem, setProblem] = useState(/** @type {Problem | undefined} */ (undefined));
  const [loading, setLoading] = useState(true);
  const next = useRef(/** @type {unknown} */ (undefined));
  const asked = useRef(0);
  const busy = useRef(false);

  const load = useCallback(async (/** @type {boolean} */ anew) => {
    if (busy.current && !anew) return;
    const mine = anew ? ++asked.current : asked.current;
    busy.current = true;
    setLoading(true);
    try {
      const answered = await answerOf(ask(anew ? undefined : next.current));
      if (mine !== asked.current) return;
      next.current = /** @type {any} */ (answered).next;
      setPage(answered);
      setRows((before) => (anew ? rowsOf(answered) : [...before, ...rowsOf(answered)]));
      setProblem(undefined);
    } catch (error) {
      if (mine === asked.current) setProblem(Problem.of(error));
    } finally {
      if (mine === asked.current) {
        busy.current = false;
        setLoading(false);
      }
    }
  }, inputs);
  const reload = useCallback(() => load(true), [load]);
  useEffect(() => {
    load(true);
    return () => void asked.current++;
  }, [load]);
  const atEnd = page !== undefined && next.current === null;
  const onView = useCallback(
    (/** @type {number} */ _first, /** @type {number} */ last) => {
      if (!atEnd && page !== undefined && last >= rows.length - ROWS_AHEAD) load(false);
    },
    [load, rows.length, atEnd, page],
  );
  return { rows, page, problem, loading, atEnd, onView, reload };
}
