import { startChannelsServer } from "#worker/channels/server.ts";
import { conformance } from "./conformance.ts";
import type { Target } from "./target.ts";

/** A server that runs already, when one is named; else ours. */
const given = process.env["CONFORMANCE_HOST"];

function setting(name: string): string {
  const value = process.env[`CONFORMANCE_${name}`];
  if (!value) throw new Error(`CONFORMANCE_${name} is needed beside CONFORMANCE_HOST`);
  return value;
}

async function find(host: string): Promise<Target> {
  const app = { id: setting("APP_ID"), key: setting("KEY"), secret: setting("SECRET") };
  return { host, port: Number(setting("PORT")), app, stop: async () => undefined };
}

async function startOurs(): Promise<Target> {
  const app = { id: "conformance", key: "conformance-key", secret: "conformance-secret" };
  const server = await startChannelsServer({ host: "127.0.0.1", port: 0, app });
  return { host: server.host, port: server.port, app, stop: () => server.close() };
}

if (given) conformance(`the server at ${given}`, () => find(given));
else conformance("Roost's own server", startOurs);
