/**
 * A rolling restart: two app nodes and two relays on one libSQL server, each stopped and started in turn while people
 * send. What fails is only what a client tries again by itself (no connection, 502 to 504), and nothing is lost.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { ROOT } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { freePort } from "#tests/support/ports.ts";
import { until } from "#tests/support/wait.ts";
import { startHousehold, type Client, type Household } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

const { size, seed, figures } = faultSuite("rolling", { short: { rounds: 1, senders: 4, pauseMs: 200 }, full: { rounds: 20, senders: 8, pauseMs: 300 } });
const READY_WITHIN_MS = 30_000;
/** As often as a device tries before it says that the network is away; it goes on after that, too. */
const TRIES = 200;
const TRY_AGAIN_MS = 50;

/** One more process of the same house, as another machine would run it: with a folder and a port of its own. */
class Process {
  #child: ChildProcess | undefined;
  log = "";

  constructor(
    private readonly name: "app" | "relay",
    private readonly env: Record<string, string>,
  ) {}

  async start() {
    const child = spawn(process.execPath, ["worker/run.mjs", this.name], { cwd: ROOT, env: this.env as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (this.log += String(chunk)));
    const isReady = this.name === "app" ? () => fetch(`http://127.0.0.1:${this.env["PORT"]}/readyz`).then(({ status }) => status === 200) : () => this.log.includes("relay is running");
    this.log = "";
    await until(isReady, { what: `${this.name} to be ready: ${this.log}`, timeout: READY_WITHIN_MS });
  }

  async stop() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    const [code] = (await closed) as [number | null];
    expect(code, `${this.name} ended in order:\n${this.log}`).toBe(0);
  }
}

let house: Household;
let folder: string;
let second: { app: Process; relay: Process };
let nodes: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(dataFolder(), "roost-rolling-"));
  house = await startHousehold({ database: "libsql" });
  const env = { ...house.roost.env, DATA_DIR: folder, PORT: String(await freePort()) };
  second = { app: new Process("app", env), relay: new Process("relay", env) };
  await Promise.all([second.app.start(), second.relay.start()]);
  nodes = [house.roost.url, `http://127.0.0.1:${env.PORT}`];
});
afterAll(async () => {
  await second?.app.stop();
  await second?.relay.stop();
  await house?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("each process stopped and started in turn under load: no request fails for good, no event is lost, all arrive in order", { timeout: 3_600_000 }, async () => {
  const [me, other] = [house.clients[0]!, house.clients[1]!];
  const chat = await house.chatOf(me, other);
  const tab = await Tab.open({ origin: me.origin, cookie: me.cookie, userId: me.viewer.userId, channels: me.channels, storage: memoryStorage(), random: seeded(seed) }, [chat]);
  let stopped = false;
  let triedAgain = 0;
  const refused: string[] = [];
  const sent: string[] = [];

  /** @returns the status, or 0 where there was no answer */
  async function post(node: string, by: Client, clientId: string): Promise<number> {
    try {
      const answer = await fetch(`${node}/api/messages`, { method: "POST", headers: { "content-type": "application/json", cookie: by.cookie, origin: node }, body: JSON.stringify({ conversationId: chat, clientId, body: clientId }) });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      if (error instanceof TypeError) return 0;
      throw error;
    }
  }

  async function sender(which: number) {
    for (let n = 0; !stopped; n++) {
      const clientId = `${which}-${String(n).padStart(6, "0")}-${newId().slice(0, 8)}`;
      for (let tries = 0; ; tries++) {
        const status = await post(nodes[(which + n + tries) % nodes.length]!, which % 2 === 0 ? me : other, clientId);
        if (status === 200 || status === 201) {
          sent.push(clientId);
          break;
        }
        if (![0, 502, 503, 504].includes(status) || tries === TRIES) {
          refused.push(`${clientId}: ${status}`);
          break;
        }
        triedAgain += 1;
        await pause(TRY_AGAIN_MS);
      }
      await pause(size.pauseMs);
    }
  }

  try {
    const senders = Array.from({ length: size.senders }, (_, which) => sender(which));
    for (let round = 0; round < size.rounds; round++) {
      await house.roost.kill("app");
      await house.roost.restart("app");
      await second.app.stop();
      await second.app.start();
      await house.roost.kill("relay");
      await house.roost.restart("relay");
      await until(() => house.roost.log("relay").includes("relay is running"));
      await second.relay.stop();
      await second.relay.start();
    }
    stopped = true;
    await Promise.all(senders);
    expect(refused).toEqual([]);
    await until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' LIMIT 1")).length === 0, { what: "everything delivered", timeout: READY_WITHIN_MS });
    expect(await house.db.all("SELECT count(*) AS dead FROM outbox_events WHERE state = 'dead'")).toEqual([{ dead: 0 }]);
    const stored = (await wholeChat({ origin: house.roost.url, cookie: me.cookie }, chat)).map(({ body }) => body);
    const all = new Set(sent);
    expect(stored.filter((body) => all.has(body)).sort()).toEqual([...sent].sort());
    const shown = () => tab.chat(chat).messages.map(({ body }) => body);
    await until(() => shown().at(-1) === stored.at(-1), { what: "the last message on the screen", timeout: READY_WITHIN_MS });
    expect(shown()).toEqual(stored.slice(-shown().length));
    expect(new Set(tab.told).size, "each event is told once").toBe(tab.told.length);
    figures({ "messages sent": sent.length, "tried again": triedAgain, "failed for good": refused.length, "restarts": size.rounds * 4 });
  } finally {
    stopped = true;
    tab.kill();
  }
});
