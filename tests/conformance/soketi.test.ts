import { describe, it } from "vitest";
import { faultSuite } from "#tests/faults/size.ts";
import { soketiUnavailable, startSoketi } from "#tests/support/soketi.ts";
import { conformance } from "./conformance.ts";
import { SOKETI_DIFFERENCES } from "./soketi-differences.ts";
import type { Target } from "./target.ts";

const app = { id: "conformance", key: "conformance-key", secret: "conformance-secret" };

/** What soketi does not survive costs a start of it each: that is looked at in the full size. */
const { full } = faultSuite("soketi", { short: {}, full: {} });

/** Every refusal of soketi is HTTP 200 with the code in the body: the rule status.real says so, the others look inside. */
function statusOf(status: number, json: unknown): number {
  const code = typeof json === "object" && json !== null && "code" in json ? json.code : undefined;
  return typeof code === "number" ? code : status;
}

async function start(): Promise<Target> {
  const server = await startSoketi(app, { enableUserAuthentication: true, maxClientEventsPerSecond: 10 });
  return { host: server.host, port: server.port, app, statusOf, stop: () => server.stop() };
}

if (soketiUnavailable) describe("soketi 1.6.1", () => it.skip(`not here: ${soketiUnavailable}`, () => undefined));
else conformance("soketi 1.6.1", start, SOKETI_DIFFERENCES, { fatal: full });
