/**
 * Every command, killed between any two statements: rows and events agree both ways, and the database is sound. On a
 * local file what a SIGKILL leaves is looked at for every moment of every command (kill-moments.ts), and processes are
 * really killed; on a libSQL server the app's connection ends at any frame. A command without a case fails.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { updateProfile } from "#app/domain/accounts/commands.server.ts";
import { directChannel, userChannel } from "#app/domain/channels.ts";
import { newMessage, messageNotification, type MessageData } from "#app/domain/conversations/events.ts";
import { openDatabase, type Statement } from "#db/database.ts";
import { appendStatements } from "#db/outbox/append.ts";
import { logHead } from "#db/outbox/log.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { COMMANDS, mismatched } from "#tests/equivalence/commands.ts";
import { House } from "#tests/equivalence/house.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { bundled } from "#tests/support/bundle.ts";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { startHranaProxy, type Cut } from "#tests/support/hrana-proxy.ts";
import { patient } from "#tests/support/patience.ts";
import { until } from "#tests/support/wait.ts";
import type { ChildWork, FromChild } from "./atomicity-child.ts";
import { ATOMIC_CASES, atRandom, moveIn, SEVERAL_COMMITS } from "./atomicity-cases.ts";
import { brokenRules, contentSql, fingerprint, unsound, type Table } from "./content.ts";
import { KillMoments, type MomentsOptions } from "./kill-moments.ts";
import { faultSuite } from "./size.ts";

const { size, full, seed, figures, replay } = faultSuite("atomicity", {
  short: { rounds: 1, sample: 0.1, tears: 1, check: "quick" as const, kills: 5, cutCommands: 14 },
  full: { rounds: 5, sample: 1, tears: 6, check: "integrity" as const, kills: 100, cutCommands: Infinity },
});
const NAMES = Object.keys(ATOMIC_CASES);
/** A command that is refused, or has nothing to do, is tried by somebody else with something else. */
const TRIES = 25;
/** Houses in which commands are tried that had nothing to do in the ones before. */
const MOST_ROUNDS = 10;
/** People who are gone do nothing more: these come last. */
const LAST = ["families/removeMember", "accounts/eraseAccount"];
/** Below the 5 s after which the server itself would end a transaction that somebody has left open. */
const AT_ONCE_MS = 1_000;
const KILLED_WITHIN_MS = 200;
/** A log that grows makes each look at all of it slower. */
const KILLS_A_DATABASE = 10;
/** Started before they are needed: that takes longer than what they do. */
const WAITING_CHILDREN = 5;

const shuffled = (names: readonly string[], random: () => number) =>
  names.map((name) => ({ name, turn: random() + (LAST.includes(name) ? 1 + LAST.indexOf(name) : 0) })).sort((a, b) => a.turn - b.turn).map(({ name }) => name);

