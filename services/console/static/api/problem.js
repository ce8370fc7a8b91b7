/** What the API says when it refuses: a problem document (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status 0 if the server could not be reached
   * @param {{ title?: string, detail?: string, trace_id?: string, type?: string } & Record<string, unknown>} document
   */
  constructor(status, document) {
    super(document.detail ?? document.title ?? `HTTP ${status}`);
    this.status = status;
    this.title = document.title ?? (status ? `The server answered ${status}` : "The server can't be reached");
    this.detail = document.detail ?? "";
    this.traceId = document.trace_id ?? "";
    this.slug = (document.type ?? "").split(":").at(-1) ?? "";
    this.document = document;
  }

  /** @param {unknown} error */
  static of(error) {
    if (error instanceof Problem) return error;
    const detail = "It may be restarting. What you did is not lost: try again in a moment.";
    return new Problem(0, { detail: error instanceof TypeError ? detail : String(error) });
  }
}
