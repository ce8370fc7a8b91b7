/** Send a file as an upload, with its true progress: only XMLHttpRequest tells how much has left. */
import { key } from "../shell/session.js";
import { Problem } from "./problem.js";

/** @typedef {import("./client.js").Schemas["UploadAnswer"]} Upload */

/**
 * @param {File} file
 * @param {{ source?: string }} given
 * @param {(sent: number) => void} onProgress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<Upload>}
 */
export function sendFile(file, given, onProgress, signal) {
  const query = new URLSearchParams({ filename: file.name });
  if (given.source) query.set("source", given.source);
  const request = new XMLHttpRequest();
  request.open("POST", `/uploads?${query}`);
  request.setRequestHeader("Authorization", `Bearer ${key.value}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve, reject) => {
    request.onload = () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Problem(request.status, request.response ?? {}));
    };
    request.onerror = () => reject(Problem.of(new TypeError("connection lost")));
    request.onabort = () => reject(new Problem(0, { title: "Not sent", detail: "You stopped it; nothing was kept." }));
    request.send(file);
  });
}
