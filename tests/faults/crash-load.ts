/**
 * The writers of the crash suite: processes that commit by the app's commands, and the real built app, to which people
 * send by HTTP. Together they commit so many events a second, whoever of them is dead at the moment.
 */
import { setTimeout as pause } from "node:timers/promises";
import path from "node:path";
import type { Context } from "#app/domain/context.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { startSession } from "#app/domain/accounts/sessions.server.ts";
import { sessionCookie } from "#app/http/session-cookie.server.ts";
import type { Database } from "#db/database.ts";
import { bundled } from "#tests/support/bundle.ts";
import { until } from "#tests/support/wait.ts";
import { MESSAGE_EVENTS, type Chat, type FromWriter, type ToWriter, type Unit, type WriterTask } from "./crash-units.ts";
import { Mortal } from "./mortal.ts";

/** All in a chat with each other: 190 chats. */
const PEOPLE = 20;
/** With the chats, 200 channels. */
const LISTS = Array.from({ length: 10 }, (_, n) => `private-list-${n}`);
const WRITERS = 2;
/** Whoever sends by HTTP. */
const SENDERS = 4;
const SEND_EVERY_MS = 200;
const TRY_AGAIN_MS = 50;
const TICK_MS = 20;
/** Granted and not done, of one writer: what is lost with it is granted anew. */
const MOST_OUTSTANDING = 120;
const LEAST_GRANTED = 10;

export const CHANNELS = (PEOPLE * (PEOPLE - 1)) / 2 + LISTS.length;
export const CHATS_EACH = PEOPLE - 1;

export interface LoadOptions {
  db: Database;
  /** Of every process: DATABASE_URL, DATA_DIR, SESSION_SECRET, PORT. */
  env: Record<string, string>;
  /** Events a second. */
  rate: number;
  seed: number;
}

interface Person {
  viewer: Viewer;
  cookie: string;
}

export class Load {
  /** By key: what somebody was told is committed. */
  readonly acknowledged = new Map<string, Unit>();
  /** What a request was answered that none may be. */
  readonly refused: string[] = [];
  readonly writers: Mortal[];
  readonly app: Mortal;
  /** While it runs, in ms. */
  activeMs = 0;
  #events = 0;
  #isActive = false;
  #outstanding = new Map<Mortal, number>();
  #ticking: NodeJS.Timeout | null = null;
  #sending: Promise<unknown> = Promise.resolve();

  /** @param writer the writers' script */
  private constructor(
    private readonly options: LoadOptions,
    writer: string,
    private readonly people: readonly Person[],
    private readonly chats: readonly Chat[],
  ) {
    const { env } = options;
    this.writers = Array.from({ length: WRITERS }, (_, n) => new Mortal(`writer ${n + 1}`, [writer], env));
    this.app = new Mortal("app", ["worker/run.mjs", "app"], env);
  }

  static async over(options: LoadOptions): Promise<Load> {
    const { db, env } = options;
    const ctx: Context = { db, now: Date.now, newId };
    const cookies = sessionCookie([env["SESSION_SECRET"]!], false);
    const people: Person[] = [];
    for (let n = 0; n < PEOPLE; n += 1) {
      const made = await db.transact(async (tx) => {
        const userId = (await insertUser(tx, ctx, { name: `Person ${n}`, email: `${n}@crash.test`, passwordHash: null, timeZone: null }))!;
        return { userId, ...(await startSession(tx, ctx, { userId, userAgent: "" })) };
      });
      people.push({ viewer: { userId: made.userId, sessionId: made.sessionId, name: `Person ${n}`, email: null, role: "member", hue: 0 }, cookie: (await cookies.give(made.token)).split(";")[0]! });
    }
    const chats: Chat[] = [];
    for (const [n, { viewer }] of people.entries())
      for (const { viewer: other } of people.slice(n + 1)) chats.push({ conversationId: (await openDirect(ctx, viewer, { userId: other.userId })).conversationId, members: [viewer, other] });
    return new Load(options, await bundled(path.join(import.meta.dirname, "crash-writer.ts")), people, chats);
  }

  get processes(): Mortal[] {
    return [...this.writers, this.app];
  }

  get viewers(): Viewer[] {
    return this.people.map(({ viewer }) => viewer);
  }

