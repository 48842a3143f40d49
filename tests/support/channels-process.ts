/**
 * The embedded Channels server in a process of its own that tells what it holds: for tests that ask whether anything
 * stays behind. (As an operator runs it, without that: tests/worker/channels/process.test.ts.)
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { AppCredentials } from "#worker/channels/credentials.ts";
import type { Limits } from "#worker/channels/limits.ts";
import { bundled } from "./bundle.ts";

/** What a server holds once garbage is collected. Memory in bytes. */
export interface Holdings {
  connections: number;
  channels: number;
  /** Timers and sockets of the process that keep it alive. */
  timers: number;
  sockets: number;
  heapUsed: number;
  rss: number;
  /** Open file descriptors. */
  files: number;
}

export interface ToChannelsProcess {
  app: AppCredentials;
  port: number;
  limits: Partial<Limits>;
  webhookUrl?: string;
}
export type ChannelsQuestion = { ask: "holdings" };
export type FromChannelsProcess = { port: number } | { holdings: Holdings };

export interface ChannelsProcess {
  readonly host: string;
  readonly port: number;
  readonly app: AppCredentials;
  readonly pid: number;
  holdings(): Promise<Holdings>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** @throws Error when it does not come up */
export async function startChannelsProcess(wish: ToChannelsProcess): Promise<ChannelsProcess> {
  const child = fork(await bundled(path.join(import.meta.dirname, "channels-process-main.ts")), { execArgv: ["--expose-gc"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const answer = <T extends FromChannelsProcess>() =>
    new Promise<T>((resolve, reject) => {
      const ended = () => reject(new Error("the server's process has ended"));
      child.once("exit", ended);
      child.once("message", (message) => {
        child.off("exit", ended);
        resolve(message as T);
      });
    });
  const first = answer<{ port: number }>();
  child.send(wish);
  const { port } = await first;
  return {
    host: "127.0.0.1",
    port,
    app: wish.app,
    pid: child.pid!,
    async holdings() {
      const told = answer<{ holdings: Holdings }>();
      child.send({ ask: "holdings" } satisfies ChannelsQuestion);
      return (await told).holdings;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
