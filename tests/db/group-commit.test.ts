/** Batches that wait together are committed together, and fail alone. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupCommit } from "#db/drivers/group-commit.ts";
import { newId } from "#app/domain/ids.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.batch([{ sql: "CREATE TABLE letters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT" }]);
});
afterAll(() => database.close());

const insert = (name: string) => ({ sql: "INSERT INTO letters VALUES (?, 0)", args: [name] });

test("what waits for the lock at the same time is one transaction", async () => {
  const log: string[] = [];
  let free: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (free = resolve));
  const batch = groupCommit({
    exclusive: async (work) => (await held, work()),
    transaction: async (work) => {
      log.push("BEGIN");
      const value = work();
      log.push("COMMIT");
      return value;
    },
    runAll: (statements) => {
      log.push(...statements.map(({ sql }) => sql));
      return [];
    },
    control: (sql) => void log.push(sql),
    inTransaction: () => true,
  });
  const both = Promise.all([batch([{ sql: "one" }]), batch([{ sql: "two" }])]);
  free();
  await both;
  await batch([{ sql: "three" }]);
  expect(log).toEqual(["BEGIN", "SAVEPOINT member", "one", "RELEASE member", "SAVEPOINT member", "two", "RELEASE member", "COMMIT", "BEGIN", "three", "COMMIT"]);
});

test("one that fails takes none of the others with it, and leaves nothing of itself", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 150 }), async (fails) => {
      const { db } = database;
      const names = fails.map(() => newId());
      let letGo: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (letGo = resolve));
      const holding = db.transact(() => released);
      const answers = Promise.allSettled(fails.map((fail, index) => db.batch([insert(names[index]!), fail ? { sql: "SELECT missing" } : { sql: "SELECT changes() AS wrote" }])));
      letGo();
      await holding;
      expect((await answers).map(({ status }) => status)).toEqual(fails.map((fail) => (fail ? "rejected" : "fulfilled")));
      const stored = await db.all<{ name: string }>("SELECT name FROM letters WHERE name IN (SELECT value FROM json_each(?))", [JSON.stringify(names)]);
      expect(stored.map(({ name }) => name).sort()).toEqual(names.filter((_, index) => !fails[index]).sort());
    }),
    { numRuns: 40 },
  ));

test("a transaction that SQLite ended by itself is told to everybody in it", async () => {
  const batch = groupCommit({
    exclusive: (work) => Promise.resolve().then(work),
    transaction: async (work) => work(),
    runAll: (statements) => {
      if (statements[0]!.sql === "full") throw new Error("disk full");
      return [];
    },
    control: () => undefined,
    inTransaction: () => false,
  });
  const answers = await Promise.allSettled([batch([{ sql: "fine" }]), batch([{ sql: "full" }]), batch([{ sql: "later" }])]);
  expect(answers.map((answer) => answer.status === "rejected" && String(answer.reason))).toEqual(Array(3).fill("Error: disk full"));
});
