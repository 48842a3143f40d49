/** `npm start` as people run it: the real supervisor with a data folder and ports of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureBuilt, ROOT } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { freePort } from "#tests/support/ports.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";

export interface Run {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once the process is gone, with its exit code (null when a signal ended it). */
  ended: Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export function run(args: string[], env: Record<string, string>, cwd = ROOT): Run {
  const child = spawn(process.execPath, args, { cwd, env: { ...cleanEnvironment(), ...env } as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (written.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (written.stderr += String(chunk)));
  const ended = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    }),
  );
  return { pid: child.pid!, stdout: () => written.stdout, stderr: () => written.stderr, ended, signal: (signal) => void child.kill(signal) };
}

export interface House {
  dataDir: string;
  env: Record<string, string>;
  url: string;
  /** Starts the supervisor and resolves once it says that the house is ready. */
  start(env?: Record<string, string>): Promise<Run>;
  remove(): void;
}

export async function house(): Promise<House> {
  await ensureBuilt();
  const dataDir = mkdtempSync(path.join(dataFolder(), "roost-house-"));
  const env = { DATA_DIR: dataDir, PORT: String(await freePort()), CHANNELS_PORT: String(await freePort()) };
  return {
    dataDir,
    env,
    url: `http://127.0.0.1:${env.PORT}`,
    async start(more = {}) {
      const started = startOnly({ ...env, ...more });
      const gone = started.ended.then((code) => ({ code }));
      await until(
        async () => {
          const ended = await Promise.race([gone, Promise.resolve(null)]);
          return ended !== null || started.stdout().includes("Roost is ready");
        },
        { timeout: 30_000, what: "the house to be ready" },
      );
      if (!started.stdout().includes("Roost is ready")) throw new Error(`the supervisor ended:\n${started.stdout()}${started.stderr()}`);
      return started;
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export const startOnly = (env: Record<string, string>) => run(["worker/supervisor/start.mjs"], env);

/** The processes that `pid` has started, by the name they run under `worker/run.mjs`. */
export function childrenOf(pid: number): Map<string, number> {
  const children = new Map<string, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const found = readProcess(Number(entry));
    const name = found && /worker\/run\.mjs (\w+)/.exec(found.command)?.[1];
    if (found?.parent === pid && name) children.set(name, Number(entry));
  }
  return children;
}

/** All processes that `pid` and those below it have started. */
export function descendantsOf(pid: number): number[] {
  const below = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && readProcess(Number(name))?.parent === pid);
  return below.flatMap((name) => [Number(name), ...descendantsOf(Number(name))]);
}

function readProcess(pid: number) {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { parent: Number(status.slice(status.lastIndexOf(")") + 2).split(" ")[1]), command };
  } catch (error) {
    // It ended while we were looking.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return null;
    throw error;
  }
}

export function isAlive(pid: number): boolean {
  const found = readProcess(pid);
  return found !== null && found.command !== "";
}
