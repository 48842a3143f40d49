/**
 * A disk that is full, and one that fails, under the real app, relay and Channels server while people send: what was
 * acknowledged is kept and delivered, what was not is refused with 503 in the sender's language at once, nobody hangs,
 * no process ends, and all goes on by itself when the disk does.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { newId } from "#app/domain/ids.ts";
import ar from "#app/i18n/ar.json" with { type: "json" };
import en from "#app/i18n/en.json" with { type: "json" };
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { openDatabase } from "#db/database.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { inject, smallDisk, whyNoInjection, type Injection } from "#tests/support/failing-disk.ts";
import { patient } from "#tests/support/patience.ts";
import type { ProcessName } from "#tests/support/processes.ts";
import { uploadForm } from "#tests/support/uploads.ts";
import { until } from "#tests/support/wait.ts";
import { unsound } from "./content.ts";
import { startHousehold, type Client, type Household } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

const { size, seed, full, figures, replay } = faultSuite("disk", { short: { turns: 1, refusals: 5 }, full: { turns: 10, refusals: 25 } });

/** Enough for the house and some thousands of messages. */
const DISK_MB = 16;
/** Larger than what a full disk has left, in whatever it has left it. */
const FILE_BYTES = 512 * 1024;
/** A refusal tells at once; slower is hanging. */
const ANSWERED_MS = 2_500;
/** Two senders, below the limit of ten a second each. */
const SEND_EVERY_MS = 125;
const RECOVERS_MS = 10_000;
const noInjection = whyNoInjection();
const disk = await smallDisk(DISK_MB);

let house: Household;
beforeAll(async () => {
  if (disk) vi.stubEnv("TEST_DATA_IN", disk.folder);
  house = await startHousehold();
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await house?.stop();
  await disk?.remove();
});

const PROCESSES: ProcessName[] = ["app", "relay", "channels"];
const TEXTS = [ar.errors.unavailable, en.errors.unavailable];

interface Sent {
  clientId: string;
  by: Client;
}

/** People who write one text after the other, each again until it is taken, as a device does. */
class Senders {
  readonly acknowledged: Sent[] = [];
  /** Refused so far, and tried again. */
  readonly refused = new Set<string>();
  readonly statuses = new Map<number, number>();
  slowestMs = 0;
  readonly #stop = new AbortController();
  readonly #done: Promise<unknown>;

  constructor(
    private readonly chat: string,
    people: readonly Client[],
  ) {
    this.#done = Promise.all(people.map((by) => this.#send(by)));
  }

  get refusals(): number {
    return this.statuses.get(503) ?? 0;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #send(by: Client): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const clientId = newId();
      while (!(await this.#post(by, clientId))) {
        if (this.#stop.signal.aborted) return;
        await pause(SEND_EVERY_MS);
      }
      this.refused.delete(clientId);
      this.acknowledged.push({ clientId, by });
      await pause(SEND_EVERY_MS);
    }
  }

  async #post(by: Client, clientId: string): Promise<boolean> {
    const { status, body, ms } = await post(this.chat, by, clientId);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (status === 200 || status === 201) return true;
    expect(status, JSON.stringify(body)).toBe(503);
    expect(body).toEqual({ error: { code: "unavailable", message: expect.toBeOneOf(TEXTS) } });
    this.refused.add(clientId);
    return false;
  }
}

