/** Numbers, times and names in the viewer's own way. */
const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS = /** @type {const} */ ([["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12]]);

/** @param {number} value */
export const number = (value) => NUMBER.format(value);

/** @param {number} value */
export const compact = (value) => COMPACT.format(value);

/** @param {number} share */
export const percent = (share) => PERCENT.format(share);

/** @param {string} time */
export const exactTime = (time) => EXACT.format(new Date(time));

/** @param {number} value @param {string} one @param {string} [many] */
export const counted = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** @param {string} time @param {number} now milliseconds */
export function ago(time, now) {
  let value = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size) return RELATIVE.format(Math.round(value), unit);
    value /= size;
  }
  return DAY.format(new Date(time));
}

/** @param {number} bytes */
export function fileSize(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  const step = bytes ? Math.min(Math.floor(Math.log10(bytes) / 3), 3) : 0;
  return `${(bytes / 1000 ** step).toFixed(step > 1 ? 1 : 0)} ${units[step]}`;
}

/** A date as exactly as it is known. @param {string | null} date @param {string | null | undefined} precision */
export function partialDate(date, precision) {
  if (!date) return "";
  if (precision === "year") return date.slice(0, 4);
  const options = /** @type {const} */ ({ month: "short", year: "numeric", timeZone: "UTC" });
  const how = precision === "month" ? options : { ...options, day: /** @type {const} */ ("numeric") };
  return new Intl.DateTimeFormat("en-GB", how).format(new Date(`${date}T00:00:00Z`));
}

/** `company_linkedin_url` -> `Company LinkedIn URL`. @param {string} name */
export function title(name) {
  const words = name.replaceAll(/[_-]/g, " ");
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/linkedin/i, "LinkedIn").replace(/\burl\b/, "URL");
}
