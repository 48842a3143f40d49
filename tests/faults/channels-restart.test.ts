/** The Channels server is replaced by a new process (SIGHUP), or stops and starts: its clients, pusher-js, are back at once and miss nothing after it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import PusherClient from "pusher-js";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { publisher } from "#tests/conformance/packages.ts";
import type { Target } from "#tests/conformance/target.ts";
import { ROOT, ensureBuilt } from "#tests/support/build.ts";
import { patient } from "#tests/support/patience.ts";
import { freePort } from "#tests/support/ports.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import { channelAuth } from "#worker/channels/credentials.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { faultSuite } from "./size.ts";

const { size, full, figures } = faultSuite("channels-restart", { short: { clients: 30, restarts: 2 }, full: { clients: 1_000, restarts: 10 } });
/** The bound, from the moment that clients are told to come back: the new process listens then. */
const BACK_WITHIN_MS = 2_000;
/** Without a process that takes over, beside other tests: before pusher-js would have waited its 15 s four times. */
const BACK_AFTER_A_START_WITHIN_MS = 60_000;
const CONNECTING_AT_ONCE = 50;
const TEST_TIMEOUT_MS = full ? 600_000 : 300_000;
const app = { id: "restart", key: "restart-key", secret: "restart-secret-0123456789" };

const local = (port: number): Target => ({ host: "127.0.0.1", port, app, stop: () => Promise.resolve() });

/** A browser on a channel of its own and on one of all. */
class Browser {
  readonly #client: PusherClient;
  readonly received: unknown[] = [];
  readonly states: string[] = [];
  subscribed = 0;

  constructor(target: Target, n: number) {
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

const open: Browser[] = [];
afterEach(() => {
  for (const browser of open.splice(0)) browser.leave();
});

/** As many as the size says, subscribed. */
async function crowd(target: Target): Promise<Browser[]> {
  for (let made = 0; made < size.clients; made += CONNECTING_AT_ONCE) {
    const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, size.clients - made) }, (_, n) => new Browser(target, made + n));
    open.push(...some);
    await until(() => some.every(({ subscribed }) => subscribed === 2), { timeout: 30_000, what: "all to be subscribed" });
  }
  return open;
}

/** @returns when all were back, on the clock of `performance` */
async function allBack(browsers: Browser[]): Promise<number> {
  await until(() => browsers.every(({ subscribed }) => subscribed === 2), { timeout: 60_000, interval: 5, what: "all to be back" });
  return performance.now();
}

/** What is sent from now on reaches everybody, once: this is the `restart`th event. */
async function nothingIsLost(target: Target, browsers: Browser[], restart: number): Promise<void> {
  await publisher(target).trigger("private-all", "news", { restart });
  await until(() => browsers.every(({ received }) => received.length === restart), { what: "the news of all" });
}

const troubled = (browsers: Browser[]) => browsers.flatMap(({ states }) => states).filter((state) => state === "unavailable" || state === "failed" || state === "disconnected");

describe("a process that takes over", () => {
  /** As an operator runs it: the finished build, from settings alone. */
  async function startProcess() {
    await ensureBuilt();
    const env: Record<string, string> = { ...cleanEnvironment(), PUSHER_APP_ID: app.id, PUSHER_KEY: app.key, PUSHER_SECRET: app.secret, CHANNELS_PORT: String(await freePort()), LOG_LEVEL: "silent" };
    const primary = spawn(process.execPath, ["worker/run.mjs", "channels"], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    onTestFinished(() => void primary.kill("SIGKILL"));
    const said: { port: number; pid: number; at: number }[] = [];
    primary.on("message", (message) => said.push({ ...(message as { port: number; pid: number }), at: performance.now() }));
    /** What it said when it listened for the `times`th time, and when, on the clock of `performance`. */
    const ready = (times: number) => until(() => said[times - 1], { timeout: 60_000, interval: 5, what: "a process to listen" });
    return { primary, ready };
  }

  it(`brings ${size.clients} pusher-js back within ${BACK_WITHIN_MS} ms, and to all their channels`, { timeout: TEST_TIMEOUT_MS }, async () => {
    const { primary, ready } = await startProcess();
    const first = await ready(1);
    const target = local(first.port);
    const browsers = await crowd(target);
    for (const browser of browsers) browser.states.length = 0;
    const pids = new Set([first.pid]);
    const took: { serving: number; back: number; all: number }[] = [];
    for (let restart = 1; restart <= size.restarts; restart += 1) {
      for (const browser of browsers) browser.subscribed = 0;
      const asked = performance.now();
      primary.kill("SIGHUP");
      const { pid, at: serving } = await ready(restart + 1);
      pids.add(pid);
      const cpu = process.cpuUsage();
      const back = await allBack(browsers);
      const { user, system } = process.cpuUsage(cpu);
      took.push({ serving: serving - asked, back: back - serving, all: back - asked });
      figures({ restart, clients: size.clients, "the new process listens after, ms": Math.round(serving - asked), "all back after that, ms": Math.round(back - serving), "all back after the request, ms": Math.round(back - asked), "processor time of all those browsers, ms": Math.round((user + system) / 1000) });
      await nothingIsLost(target, browsers, restart);
    }
    const worst = (what: (one: (typeof took)[number]) => number) => Math.round(Math.max(...took.map(what)));
    figures({ restarts: size.restarts, "slowest: the new process listens after, ms": worst(({ serving }) => serving), "slowest: all back after that, ms": worst(({ back }) => back), "slowest: all back after the request, ms": worst(({ all }) => all) });
    expect(pids.size).toBe(1 + size.restarts);
    expect(troubled(browsers)).toEqual([]);
    // Whoever finds the port closed, or is sent away once more, tries again: nobody had to.
    const tries = new Set(browsers.map(({ states }) => states.filter((state) => state === "connecting").length));
    expect([...tries]).toEqual([size.restarts]);
    expect(worst(({ back }) => back)).toBeLessThan(patient(BACK_WITHIN_MS));

    const ended = once(primary, "exit");
    primary.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });
});

/**
 * In this process: a new one may take longer to start than the second that pusher-js waits before it comes back, and who
 * finds nobody then waits for 15 s. At full size that is what happens (docs/decisions/0018), so it has no bound there.
 */
describe.skipIf(full)("a stop and a start", () => {
  it(`brings ${size.clients} pusher-js back to all their channels`, { timeout: TEST_TIMEOUT_MS }, async () => {
    const first = await startChannelsServer({ host: "127.0.0.1", port: 0, app });
    const target = local(first.port);
    const browsers = await crowd(target);
    for (const browser of browsers) browser.subscribed = 0;
    await first.close();
    const second = await startChannelsServer({ host: target.host, port: target.port, app });
    onTestFinished(() => second.close());
    const started = performance.now();
    expect((await allBack(browsers)) - started).toBeLessThan(BACK_AFTER_A_START_WITHIN_MS);
    await nothingIsLost(target, browsers, 1);
    expect(troubled(browsers)).toEqual([]);
  });
});