async function post(chat: string, by: Client, clientId: string) {
  const started = performance.now();
  const answer = await fetch(`${house.roost.url}/api/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: by.cookie, origin: house.roost.url },
    body: JSON.stringify({ conversationId: chat, clientId, body: clientId }),
    signal: AbortSignal.timeout(patient(ANSWERED_MS)),
  });
  return { status: answer.status, body: (await answer.json()) as unknown, ms: performance.now() - started };
}

const ready = async () => {
  const answer = await fetch(`${house.roost.url}/readyz`, { signal: AbortSignal.timeout(patient(ANSWERED_MS)) });
  return [answer.status, ((await answer.json()) as { reason: string }).reason];
};

interface Trouble {
  /** Every write fails while it lasts, so that nothing can have been taken meanwhile. */
  isTotal: boolean;
  begin: () => Promise<unknown> | void;
  /** Looked at while it lasts. */
  during?: (me: Client, chat: string) => Promise<void>;
  end: () => Promise<unknown> | void;
}

/** @returns what was seen, for the figures */
async function suffer({ isTotal, begin, during, end }: Trouble) {
  const [me, other, reader] = [house.clients[0]!, house.clients[1]!, house.clients[2]!];
  const room = await house.roomOf([me, other, reader]);
  const tab = await Tab.open({ origin: house.roost.url, cookie: reader.cookie, userId: reader.viewer.userId, channels: reader.channels, storage: memoryStorage(), random: seeded(seed) }, [room.id]);
  onTestFinished(() => tab.kill());
  const before = PROCESSES.map((name) => house.roost.pid(name));
  // So long ago that each request would note a sign of life: reading must not need that.
  await house.db.batch([{ sql: "UPDATE sessions SET last_seen_at = last_seen_at - 3600000" }]);
  const senders = new Senders(room.id, [me, other]);
  onTestFinished(() => senders.stop());
  try {
    await until(() => senders.acknowledged.length >= 4, { what: "some messages" });
    await begin();
    await until(() => senders.refusals >= size.refusals, { what: "refusals", timeout: 30_000 });
    if (isTotal) expect(await ready()).toEqual([503, "database-not-writable"]);
    const page = await fetch(`${house.roost.url}/chats/${room.id}`, { headers: { cookie: reader.cookie }, redirect: "manual", signal: AbortSignal.timeout(patient(ANSWERED_MS)) });
    expect([page.status, (await page.text()).length > 1_000]).toEqual([200, true]);
    if (isTotal) expect(await house.db.all("SELECT client_id FROM messages WHERE client_id IN (SELECT value FROM json_each(?))", [JSON.stringify([...senders.refused])]), "nothing of what was refused").toEqual([]);
    await during?.(reader, room.id);
  } finally {
    await end();
  }
  const ended = performance.now();
  const had = senders.acknowledged.length;
  await until(() => senders.refused.size === 0 && senders.acknowledged.length >= had + 4, { what: "sends to be taken again", timeout: RECOVERS_MS });
  const recoveredMs = Math.round(performance.now() - ended);
  await senders.stop();
  await until(async () => (await ready())[0] === 200, { what: "the app to be ready again", timeout: RECOVERS_MS });
  expect(PROCESSES.map((name) => house.roost.pid(name)), "nothing was restarted").toEqual(before);

  const { acknowledged, statuses, slowestMs } = senders;
  await until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' LIMIT 1")).length === 0, { what: "all to be delivered", timeout: RECOVERS_MS });
  expect(await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'dead'")).toEqual([]);
  // A device that did not hear the answer asks again.
  for (const { by, clientId } of acknowledged.slice(-3)) expect((await post(room.id, by, clientId)).status).toBe(200);
  const whole = await wholeChat({ origin: house.roost.url, cookie: reader.cookie }, room.id);
  for (const person of [me, other]) expect(whole.filter(({ senderId }) => senderId === person.viewer.userId).map(({ clientId }) => clientId), "in the order of sending, once each").toEqual(acknowledged.filter(({ by }) => by === person).map(({ clientId }) => clientId));
  const shown = () => tab.chat(room.id).messages.map(({ clientId }) => clientId);
  await until(() => shown().at(-1) === whole.at(-1)!.clientId, { what: "the last message on a screen", timeout: RECOVERS_MS });
  expect(shown()).toEqual(whole.slice(-shown().length).map(({ clientId }) => clientId));
  expect(new Set(tab.told).size, "each event is told once").toBe(tab.told.length);
  // Anew: FTS5 calls its index corrupt on a connection that has read it before others wrote to it, whatever the disk does.
  const anew = await openDatabase(house.roost.databaseUrl);
  expect(await unsound(anew.all, "integrity")).toEqual([]);
  await anew.close();
  for (const name of PROCESSES) expect(house.roost.log(name)).not.toMatch(/unexpected error|uncaught|unhandled/i);
  expect(slowestMs).toBeLessThan(patient(ANSWERED_MS));
  return { acknowledged: acknowledged.length, refused: statuses.get(503) ?? 0, recoveredMs, slowestMs: Math.round(slowestMs) };
}

const seen: Record<string, number> = { acknowledged: 0, refused: 0, "slowest answer, ms": 0, "slowest recovery, ms": 0 };
function note({ acknowledged, refused, recoveredMs, slowestMs }: Awaited<ReturnType<typeof suffer>>) {
  seen["acknowledged"]! += acknowledged;
  seen["refused"]! += refused;
  seen["slowest answer, ms"] = Math.max(seen["slowest answer, ms"]!, slowestMs);
  seen["slowest recovery, ms"] = Math.max(seen["slowest recovery, ms"]!, recoveredMs);
}
afterAll(() => figures({ ...seen, again: replay }));

/** A file to send in a chat. */
async function upload({ cookie }: Client, chat: string) {
  const form = uploadForm({ id: chat, uploadId: newId() }, new Uint8Array(FILE_BYTES), "file.bin", "application/octet-stream");
  const answer = await fetch(`${house.roost.url}/api/files`, { method: "POST", headers: { cookie, origin: house.roost.url }, body: form, signal: AbortSignal.timeout(patient(ANSWERED_MS)) });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

function failing(injection: Injection, names: readonly ProcessName[]): Trouble {
  const running: (() => Promise<void>)[] = [];
  return {
    isTotal: injection.when === undefined,
    begin: async () => void running.push(...(await Promise.all(names.map((name) => inject(house.roost.pid(name)!, injection))))),
    end: async () => void (await Promise.all(running.map((stop) => stop()))),
  };
}

// A disk of one's own takes root; without it the kernel is made to say the same.
test.skipIf(disk === null && noInjection !== null)("a full disk: refused with 503, readable, and all is as before once there is room (skipped where no disk can be mounted, and system calls cannot be made to fail)", { timeout: 600_000 }, async () => {
  for (let turn = 0; turn < size.turns; turn++) {
    if (!disk) {
      note(await suffer(failing({ calls: "pwrite64", error: "ENOSPC" }, ["app", "relay"])));
      continue;
    }
    const { fill, free } = disk;
    note(
      await suffer({
        // What the WAL has already taken of the disk can be written over.
        isTotal: false,
        begin: fill,
        async during(me, chat) {
          await until(async () => (await ready())[1] === "database-not-writable", { what: "the app to say that it cannot write" });
          expect(await upload(me, chat)).toEqual({ status: 503, body: { error: { code: "unavailable", message: expect.toBeOneOf(TEXTS) } } });
        },
        end: free,
      }),
    );
    const [me] = house.clients;
    expect((await upload(me!, await house.chatOf(me!, house.clients[1]!))).status, "with room files are taken again").toBe(201);
  }
});

const FAILURES: [string, Injection, ProcessName[]][] = [
  ["every fsync of the app fails", { calls: "fdatasync,fsync", error: "EIO" }, ["app"]],
  ["every write of app and relay fails", { calls: "pwrite64", error: "EIO" }, ["app", "relay"]],
  ...(full
    ? ([
        ["every third call of the app fails", { calls: "pwrite64,fdatasync,fsync", error: "EIO", when: "1+3" }, ["app"]],
        ["every fsync of app and relay fails", { calls: "fdatasync,fsync", error: "EIO" }, ["app", "relay"]],
        ["the app finds no room", { calls: "pwrite64", error: "ENOSPC" }, ["app"]],
      ] satisfies [string, Injection, ProcessName[]][])
    : []),
];

test.skipIf(noInjection !== null).each(FAILURES)(`a failing disk: %s (skipped where system calls cannot be made to fail${noInjection === null ? "" : `: ${noInjection}`})`, { timeout: 600_000 }, async (_what, injection, names) => {
  for (let turn = 0; turn < size.turns; turn++) note(await suffer(failing(injection, names)));
});
