/**
 * A whole house for one test: the built processes as an operator runs them, each from settings alone, with a data
 * folder and ports of its own. What is started here is gone when the test process is.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { SETTING_NAMES } from "#app/config/settings.ts";
import { ensureBuilt, ROOT } from "./build.ts";
import { dataFolder } from "./data-folder.ts";
import { demoDatabase } from "./demo-database.ts";
import { freePort } from "./ports.ts";
import { until } from "./wait.ts";

export type ProcessName = "channels" | "relay" | "app";

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

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = 60_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export async function startRoost(options: RoostOptions = {}): Promise<Roost> {
  await ensureBuilt();
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
  const logs = new Map<ProcessName, string>();
  const children = new Map<ProcessName, ChildProcess>();

  function start(name: ProcessName) {
    const child = spawn(process.execPath, ["--enable-source-maps", "worker/run.mjs", name], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    running.add(child);
    children.set(name, child);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => logs.set(name, (logs.get(name) ?? "") + String(chunk)));
    child.once("close", () => {
      running.delete(child);
      if (children.get(name) === child) children.delete(name);
    });
  }

  async function ready(name: ProcessName) {
    if (name === "relay") return;
    const probe = name === "app" ? `${url}/readyz` : `http://127.0.0.1:${env["CHANNELS_PORT"]}/`;
    await until(() => answers(name, probe), { timeout: READY_TIMEOUT_MS, what: `${name} to serve` }).catch((cause: unknown) => {
      throw new Error(`${name} did not come up:\n${logs.get(name) ?? "(no output)"}`, { cause });
    });
  }

  async function answers(name: ProcessName, probe: string) {
    if (!children.has(name)) throw new Error(`${name} has ended:\n${logs.get(name) ?? "(no output)"}`);
    const response = await fetch(probe, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    // The channels server has no page of its own: any answer says that it listens.
    return name === "channels" || response.status === 200;
  }

  async function kill(name: ProcessName, signal: NodeJS.Signals = "SIGTERM") {
    const child = children.get(name);
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(force);
  }

  async function stop() {
    for (const name of [...children.keys()].reverse()) await kill(name);
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }

  try {
    // The command migrates first.
    const seed = (databaseUrl: string) => runCommand("seed", ["--without-pictures"], { ...env, DATABASE_URL: databaseUrl });
    if ((options.database ?? "file") === "file" && !options.env?.["DATABASE_URL"]) await demoDatabase(dataDir, seed);
    else await seed(env["DATABASE_URL"]!);
    const names: ProcessName[] = [];
    if ((options.channels ?? "embedded") === "embedded") names.push("channels");
    if (options.relay !== false && env["RELAY_MODE"] !== "inline") names.push("relay");
    names.push("app");
    for (const name of names) start(name);
    await Promise.all(names.map(ready));
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
    pid: (name) => children.get(name)?.pid,
    log: (name) => logs.get(name) ?? "",
    kill,
    async restart(name) {
      await kill(name, "SIGKILL");
      start(name);
      await ready(name);
    },
    stop,
  };

  async function databaseSettings(kind: "file" | "libsql", then: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
    if (kind === "file") return { DATABASE_URL: `file:${path.join(dataDir, "roost.db")}` };
    const { startSqld } = await import("./sqld.ts");
    const server = await startSqld();
    then.push(() => server.stop());
    return { DATABASE_URL: server.url };
  }
}

async function channelsSettings(kind: "embedded" | "soketi" | "none", then: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
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
export async function runCommand(name: "migrate" | "seed" | "grant-admin" | "doctor" | "backup" | "restore" | "import-messages" | "export-messages", args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ["worker/run.mjs", name, ...args], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe"], timeout: COMMAND_TIMEOUT_MS });
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
