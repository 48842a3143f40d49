/** The servers that are measured: each a process of its own, spoken to by Pusher's protocol. */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { ROOT, ensureBuilt } from "#tests/support/build.ts";
import { freePort } from "#tests/support/ports.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { soketiUnavailable, startSoketi } from "#tests/support/soketi.ts";
import { until } from "#tests/support/wait.ts";

/** The secret is long enough for every server's rules. */
export const APP = { id: "fanout", key: "fanout-key", secret: "fanout-secret-0123456789" };

export interface Running {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export interface Contender {
  name: string;
  start(): Promise<Running>;
}

/** Roost's own, as an operator runs it: the finished build, from settings alone. */
const roost: Contender = {
  name: "Roost",
  async start() {
    await ensureBuilt();
    const port = await freePort();
    const env: Record<string, string> = { ...cleanEnvironment(), PUSHER_APP_ID: APP.id, PUSHER_KEY: APP.key, PUSHER_SECRET: APP.secret, CHANNELS_PORT: String(port), CHANNELS_WEBHOOK_URL: "http://127.0.0.1:9/", LOG_LEVEL: "silent" };
    const child = spawn(process.execPath, ["worker/run.mjs", "channels"], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    // Connections are held, and their memory with them, by the process that serves, not by the one that started it.
    const [{ pid }] = (await once(child, "message")) as [{ pid: number }];
    return running(child, port, pid);
  },
};

/** What `ws` gives to whoever frames an event once and writes it to every socket: no signatures, no channels, no limits. */
const bare: Contender = {
  name: "bare ws",
  async start() {
    const port = await freePort();
    return running(fork(path.join(import.meta.dirname, "bare-server.ts"), [String(port)], { execArgv: ["--import", "tsx"] }), port);
  },
};

const soketi: Contender = { name: "soketi 1.6.1", start: () => startSoketi(APP) };

/** Roost first; soketi where it runs, else the reason why not. */
export const contenders: Contender[] = [roost, ...(soketiUnavailable ? [] : [soketi]), bare];
export const absent = soketiUnavailable;

async function running(child: ChildProcess, port: number, pid = child.pid!): Promise<Running> {
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const answers = async () => (await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })).status < 500;
  await until(answers, { timeout: 20_000, what: `a server on port ${port}` });
  return {
    port,
    pid,
    async stop() {
      process.off("exit", killed);
      const gone = once(child, "exit");
      killed();
      await gone;
    },
  };
}
