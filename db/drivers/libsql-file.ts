/**
 * libSQL over a local file. Nobody runs Roost on it: the contract suite does, as a third opinion on the interface.
 *
 * Measured on @libsql/client 0.18: with `concurrency: 1` a client has one connection, which a transaction borrows
 * and gives back, so that its pragmas stay (older versions threw it away after each transaction; and one that
 * cannot be rolled back still is). Hence one client to write, one to read, and a look at the pragmas before each
 * transaction. BEGIN by hand does not work: whatever is open when `execute` returns is rolled back.
 */
import { createClient, type Client, type Transaction } from "@libsql/client";
import { DatabaseBusyError, type Database, type OpenOptions, type Queries, type SqlValue, type Statement, type Tx } from "#db/database.ts";
import { ormOver } from "#db/orm.ts";
import { whileBusy, type BusyPolicy } from "./busy.ts";
import { commitListeners } from "./commit-listeners.ts";
import { filePath } from "./file-path.ts";
import { codeOf, inStatement, rowsOf, valuesOf } from "./libsql-rows.ts";
import { mutex } from "./mutex.ts";
import { assertPragmas, checkpointResult, DEFAULT_BUSY_TIMEOUT_MS, READER } from "./pragmas.ts";
import { assertOpen, transactionScope } from "./transaction-scope.ts";

/** How long SQLite itself may sleep (and with it the whole process) before the wait goes on asynchronously. */
const WRITER_SPIN_MS = 5;

/** Opens the file behind a `file:` URL. @throws when it cannot be opened or a pragma did not hold */
export async function connectLibsqlFile(url: string, options: OpenOptions): Promise<Database> {
  const busy: BusyPolicy = { timeoutMs: options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS, isBusy };
  const file = `file:${filePath(url)}`;
  const writer = createClient({ url: file, intMode: "number", concurrency: 1 });
  const reader = createClient({ url: file, intMode: "number", concurrency: 1 });
  await prepare(writer, busy, WRITER_SPIN_MS, {});
  await prepare(reader, busy, busy.timeoutMs, READER);
  const scope = transactionScope();
  const exclusive = mutex();
  const commits = commitListeners();

  /** A statement that was refused as busy is never reset by the driver and blocks the connection's commits: it gets a new one. */
  async function fresh<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isBusy(error)) {
        writer.reconnect();
        await prepare(writer, busy, WRITER_SPIN_MS, {});
      }
      throw error;
    }
  }

  /** Runs `work` in a write transaction. Only under the mutex. */
  async function inTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if ((await pragma(writer, "foreign_keys")) !== 1) await prepare(writer, busy, WRITER_SPIN_MS, {});
    const transaction = await whileBusy(() => fresh(() => writer.transaction("write")), busy);
    try {
      const value = await work(transaction);
      await transaction.commit();
      return value;
    } catch (error) {
      throw asBusy(error);
    } finally {
      transaction.close();
    }
  }

  async function transact<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    scope.refuseInside("transact()");
    const result = await exclusive(() => inTransaction((transaction) => scope.run((state) => fn(writesOver(transaction, () => assertOpen(state))))));
    commits.notify();
    return result;
  }

  return {
    kind: "libsql-file",
    ...queriesOver(reader, () => scope.refuseInside("a query on db")),
    transact,
    batch: async (statements) => {
      scope.refuseInside("batch()");
      const results = await exclusive(() => inTransaction((transaction) => transaction.batch(statements.map(inStatement))));
      commits.notify();
      return results.map(rowsOf);
    },
    batchWithoutForeignKeys: async (statements) => {
      scope.refuseInside("batchWithoutForeignKeys()");
      const results = await exclusive(() => whileBusy(() => fresh(() => writer.migrate(statements.map(inStatement))), busy));
      commits.notify();
      return results.map(rowsOf);
    },
    snapshot: async (fn) => {
      scope.refuseInside("snapshot()");
      const client = createClient({ url: file, intMode: "number", concurrency: 1 });
      try {
        await prepare(client, busy, busy.timeoutMs, READER);
        const transaction = await client.transaction("deferred");
        await transaction.execute("SELECT count(*) FROM sqlite_master");
        return await fn(queriesOver(transaction, () => undefined));
      } finally {
        client.close();
      }
    },
    onCommit: commits.add,
    writeFault: () => null,
    dataVersion: async () => (await pragma(reader, "data_version")) as number,
    checkpoint: async (mode) => {
      scope.refuseInside("checkpoint()");
      return exclusive(async () => checkpointResult(rowsOf(await writer.execute(`PRAGMA wal_checkpoint(${mode})`))[0]));
    },
    close: async () => {
      scope.refuseInside("close()");
      await exclusive(() => {
        commits.clear();
        reader.close();
        writer.close();
      });
    },
  };
}

async function prepare(client: Client, busy: BusyPolicy, busyTimeoutMs: number, besides: Record<string, SqlValue>) {
  await client.execute(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  await whileBusy(() => client.execute("PRAGMA journal_mode = WAL"), busy);
  await client.execute("PRAGMA synchronous = FULL");
  await client.execute("PRAGMA foreign_keys = ON");
  for (const [name, value] of Object.entries(besides)) await client.execute(`PRAGMA ${name} = ${String(value)}`);
  await assertPragmas((name) => pragma(client, name), besides);
}

async function pragma(client: Client, name: string): Promise<SqlValue> {
  const [row] = valuesOf(await client.execute(`PRAGMA ${name}`));
  return row?.[0] ?? null;
}

function queriesOver(connection: Client | Transaction, check: () => void): Queries {
  let orm: Queries["orm"] | undefined;
  const run = async (statement: Statement) => {
    check();
    try {
      return await connection.execute(inStatement(statement));
    } catch (error) {
      throw asBusy(error);
    }
  };
  return {
    get orm() {
      return (orm ??= ormOver(async (sql, args) => valuesOf(await run({ sql, args }))));
    },
    all: async <T>(sql: string, args: readonly SqlValue[] = []) => rowsOf(await run({ sql, args })) as T[],
  };
}

function writesOver(transaction: Transaction, check: () => void): Tx {
  return Object.assign(queriesOver(transaction, check), {
    each: async (sql: string, rows: readonly (readonly SqlValue[])[]) => {
      check();
      try {
        await transaction.batch(rows.map((args) => inStatement({ sql, args })));
      } catch (error) {
        throw asBusy(error);
      }
    },
  });
}

const isBusy = (error: unknown) => ["SQLITE_BUSY", "SQLITE_LOCKED"].includes(codeOf(error));

const asBusy = (error: unknown) => (isBusy(error) ? new DatabaseBusyError("the database is locked by another process", { cause: error }) : error);
