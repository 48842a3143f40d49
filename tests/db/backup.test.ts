/** Backups and their restoring, on a file and on a libSQL server. The drill with a running house: tests/ops/drill.test.ts. */
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { backUp } from "#db/backup/back-up.ts";
import { contentsOf, differences, problemsOf } from "#db/backup/contents.ts";
import { restoreBackup } from "#db/backup/restore.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { migrationState } from "#db/migrate.ts";
import { acquireLease, readLease, renewLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { beat } from "#db/outbox/heartbeat.ts";
import { logHead } from "#db/outbox/log.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { templateDatabase, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { until } from "#tests/support/wait.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(dataFolder(), "roost-backup-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Ended before the databases are closed, also where a test fails half-way. */
const talks: (() => Promise<void>)[] = [];
const quiet = () => Promise.all(talks.splice(0).map((stop) => stop()));

const inFolder = (name: string) => path.join(folder, name);

async function lookingAt<T>(file: string, look: (db: Database) => Promise<T>): Promise<T> {
  // A copy: opening would make a WAL beside the backup.
  const copy = inFolder(`${newId()}.db`);
  await copyFile(file, copy);
  const db = await openDatabase(`file:${copy}`);
  return look(db).finally(() => db.close());
}

/** Two people who write to each other until told to stop. */
async function chatter(db: Database) {
  const ctx = contextOver(db);
  const [ada, bo] = [await person(ctx, `ada${newId()}`), await person(ctx, `bo${newId()}`)];
  const { conversationId } = await openDirect(ctx, ada, { userId: bo.userId });
  const send = (body: string) => sendMessage(ctx, ada, { conversationId, clientId: newId(), body });
  let stopped = false;
  let sent = 0;
  const writing = (async () => {
    while (!stopped) await send(`message ${++sent}`);
  })();
  talks.push(() => ((stopped = true), writing));
  return { conversationId, send, sent: () => sent, stop: () => ((stopped = true), writing) };
}

/** A message, its conversation's count and its event are one commit: a copy that was torn would tell. */
const TORN = `
  SELECT c.last_seq AS lastSeq, (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id) AS messages,
    (SELECT count(*) FROM outbox_events e WHERE e.channel = c.channel AND e.event = 'new-message') AS events
  FROM conversations c`;

describe.each(["better-sqlite3", "libsql-ws"] as const)("a backup of %s", (kind) => {
  let source: TestDatabase;
  beforeEach(async () => void (source = await testDatabase(kind)));
  afterEach(async () => {
    await quiet();
    await source.close();
  });

  test("made while others write is the state of one moment, sound, one file, for its owner's eyes", async () => {
    const talk = await chatter(await source.openAnother());
    await until(() => talk.sent() > 200);
    const before = talk.sent();
    const { contents, bytes } = await backUp({ url: source.url, file: inFolder("backup.db") });
    expect(talk.sent(), "somebody wrote meanwhile").toBeGreaterThan(before);
    await talk.stop();
    expect((await readdir(folder)).sort()).toEqual(["backup.db"]);
    expect(await stat(inFolder("backup.db"))).toMatchObject({ size: bytes, mode: 0o100600 });
    await lookingAt(inFolder("backup.db"), async (db) => {
      const [counts] = await db.all<{ lastSeq: number; messages: number; events: number }>(TORN);
      expect(counts!.messages).toBeGreaterThanOrEqual(before - 1);
      expect(counts).toEqual({ lastSeq: counts!.messages, messages: counts!.messages, events: counts!.messages });
      expect(contents.rows["messages"]).toBe(counts!.messages);
      expect(await problemsOf(db)).toEqual([]);
      expect((await migrationState(db)).current).toBe(true);
    });
  });

  test("restored is what it was, with a new epoch: readers of the old log are told to load anew", async () => {
    const talk = await chatter(source.db);
    await until(() => talk.sent() > 30);
    await talk.stop();
    const lease = await acquireLease(source.db, RELAY_LEASE, "somebody", 1);
    await beat(source.db, { id: "old relay", version: "0", startedAt: 1, seenAt: 1, token: 1, inFlight: 0, published: 0, outage: null });
    const old = { head: await logHead(source.db), cursor: (await syncEvents(source.db, [], null)).cursor };
    const whole = await dumpOf(source.db);
    await backUp({ url: source.url, file: inFolder("backup.db") });
    await talk.send("after the backup");

    const target = await testDatabase(kind);
    try {
      const url = kind === "better-sqlite3" ? `file:${inFolder("restored.db")}` : target.url;
      const { before, after, epoch, applied, kept } = await restoreBackup({ file: inFolder("backup.db"), url, force: kind !== "better-sqlite3" });
      expect({ applied, kept }).toEqual({ applied: [], kept: null });
      expect(differences(before, after)).toEqual([{ table: "relay_heartbeats", before: 1, after: 0 }]);
      const db = await openDatabase(url);
      try {
        expect(await problemsOf(db)).toEqual([]);
        expect(await logHead(db)).toEqual({ ...old.head, epoch });
        expect(epoch).not.toBe(old.head.epoch);
        expect(await syncEvents(db, [], old.cursor)).toMatchObject({ events: [], reset: true });
        const changed = ["outbox_log", "leases", "relay_heartbeats"];
        const restored = await dumpOf(db);
        for (const [table, rows] of Object.entries(whole)) if (!changed.includes(table)) expect(restored[table], table).toEqual(rows);
        // Whoever led before leads no more.
        expect(await renewLease(db, RELAY_LEASE, "somebody", lease!, 2)).toBeNull();
        expect(await readLease(db, RELAY_LEASE)).toMatchObject({ holder: null, token: lease! + 1 });
        // Numbers go on where they were.
        expect(await newRow(db)).toBe(old.head.seq + 1);
      } finally {
        await db.close();
      }
      expect((await readdir(folder)).filter((name) => name.startsWith(".") || name.includes("part"))).toEqual([]);
    } finally {
      await target.close();
    }
  });

  test("keeps rowids, numbers given before, search indexes with their options, triggers, tables without rowid, blobs and nulls", async () => {
    await source.db.batch(
      [
        "CREATE TABLE notes (name TEXT PRIMARY KEY, body TEXT, raw BLOB, size INTEGER GENERATED ALWAYS AS (length(body)) STORED)",
        "CREATE VIRTUAL TABLE note_words USING fts5(body, content = 'notes', content_rowid = 'rowid')",
        "INSERT INTO note_words (note_words, rank) VALUES ('secure-delete', 1)",
        "CREATE TRIGGER notes_added AFTER INSERT ON notes BEGIN INSERT INTO note_words (rowid, body) VALUES (new.rowid, new.body); END",
        "CREATE TABLE pairs (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
        "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE VIEW long_notes AS SELECT name FROM notes WHERE size > 5",
        "INSERT INTO notes (name, body, raw) VALUES ('a', 'first things', x'00ff'), ('b', 'second things', NULL), ('c', 'third', NULL)",
        "DELETE FROM notes WHERE name = 'b'",
        "INSERT INTO pairs WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) SELECT 'p' || (n % 7), n, NULL FROM n",
        "INSERT INTO counted VALUES (41)",
        "DELETE FROM counted",
      ].map((sql) => ({ sql })),
    );
    await backUp({ url: source.url, file: inFolder("backup.db") });
    const url = kind === "better-sqlite3" ? `file:${inFolder("restored.db")}` : source.url;
    await restoreBackup({ file: inFolder("backup.db"), url, force: true });
    const db = await openDatabase(url);
    try {
      expect(await db.all("SELECT rowid AS rowid, name, hex(raw) AS raw, size FROM notes ORDER BY rowid")).toEqual([
        { rowid: 1, name: "a", raw: "00FF", size: 12 },
        { rowid: 3, name: "c", raw: "", size: 5 },
      ]);
      expect(await db.all("SELECT n.name FROM note_words w JOIN notes n ON n.rowid = w.rowid WHERE note_words MATCH 'first OR third'")).toEqual([{ name: "a" }, { name: "c" }]);
      expect(await db.all("SELECT v FROM note_words_config WHERE k = 'secure-delete'")).toEqual([{ v: 1 }]);
      expect(await db.all("SELECT count(*) AS count, sum(b) AS sum FROM pairs")).toEqual([{ count: 5_000, sum: 12_502_500 }]);
      expect(await db.all("SELECT name FROM long_notes")).toEqual([{ name: "a" }]);
      await db.batch([{ sql: "INSERT INTO notes (name, body) VALUES ('d', 'fourth')" }, { sql: "INSERT INTO counted DEFAULT VALUES" }]);
      expect(await db.all("SELECT n.name FROM note_words w JOIN notes n ON n.rowid = w.rowid WHERE note_words MATCH 'fourth'")).toEqual([{ name: "d" }]);
      expect(await db.all("SELECT id FROM counted")).toEqual([{ id: 42 }]);
    } finally {
      await db.close();
    }
  });
});

describe("what is refused, with the reason, and nothing is changed", () => {
  let source: TestDatabase;
  beforeEach(async () => {
    source = await testDatabase();
    await backUp({ url: source.url, file: inFolder("backup.db") });
  });
  afterEach(() => source.close());

  test("a backup onto a file that is there, onto the database itself, of nothing", async () => {
    const before = await readFile(inFolder("backup.db"));
    await expect(backUp({ url: source.url, file: inFolder("backup.db") })).rejects.toThrow("is there already");
    expect(await readFile(inFolder("backup.db"))).toEqual(before);
    await backUp({ url: source.url, file: inFolder("backup.db"), replace: true });
    await expect(backUp({ url: `file:${inFolder("backup.db")}`, file: inFolder("backup.db"), replace: true })).rejects.toThrow("the database itself");
    await expect(backUp({ url: `file:${inFolder("none.db")}`, file: inFolder("other.db") })).rejects.toThrow("there is no database");
    expect(existsSync(inFolder("none.db"))).toBe(false);
  });

  test("a backup that is not there, is none, is none of Roost, is damaged, or is newer than the program", async () => {
    const url = `file:${inFolder("target.db")}`;
    const refused = (file: string) => expect(restoreBackup({ file: inFolder(file), url })).rejects;
    await refused("nowhere.db").toThrow("there is no file");
    await writeFile(inFolder("text.db"), "not a database at all, but long enough to be looked at. ".repeat(100));
    await refused("text.db").toThrow("is no backup");
    const other = await openDatabase(`file:${inFolder("other.db")}`);
    await other.batch([{ sql: "CREATE TABLE things (id INTEGER)" }]);
    await other.close();
    await refused("other.db").toThrow("none of Roost");
    const bytes = await readFile(inFolder("backup.db"));
    await writeFile(inFolder("damaged.db"), Buffer.concat([bytes.subarray(0, 8 * 4096), Buffer.alloc(24 * 4096, 7), bytes.subarray(32 * 4096)]));
    await refused("damaged.db").toThrow(/damaged|no backup/);
    await copyFile(inFolder("backup.db"), inFolder("newer.db"));
    const newer = await openDatabase(`file:${inFolder("newer.db")}`);
    await newer.batch([{ sql: "INSERT INTO roost_migrations VALUES ('9999_future', 'x', 1)" }]);
    await newer.close();
    await refused("newer.db").toThrow(/9999_future.*newer than the program/);
    await copyFile(inFolder("backup.db"), inFolder("orphans.db"));
    const orphans = await openDatabase(`file:${inFolder("orphans.db")}`);
    await orphans.batchWithoutForeignKeys([{ sql: "INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES ('none', 'nobody', 1)" }]);
    await orphans.close();
    await refused("orphans.db").toThrow(/rows of conversation_members refer to rows of/);
    expect(existsSync(inFolder("target.db"))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("a database in use, unless forced: then those who have it open see the backup, and a leader leads no more", async () => {
    const other = await source.openAnother();
    const user = await person(contextOver(other), "late");
    const token = await acquireLease(other, RELAY_LEASE, "leader", 1);
    const restore = (force: boolean) => restoreBackup({ file: inFolder("backup.db"), url: source.url, force });
    await expect(restore(false)).rejects.toThrow("is in use: stop Roost first");
    expect(await other.all("SELECT id FROM users")).toEqual([{ id: user.userId }]);
    const { kept, epoch } = await restore(true);
    expect(kept).toBeNull();
    expect(await other.all("SELECT id FROM users")).toEqual([]);
    expect((await logHead(other)).epoch).toBe(epoch);
    expect(await renewLease(other, RELAY_LEASE, "leader", token!, 2)).toBeNull();
    await person(contextOver(other), "later");
    expect(await problemsOf(other)).toEqual([]);
  });

  test("a database server that is in use or holds data, unless forced", async () => {
    const server = await testDatabase("libsql-ws");
    try {
      const restore = (options: object = {}) => restoreBackup({ file: inFolder("backup.db"), url: server.url, ...options });
      await expect(restore({ isAppUp: () => Promise.resolve(true) })).rejects.toThrow("Roost is running");
      await beat(server.db, { id: "relay", version: "1", startedAt: Date.now(), seenAt: Date.now(), token: null, inFlight: 0, published: 0, outage: null });
      await expect(restore()).rejects.toThrow("Roost is running");
      await server.db.batch([{ sql: "UPDATE relay_heartbeats SET seen_at = 1" }]);
      await expect(restore()).rejects.toThrow(/holds \d+ rows.*--force/);
      await restore({ force: true });
      expect(await server.db.all("SELECT count(*) AS count FROM relay_heartbeats")).toEqual([{ count: 0 }]);
    } finally {
      await server.close();
    }
  });
});

test("a file takes the other's place whole; that one is kept, an older one is brought up to date, a damaged one is replaced, sessions end if asked", async () => {
  const target = inFolder("roost.db");
  const url = `file:${target}`;
  const now = () => Date.UTC(2026, 4, 1, 8, 30);
  await copyFile(await templateDatabase(), target);
  const first = await openDatabase(url);
  const user = await person(contextOver(first), "keeper");
  await first.batch([{ sql: "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at) VALUES ('s', 'h', ?, 1, 1, 9)", args: [user.userId] }]);
  await first.close();
  await backUp({ url, file: inFolder("backup.db") });
  const second = await openDatabase(url);
  await person(contextOver(second), "stranger");
  await second.close();

  const { kept } = await restoreBackup({ file: inFolder("backup.db"), url, now });
  expect(kept).toBe(`${target}.replaced-20260501T083000Z`);
  expect(await lookingAt(kept!, (db) => db.all("SELECT name FROM users ORDER BY name"))).toEqual([{ name: "keeper" }, { name: "stranger" }]);
  expect(await lookingAt(target, (db) => db.all("SELECT name, (SELECT count(*) FROM sessions) AS sessions FROM users"))).toEqual([{ name: "keeper", sessions: 1 }]);

  await writeFile(target, "damaged beyond repair");
  await restoreBackup({ file: inFolder("backup.db"), url, endSessions: true });
  expect(await lookingAt(target, async (db) => contentsOf(db).then(({ rows }) => [rows["users"], rows["sessions"]]))).toEqual([1, 0]);
});

async function newRow(db: Database): Promise<number> {
  await db.batch([{ sql: "INSERT INTO outbox_events (id, channel, event, payload, available_at, created_at) VALUES (?, 'c', 'e', '{}', 1, 1)", args: [newId()] }]);
  return (await logHead(db)).seq;
}

/** Every row of every table. */
async function dumpOf(db: Database): Promise<Record<string, string[]>> {
  const { rows } = await contentsOf(db);
  const dump: Record<string, string[]> = {};
  for (const table of Object.keys(rows)) dump[table] = (await db.all(`SELECT * FROM "${table}"`)).map((row) => JSON.stringify(row)).sort();
  return dump;
}
