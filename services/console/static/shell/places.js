/** The places of the console: the address's first part, its name, the key that leads there, its page. */
import { Batches } from "../pages/batches.js";
import { Batch } from "../pages/batch.js";
import { Customers } from "../pages/customers.js";
import { Leads } from "../pages/leads.js";
import { Launch } from "../pages/launch.js";
import { Provider } from "../pages/provider.js";
import { Providers } from "../pages/providers.js";
import { Rules } from "../pages/rules.js";
import { Settings } from "../pages/settings.js";
import { Uploads } from "../pages/uploads.js";
import { Upload } from "../pages/upload.js";
import { Workflows } from "../pages/workflows.js";

/**
 * @typedef {object} Place
 * @property {string} name the first part of the address
 * @property {string} title
 * @property {string} key after `g`
 * @property {(path: string[]) => import("../vendor/view.js").ComponentType<any>} page for what stands behind the name
 */

/** @type {Place[]} */
export const PLACES = [
  { name: "leads", title: "Leads", key: "l", page: () => Leads },
  { name: "batches", title: "Batches", key: "b", page: (path) => (path.length ? Batch : Batches) },
  { name: "uploads", title: "Uploads", key: "u", page: (path) => (path[1] === "launch" ? Launch : path.length ? Upload : Uploads) },
  { name: "customers", title: "Customers", key: "c", page: () => Customers },
  { name: "rules", title: "Rules", key: "r", page: () => Rules },
  { name: "providers", title: "Providers", key: "p", page: (path) => (path.length ? Provider : Providers) },
  { name: "workflows", title: "Workflows", key: "w", page: () => Workflows },
  { name: "settings", title: "Settings", key: "s", page: () => Settings },
];
