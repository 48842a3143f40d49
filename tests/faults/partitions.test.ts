/**
 * Three clients with private chats and a room, each behind a network of its own that breaks in all ways networks break, and whose tabs are killed,
 * against the real app, relay and Channels server: no message is lost or doubled, and within 5 s of healing a client
 * shows everything that had happened by then, and has sent what it wanted to send.
 */
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { positionOf } from "#db/outbox/position.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { patient } from "#tests/support/patience.ts";
import { until } from "#tests/support/wait.ts";
import type { Client, Household } from "./household.ts";
import { startHousehold } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

const { size, seed, figures, replay } = faultSuite("partitions", { short: { partitions: 12, messages: 70 }, full: { partitions: 500, messages: 1_000 } });

/** The promise: healed within so long. */
const CONVERGED_MS = 5_000;
/** A test that waits no longer than promised would not tell by how much it was missed. */
const PATIENCE_MS = 30_000;
const LONGEST_MS = 2_000;

/** What breaks, and for how long nothing of the client's gets through. */
type Partition = "cut" | "stall" | "push-cut" | "app-cut" | "answers-lost" | "zombie" | "kill" | "kill-cut";
const PARTITIONS: Partition[] = ["cut", "cut", "stall", "push-cut", "app-cut", "answers-lost", "zombie", "kill", "kill-cut"];

class Person {
  tab!: Tab;
  readonly chats: { id: string; channel: string }[] = [];
  /** In the order of writing, by chat. */
  readonly written = new Map<string, string[]>();
  readonly healed: { kind: Partition; told: boolean; ms: number }[] = [];
  readonly random: () => number;
  /** Nobody writes where there is no tab. */
  alive = false;
  doubled = 0;
  kills = 0;
  #storage = memoryStorage();

  constructor(
    readonly house: Household,
    readonly client: Client,
    seed: number,
  ) {
    this.random = seeded(seed);
  }

