/** Real relay processes for tests that kill them. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ChannelsApp } from "#app/config/settings.ts";
import { bundled } from "#tests/support/bundle.ts";

export interface RelayProcess {
  child: ChildProcess;
  output(): string;
  /** Resolves when it has ended and all of its output has arrived. */
  closed: Promise<unknown>;
  /** Sends a signal and waits for the end. @returns exit code or signal */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

const MAIN = await bundled(path.resolve(import.meta.dirname, "../../../worker/relay/main.ts"));
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface RelayProcessOptions {
  databaseUrl: string;
  dataDir: string;
  channels: ChannelsApp | null;
  env?: Record<string, string>;
  args?: string[];
}

export function spawnRelay({ databaseUrl, dataDir, channels, env = {}, args = [] }: RelayProcessOptions): RelayProcess {
  const settings = channels ? { PUSHER_APP_ID: channels.appId, PUSHER_KEY: channels.key, PUSHER_SECRET: channels.secret, PUSHER_HOST: channels.host ?? "", PUSHER_PORT: String(channels.port ?? ""), PUSHER_USE_TLS: "off" } : {};
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "test", DATABASE_URL: databaseUrl, DATA_DIR: dataDir, ...settings, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  const closed = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.once("exit", () => running.delete(child));
  return {
    child,
    output: () => output,
    closed,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      }
      return child.exitCode ?? child.signalCode;
    },
  };
}

/** Starts a relay and waits until it leads or stands by. */
export async function startRelayProcess(options: RelayProcessOptions): Promise<RelayProcess> {
  const relay = spawnRelay(options);
  await new Promise<void>((resolve, reject) => {
    relay.child.once("message", () => resolve());
    relay.child.once("exit", () => reject(new Error(`the relay ended:\n${relay.output()}`)));
  });
  return relay;
}
