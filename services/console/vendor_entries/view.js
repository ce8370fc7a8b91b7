// The view library as one module, so that there is one Preact on the page.
import htm from "htm";
import { h } from "preact";

export * from "preact";
export * from "preact/hooks";
export * from "@preact/signals";
export const html = htm.bind(h);
