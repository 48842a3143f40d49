/** What every backend must do, said once: the drivers are held against it, not against each other. */
import { stat } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { DatabaseBusyError, type Database, type Tx } from "#db/database.ts";
import { TransactionMisuseError } from "#db/drivers/transaction-scope.ts";
import * as schema from "#db/schema/index.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";

describe.each(DATABASE_KINDS)("a database on %s", (kind) => {
  let test_: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    test_ = await testDatabase(kind);
    db = test_.db;
    await db.batch([{ sql: "CREATE TABLE numbers (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT" }, { sql: "CREATE TABLE parts (id INTEGER PRIMARY KEY, of TEXT NOT NULL REFERENCES numbers (name)) STRICT" }]);
  });
  afterAll(() => test_.close());

  const number = async (name: string) => (await db.all<{ n: number }>("SELECT n FROM numbers WHERE name = ?", [name]))[0]?.n;
  const put = (tx: Pick<Tx, "all">, name: string, n = 0) => tx.all("INSERT INTO numbers (name, n) VALUES (?, ?)", [name, n]);
  const increment = async (database: Database, name: string) =>
    database.transact(async (tx) => {
      const [row] = await tx.all<{ n: number }>("SELECT n FROM numbers WHERE name = ?", [name]);
      await Promise.resolve();
      await tx.all("UPDATE numbers SET n = ? WHERE name = ?", [row!.n + 1, name]);
    });

  describe("transact", () => {
    test("commits what it wrote and returns what it was given", async () => {
      const name = newId();
      expect(await db.transact(async (tx) => (await put(tx, name, 7), "done"))).toBe("done");
      expect(await number(name)).toBe(7);
    });

    test("sees its own writes, which nobody else does before the commit", async () => {
      const name = newId();
      const other = await test_.openAnother();
      await db.transact(async (tx) => {
        await put(tx, name, 1);
        expect(await tx.all("SELECT n FROM numbers WHERE name = ?", [name])).toEqual([{ n: 1 }]);
        expect(await other.all("SELECT n FROM numbers WHERE name = ?", [name])).toEqual([]);
      });
      expect(await other.all("SELECT n FROM numbers WHERE name = ?", [name])).toEqual([{ n: 1 }]);
    });

    test("rolls back when the callback throws, throws the same, and goes on working", async () => {
      const name = newId();
      const fault = new Error("on purpose");
      await expect(db.transact(async (tx) => (await put(tx, name), Promise.reject(fault)))).rejects.toBe(fault);
      expect(await number(name)).toBeUndefined();
      await db.transact((tx) => put(tx, name));
      expect(await number(name)).toBe(0);
    });

    test("may go on after a statement that failed", async () => {
      const name = newId();
      await db.transact(async (tx) => {
        await put(tx, name, 1);
        await expect(put(tx, name, 2)).rejects.toThrow(/UNIQUE/);
        await tx.all("UPDATE numbers SET n = 3 WHERE name = ?", [name]);
      });
      expect(await number(name)).toBe(3);
    });

    test("may go on after its first statement failed", async () => {
      const name = newId();
      await db.transact(async (tx) => {
        await expect(tx.all("INSERT INTO nowhere VALUES (1)")).rejects.toThrow(/nowhere/);
        await put(tx, name, 4);
      });
      expect(await number(name)).toBe(4);
    });

    test("without a statement is nothing", async () => {
      expect(await db.transact(() => Promise.resolve(5))).toBe(5);
    });

    test("runs one statement for many rows, in order, as its first statement and later; a row that fails takes the transaction back", async () => {
      const [first, second, taken] = [newId(), newId(), newId()];
      const rows = (name: string, count: number) => Array.from({ length: count }, (_, n) => [`${name} ${n}`, n]);
      const insert = "INSERT INTO numbers (name, n) VALUES (?, ?)";
      const stored = (name: string) => db.all<{ n: number }>("SELECT n FROM numbers WHERE name LIKE ? || ' %' ORDER BY rowid", [name]);
      let kept: Tx | undefined;
      await db.transact(async (tx) => {
        kept = tx;
        await tx.each(insert, []);
        await tx.each(insert, rows(first, 1_100));
        await tx.each(`${insert} RETURNING n`, rows(second, 1));
      });
      expect((await stored(first)).map(({ n }) => n)).toEqual(Array.from({ length: 1_100 }, (_, n) => n));
      expect(await stored(second)).toEqual([{ n: 0 }]);
      await expect(kept!.each(insert, rows(taken, 1))).rejects.toThrow(TransactionMisuseError);
      const doubled = [...rows(taken, 1_000), ...rows(taken, 1)];
      await expect(db.transact((tx) => tx.each(insert, doubled))).rejects.toThrow(/UNIQUE/);
      expect(await stored(taken)).toEqual([]);
    });

    test("runs statements asked for at once in the order of asking", async () => {
      const name = newId();
      await db.transact(async (tx) => {
        await Promise.all([put(tx, name, 1), tx.all("UPDATE numbers SET n = n * 10 WHERE name = ?", [name]), tx.all("UPDATE numbers SET n = n + 1 WHERE name = ?", [name])]);
      });
      expect(await number(name)).toBe(11);
    });

    test("a commit that fails is an error, and nothing stays", async () => {
      const name = newId();
      const failing = db.transact(async (tx) => {
        await put(tx, name);
        await tx.all("PRAGMA defer_foreign_keys = ON");
        await tx.all("INSERT INTO parts (of) VALUES ('nobody')");
      });
      // sqld refuses the pragma, the others fail at the commit: either way nothing may stay.
      await expect(failing).rejects.toThrow();
      expect(await number(name)).toBeUndefined();
      await db.transact((tx) => put(tx, name));
      expect(await number(name)).toBe(0);
    });

    test("50 read-modify-writes at once make exactly 50", async () => {
      const name = newId();
      await db.batch([{ sql: "INSERT INTO numbers VALUES (?, 0)", args: [name] }]);
      await Promise.all(Array.from({ length: 50 }, () => increment(db, name)));
      expect(await number(name)).toBe(50);
    });

    test("two Databases in contention lose nothing", async () => {
      const name = newId();
      const other = await test_.openAnother({ busyTimeoutMs: 30_000 });
      const mine = await test_.openAnother({ busyTimeoutMs: 30_000 });
      await db.batch([{ sql: "INSERT INTO numbers VALUES (?, 0)", args: [name] }]);
      await Promise.all(Array.from({ length: 40 }, (_, index) => increment(index % 2 ? mine : other, name)));
      expect(await number(name)).toBe(40);
    });

    test("inside itself is refused instead of waiting for ever, and so is db", async () => {
      const name = newId();
      await db.transact(async (tx) => {
        await put(tx, name, 1);
        await expect(db.transact(() => Promise.resolve())).rejects.toThrow(TransactionMisuseError);
        await expect(db.batch([{ sql: "SELECT 1" }])).rejects.toThrow(TransactionMisuseError);
        await expect(db.all("SELECT 1")).rejects.toThrow(TransactionMisuseError);
        await expect((async () => db.orm.select().from(schema.users))()).rejects.toThrow(/inside transact/);
      });
      expect(await number(name)).toBe(1);
      expect(await db.all("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    });

    test("its tx ends with it", async () => {
      const kept = await db.transact(async (tx) => (await tx.all("SELECT 1"), tx));
      await expect(kept.all("SELECT 1")).rejects.toThrow(TransactionMisuseError);
      await expect((async () => kept.orm.select().from(schema.users))()).rejects.toThrow(/has ended/);
      // Nor does it slip into somebody else's transaction.
      await db.transact(async (tx) => {
        await tx.all("SELECT 1");
        await expect(kept.all("SELECT 1")).rejects.toThrow(TransactionMisuseError);
      });
    });

    test("what was begun inside but runs after it may use db", async () => {
      let later: Promise<unknown> | undefined;
      let go = () => {};
      await db.transact((tx) => {
        later = new Promise<void>((resolve) => (go = resolve)).then(() => db.all("SELECT 2 AS two"));
        return tx.all("SELECT 1");
      });
      go();
      expect(await later).toEqual([{ two: 2 }]);
    });

    test("what was begun inside an earlier one may use db while a later one is open", async () => {
      let later: Promise<unknown> | undefined;
      let go = () => {};
      await db.transact((tx) => {
        later = new Promise<void>((resolve) => (go = resolve)).then(() => db.all("SELECT 2 AS two"));
        return tx.all("SELECT 1");
      });
      await db.transact(async (tx) => {
        await tx.all("SELECT 1");
        go();
        expect(await later).toEqual([{ two: 2 }]);
        await expect(db.all("SELECT 1")).rejects.toThrow(TransactionMisuseError);
      });
    });
  });

  describe("batch", () => {
    test("answers the rows of each statement", async () => {
      const name = newId();
      const [inserted, updated, selected] = await db.batch([
        { sql: "INSERT INTO numbers VALUES (?, 1)", args: [name] },
        { sql: "UPDATE numbers SET n = n + 1 WHERE name = ? RETURNING n", args: [name] },
        { sql: "SELECT name, n FROM numbers WHERE name = ?", args: [name] },
      ]);
      expect(inserted).toEqual([]);
      expect(updated).toEqual([{ n: 2 }]);
      expect(selected).toEqual([{ name, n: 2 }]);
    });

    test("is atomic: the last statement's error takes the first one back", async () => {
      const name = newId();
      const failing = db.batch([
        { sql: "INSERT INTO numbers VALUES (?, 1)", args: [name] },
        { sql: "INSERT INTO numbers VALUES (?, 2)", args: [name] },
      ]);
      await expect(failing).rejects.toThrow(/UNIQUE/);
      expect(await number(name)).toBeUndefined();
      expect(await db.batch([{ sql: "SELECT 1 AS one" }])).toEqual([[{ one: 1 }]]);
    });

    test("guards by changes(): what did nothing brings nothing", async () => {
      const name = newId();
      const once = () =>
        db.batch([
          { sql: "INSERT INTO numbers (name, n) VALUES (?, 1) ON CONFLICT DO NOTHING", args: [name] },
          { sql: "INSERT INTO numbers (name, n) SELECT ?, 2 WHERE changes() > 0 RETURNING n", args: [`${name} first`] },
          { sql: "INSERT INTO numbers (name, n) SELECT ?, 3 WHERE changes() > 0 RETURNING n", args: [`${name} second`] },
        ]);
      expect(await once()).toEqual([[], [{ n: 2 }], [{ n: 3 }]]);
      expect(await once()).toEqual([[], [], []]);
    });

    test("30 at once all get through, one after the other", async () => {
      const name = newId();
      await db.batch([{ sql: "INSERT INTO numbers VALUES (?, 0)", args: [name] }]);
      const answers = await Promise.all(Array.from({ length: 30 }, () => db.batch([{ sql: "UPDATE numbers SET n = n + 1 WHERE name = ? RETURNING n", args: [name] }])));
      expect(answers.map(([rows]) => rows?.[0]?.["n"])).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    });

    test("of nothing answers nothing", async () => {
      expect(await db.batch([])).toEqual([]);
    });
  });

  describe("snapshot", () => {
    test("stays as it was while others write, lets them, and refuses to write", async () => {
      const name = newId();
      await db.transact((tx) => put(tx, name, 1));
      const seen = await db.snapshot(async (read) => {
        await db.transact((tx) => tx.all("UPDATE numbers SET n = 2 WHERE name = ?", [name]));
        await expect(read.all("INSERT INTO numbers VALUES (?, 1)", [newId()])).rejects.toThrow(/readonly|read-only|attempt to write/);
        return [await read.all("SELECT n FROM numbers WHERE name = ?", [name]), await number(name)];
      });
      expect(seen).toEqual([[{ n: 1 }], 2]);
    });

    test("ends with its callback, however that ends", async () => {
      const fault = new Error("on purpose");
      await expect(db.snapshot(() => Promise.reject(fault))).rejects.toBe(fault);
      const kept = await db.snapshot((read) => Promise.resolve(read));
      await expect(kept.all("SELECT 1")).rejects.toThrow();
      await expect(db.transact(() => db.snapshot(() => Promise.resolve()))).rejects.toThrow(TransactionMisuseError);
    });
  });

  describe("values", () => {
    test("integers stay integers, also inside JSON, and come back as numbers", async () => {
      const large = 1_795_210_738_049;
      expect(await db.all("SELECT ? AS small, ? AS large, typeof(?) AS type, typeof(?) AS half, json_set('{}', '$.n', ?) AS json", [5, large, large, 0.5, large])).toEqual([
        { small: 5, large, type: "integer", half: "real", json: `{"n":${large}}` },
      ]);
    });

    test("text, null, bytes and empty text", async () => {
      const [row] = await db.all("SELECT ? AS text, ? AS absent, ? AS bytes, ? AS empty", ["دفتر 📦", null, new Uint8Array([0, 1, 255]), ""]);
      expect(row).toMatchObject({ text: "دفتر 📦", absent: null, empty: "" });
      expect([...(row!["bytes"] as Uint8Array)]).toEqual([0, 1, 255]);
    });

    test("a STRICT table refuses another type", async () => {
      await expect(db.batch([{ sql: "INSERT INTO numbers VALUES (?, ?)", args: [newId(), "many"] }])).rejects.toThrow(/TEXT value/);
    });
  });

  describe("orm", () => {
    const user = (id: string, name: string) => ({ id, name, createdAt: 1_795_210_738_049 });

    test("inserts with returning, selects, updates, and gives undefined for nobody", async () => {
      const id = newId();
      const inserted = await db.transact((tx) => tx.orm.insert(schema.users).values(user(id, "Amal")).returning());
      expect(inserted).toMatchObject([{ id, name: "Amal", email: null, hue: 0, role: "member", createdAt: 1_795_210_738_049 }]);
      expect(await db.orm.select().from(schema.users).where(eq(schema.users.id, id))).toEqual(inserted);
      await db.transact((tx) => tx.orm.update(schema.users).set({ hue: 3 }).where(eq(schema.users.id, id)));
      expect(await db.orm.select({ hue: schema.users.hue }).from(schema.users).where(eq(schema.users.id, id)).get()).toEqual({ hue: 3 });
      expect(await db.orm.select().from(schema.users).where(eq(schema.users.id, newId())).get()).toBeUndefined();
    });

    test("keeps columns of the same name in a join apart", async () => {
      const [a, b] = [newId(), newId()];
      const conversation = newId();
      await db.transact(async (tx) => {
        await tx.orm.insert(schema.users).values([user(a, "A"), user(b, "B")]);
        await tx.orm.insert(schema.conversations).values({ id: conversation, kind: "direct", directKey: `${a}-${b}`, channel: `private-chat-${a}-${b}`, createdAt: 5 });
        await tx.orm.insert(schema.conversationMembers).values([a, b].map((userId) => ({ conversationId: conversation, userId, joinedAt: 6 })));
      });
      const rows = await db.orm
        .select()
        .from(schema.conversationMembers)
        .innerJoin(schema.users, eq(schema.users.id, schema.conversationMembers.userId))
        .innerJoin(schema.conversations, eq(schema.conversations.id, schema.conversationMembers.conversationId))
        .where(eq(schema.conversations.id, conversation))
        .orderBy(schema.users.name);
      expect(rows.map((row) => [row.users.id, row.users.createdAt, row.conversations.id, row.conversations.createdAt])).toEqual([
        [a, 1_795_210_738_049, conversation, 5],
        [b, 1_795_210_738_049, conversation, 5],
      ]);
    });

    test("its errors are the database's own, and name no parameter", async () => {
      const row = user(newId(), "secret-name");
      await db.transact(async (tx) => {
        await tx.orm.insert(schema.users).values(row);
        const again = await Promise.resolve(tx.orm.insert(schema.users).values(row)).then(() => null, (error: Error) => error);
        expect(again?.message).toMatch(/UNIQUE/);
        expect(again?.message).not.toContain("secret-name");
      });
    });

    test("has no transactions of its own", async () => {
      expect(() => (db.orm as unknown as { transaction(fn: () => void): void }).transaction(() => {})).toThrow(/db\.transact/);
      expect(await db.orm.all(sql`SELECT 1 AS one`)).toEqual([[1]]);
    });
  });

  test("a write outside transact and batch is refused", async () => {
    const name = newId();
    await expect(db.all("INSERT INTO numbers VALUES (?, 1)", [name])).rejects.toThrow(/write/);
    await expect(db.all("WITH one AS (SELECT ? AS name) INSERT INTO numbers SELECT name, 1 FROM one", [name])).rejects.toThrow(/write/);
    await expect((async () => db.orm.insert(schema.users).values({ id: name, name, createdAt: 1 }))()).rejects.toThrow();
    expect(await number(name)).toBeUndefined();
    expect(await db.orm.select().from(schema.users).where(eq(schema.users.id, name))).toEqual([]);
    // Words that only look like a write.
    expect(await db.all("WITH one AS (SELECT 'delete from me' AS text) SELECT replace(text, 'me', 'you') AS text FROM one")).toEqual([{ text: "delete from you" }]);
  });

  test("foreign keys hold in transact, in batch, and after a batch without them", async () => {
    const orphan = { sql: "INSERT INTO parts (of) VALUES (?)", args: [newId()] };
    await expect(db.batch([orphan])).rejects.toThrow(/FOREIGN KEY/);
    await db.batchWithoutForeignKeys([orphan, { sql: "DELETE FROM parts" }]);
    for (let turn = 0; turn < 5; turn++) {
      await expect(db.batch([orphan])).rejects.toThrow(/FOREIGN KEY/);
      await expect(db.transact((tx) => tx.all(orphan.sql, orphan.args))).rejects.toThrow(/FOREIGN KEY/);
    }
    await expect(db.batchWithoutForeignKeys([orphan, { sql: "SELECT missing" }])).rejects.toThrow(/missing/);
    await expect(db.batch([orphan])).rejects.toThrow(/FOREIGN KEY/);
    expect(await db.all("SELECT * FROM parts")).toEqual([]);
  });

  test("its pragmas hold on the connection that reads and on the one that writes, also after a rollback", async () => {
    await expect(db.transact(() => Promise.reject(new Error("on purpose")))).rejects.toThrow("on purpose");
    await expect(db.transact(async (tx) => (await tx.all("SELECT 1"), Promise.reject(new Error("on purpose"))))).rejects.toThrow("on purpose");
    const read = async (queries: Pick<Tx, "all">, name: string) => Object.values((await queries.all(`PRAGMA ${name}`))[0]!)[0];
    const written = await db.transact(async (tx) => ({ foreignKeys: await read(tx, "foreign_keys"), synchronous: await read(tx, "synchronous"), journal: await read(tx, "journal_mode") }));
    // A server decides by itself how it synchronises; see libsql-server.ts.
    const synchronous = db.kind === "libsql-server" ? 1 : 2;
    expect(written).toEqual({ foreignKeys: 1, synchronous, journal: "wal" });
    expect({ foreignKeys: await read(db, "foreign_keys"), synchronous: await read(db, "synchronous"), journal: await read(db, "journal_mode") }).toEqual(written);
  });

  test("onCommit tells of commits, once for many, not of failures, and not after it was ended", async () => {
    const name = newId();
    let told = 0;
    const end = db.onCommit(() => void told++);
    await expect(db.transact(() => Promise.reject(new Error("on purpose")))).rejects.toThrow("on purpose");
    await expect(db.batch([{ sql: "SELECT missing" }])).rejects.toThrow(/missing/);
    await db.all("SELECT 1");
    await nextTurn();
    expect(told).toBe(0);
    await db.transact((tx) => put(tx, name));
    // At once: whoever committed has not gone on yet.
    expect(told).toBe(1);
    await nextTurn();
    expect(told).toBe(1);
    await db.batch([{ sql: "UPDATE numbers SET n = 1 WHERE name = ?", args: [name] }]);
    expect(told).toBe(2);
    await nextTurn();
    await Promise.all(Array.from({ length: 20 }, () => db.batch([{ sql: "UPDATE numbers SET n = n + 1 WHERE name = ?", args: [name] }])));
    await nextTurn();
    expect(told).toBeGreaterThanOrEqual(3);
    expect(told).toBeLessThanOrEqual(2 + 20);
    const before = told;
    end();
    await db.batch([{ sql: "UPDATE numbers SET n = 2 WHERE name = ?", args: [name] }]);
    await nextTurn();
    expect(told).toBe(before);
  });

  test("dataVersion changes when another connection commits, or is null where nobody can tell", async () => {
    const other = await test_.openAnother();
    const before = await db.dataVersion();
    expect(await db.dataVersion()).toBe(before);
    await other.batch([{ sql: "INSERT INTO numbers VALUES (?, 1)", args: [newId()] }]);
    if (db.kind === "libsql-server") expect([before, await db.dataVersion()]).toEqual([null, null]);
    else expect(await db.dataVersion()).not.toBe(before);
  });

  test("checkpoint moves the log into the file, and data stays", async () => {
    const name = newId();
    await db.transact((tx) => put(tx, name, 3));
    const passive = await db.checkpoint("passive");
    const truncated = await db.checkpoint("truncate");
    if (db.kind === "libsql-server") expect([passive, truncated]).toEqual([null, null]);
    else expect(passive).toMatchObject({ pages: expect.any(Number) as number, moved: expect.any(Number) as number });
    // libSQL's driver leaves statements open, which hold the log back.
    if (db.kind === "better-sqlite3") {
      expect(truncated).toMatchObject({ busy: false });
      expect((await stat(`${test_.url.slice("file:".length)}-wal`)).size).toBe(0);
    }
    expect(await number(name)).toBe(3);
    if (db.kind !== "libsql-server") await expect(db.transact(() => db.checkpoint("passive"))).rejects.toThrow(TransactionMisuseError);
  });

  test("a write lock that is held too long is DatabaseBusyError, and nothing was written", async () => {
    const name = newId();
    const impatient = await test_.openAnother({ busyTimeoutMs: 50 });
    let attempt: Promise<unknown> = Promise.resolve();
    if (db.kind === "libsql-server") {
      // A server waits up to 5 s by itself, and then it is the holder whose transaction it ends.
      const held = db.transact(async (tx) => {
        await put(tx, name);
        await impatient.batch([{ sql: "INSERT INTO numbers VALUES (?, 2)", args: [`${name} impatient`] }]);
        await tx.all("SELECT 1");
      });
      await expect(held).rejects.toThrow(DatabaseBusyError);
      expect(await number(name)).toBeUndefined();
      expect(await number(`${name} impatient`)).toBe(2);
    } else {
      await db.transact(async (tx) => {
        await put(tx, name);
        attempt = impatient.transact((own) => put(own, name, 2));
        await expect(attempt).rejects.toThrow(DatabaseBusyError);
        await expect(impatient.batch([{ sql: "INSERT INTO numbers VALUES (?, 3)", args: [name] }])).rejects.toMatchObject({ code: "DATABASE_BUSY" });
      });
      expect(await number(name)).toBe(0);
    }
    await impatient.batch([{ sql: "UPDATE numbers SET n = 9 WHERE name LIKE ?", args: [`${name}%`] }]);
  }, 300_000);
});

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
