/** The small parts that the drivers are made of. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { DatabaseBusyError } from "#db/database.ts";
import { whileBusy } from "#db/drivers/busy.ts";
import { filePath } from "#db/drivers/file-path.ts";
import { mutex } from "#db/drivers/mutex.ts";
import { assertPragmas } from "#db/drivers/pragmas.ts";
import { assertReadOnly } from "#db/drivers/read-only.ts";

test("the mutex admits one at a time, in the order of asking, also after a failure", async () => {
  const exclusive = mutex();
  const order: string[] = [];
  let inside = 0;
  const work = (name: string, fails = false) =>
    exclusive(async () => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(name);
      inside--;
      if (fails) throw new Error(name);
    });
  const first = work("a", true);
  const others = [work("b"), work("c")];
  await expect(first).rejects.toThrow("a");
  // Whoever asks while the lock is being handed over does not overtake.
  others.push(work("d"));
  await Promise.all(others);
  expect(order).toEqual(["a", "b", "c", "d"]);
});

test("whileBusy tries until it is free, gives up in time, and lets other errors pass at once", async () => {
  const isBusy = (error: unknown) => error instanceof Error && error.message === "busy";
  let tries = 0;
  const freeAfter = (count: number) => () => {
    if (++tries < count) throw new Error("busy");
    return "free";
  };
  expect(await whileBusy(freeAfter(4), { timeoutMs: 5_000, isBusy, random: () => 0 })).toBe("free");
  expect(tries).toBe(4);
  await expect(whileBusy(freeAfter(Infinity), { timeoutMs: 20, isBusy, random: () => 0 })).rejects.toThrow(DatabaseBusyError);
  tries = 0;
  await expect(whileBusy(() => (tries++, Promise.reject(new Error("broken"))), { timeoutMs: 5_000, isBusy })).rejects.toThrow("broken");
  expect(tries).toBe(1);
});

test("a pragma that did not hold is named", async () => {
  const pragmas: Record<string, string | number> = { journal_mode: "wal", synchronous: 2, foreign_keys: 1 };
  await assertPragmas((name) => pragmas[name]!);
  await expect(assertPragmas((name) => (name === "synchronous" ? 1 : pragmas[name]!))).rejects.toThrow("PRAGMA synchronous is 1, expected 2");
  await expect(assertPragmas((name) => pragmas[name] ?? 0, { query_only: 1 })).rejects.toThrow("query_only");
});

test("reads and writes are told apart by their text", () => {
  const reads = ["select 1", "  SELECT replace(a, 'x', 'y') FROM t", "WITH x AS (SELECT 'insert into y') SELECT * FROM x", "-- why\nSELECT 1", "EXPLAIN QUERY PLAN DELETE FROM t", "PRAGMA foreign_keys", "VALUES (1)", "SELECT 1 /* delete from t */"];
  const writes = ["INSERT INTO t VALUES (1)", "update t set a = 1", "delete from t", "DROP TABLE t", "WITH x AS (SELECT 1) DELETE FROM t", "with x as (select 1) insert or ignore into t select * from x", "WITH x AS (SELECT 1) UPDATE `t` SET a = 1", "PRAGMA foreign_keys = OFF", "/* select */ VACUUM", "BEGIN", ""];
  for (const sql of reads) expect(() => assertReadOnly(sql), sql).not.toThrow();
  for (const sql of writes) expect(() => assertReadOnly(sql), sql).toThrow(/write/);
});

test("a file: URL in each of its forms", () => {
  expect(["file:roost.db", "file:./data/roost.db", "file:/var/roost.db", "file:///var/a%20b.db"].map(filePath)).toEqual(["roost.db", "./data/roost.db", "/var/roost.db", "/var/a b.db"]);
});

test("a listener that throws loses neither the commit nor the other listeners, and is heard of", async () => {
  const child = fileURLToPath(new URL("./children/faulty-listener.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", child]);
  expect(JSON.parse(stdout)).toEqual({ told: ["faulty", "sound"], rows: 1, heard: ["the listener's own fault"] });
});
