import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "#db/database.ts";
import { migrate, MigrationError, migrationState } from "#db/migrate.ts";
import { readMigrations } from "#db/migrations.ts";
import { bundled } from "#tests/support/bundle.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";

const MIGRATIONS = fileURLToPath(new URL("../../db/migrations", import.meta.url));

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "roost-migrate-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The real migrations and one more. */
async function withOneMore(tag: string, sql: string): Promise<string> {
  const copy = await mkdtemp(path.join(folder, "migrations-"));
  await cp(MIGRATIONS, copy, { recursive: true });
  const journalFile = path.join(copy, "meta", "_journal.json");
  const journal = JSON.parse(await readFile(journalFile, "utf8")) as { entries: object[] };
  journal.entries.push({ idx: journal.entries.length, version: "6", when: 1, tag, breakpoints: true });
  await writeFile(journalFile, JSON.stringify(journal));
  await writeFile(path.join(copy, `${tag}.sql`), sql);
  return copy;
}

const break_ = "\n--> statement-breakpoint\n";
const rebuildOfConversations = (select: string) =>
  [
    "PRAGMA foreign_keys=OFF;",
    "CREATE TABLE `__new_conversations` (`id` text PRIMARY KEY NOT NULL, `kind` text NOT NULL, `direct_key` text, `channel` text NOT NULL, `last_seq` integer DEFAULT 0 NOT NULL, `last_message_at` integer, `created_at` integer NOT NULL, `topic` text) STRICT;",
    `INSERT INTO \`__new_conversations\`(id, kind, direct_key, channel, last_seq, last_message_at, created_at) ${select}`,
    "DROP TABLE `conversations`;",
    "ALTER TABLE `__new_conversations` RENAME TO `conversations`;",
    "PRAGMA foreign_keys=ON;",
  ].join(break_);
const ALL_COLUMNS = "SELECT id, kind, direct_key, channel, last_seq, last_message_at, created_at FROM `conversations`";

test("from nothing to current, once; then there is nothing to do", async () => {
  const db = await openDatabase(`file:${path.join(folder, "fresh.db")}`);
  const tags = (await readMigrations()).map(({ tag }) => tag);
  expect(await migrationState(db)).toEqual({ current: false, pending: tags });
  expect(await migrate(db)).toEqual({ applied: tags });
  expect(await migrate(db)).toEqual({ applied: [] });
  expect(await migrationState(db)).toEqual({ current: true, pending: [] });
  await db.close();
});