const open: TestDatabase[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
async function databaseOf(kind: "better-sqlite3" | "libsql-http"): Promise<TestDatabase> {
  const made = await testDatabase(kind, MEMORY_FOLDER);
  open.push(made);
  return made;
}
const fileOf = ({ url }: TestDatabase) => url.slice("file:".length);

async function momentsOf(made: TestDatabase, random: () => number, options: Pick<MomentsOptions, "sample" | "tears" | "check">): Promise<KillMoments> {
  return new KillMoments(fileOf(made), { ...options, random, contentSql: await contentSql(made.db.all) });
}

describe("every command has its case", () => {
  test("each that the app's domains export, and none that is no more", () => {
    expect(COMMANDS.length).toBeGreaterThan(90);
    expect(mismatched(COMMANDS, ATOMIC_CASES)).toEqual([]);
  });

  test("one without a case is found; whatever commits more than once says why", () => {
    expect(mismatched([...COMMANDS, "timers/turnBack"], ATOMIC_CASES)).toEqual(["timers/turnBack"]);
    for (const [name, reason] of Object.entries(SEVERAL_COMMITS)) {
      expect(COMMANDS).toContain(name);
      expect(reason.length).toBeGreaterThan(20);
    }
  });
});

test("on a local file: whatever a kill leaves between any two statements, within COMMIT and after it, is whole", { timeout: 3_600_000 }, async () => {
  const random = seeded(seed);
  const committed = new Map<string, number>();
  const several = new Set<string>();
  const total: Record<string, number> = {};
  for (let round = 0; round < size.rounds || (committed.size < NAMES.length && round < MOST_ROUNDS); round++) {
    const made = await databaseOf("better-sqlite3");
    const house = await House.over(made.db, seed + round);
    await moveIn(house);
    const moments = await momentsOf(made, random, size);
    try {
      for (const name of shuffled(NAMES, random)) {
        if (!full && committed.has(name)) continue;
        for (let tries = 0; tries < TRIES; tries++) {
          const { who, picks } = atRandom(house, random);
          let commits = 0;
          await house.attempt(async () => {
            const command = await ATOMIC_CASES[name]!.prepare(house, who, picks);
            commits = await moments.during(name, () => house.attempt(command));
          });
          expect(moments.faults, replay).toEqual([]);
          if (commits > 1) several.add(name);
          if (commits === 0) continue;
          committed.set(name, (committed.get(name) ?? 0) + 1);
          break;
        }
      }
    } finally {
      moments.stop();
    }
    for (const [what, count] of Object.entries(moments.counts)) total[what] = (total[what] ?? 0) + count;
    await open.pop()!.close();
  }
  figures({ ...total, again: replay });
  expect(NAMES.filter((name) => !committed.has(name)), "never committed").toEqual([]);
  expect([...several].filter((name) => !(name in SEVERAL_COMMITS)), "commit more than once without a reason").toEqual([]);
  // What is not committed yet was in the WAL at some of the moments: else nothing would have been tried.
  expect(total["uncommitted"]).toBeGreaterThan(5);
});

describe("what the suite finds", () => {
  /** A message in two transactions, as no command writes one. */
  const halves = (house: House) => {
    const [a, b] = [house.people[0]!.viewer, house.people[1]!.viewer];
    const channel = directChannel(a.userId, b.userId);
    const id = house.newId();
    const rows: Statement[] = [
      { sql: "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) SELECT ?, id, last_seq + 1, ?, ?, 'half', ? FROM conversations WHERE channel = ?", args: [id, a.userId, id, house.now, channel] },
      { sql: "UPDATE conversations SET last_seq = last_seq + 1 WHERE channel = ?", args: [channel] },
    ];
    const events = async () => {
      const [chat] = await house.ctx.db.all<{ id: string; lastSeq: number }>("SELECT id, last_seq AS lastSeq FROM conversations WHERE channel = ?", [channel]);
      const message: MessageData = { id, conversationId: chat!.id, seq: chat!.lastSeq, senderId: a.userId, senderName: a.name, senderHue: a.hue, clientId: id, body: "half", kind: "text", images: [], createdAt: house.now, editedAt: null, deletedAt: null, reactions: [], reactionVersion: 0 };
      const hint = { conversationId: chat!.id, messageId: id, senderName: a.name, preview: "half" };
      return [...appendStatements({ type: newMessage, channel, payload: message }, house.ctx), ...appendStatements({ type: messageNotification, audience: [channel], payload: hint }, house.ctx)];
    };
    return { rows, events };
  };
  const mutants: Record<string, (house: House) => Promise<void>> = {
    "rows, and their events in a transaction of their own": async (house) => {
      const { rows, events } = halves(house);
      await house.ctx.db.batch(rows);
      await house.ctx.db.batch(await events());
    },
    "events, and their rows in a transaction of their own": async (house) => {
      const { rows, events } = halves(house);
      await house.ctx.db.batch(await events());
      await house.ctx.db.batch(rows);
    },
    "rows without events": async (house) => void (await house.ctx.db.batch(halves(house).rows)),
    "an offset that was taken for nothing": async (house) => void (await house.ctx.db.batch([{ sql: "UPDATE outbox_channels SET last_offset = last_offset + 1 WHERE channel = ?", args: [userChannel(house.people[0]!.viewer.userId)] }])),
  };

  test.each(Object.entries(mutants))("%s", async (_name, mutant) => {
    const made = await databaseOf("better-sqlite3");
    const house = await House.over(made.db, seed);
    await moveIn(house);
    const moments = await momentsOf(made, seeded(seed), { sample: 1, tears: 1, check: "quick" });
    try {
      await moments.during("mutant", () => mutant(house));
      expect(moments.faults.join("\n")).toMatch(/mutant, killed after COMMIT: broken 1 times/);
    } finally {
      moments.stop();
    }
  });
});

const CHILD = await bundled(path.join(import.meta.dirname, "atomicity-child.ts"));

class Child {
  /** The newest seq that it was told to be committed. */
  told = 0;
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  #said = "";

  constructor() {
    this.#child = fork(CHILD, [], { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.stderr!.on("data", (chunk) => (this.#said += String(chunk)));
    // One that ends before it is asked to do anything tells nothing.
    this.ready = Promise.race([once(this.#child, "message"), once(this.#child, "close")]);
    this.#child.on("message", ({ seq }: FromChild) => (this.told = seq ?? this.told));
  }

  /** Lets it work, and kills it so long after its first command. */
  async killedAfter(ms: number, work: ChildWork): Promise<void> {
    await this.ready;
    expect(this.#child.exitCode, this.#said).toBeNull();
    this.#child.send(work);
    await until(() => this.told > 0 || this.#child.exitCode !== null, { interval: 1, what: "the first command" });
    const started = performance.now();
    while (performance.now() - started < ms && this.#child.exitCode === null) await pause(1);
    expect(this.#child.exitCode, this.#said).toBeNull();
    await this.kill();
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await gone;
  }
}

const waiting: Child[] = [];
beforeAll(() => {
  while (waiting.length < Math.min(WAITING_CHILDREN, size.kills)) waiting.push(new Child());
});
afterAll(async () => {
  for (const child of waiting) await child.kill();
});

test(`${size.kills} processes killed in the middle of commands: what they were told is there, the rest is whole, and others go on at once`, { timeout: 3_600_000 }, async () => {
  const random = seeded(seed);
  let acknowledged = 0;
  let events = 0;
  for (let killed = 0; killed < size.kills; ) {
    // Open all the while, as the relay has it.
    const made = await databaseOf("better-sqlite3");
    const { db } = made;
    const others = await House.over(db, seed);
    await moveIn(others);
    const sql = await contentSql(db.all);
    const kills = Math.min(KILLS_A_DATABASE, size.kills - killed);
    for (let turn = 0; turn < kills; turn++, killed++) {
      const child = waiting.shift()!;
      if (killed + waiting.length + 1 < size.kills) waiting.push(new Child());
      await child.killedAfter(random() * KILLED_WITHIN_MS, { url: made.url, seed: seed + 1 + killed });
      // As the first process finds it that opens it anew, and as one finds it that was there.
      const copy = `${fileOf(made)}-${turn}`;
      for (const end of ["", "-wal"]) await copyFile(fileOf(made) + end, copy + end);
      const anew = await openDatabase(`file:${copy}`);
      expect(fingerprint(await anew.all<Table>(sql))).toBe(fingerprint(await db.all<Table>(sql)));
      expect([...(await unsound(anew.all, "integrity")), ...(await brokenRules(anew.all))], replay).toEqual([]);
      await anew.close();
      const { seq } = await logHead(db);
      expect(seq).toBeGreaterThanOrEqual(child.told);
      if (child.told > 0) acknowledged++;
      const started = performance.now();
      await updateProfile(others.ctx, others.people[0]!.viewer, { name: `After ${turn}`, language: null, digits: null, timeZone: null });
      expect(performance.now() - started, "a lock is left behind").toBeLessThan(patient(AT_ONCE_MS));
    }
    events += (await logHead(db)).seq;
    await open.pop()!.close();
  }
  figures({ "processes killed": size.kills, "killed with something told": acknowledged, "events in their logs": events });
});

test("on a libSQL server: the connection ends at any frame of a command, or with the answer of COMMIT", { timeout: 3_600_000 }, async () => {
  const random = seeded(seed);
  const made = await databaseOf("libsql-http");
  const others = made.db;
  const proxy = await startHranaProxy(made.url.replace("http:", "ws:"));
  const app = await openDatabase(proxy.url);
  const sql = await contentSql(others.all);
  const print = async () => fingerprint(await others.all<Table>(sql));
  const total = { "cut off": 0, "nothing was written": 0, "all was written": 0, "answers of COMMIT lost": 0, "commands cut off": 0 };

  /** @returns whether it was cut off, and what of the command is there then */
  async function cutOff(house: House, name: string, cut: Cut): Promise<"whole" | "before" | "after"> {
    let outcome: "whole" | "before" | "after" = "whole";
    await house.attempt(async () => {
      const { who, picks } = atRandom(house, random);
      const command = await ATOMIC_CASES[name]!.prepare(house, who, picks);
      const before = await print();
      proxy.arm(cut);
      let refusal = "";
      try {
        await command();
      } catch (error) {
        if (!isDatabaseUnavailable(error)) {
          proxy.disarm();
          throw error;
        }
        refusal = String(error);
      }
      const { cut: wasCut } = proxy.disarm();
      expect(refusal === "" || wasCut, `${name}: ${refusal}`).toBe(true);
      if (!wasCut) return;
      outcome = (await print()) === before ? "before" : "after";
      const started = performance.now();
      await updateProfile({ ...house.ctx, db: others }, house.people[0]!.viewer, { name: "Person 0", language: null, digits: null, timeZone: null });
      await app.transact((tx) => tx.all("UPDATE outbox_log SET pruned_seq = pruned_seq"));
      expect(performance.now() - started, `a lock is left behind by ${name}`).toBeLessThan(patient(AT_ONCE_MS));
      expect(await brokenRules(others.all), `${name}, cut off at ${JSON.stringify(cut)}: ${replay}`).toEqual([]);
      if ("answerOf" in cut && outcome === "before") {
        // What was committed is there: then it was nothing, and is nothing when it is done again.
        const now = await print();
        await house.attempt(command);
        expect(await print(), `${name}: what was committed is lost; ${replay}`).toBe(now);
      }
      total["cut off"] += 1;
      total[outcome === "before" ? "nothing was written" : "all was written"] += 1;
    });
    return outcome;
  }

  try {
    let house: House | null = null;
    for (const [turn, name] of shuffled(NAMES, random).slice(0, size.cutCommands).entries()) {
      // A house in which many things were done is no longer one that all commands find something to do in.
      if (turn % 25 === 0) {
        house = await House.over(app, seed + turn);
        await moveIn(house);
        await updateProfile(house.ctx, house.people[0]!.viewer, { name: "Person 0", language: null, digits: null, timeZone: null });
      }
      const frames = 1 + Math.floor(random() * 12);
      let wasCut = false;
      if (full) for (let afterFrames = 0; (await cutOff(house!, name, { afterFrames })) !== "whole"; afterFrames++) wasCut = true;
      else wasCut = (await cutOff(house!, name, { afterFrames: frames })) !== "whole";
      const lost = await cutOff(house!, name, { answerOf: "COMMIT" });
      if (lost !== "whole") total["answers of COMMIT lost"] += 1;
      if (wasCut || lost !== "whole") total["commands cut off"] += 1;
    }
    expect(await unsound(others.all, "integrity")).toEqual([]);
    figures(total);
    expect(total["answers of COMMIT lost"]).toBeGreaterThan(size.cutCommands === Infinity ? 50 : 5);
  } finally {
    await app.close();
    await proxy.stop();
  }
});
