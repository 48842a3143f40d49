/** Subscribers in a process of their own, so that their work does not slow what is measured down. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface ToCrowd {
  port: number;
  /** Of the WebSocket. */
  path: string;
  count: number;
  /** Null: they only connect. */
  channel: string | null;
}
export type FromCrowd = { kind: "ready" } | { kind: "all-have"; events: number };

export interface Crowd {
  pid: number;
  /** How many events every one of them has received. */
  received(): number;
  /** Resolves once every one of them has so many. @throws Error when they do not come */
  reached(events: number): Promise<void>;
  leave(): Promise<void>;
}

const PATIENCE_MS = 30_000;

/** Resolves once all are subscribed. @throws Error when one of them cannot */
export async function gather(wish: ToCrowd): Promise<Crowd> {
  const child = fork(path.join(import.meta.dirname, "crowd-process.ts"), { execArgv: ["--import", "tsx"] });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  let received = 0;
  let waiting: { events: number; resolve: () => void } | null = null;
  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the process of subscribers has ended")));
    child.on("message", (told: FromCrowd) => {
      if (told.kind === "ready") return resolve();
      received = told.events;
      if (waiting && received >= waiting.events) waiting.resolve();
    });
  });
  child.send(wish);
  await ready;
  return {
    pid: child.pid!,
    received: () => received,
    async reached(events) {
      if (received >= events) return;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${events} events were sent, only ${received} came`)), PATIENCE_MS);
        waiting = { events, resolve: () => (clearTimeout(timer), resolve()) };
      });
    },
    async leave() {
      process.off("exit", killed);
      const gone = once(child, "exit");
      killed();
      await gone;
    },
  };
}
