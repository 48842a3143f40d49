/** The Channels server stops gracefully and starts again: its clients, pusher-js, are back at once and miss nothing after it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import PusherClient from "pusher-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publisher } from "#tests/conformance/packages.ts";
import type { Target } from "#tests/conformance/target.ts";
import { ROOT, ensureBuilt } from "#tests/support/build.ts";
import { freePort } from "#tests/support/ports.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import { channelAuth } from "#worker/channels/credentials.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { faultSuite } from "./size.ts";

const { size, full, figures } = faultSuite("channels-restart", { short: { clients: 30, restarts: 1 }, full: { clients: 1_000, restarts: 10 } });
/** The bound, from the moment that the new process serves. Beside other tests: before those 15 s that pusher-js waits when it finds nobody. */
const BACK_WITHIN_MS = full ? 2_000 : 60_000;
const CONNECTING_AT_ONCE = 50;
const app = { id: "restart", key: "restart-key", secret: "restart-secret-0123456789" };

let target: Target;
let running: { stop(): Promise<void> };

/**
 * At full size as an operator runs it, the time of a process's start included. In the short size in this process: on a
 * busy machine a start may take longer than the second that pusher-js waits before it comes back, and who finds nobody
 * then waits for 15 s.
 */
const start = async () => void (running = full ? await startProcess() : await startHere());
const stop = () => running.stop();

async function startHere() {
  const server = await startChannelsServer({ host: target.host, port: target.port, app });
  return { stop: () => server.close() };
}

async function startProcess() {
  const env: Record<string, string> = { ...cleanEnvironment(), PUSHER_APP_ID: app.id, PUSHER_KEY: app.key, PUSHER_SECRET: app.secret, CHANNELS_PORT: String(target.port), LOG_LEVEL: "silent" };
  const child = spawn(process.execPath, ["worker/run.mjs", "channels"], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [said] = (await Promise.race([once(child, "message"), once(child, "exit")])) as unknown[];
  if (typeof said !== "object") throw new Error("the server did not come up");
  return {
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      expect(await gone).toEqual([0, null]);
    },
  };
}

/** A browser on a channel of its own and on one of all. */
class Browser {
  readonly #client: PusherClient;
  readonly received: unknown[] = [];
  readonly states: string[] = [];
  subscribed = 0;

  constructor(n: number) {
    this.#client = new PusherClient(app.key, {
      cluster: "local",
      wsHost: target.host,
      wsPort: target.port,
      forceTLS: false,
      enabledTransports: ["ws"],
      enableStats: false,
      channelAuthorization: { transport: "ajax", endpoint: "", customHandler: ({ socketId, channelName }, answer) => answer(null, { auth: channelAuth(app, socketId, channelName) }) },
    });
    this.#client.connection.bind("state_change", ({ current }: { current: string }) => this.states.push(current));
    for (const name of ["private-all", `private-own-${n}`]) {
      const channel = this.#client.subscribe(name);
      channel.bind("pusher:subscription_succeeded", () => (this.subscribed += 1));
      channel.bind("news", (data: unknown) => this.received.push(data));
    }
  }

  leave(): void {
    this.#client.disconnect();
  }
}

describe("a restart of the Channels server", () => {
  const browsers: Browser[] = [];
  beforeAll(async () => {
    if (full) await ensureBuilt();
    target = { host: "127.0.0.1", port: await freePort(), app, stop: () => Promise.resolve() };
    await start();
    for (let made = 0; made < size.clients; made += CONNECTING_AT_ONCE) {
      const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, size.clients - made) }, (_, n) => new Browser(made + n));
      browsers.push(...some);
      await until(() => some.every(({ subscribed }) => subscribed === 2), { timeout: 30_000, what: "all to be subscribed" });
    }
  });
  afterAll(async () => {
    for (const browser of browsers) browser.leave();
    await stop();
  });

  it(`brings ${size.clients} pusher-js back within ${BACK_WITHIN_MS} ms, and to all their channels`, { timeout: full ? 600_000 : 300_000 }, async () => {
    const took: number[] = [];
    for (let restart = 0; restart < size.restarts; restart += 1) {
      for (const browser of browsers) browser.subscribed = 0;
      await stop();
      const stopped = performance.now();
      await start();
      const started = performance.now();
      await until(() => browsers.every(({ subscribed }) => subscribed === 2), { timeout: 30_000, interval: 5, what: "all to be back" });
      took.push(performance.now() - started);
      figures({ clients: size.clients, "server away, ms": Math.round(started - stopped), "all back after, ms": Math.round(took.at(-1)!) });
      await publisher(target).trigger("private-all", "news", { restart });
      await until(() => browsers.every(({ received }) => received.length === restart + 1), { what: "the news of all" });
    }
    expect(browsers.flatMap(({ states }) => states).filter((state) => state === "unavailable" || state === "failed" || state === "disconnected")).toEqual([]);
    expect(Math.max(...took)).toBeLessThan(BACK_WITHIN_MS);
  });
});