test("every table is STRICT, and the log has one row with a random epoch", async () => {
  const { db, close } = await testDatabase();
  const tables = await db.all<{ name: string; strict: number }>("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  expect(tables.length).toBeGreaterThan(8);
  expect(tables.filter(({ strict }) => !strict)).toEqual([]);
  const [log] = await db.all("SELECT epoch, pruned_seq FROM outbox_log");
  expect(log).toEqual({ epoch: expect.stringMatching(/^[0-9a-f]{32}$/), pruned_seq: 0 });
  await close();
});

test("the tables are those that the schema says: drizzle-kit would generate nothing more", async () => {
  const journal = JSON.parse(await readFile(path.join(MIGRATIONS, "meta", "_journal.json"), "utf8")) as { entries: { tag: string }[] };
  const newest = journal.entries.at(-1)!.tag.slice(0, 4);
  const snapshot = JSON.parse(await readFile(path.join(MIGRATIONS, "meta", `${newest}_snapshot.json`), "utf8")) as { tables: Record<string, { columns: Record<string, unknown> }> };
  const { db, close } = await testDatabase();
  for (const [name, { columns }] of Object.entries(snapshot.tables)) {
    const actual = await db.all<{ name: string }>("SELECT name FROM pragma_table_info(?)", [name]);
    expect(actual.map((column) => column.name).sort()).toEqual(Object.keys(columns).sort());
  }
  await close();
});

test("a database newer than the program, or a migration changed afterwards, is refused", async () => {
  const { db, close } = await testDatabase();
  const newer = await withOneMore("9999_more", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;");
  expect(await migrate(db, newer)).toEqual({ applied: ["9999_more"] });
  await expect(migrate(db)).rejects.toThrow(/9999_more, which this version does not know/);
  await writeFile(path.join(newer, "9999_more.sql"), "CREATE TABLE more (id INTEGER PRIMARY KEY, name TEXT) STRICT;");
  await expect(migrate(db, newer)).rejects.toThrow(/changed after it had been applied/);
  await expect(migrationState(db, newer)).rejects.toThrow(MigrationError);
  await close();
});

describe.each(DATABASE_KINDS)("on %s", (kind) => {
  let at: TestDatabase;
  beforeAll(async () => {
    at = await testDatabase(kind);
    await at.db.batch([
      { sql: "INSERT INTO users (id, name, created_at) VALUES ('amal', 'Amal', 1)" },
      { sql: "INSERT INTO conversations (id, kind, channel, created_at) VALUES ('chat', 'room', 'private-chat-room-chat', 1)" },
      { sql: "INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES ('chat', 'amal', 1)" },
    ]);
  });
  afterAll(() => at.close());

  const members = () => at.db.all("SELECT conversation_id, user_id FROM conversation_members");
  const MEMBER = [{ conversation_id: "chat", user_id: "amal" }];

  test("a migration that fails half-way leaves nothing behind", async () => {
    const broken = await withOneMore("9001_broken", ["CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT;", "INSERT INTO elsewhere VALUES (1);"].join(break_));
    await expect(migrate(at.db, broken)).rejects.toThrow(/9001_broken failed and was rolled back/);
    expect(await at.db.all("SELECT name FROM sqlite_master WHERE name = 'half'")).toEqual([]);
    expect(await migrationState(at.db)).toMatchObject({ current: true });
  });

  test("a rebuild that loses a row is rolled back", async () => {
    await expect(migrate(at.db, await withOneMore("9002_loses", rebuildOfConversations(`${ALL_COLUMNS} WHERE id <> 'chat'`)))).rejects.toThrow(/rows_kept/);
    expect(await members()).toEqual(MEMBER);
  });

  test("a migration that leaves a reference to nothing is rolled back", async () => {
    await expect(migrate(at.db, await withOneMore("9003_orphans", rebuildOfConversations(ALL_COLUMNS.replace("SELECT id", "SELECT id || 'x'"))))).rejects.toThrow(/foreign_keys_hold/);
    expect(await members()).toEqual(MEMBER);
  });

  test("a rebuild keeps the rows that refer to the table, and foreign keys are on afterwards", async () => {
    expect(await migrate(at.db, await withOneMore("9004_rebuild", rebuildOfConversations(ALL_COLUMNS)))).toEqual({ applied: ["9004_rebuild"] });
    expect(await members()).toEqual(MEMBER);
    expect(await at.db.all("SELECT topic FROM conversations")).toEqual([{ topic: null }]);
    expect(await at.db.all("SELECT name FROM sqlite_master WHERE name LIKE 'roost\\_migration\\_%' ESCAPE '\\'")).toEqual([]);
    await expect(at.db.batch([{ sql: "INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES ('none', 'amal', 1)" }])).rejects.toThrow(/FOREIGN KEY/);
  });

  test("two at once: each migration is applied by exactly one", async () => {
    const more = await withOneMore("9004_rebuild", rebuildOfConversations(ALL_COLUMNS));
    const journalFile = path.join(more, "meta", "_journal.json");
    const journal = JSON.parse(await readFile(journalFile, "utf8")) as { entries: { tag: string }[] };
    for (const tag of ["9005_a", "9006_b", "9007_c"]) {
      journal.entries.push({ ...journal.entries[0], tag });
      await writeFile(path.join(more, `${tag}.sql`), `CREATE TABLE t${tag} (id INTEGER PRIMARY KEY) STRICT;`);
    }
    await writeFile(journalFile, JSON.stringify(journal));
    const other = await at.openAnother();
    const answers = await Promise.all([migrate(at.db, more), migrate(other, more)]);
    expect(answers.flatMap(({ applied }) => applied).sort()).toEqual(["9005_a", "9006_b", "9007_c"]);
    expect(await migrationState(at.db, more)).toMatchObject({ current: true });
  });
});

test("two processes at once on a new file both succeed, and the log has one epoch", async () => {
  const file = path.join(folder, "two-processes.db");
  const script = await bundled(fileURLToPath(new URL("./children/migrate.ts", import.meta.url)));
  const run = () => spawn(process.execPath, [script, `file:${file}`], { stdio: ["ignore", "pipe", "pipe"] });
  const children = [run(), run(), run()];
  const results = await Promise.all(
    children.map(async (child) => {
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, "close")) as [number];
      return { code, said };
    }),
  );
  expect(results.map(({ code, said }) => (code === 0 ? 0 : said))).toEqual([0, 0, 0]);
  const applied = results.flatMap(({ said }) => JSON.parse(said) as string[]);
  expect(applied.sort()).toEqual((await readMigrations()).map(({ tag }) => tag));
  const db = await openDatabase(`file:${file}`);
  expect(await db.all("SELECT count(*) AS rows FROM outbox_log")).toEqual([{ rows: 1 }]);
  await db.close();
});
