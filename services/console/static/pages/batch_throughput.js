/** How many items were done over time, from the events of the batch. */
import { html, useEffect, useRef } from "../vendor/view.js";
import { uPlot } from "../vendor/chart.js";
import { theme } from "../shell/theme.js";

const LEAST_POINTS = 3;
const SIZE = { width: 640, height: 140 };

/** @param {{ events: import("../api/events.js").Told[] }} props */
export function Throughput({ events }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const points = events.filter((each) => each.data["counts"]).map((each) => [Date.parse(each.time) / 1000, done(each.data["counts"])]);
  useEffect(() => {
    if (!place.current || points.length < LEAST_POINTS) return undefined;
    const colour = (/** @type {string} */ name) => getComputedStyle(document.documentElement).getPropertyValue(name);
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const chart = new uPlot(
      { ...SIZE, legend: { show: false }, axes: [axis, axis], series: [{}, { label: "done", stroke: colour("--accent"), width: 2 }] },
      [points.map(([at]) => at ?? 0), points.map(([, count]) => count ?? 0)],
      place.current,
    );
    return () => chart.destroy();
  }, [points.length, theme.value]);
  return points.length < LEAST_POINTS ? null : html`<h2>Items done</h2><div ref=${place} role="img" aria-label="Items done over time"></div>`;
}

/** @param {Record<string, number>} counts */
function done(counts) {
  return Object.entries(counts).reduce((sum, [name, count]) => (["pending", "running"].includes(name) ? sum : sum + count), 0);
}
