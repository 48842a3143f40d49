/** Which processes make up the house under these settings, and what each gets in its environment. */
import type { Settings } from "#app/config/settings.ts";
import type { GeneratedSecrets } from "./secrets.ts";

export type Environment = Record<string, string | undefined>;
export type ProcessName = "channels" | "relay" | "app";

export interface ProcessPlan {
  name: ProcessName;
  command: string;
  args: string[];
  env: Environment;
}

/**
 * The settings as the children get them. Without any PUSHER_ setting the embedded server stands in, and everything
 * points at it; secrets given from outside win over generated ones.
 */
export function childEnvironment(given: Environment, settings: Settings, secrets: GeneratedSecrets): Environment {
  // With one arena glibc gives back and uses again what decoding pictures took; with one for each thread it keeps 280 MiB more (domain/images/decoder-memory.server.ts).
  const env: Environment = { MALLOC_ARENA_MAX: "1", ...given, DATA_DIR: settings.dataDir, PORT: String(settings.port), HOST: settings.host, ROOST_SUPERVISED: "1" };
  if (!settings.sessionSecrets) env["SESSION_SECRET"] = secrets.SESSION_SECRET;
  if (settings.channels) return env;
  return {
    ...env,
    PUSHER_APP_ID: secrets.PUSHER_APP_ID,
    PUSHER_KEY: secrets.PUSHER_KEY,
    PUSHER_SECRET: secrets.PUSHER_SECRET,
    PUSHER_HOST: "127.0.0.1",
    PUSHER_PORT: String(settings.channelsServer.port),
    PUSHER_USE_TLS: "off",
    CHANNELS_PORT: String(settings.channelsServer.port),
    ROOST_GENERATED_SECRETS: "1",
  };
}

/** In the order of starting; stopping goes the other way round. */
export function processes(settings: Settings, env: Environment, dev: boolean): ProcessPlan[] {
  const names: ProcessName[] = [];
  if (!settings.channels) names.push("channels");
  if (settings.relayMode === "worker") names.push("relay");
  names.push("app");
  return names.map((name) => ({ name, command: process.execPath, args: dev ? devArgs(name, settings) : ["--enable-source-maps", "worker/run.mjs", name], env }));
}

function devArgs(name: ProcessName, settings: Settings): string[] {
  if (name === "app") return ["node_modules/@remix-run/dev/dist/cli.js", "vite:dev", "--port", String(settings.port), "--host", settings.host];
  return ["node_modules/tsx/dist/cli.mjs", "watch", "--clear-screen=false", `worker/${name}/main.ts`];
}
