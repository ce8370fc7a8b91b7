/** An answer of the API as a component's state: what was there stays while the next is asked for, so nothing jumps. */
import { useCallback, useEffect, useRef, useState } from "../vendor/view.js";
import { answerOf } from "./client.js";
import { Problem } from "./problem.js";

/**
 * @template T
 * @typedef {object} Answer
 * @property {T | undefined} data
 * @property {Problem | undefined} problem
 * @property {boolean} loading
 * @property {() => Promise<void>} reload
 */

/**
 * @template T
 * @param {() => Promise<{ data?: T, error?: unknown, response: Response }>} ask
 * @param {readonly unknown[]} inputs asked anew when one of them changes
 * @returns {Answer<NonNullable<T>>}
 */
export function useAnswer(ask, inputs) {
  const [state, setState] = useState(/** @type {{ data?: NonNullable<T>, problem?: Problem, loading: boolean }} */ ({ loading: true }));
  const asked = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++asked.current;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await answerOf(ask());
      if (mine === asked.current) setState({ data, loading: false });
    } catch (error) {
      if (mine === asked.current) setState((before) => ({ ...before, problem: Problem.of(error), loading: false }));
    }
  }, inputs);
  useEffect(() => {
    reload();
    return () => void asked.current++;
  }, [reload]);
  return { data: state.data, problem: state.problem, loading: state.loading, reload };
}
