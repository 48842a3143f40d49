/** One interactive write transaction on a libSQL server. */
import type { Client, ResultSet, Transaction } from "@libsql/client";
import { DatabaseBusyError, type SqlValue, type Statement } from "#db/database.ts";
import { whileBusy, type BusyPolicy } from "./busy.ts";
import { codeOf, inStatement } from "./libsql-rows.ts";

/** The lock was taken, or the server has ended the transaction or its stream before a commit: nothing was written. */
const NOTHING_WRITTEN = new Set(["SQLITE_BUSY", "SQLITE_LOCKED", "TRANSACTION_TIMEOUT", "STREAM_EXPIRED", "TRANSACTION_BUSY"]);

export const isBusy = (error: unknown) => NOTHING_WRITTEN.has(codeOf(error));

/** A request of that many rows is answered well within a second. */
const ROWS_A_REQUEST = 500;

const noop = () => undefined;

/** For errors that came before any COMMIT was sent, or instead of it. */
export const asBusy = (error: unknown) => (isBusy(error) ? new DatabaseBusyError("the database server ended the transaction before its commit", { cause: error }) : error);

/**
 * BEGIN travels with the first statement, in one round trip; while that is refused because the lock is taken, a new
 * transaction is tried, unseen by the caller. From the second statement on an error is the caller's: what the first
 * ones answered belongs to a transaction that is gone.
 */
export async function serverTransaction(client: Client, within: <T>(answer: Promise<T>) => Promise<T>, busy: BusyPolicy) {
  let transaction: Transaction | undefined;
  let first: Promise<unknown> | undefined;

  async function begin(statement: Statement): Promise<ResultSet> {
    return whileBusy(
      async () => {
        transaction = await within(client.transaction("write"));
        return await within(transaction.execute(inStatement(statement)));
      },
      // Only a BEGIN that failed closes the transaction; a statement that failed leaves it open.
      { ...busy, isBusy: (error) => transaction?.closed === true && isBusy(error) },
    );
  }

  async function execute(statement: Statement): Promise<ResultSet> {
    if (!first) {
      const begun = begin(statement);
      first = begun;
      return begun;
    }
    // A second statement asked for at the same time must find the transaction begun. An error is the first one's to tell.
    await first.then(noop, noop);
    try {
      return await within(transaction!.execute(inStatement(statement)));
    } catch (error) {
      throw asBusy(error);
    }
  }

  return {
    execute,
    async each(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
      if (rows.length === 0) return;
      await execute({ sql, args: rows[0]! });
      try {
        for (let start = 1; start < rows.length; start += ROWS_A_REQUEST) await within(transaction!.batch(rows.slice(start, start + ROWS_A_REQUEST).map((args) => inStatement({ sql, args }))));
      } catch (error) {
        throw asBusy(error);
      }
    },
    /** Without any statement there is nothing to commit. */
    async commit() {
      if (!transaction) return;
      try {
        await within(transaction.commit());
      } catch (error) {
        // "cannot commit - no transaction is active": the server had rolled it back meanwhile.
        if (error instanceof Error && /no transaction is active/.test(error.message)) throw new DatabaseBusyError("the database server ended the transaction before its commit", { cause: error });
        throw asBusy(error);
      }
    },
    /** Closing the stream is enough: the server rolls back what is open on it. The first error is the one to tell. */
    async rollback() {
      if (!transaction || transaction.closed) return;
      await within(transaction.rollback()).catch(() => transaction!.close());
    },
  };
}
