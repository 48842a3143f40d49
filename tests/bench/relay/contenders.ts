/** Roost's relay, and two workers as they are usually written. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ChannelsApp } from "#app/config/settings.ts";
import type { Database } from "#db/database.ts";
import { startRelayProcess } from "#tests/worker/relay/relay-process.ts";
import { nudgeClient } from "#worker/relay/nudge.ts";

interface House {
  databaseUrl: string;
  dataDir: string;
  channels: ChannelsApp;
  /** Where this process commits. */
  db: Database;
}

interface Worker {
  pid: number;
  end(): Promise<void>;
}

export interface Contender {
  name: string;
  /** Events that take it some seconds, where a request takes `delayMs`. */
  backlog: (delayMs: number) => number;
  start: (house: House) => Promise<Worker>;
}

async function startRoost({ db, dataDir, ...house }: House): Promise<Worker> {
  const relay = await startRelayProcess({ ...house, dataDir, env: { LOG_LEVEL: "warn" } });
  const nudges = nudgeClient(path.join(dataDir, "relay.sock"));
  const stopListening = db.onCommit(() => nudges.nudge());
  return {
    pid: relay.child.pid!,
    async end() {
      stopListening();
      await relay.end("SIGTERM");
      nudges.close();
    },
  };
}

const usual = (mode: "single" | "batch") => async ({ databaseUrl, channels }: House): Promise<Worker> => {
  const child = fork(path.join(import.meta.dirname, "usual-worker.ts"), { execArgv: ["--import", "tsx"], env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "test", MODE: mode, DATABASE_URL: databaseUrl, CHANNELS: JSON.stringify(channels) } });
  await once(child, "message");
  return {
    pid: child.pid!,
    async end() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
};

export const CONTENDERS: readonly Contender[] = [
  { name: "Roost", backlog: (delayMs) => (delayMs > 10 ? 10_000 : 40_000), start: startRoost },
  { name: "single pusher.trigger in series", backlog: (delayMs) => (delayMs > 10 ? 100 : 3_000), start: usual("single") },
  { name: "batches of ten in series, in no order", backlog: (delayMs) => (delayMs > 10 ? 1_000 : 20_000), start: usual("batch") },
];
