/**
 * Loaded into a relay before its own program (NODE_OPTIONS): notes the moment of each request that it sends to Channels,
 * a line each. So they are counted where nobody listens who could count them, too.
 */
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";

const file = process.env.NOTE_REQUESTS_IN;
subscribe("http.client.request.start", () => appendFileSync(file, `${Date.now()}\n`));