  /** Starts a process, anew or for the first time, and waits until it serves. */
  async bringUp(process: Mortal): Promise<void> {
    process.start();
    const which = this.writers.indexOf(process);
    if (which < 0) return this.#serves(process);
    const { env, seed } = this.options;
    const task: WriterTask = {
      url: env["DATABASE_URL"]!,
      dataDir: env["DATA_DIR"]!,
      seed: seed + which + this.acknowledged.size * WRITERS,
      chats: [...this.chats],
      renames: this.viewers.filter((_viewer, n) => n % WRITERS === which),
      chatsEach: CHATS_EACH,
      channels: LISTS,
    };
    process.onMessage = (message) => this.#hear(process, message as FromWriter, task);
    void process.closed.then(() => this.#outstanding.delete(process));
    // One that ends before it serves is found by its fault.
    await until(() => this.#outstanding.has(process) || !process.isAlive, { timeout: 60_000, what: `${process.name} to serve` });
  }

  /** Lets them commit. */
  begin(): void {
    if (this.#isActive) throw new Error("they commit already");
    this.#isActive = true;
    const before = this.activeMs;
    const begunAt = performance.now();
    this.#ticking = setInterval(() => {
      this.activeMs = before + performance.now() - begunAt;
      this.#grant();
    }, TICK_MS);
    this.#sending = Promise.all(this.people.slice(0, SENDERS).map((person, n) => this.#send(person, n)));
  }

  /** Resolves once nothing is under way any more; all processes live. */
  async rest(): Promise<void> {
    await this.#stop();
    await until(() => this.writers.every((writer) => (this.#outstanding.get(writer) ?? 0) <= 0), { what: "the writers to have done what they were granted" });
  }

  async end(): Promise<void> {
    const stopped = this.#stop();
    await Promise.all(this.processes.map((process) => process.end()));
    await stopped;
  }

  /** Nothing more is begun. */
  async #stop(): Promise<void> {
    this.#isActive = false;
    clearInterval(this.#ticking ?? undefined);
    await this.#sending;
  }

  #hear(writer: Mortal, message: FromWriter, task: WriterTask): void {
    if ("done" in message) {
      // Its last words may come after its death.
      const outstanding = this.#outstanding.get(writer);
      if (outstanding !== undefined) this.#outstanding.set(writer, outstanding - message.done.events);
      this.#note(message.done);
    } else if (message.awaits === "grants") this.#outstanding.set(writer, 0);
    else writer.send({ task } satisfies ToWriter);
  }

  #note(unit: Unit): void {
    this.acknowledged.set(unit.key, unit);
    this.#events += unit.events;
  }

  /** What is owed goes to those that live and have the least to do. */
  #grant(): void {
    const granted = [...this.#outstanding.values()].reduce((sum, each) => sum + Math.max(0, each), 0);
    let owed = Math.floor((this.options.rate * this.activeMs) / 1_000) - this.#events - granted;
    while (owed >= LEAST_GRANTED) {
      const [least] = [...this.#outstanding].sort(([, a], [, b]) => a - b);
      if (!least || least[1] >= MOST_OUTSTANDING) return;
      this.#outstanding.set(least[0], least[1] + LEAST_GRANTED);
      least[0].send({ grant: LEAST_GRANTED } satisfies ToWriter);
      owed -= LEAST_GRANTED;
    }
  }

  /** As a device does: each message again, under the same id, until it is answered. */
  async #send({ viewer, cookie }: Person, which: number): Promise<void> {
    const own = this.chats.filter(({ members }) => members.includes(viewer));
    for (let n = which; this.#isActive; n += 1) {
      const clientId = newId();
      const { conversationId } = own[n % own.length]!;
      while (!(await this.#post(cookie, conversationId, clientId)) && this.#isActive) await pause(TRY_AGAIN_MS);
      await pause(SEND_EVERY_MS);
    }
  }

  async #post(cookie: string, conversationId: string, clientId: string): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#origin}/api/messages`, { method: "POST", headers: { "content-type": "application/json", cookie, origin: this.#origin }, body: JSON.stringify({ conversationId, clientId, body: `sent ${clientId}` }) });
      const text = await answer.text();
      if (answer.status !== 200 && answer.status !== 201) this.refused.push(`${answer.status} ${text}`);
      else this.#note({ kind: "message", key: clientId, events: MESSAGE_EVENTS });
      return true;
    } catch (error) {
      // No connection, or none any more: the app is dead.
      if (error instanceof TypeError) return false;
      throw error;
    }
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.options.env["PORT"]}`;
  }

  async #serves(app: Mortal): Promise<void> {
    await until(async () => !app.isAlive || (await fetch(`${this.#origin}/readyz`)).ok, { timeout: 60_000, what: "the app to serve" });
  }
}
