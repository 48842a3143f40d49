/** What becomes of a process's outputs when whoever read them is gone. Plain JavaScript: `worker/run.mjs` needs it without a build. */
import { closeSync, openSync } from "node:fs";

/** The pipes are broken, and pino's flush at the end would try the same broken pipe for ever. */
export function letGoOfOutputs() {
  for (const output of [1, 2]) {
    closeSync(output);
    openSync("/dev/null", "w");
  }
}
