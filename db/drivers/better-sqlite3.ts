/**
 * better-sqlite3 on a local file: one connection that writes and one that reads, so that a long read never
 * waits for a write and never sees half of one. better-sqlite3's own transactions refuse async callbacks,
 * hence BEGIN and COMMIT by hand under a mutex.
 */
import BetterSqlite from "better-sqlite3";
import { DatabaseBusyError, type Database, type OpenOptions, type Queries, type Row, type SqlValue, type Statement, type Tx } from "#db/database.ts";
import { ormOver } from "#db/orm.ts";
import { whileBusy, type BusyPolicy } from "./busy.ts";
import { commitListeners } from "./commit-listeners.ts";
import { filePath } from "./file-path.ts";
import { groupCommit } from "./group-commit.ts";
import { mutex } from "./mutex.ts";
import { assertPragmas, BULK, checkpointResult, DEFAULT_BUSY_TIMEOUT_MS, READER } from "./pragmas.ts";
import { preparedStatements, type Connection } from "./prepared-statements.ts";
import { assertOpen, transactionScope } from "./transaction-scope.ts";

/** How long SQLite itself may sleep (and with it the whole process) before the wait goes on asynchronously. */
const WRITER_SPIN_MS = 5;

/** Opens the file behind a `file:` URL. @throws when it cannot be opened or a pragma did not hold */
export async function connectBetterSqlite3(url: string, options: OpenOptions): Promise<Database> {
  const busy: BusyPolicy = { timeoutMs: options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS, isBusy };
  const file = filePath(url);
  const writer = await open(file, busy, WRITER_SPIN_MS, options.bulk ? BULK : {});
  const reader = await open(file, busy, busy.timeoutMs, READER);
  const write = preparedStatements(writer);
  const read = preparedStatements(reader);
  const scope = transactionScope();
  const exclusive = mutex();
  const commits = commitListeners();
  const begin = writer.prepare("BEGIN IMMEDIATE");
  const commit = writer.prepare("COMMIT");
  const rollback = writer.prepare("ROLLBACK");
  const totalChanges = writer.prepare("SELECT total_changes()").pluck();
  let fault: Error | null = null;

  /** Runs `work` between BEGIN IMMEDIATE and COMMIT, and tells of the commit. Only under the mutex. */
  async function inTransaction<T>(work: () => Promise<T> | T): Promise<T> {
    await whileBusy(() => begin.run(), busy);
    // Only looked at after a failure. A COMMIT of nothing succeeds on the fullest disk.
    const before = fault && totalChanges.get();
    try {
      const value = await work();
      busyAsError(() => commit.run());
      if (fault && totalChanges.get() !== before) fault = null;
      commits.notify();
      return value;
    } catch (error) {
      if (isDiskFault(error)) fault = error;
      // SQLite has rolled back by itself after some errors (disk full, I/O); after a failed COMMIT it mostly has not.
      if (writer.inTransaction) rollback.run();
      throw error;
    }
  }

  async function transact<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    scope.refuseInside("transact()");
    return exclusive(() =>
      inTransaction(() =>
        scope.run((transaction) =>
          fn(
            writesOver(write, () => {
              assertOpen(transaction);
              if (!writer.inTransaction) throw new Error("SQLite has rolled this transaction back after an earlier error");
            }),
          ),
        ),
      ),
    );
  }

  /** All statements in one synchronous stretch: nothing else of this process runs in between. */
  function runAll(statements: readonly Statement[]): Row[][] {
    return statements.map(({ sql, args }) => write.rows(sql, args ?? []));
  }

  const grouped = groupCommit({ transaction: inTransaction, runAll, control: (sql) => write.rows(sql, []), inTransaction: () => writer.inTransaction, exclusive });

  return {
    kind: "better-sqlite3",
    ...queriesOver(read, () => scope.refuseInside("a query on db")),
    transact,
    batch: async (statements) => {
      scope.refuseInside("batch()");
      return grouped(statements);
    },
    batchWithoutForeignKeys: async (statements) => {
      scope.refuseInside("batchWithoutForeignKeys()");
      return exclusive(async () => {
        writer.pragma("foreign_keys = OFF");
        try {
          return await inTransaction(() => runAll(statements));
        } finally {
          writer.pragma("foreign_keys = ON");
          await assertPragmas((name) => writer.pragma(name, { simple: true }) as SqlValue);
        }
      });
    },
    snapshot: async (fn) => {
      scope.refuseInside("snapshot()");
      const connection = await open(file, busy, busy.timeoutMs, READER);
      try {
        connection.exec("BEGIN");
        // The state is that of the first read.
        connection.prepare("SELECT count(*) FROM sqlite_master").get();
        return await fn(queriesOver(preparedStatements(connection), () => undefined));
      } finally {
        // Also ends the transaction: whoever kept the queries finds them closed.
        connection.close();
      }
    },
    onCommit: commits.add,
    writeFault: () => fault,
    dataVersion: async () => reader.pragma("data_version", { simple: true }) as number,
    // On the writer, whose busy timeout is a few milliseconds: waiting for readers would hold every sender up.
    checkpoint: async (mode) => {
      scope.refuseInside("checkpoint()");
      return exclusive(() => checkpointResult((writer.pragma(`wal_checkpoint(${mode})`) as Row[])[0]));
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

async function open(file: string, busy: BusyPolicy, busyTimeoutMs: number, besides: Record<string, SqlValue>): Promise<Connection> {
  const connection = new BetterSqlite(file, { timeout: busyTimeoutMs });
  try {
    // Two processes that open a new file at once: the change to WAL does not wait for the busy timeout.
    await whileBusy(() => connection.pragma("journal_mode = WAL"), busy);
    // better-sqlite3 is compiled to fall back to NORMAL when a WAL file is opened again.
    connection.pragma("synchronous = FULL");
    connection.pragma("foreign_keys = ON");
    for (const [name, value] of Object.entries(besides)) connection.pragma(`${name} = ${String(value)}`);
    await assertPragmas((name) => connection.pragma(name, { simple: true }) as SqlValue, besides);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function queriesOver(statements: ReturnType<typeof preparedStatements>, check: () => void): Queries {
  let orm: Queries["orm"] | undefined;
  return {
    // Made on first use: building drizzle costs 30 µs, which a transaction of raw statements need not pay.
    get orm() {
      return (orm ??= ormOver(async (sql, args) => {
        check();
        return busyAsError(() => statements.values(sql, args));
      }));
    },
    all: async <T>(sql: string, args: readonly SqlValue[] = []) => {
      check();
      return busyAsError(() => statements.rows(sql, args)) as T[];
    },
  };
}

function writesOver(statements: ReturnType<typeof preparedStatements>, check: () => void): Tx {
  // Not spread: `orm` is made on first use.
  return Object.assign(queriesOver(statements, check), {
    each: async (sql: string, rows: readonly (readonly SqlValue[])[]) => {
      check();
      busyAsError(() => statements.each(sql, rows));
    },
  });
}

const isBusy = (error: unknown) => error instanceof BetterSqlite.SqliteError && (error.code.startsWith("SQLITE_BUSY") || error.code.startsWith("SQLITE_LOCKED"));

/** No room, or an error of the disk. Measured with strace: whatever fails, a write or an fsync, the same connection goes on once the disk does. */
const isDiskFault = (error: unknown): error is Error => error instanceof BetterSqlite.SqliteError && /^SQLITE_(FULL|IOERR|CANTOPEN)/.test(error.code);

function busyAsError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isBusy(error)) throw new DatabaseBusyError("the database is locked by another process", { cause: error });
    throw error;
  }
}
