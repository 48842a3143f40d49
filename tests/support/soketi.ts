/**
 * soketi, an independent server that speaks Pusher's protocol: a second opinion beside ours. Installed once into
 * .cache/soketi, never a dependency. Its native WebSocket library exists for Node 20 only.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { AppCredentials } from "#worker/channels/credentials.ts";
import { freePort } from "./ports.ts";
import { until } from "./wait.ts";

const VERSION = "1.6.1";
const CACHE = path.resolve(import.meta.dirname, "../../.cache");
const HOME = path.join(CACHE, `soketi-${VERSION}`);
const PACKAGE = {
  private: true,
  dependencies: { "@soketi/soketi": VERSION },
  overrides: { "uWebSockets.js": "npm:@trufflesuite/uws-js-unofficial@20.30.0-unofficial.0" },
};
export const INSTALL_TIMEOUT_MS = 150_000;
const START_TIMEOUT_MS = 20_000;

export interface Soketi {
  host: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Why soketi cannot run here, for the report of a skipped test; null when it can. */
export const soketiUnavailable: string | null =
  process.versions.node.split(".")[0] === "20" ? null : `soketi needs Node 20, this is ${process.versions.node}`;

/** Installs soketi unless it stands already. Two at once do not disturb each other: the first whole one is kept. */
export async function soketiInstalled(): Promise<string> {
  const server = path.join(HOME, "node_modules/@soketi/soketi/bin/server.js");
  if (existsSync(server)) return server;
  await mkdir(CACHE, { recursive: true });
  const building = await mkdtemp(path.join(CACHE, "soketi-installing-"));
  await writeFile(path.join(building, "package.json"), JSON.stringify(PACKAGE));
  await promisify(execFile)("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: building, timeout: INSTALL_TIMEOUT_MS });
  try {
    await rename(building, HOME);
  } catch (error) {
    if (!existsSync(server)) throw error;
    await rm(building, { recursive: true, force: true });
  }
  return server;
}

/** soketi's own settings of an app, beside the credentials. */
export interface SoketiAppOptions {
  /** Accepts sign-ins, and closes whoever has not signed in after 30 s. */
  enableUserAuthentication?: boolean;
  maxClientEventsPerSecond?: number;
}

/**
 * Starts soketi for one app, with client events, on a free port of 127.0.0.1.
 * @throws Error when it cannot be installed or does not come up (never silently: check soketiUnavailable first)
 */
export async function startSoketi(app: AppCredentials, options: SoketiAppOptions = {}): Promise<Soketi> {
  if (soketiUnavailable) throw new Error(soketiUnavailable);
  const server = await soketiInstalled();
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), "roost-soketi-"));
  const config = path.join(folder, "config.json");
  await writeFile(config, JSON.stringify({ port, host: "127.0.0.1", "appManager.array.apps": [{ ...app, enableClientMessages: true, ...options }] }));
  // Its own settings come from environment variables with common names (PORT, HOST, DEBUG …): it gets none of ours.
  const child = spawn(process.execPath, [server, "start", `--config=${config}`], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"], NODE_ENV: "production" } });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));

  async function stop(): Promise<void> {
    process.off("exit", killed);
    // Its graceful stop waits for a grace period of its own; nothing here needs it.
    child.kill("SIGKILL");
    await gone;
    await rm(folder, { recursive: true, force: true });
  }

  const answers = async () => (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })).ok;
  try {
    await until(answers, { timeout: START_TIMEOUT_MS, what: "soketi" });
  } catch (cause) {
    await stop();
    throw new Error(`soketi did not come up:\n${output}`, { cause });
  }
  return { host: "127.0.0.1", port, pid: child.pid!, stop };
}
