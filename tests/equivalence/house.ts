/** A household over a real database: people who do things, a clock that also stands still and goes back, and what was committed. */
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { hashPassword } from "#app/domain/accounts/passwords.server.ts";
import { startSession } from "#app/domain/accounts/sessions.server.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Database } from "#db/database.ts";
import { logHead } from "#db/outbox/log.ts";
import { pendingAfter } from "#db/outbox/pending.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { reachOf } from "#worker/relay/reach.ts";
import { wireEvents } from "#worker/relay/wire.ts";

export const PEOPLE = 4;
export const PASSWORD = "a password of the household";
const START = Date.UTC(2026, 2, 3, 12);
const PUBLISHED_AT_ONCE = 500;

/** Somebody, signed in on two browsers. */
export interface Person {
  viewer: Viewer;
  sessions: [string, string];
}

/** One event for one channel, as Channels would deliver it. */
export interface Published {
  channel: string;
  name: string;
  data: string;
}

let passwordHash: Promise<string> | undefined;
/** People of different runs, also of other processes, share a database; their addresses differ. */
let made = 0;

export class House {
  readonly ctx: Context;
  readonly random: () => number;
  people: Person[] = [];
  /** All that were ever made here. */
  readonly rooms: string[] = [];
  now = START;
  done = 0;
  refused = 0;
  #ids = 0;
  #published = 0;

  private constructor(
    db: Database,
    seed: number,
  ) {
    this.random = seeded(seed);
    this.ctx = { db, now: () => this.now, newId: () => this.newId() };
  }

  static async over(db: Database, seed: number): Promise<House> {
    const house = new House(db, seed);
    passwordHash ??= hashPassword(PASSWORD);
    for (let index = 0; index < PEOPLE; index++) house.people.push(await house.#person(`Person ${index}`, await passwordHash));
    house.#published = (await logHead(db)).seq;
    return house;
  }

  /** In no order at all: nothing may lean on ids being given in the order of time. */
  newId(): string {
    const random = Array.from({ length: 3 }, () => Math.floor(this.random() * 2 ** 32).toString(16).padStart(8, "0")).join("");
    return random + (++this.#ids + made * 4_096).toString(16).padStart(8, "0");
  }

  /** Runs a command; what the domain refuses is a fine answer, everything else is not. */
  async attempt(command: () => Promise<unknown>): Promise<void> {
    try {
      await command();
      this.done++;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.refused++;
    }
  }

  /** What has been committed since the last call, as the relay puts it on the wire. */
  async publish(): Promise<Published[]> {
    const rows = await pendingAfter(this.ctx.db, this.#published, PUBLISHED_AT_ONCE);
    this.#published = rows.at(-1)?.seq ?? this.#published;
    const { epoch } = await logHead(this.ctx.db);
    const reach = await reachOf(this.ctx.db, rows);
    return rows.flatMap((row, index) => wireEvents(row, epoch, reach[index]!)).flatMap(({ channels, name, data }) => channels.map((channel) => ({ channel, name, data })));
  }

  async #person(name: string, hash: string): Promise<Person> {
    const email = `person-${made++}-${this.newId()}@people.test`;
    return this.ctx.db.transact(async (tx) => {
      const userId = await insertUser(tx, this.ctx, { name, email, passwordHash: hash, timeZone: null });
      const sessions = [await startSession(tx, this.ctx, { userId: userId!, userAgent: "" }), await startSession(tx, this.ctx, { userId: userId!, userAgent: "" })] as const;
      // A request knows the name of when it began: this viewer's stays what it was, so that commands race renamings.
      return { viewer: { userId: userId!, sessionId: sessions[0].sessionId, name, email, role: "member", hue: 0 }, sessions: [sessions[0].sessionId, sessions[1].sessionId] };
    });
  }
}
