/** The process that serves: reads the settings, listens on the port that the primary holds, and ends when it is told to. */
import cluster from "node:cluster";
import { pino } from "pino";
import { SettingsError, isLoopback, parseSettings } from "#app/config/settings.ts";
import type { Settings } from "#app/config/settings.ts";
import { letGoOfOutputs } from "#worker/supervisor/outputs.mjs";
import type { AppCredentials } from "./credentials.ts";
import { isStop } from "./handover.ts";
import type { Ready } from "./handover.ts";
import { startChannelsServer } from "./server.ts";

/** A guessable secret on a public address would let anybody publish. */
const MIN_PUBLIC_SECRET_LENGTH = 16;
const ELSEWHERE = "for more than one machine use Pusher Channels or another compatible server";

/**
 * The app to serve.
 * @throws SettingsError when it is not named, or when the address would be public without permission and real secrets
 */
function readApp(env: NodeJS.ProcessEnv, settings: Settings): AppCredentials {
  const { host, allowPublic } = settings.channelsServer;
  const app = settings.channels;
  if (!app) throw new SettingsError("PUSHER_APP_ID", "expected the id of the app to serve (with PUSHER_KEY and PUSHER_SECRET)");
  if (!isLoopback(host)) {
    if (!allowPublic) throw new SettingsError("CHANNELS_HOST", `expected a loopback address, or CHANNELS_ALLOW_PUBLIC=1 to be reached from other machines (${ELSEWHERE})`);
    if (env["ROOST_GENERATED_SECRETS"] === "1" || app.secret.length < MIN_PUBLIC_SECRET_LENGTH)
      throw new SettingsError("PUSHER_SECRET", `expected a secret of your own, at least ${MIN_PUBLIC_SECRET_LENGTH} characters, since CHANNELS_HOST is not a loopback address (${ELSEWHERE})`);
  }
  return { id: app.appId, key: app.key, secret: app.secret };
}

/** This server has no clusters, so that the three credentials are enough for it. */
function readSettings(env: NodeJS.ProcessEnv): Settings {
  const named = env["PUSHER_APP_ID"] || env["PUSHER_KEY"] || env["PUSHER_SECRET"];
  return parseSettings(named && !env["PUSHER_CLUSTER"] ? { ...env, PUSHER_CLUSTER: "local" } : env);
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const app = readApp(process.env, settings);
  const { host, port, webhookUrl } = settings.channelsServer;
  const log = pino({ level: settings.logLevel, base: { process: "channels" } });
  const server = await startChannelsServer({ host, port, app, webhookUrl, log });

  let stopping = false;
  const stop = ({ replaced, unheard }: { replaced: boolean; unheard: boolean }) => {
    if (stopping) return;
    stopping = true;
    if (unheard) letGoOfOutputs();
    log.info({ replaced, connections: server.connectionCount }, "channels stopping");
    void server.close({ replaced }).then(() => {
      log.info("channels stopped");
      // As long as the channel to the primary stands it keeps this process alive.
      cluster.worker?.disconnect();
    });
  };
  process.on("message", (message) => isStop(message) && stop(message));
  // Service managers signal every process of a service.
  process.on("SIGTERM", () => stop({ replaced: false, unheard: false }));
  log.info({ host: server.host, port: server.port, appId: app.id }, "channels ready");
  process.send?.({ ready: true, port: server.port } satisfies Ready);
}

/** One line that says what to change; a fault of ours keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return "CHANNELS_PORT: the port is already in use; stop the other program or choose another port";
  if (code === "EACCES") return "CHANNELS_PORT: this port needs privileges; choose one above 1023";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return "CHANNELS_HOST: this machine has no such address";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// A terminal's Ctrl-C reaches both processes; the primary passes it on as a wish to stop. (Its hanging up, SIGHUP, ends
// this one, and with it the primary: a server without a terminal is not left behind.)
process.on("SIGINT", () => {});
// Who kills the primary kills the server: as suddenly, and before the listener of node:cluster, which would end this
// process in order, with pino's flush to outputs that may have lost their reader.
process.prependOnceListener("disconnect", () => cluster.worker?.exitedAfterDisconnect || process.kill(process.pid, "SIGKILL"));

try {
  await main();
} catch (error) {
  process.stderr.write(`channels: ${explain(error)}\n`);
  process.exit(1);
}