  async openTab(): Promise<void> {
    const { client, random } = this;
    this.tab = await Tab.open(
      { origin: client.origin, cookie: client.cookie, userId: client.viewer.userId, channels: client.channels, storage: this.#storage, random },
      this.chats.map(({ id }) => id),
    );
    this.alive = true;
  }

  write(body: string): void {
    const { id } = this.chats[Math.floor(this.random() * this.chats.length)]!;
    const clientId = this.tab.send(id, body);
    this.written.set(id, [...(this.written.get(id) ?? []), clientId]);
  }

  get waiting(): number {
    return this.chats.reduce((sum, { id }) => sum + this.tab.queue.pending(id).length, 0);
  }

  /** Breaks this client's network, and mends it after a while. @param during while it is broken */
  async suffer(kind: Partition, during: () => Promise<void>): Promise<void> {
    const { http, ws } = this.client;
    const cut = [...(kind === "push-cut" ? [] : [http]), ...(kind === "app-cut" ? [] : [ws])];
    const killed = kind === "kill" || kind === "kill-cut";
    // Some systems tell the page, some don't; a zombie is of a network that was changed, which they do tell.
    const told = kind === "zombie" || this.random() < 0.5;
    if (kind === "stall") for (const proxy of cut) proxy.set({ stalled: true });
    else if (kind === "answers-lost") http.set({ swallowToClient: true });
    // Another network: browsers drop their connections over HTTP, and leave a socket to find out by itself.
    else if (kind === "zombie") {
      ws.halfOpen();
      http.reset();
    }
    else if (kind !== "kill") {
      for (const proxy of cut) {
        await proxy.refuse();
        proxy.reset();
      }
    }
    if (told && kind !== "zombie") this.tab.signal("offline");
    await during();
    if (killed) {
      // A text counts as written once it is kept, which is a moment after the key.
      this.alive = false;
      await nextTurn();
      this.#bury();
    }
    const opening = killed ? this.openTab() : null;
    await pause(this.random() * LONGEST_MS);
    // What was swallowed never comes: such a connection cannot go on.
    if (kind === "answers-lost") http.reset();
    for (const proxy of [http, ws]) await proxy.heal();
    const healed = performance.now();
    await opening;
    if (told) this.tab.signal("online");
    this.healed.push({ kind, told, ms: await this.#converged(healed) });
  }

  /** Shows everything that had happened at the moment of healing, and has sent all that it wanted to. */
  async #converged(since: number): Promise<number> {
    const { offsets } = await positionOf(this.house.db, this.chats.map(({ channel }) => channel));
    const waiting = new Set(this.chats.flatMap(({ id }) => this.tab.queue.pending(id).filter(({ status }) => status === "sending").map(({ clientId }) => clientId)));
    await until(
      () => {
        for (const { id } of this.chats) for (const { clientId, status } of this.tab.queue.pending(id)) if (waiting.has(clientId) && status === "sending") return false;
        return this.chats.every(({ id, channel }) => this.tab.offset(id) >= offsets[channel]!);
      },
      { timeout: PATIENCE_MS, what: `${this.client.viewer.name} to converge` },
    );
    return performance.now() - since;
  }

  #bury(): void {
    this.kills++;
    this.countDoubles();
    this.tab.kill();
  }

  countDoubles(): void {
    this.doubled += this.tab.told.length - new Set(this.tab.told).size;
  }
}

let house: Household;
beforeAll(async () => {
  house = await startHousehold();
});
afterAll(() => house.stop());

test(`${size.partitions} partitions and kills, ${size.messages} messages`, { timeout: 300_000 + size.partitions * 10_000 }, async () => {
  const people = house.clients.map((client, index) => new Person(house, client, seed + index));
  for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) {
    const id = await house.chatOf(house.clients[a]!, house.clients[b]!);
    const [row] = await house.db.all<{ channel: string }>("SELECT channel FROM conversations WHERE id = ?", [id]);
    for (const index of [a, b]) people[index]!.chats.push({ id, channel: row!.channel });
  }
  const { id, channel } = await house.roomOf(house.clients);
  for (const person of people) person.chats.push({ id, channel });
  for (const person of people) await person.openTab();
  await until(() => people.every(({ tab }) => tab.engine.state === "connected"), { what: "all to be connected" });

  const random = seeded(seed);
  const kinds = new Map<Partition, number>();
  let partitions = 0;
  let written = 0;
  const write = (person: Person) => {
    if (written < size.messages && person.alive) person.write(`#${++written}`);
  };

  /** Each suffers on its own, so that one, two or all three may be away at once. */
  async function live(person: Person) {
    while (partitions < size.partitions) {
      partitions++;
      const kind = PARTITIONS[Math.floor(random() * PARTITIONS.length)]!;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      await person.suffer(kind, async () => {
        for (let left = Math.ceil((size.messages / size.partitions) * (0.5 + random())); left > 0; left--) write(people[Math.floor(random() * people.length)]!);
        await pause(random() * 100);
      });
    }
  }
  await Promise.all(people.map(live));
  while (written < size.messages) write(people[written % people.length]!);
  await until(() => people.every((person) => person.waiting === 0), { timeout: PATIENCE_MS, what: "all to be sent" });

  // Nothing lost, nothing double, in the order of writing.
  let rows = 0;
  for (const { client, written, chats } of people) {
    for (const { id } of chats) {
      const sent = await house.db.all<{ clientId: string }>("SELECT client_id AS clientId FROM messages WHERE conversation_id = ? AND sender_id = ? AND body LIKE '#%' ORDER BY seq", [id, client.viewer.userId]);
      expect(sent.map(({ clientId }) => clientId), `what ${client.viewer.name} wrote`).toEqual(written.get(id) ?? []);
      rows += sent.length;
    }
  }
  expect(rows).toBe(size.messages);

  // All see the same, and that is what a fresh load shows.
  for (const person of people) {
    for (const { id } of person.chats) {
      const fresh = await wholeChat({ origin: house.roost.url, cookie: person.client.cookie }, id);
      await until(() => person.tab.chat(id).messages.at(-1)?.id === fresh.at(-1)?.id, { timeout: CONVERGED_MS, what: "the last message" });
      const shown = person.tab.chat(id).messages;
      expect(shown).toEqual(fresh.slice(-shown.length));
    }
    person.countDoubles();
  }
  for (const { doubled, client } of people) expect(doubled, `events told twice to ${client.viewer.name}`).toBe(0);

  const healed = people.flatMap((person) => person.healed).sort((a, b) => a.ms - b.ms);
  const at = (share: number) => Math.round(healed[Math.min(healed.length - 1, Math.floor(share * healed.length))]!.ms);
  figures({
    partitions: healed.length,
    messages: rows,
    lost: size.messages - rows,
    doubled: people.reduce((sum, { doubled }) => sum + doubled, 0),
    kinds: [...kinds].map(([kind, count]) => `${kind} ${count}`).join(" "),
    "tabs killed": people.reduce((sum, { kills }) => sum + kills, 0),
    "healed p50, ms": at(0.5),
    "healed p95, ms": at(0.95),
    "healed worst, ms": at(1),
    "slowest": healed.slice(-5).map(({ kind, told, ms }) => `${kind}${told ? " (told)" : ""} ${Math.round(ms)}`).join(", "),
    again: replay,
  });
  expect(healed.length).toBe(size.partitions);
  expect(at(1)).toBeLessThan(patient(CONVERGED_MS));
  for (const person of people) person.tab.kill();
});
