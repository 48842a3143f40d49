/**
 * A whole house for one test: the built processes as an operator runs them, each from settings alone, with a data
 * folder and ports of its own. What is started here is gone when the test process is.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { SETTING_NAMES } from "#app/config/settings.ts";
import { ensureBuilt, ROOT } from "./build.ts";
import { dataFolder } from "./data-folder.ts";
import { demoDatabase } from "./demo-database.ts";
import { freePort } from "./ports.ts";
import { RoostProcess, type ProcessName } from "./roost-process.ts";

export type { ProcessName } from "./roost-process.ts";

export interface RoostOptions {
  /** Settings beside or instead of those made here. */
  env?: Record<string, string>;
  database?: "file" | "libsql";
  channels?: "embedded" | "soketi" | "none";
  /** false: no relay process runs (RELAY_MODE stays `worker` unless `env` says otherwise). */
  relay?: boolean;
}

export interface Roost {
  /** The app's origin. */
  url: string;
  dataDir: string;
  databaseUrl: string;
  /** Path of the database file; null on a libSQL server. */
  databaseFile: string | null;
  /** The settings that every process was given. */
  env: Record<string, string>;
  pid(name: ProcessName): number | undefined;
  /** What the process has written so far, over restarts. */
  log(name: ProcessName): string;
  /** Sends a signal and resolves once the process is gone (for SIGSTOP and SIGCONT: once it is sent). */
  kill(name: ProcessName, signal?: NodeJS.Signals): Promise<void>;
  /** Starts a process that was killed, with the same settings, and waits until it serves. */
  restart(name: ProcessName): Promise<void>;
  stop(): Promise<void>;
}

const COMMAND_TIMEOUT_MS = 60_000;
const PORTS_TO_TRY = 3;

export async function startRoost(options: RoostOptions = {}): Promise<Roost> {
  await ensureBuilt();
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      // Somebody may take a port between asking for it and using it.
      if (attempt === PORTS_TO_TRY || !String(error).includes("already in use")) throw error;
    }
  }
}

async function startOnFreePorts(options: RoostOptions): Promise<Roost> {
  const dataDir = await mkdtemp(path.join(dataFolder(), "roost-test-"));
  const cleanups: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })];
  const env: Record<string, string> = {
    ...cleanEnvironment(),
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    HOST: "127.0.0.1",
    SESSION_SECRET: randomBytes(32).toString("hex"),
    LOG_LEVEL: "info",
    ...(await databaseSettings(options.database ?? "file", cleanups)),
    ...(await channelsSettings(options.channels ?? "embedded", cleanups)),
    ...options.env,
  };
  const url = `http://127.0.0.1:${env["PORT"]}`;
  const processes = new Map<ProcessName, RoostProcess>();

  async function stop() {
    for (const each of [...processes.values()].reverse()) await each.kill();
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }

  try {
    // The command migrates first.
    const seed = (databaseUrl: string) => runCommand("seed", ["--without-pictures"], { ...env, DATABASE_URL: databaseUrl });
    if ((options.database ?? "file") === "file" && !options.env?.["DATABASE_URL"]) await demoDatabase(dataDir, seed);
    else await seed(env["DATABASE_URL"]!);
    const add = (name: ProcessName) => processes.set(name, new RoostProcess(name, env));
    if ((options.channels ?? "embedded") === "embedded") add("channels");
    if (options.relay !== false && env["RELAY_MODE"] !== "inline") add("relay");
    add("app");
    for (const each of processes.values()) each.spawn();
    await Promise.all([...processes.values()].map(served));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url,
    dataDir,
    databaseUrl: env["DATABASE_URL"] ?? "",
    databaseFile: env["DATABASE_URL"]?.startsWith("file:") ? env["DATABASE_URL"].slice("file:".length) : null,
    env,
    pid: (name) => processes.get(name)?.pid,
    log: (name) => processes.get(name)?.log ?? "",
    kill: async (name, signal) => void (await processes.get(name)?.kill(signal)),
    async restart(name) {
      const each = processes.get(name);
      if (!each) throw new Error(`this house has no ${name}`);
      await each.kill("SIGKILL");
      each.spawn();
      await served(each);
    },
    stop,
  };

  /** A relay is not waited for: what is committed before it leads waits in the outbox. */
  async function served(each: RoostProcess) {
    if (each.name !== "relay") await each.ready();
  }

  async function databaseSettings(kind: "file" | "libsql", then: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
    if (kind === "file") return { DATABASE_URL: `file:${path.join(dataDir, "roost.db")}` };
    const { startSqld } = await import("./sqld.ts");
    const server = await startSqld();
    then.push(() => server.stop());
    return { DATABASE_URL: server.url };
  }
}

/** Settings of a Channels service, started unless the house starts its own. `then` gets the way to stop it. */
export async function channelsSettings(kind: "embedded" | "soketi" | "none", then: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
  if (kind === "none") return {};
  const app = { PUSHER_APP_ID: "roost-test", PUSHER_KEY: randomBytes(10).toString("hex"), PUSHER_SECRET: randomBytes(16).toString("hex") };
  if (kind === "embedded") {
    const port = String(await freePort());
    return { ...app, PUSHER_HOST: "127.0.0.1", PUSHER_PORT: port, PUSHER_USE_TLS: "off", CHANNELS_PORT: port };
  }
  const { startSoketi } = await import("./soketi.ts");
  const server = await startSoketi({ id: app.PUSHER_APP_ID, key: app.PUSHER_KEY, secret: app.PUSHER_SECRET });
  then.push(() => server.stop());
  return { ...app, PUSHER_HOST: "127.0.0.1", PUSHER_PORT: String(server.port), PUSHER_USE_TLS: "off" };
}

/** Runs a command of the finished build to its end. @throws Error with its output when it fails */
export async function runCommand(name: "migrate" | "seed" | "grant-admin" | "doctor" | "backup" | "restore" | "import-messages" | "export-messages", args: string[], env: Record<string, string>, withinMs = COMMAND_TIMEOUT_MS): Promise<string> {
  const child = spawn(process.execPath, ["worker/run.mjs", name, ...args], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe"], timeout: withinMs });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${name} ended with exit code ${code}:\n${output}`);
  return output;
}

/** This process's environment with every setting of Roost emptied, so that neither a shell nor a .env file leaks into a test. */
export function cleanEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith("VITEST"));
  return { ...Object.fromEntries(inherited), ...Object.fromEntries(SETTING_NAMES.map((name) => [name, ""])), NODE_ENV: "production" };
}
