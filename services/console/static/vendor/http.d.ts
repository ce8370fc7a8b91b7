export { default as createClient } from "openapi-fetch";
export { EventSourceParserStream } from "eventsource-parser/stream";
