/**
 * A libSQL server (sqld, Turso) over http or WebSocket. Reads are one round trip each; `batch` is one for all its
 * statements; an interactive transaction one for each statement and one to commit (see server-transaction.ts).
 *
 * What sqld 0.24.32 does, measured, since it lets nobody set these:
 * - `foreign_keys` is 1 on every stream, in transactions and outside, over http and ws; switching it off on one
 *   stream changes no other. Asserted when opening, and by behaviour in the contract suite.
 * - `journal_mode` is WAL; `synchronous` is 1 (NORMAL) and `PRAGMA synchronous = FULL` is refused: how much a power
 *   cut may cost is the server operator's decision (replicas, backups), not ours.
 * - A second writer waits up to 5 s on the server, which then ends the *first* one's transaction
 *   (TRANSACTION_TIMEOUT) if it is older than that. Idle http streams expire after 10 s (STREAM_EXPIRED).
 * - Read mode (`BEGIN READONLY`) does not refuse writes, hence the look at the text below.
 */
import { createClient, type Client } from "@libsql/client";
import type { Database, OpenOptions, Queries, SqlValue, Statement, Tx } from "#db/database.ts";
import { ormOver } from "#db/orm.ts";
import { whileBusy, type BusyPolicy } from "./busy.ts";
import { commitListeners } from "./commit-listeners.ts";
import { deadline, DatabaseTimeoutError } from "./deadline.ts";
import { inStatement, rowsOf, valuesOf } from "./libsql-rows.ts";
import { mutex } from "./mutex.ts";
import { DEFAULT_BUSY_TIMEOUT_MS } from "./pragmas.ts";
import { assertReadOnly } from "./read-only.ts";
import { asBusy, isBusy, serverTransaction } from "./server-transaction.ts";
import { assertOpen, transactionScope } from "./transaction-scope.ts";

interface Connection {
  client: Client;
  /** Gives an answer its time. Without it the connection is given up, with all else that was asked over it. */
  within: <T>(answer: Promise<T>) => Promise<T>;
}

/** @throws when the server cannot be reached or does not enforce foreign keys */
export async function connectLibsqlServer(url: string, options: OpenOptions): Promise<Database> {
  const busy: BusyPolicy = { timeoutMs: options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS, isBusy };
  let current: Connection | null = null;

  /** Once it was given up the next question opens another. The client's own reconnect() would keep each that never came about. */
  const connected = (): Connection => (current ??= connect());

  function connect(): Connection {
    const client = createClient({ url, intMode: "number", ...(options.authToken ? { authToken: options.authToken } : {}) });
    let isGivenUp = false;
    const inTime = deadline(() => {
      isGivenUp = true;
      client.close();
      if (current?.client === client) current = null;
    }, options.answerWithinMs);
    const within = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await inTime(answer);
      } catch (error) {
        // Also whoever was asked something else over it, or stands in the middle of a transaction.
        if (isGivenUp && !(error instanceof DatabaseTimeoutError)) throw new DatabaseTimeoutError("the connection to the database server was given up", { cause: error });
        throw error;
      }
    };
    return { client, within };
  }

  const scope = transactionScope();
  const exclusive = mutex();
  const commits = commitListeners();

  const read = async (statement: Statement) => {
    assertReadOnly(statement.sql);
    scope.refuseInside("a query on db");
    // A read may always be asked again.
    return whileBusy(() => {
      const { client, within } = connected();
      return within(client.execute(inStatement(statement)));
    }, busy);
  };

  async function transact<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    scope.refuseInside("transact()");
    const result = await exclusive(async () => {
      const { client, within } = connected();
      const transaction = await serverTransaction(client, within, busy);
      try {
        const value = await scope.run((state) =>
          fn(
            Object.assign(
              queriesOver((statement) => {
                assertOpen(state);
                return transaction.execute(statement);
              }),
              {
                each: async (sql: string, rows: readonly (readonly SqlValue[])[]) => {
                  assertOpen(state);
                  await transaction.each(sql, rows);
                },
              },
            ),
          ),
        );
        await transaction.commit();
        return value;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    });
    commits.notify();
    return result;
  }

  /** `work` is atomic and begins with BEGIN: an answer "busy" says that nothing was done. */
  async function atomic(what: string, work: (client: Client) => ReturnType<Client["batch"]>) {
    scope.refuseInside(what);
    try {
      const results = await exclusive(() =>
        whileBusy(() => {
          const { client, within } = connected();
          return within(work(client));
        }, busy),
      );
      commits.notify();
      return results.map(rowsOf);
    } catch (error) {
      throw asBusy(error);
    }
  }

  const first = connected();
  const [foreignKeys] = valuesOf(await first.within(first.client.execute("PRAGMA foreign_keys")));
  if (foreignKeys?.[0] !== 1) throw new Error(`PRAGMA foreign_keys is ${String(foreignKeys?.[0])} on the libSQL server, expected 1`);

  return {
    kind: "libsql-server",
    ...queriesOver(read),
    transact,
    batch: (statements) => atomic("batch()", (client) => client.batch(statements.map(inStatement), "write")),
    batchWithoutForeignKeys: (statements) => atomic("batchWithoutForeignKeys()", (client) => client.migrate(statements.map(inStatement))),
    snapshot: async (fn) => {
      scope.refuseInside("snapshot()");
      // Measured: a read transaction outlives the 5 s of a writing one, as long as it is asked something every 10 s.
      const { client, within } = connected();
      const transaction = await whileBusy(() => within(client.transaction("read")), busy);
      try {
        await within(transaction.execute("SELECT count(*) FROM sqlite_master"));
        return await fn(
          queriesOver((statement) => {
            assertReadOnly(statement.sql);
            return within(transaction.execute(inStatement(statement)));
          }),
        );
      } finally {
        transaction.close();
      }
    },
    onCommit: commits.add,
    writeFault: () => null,
    dataVersion: () => Promise.resolve(null),
    checkpoint: () => Promise.resolve(null),
    close: async () => {
      scope.refuseInside("close()");
      await exclusive(() => {
        commits.clear();
        connected().client.close();
      });
    },
  };
}

function queriesOver(run: (statement: Statement) => Promise<Parameters<typeof rowsOf>[0]>): Queries {
  let orm: Queries["orm"] | undefined;
  return {
    get orm() {
      return (orm ??= ormOver(async (sql, args) => valuesOf(await run({ sql, args }))));
    },
    all: async <T>(sql: string, args: readonly SqlValue[] = []) => rowsOf(await run({ sql, args })) as T[],
  };
}
