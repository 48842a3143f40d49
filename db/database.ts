/**
 * One database for all of Roost, whichever driver runs below it. Nothing outside `db/drivers` knows which.
 *
 * Reads go to `db.all` (raw SQL, prepared and kept by its text: the hot paths) or `db.orm` (drizzle's builder).
 * Writes go through `transact` (interactive) or `batch` (one atomic round trip, guards written in SQL).
 */
import type { Orm, Schema } from "./orm.ts";

export type { Orm, Schema };
export type SqlValue = string | number | bigint | null | Uint8Array;
export type Row = Record<string, SqlValue>;

/** One SQL statement with positional parameters (`?`). Keep `sql` constant, so that it is prepared once. */
export interface Statement {
  sql: string;
  args?: readonly SqlValue[];
}

/** What can be asked of a connection, inside a transaction or outside. */
export interface Queries {
  /** Drizzle's builder over this connection. Always `await` it; prefer `.returning()` to `.run()`. */
  readonly orm: Orm;
  /** Runs one statement and returns its rows, keyed by column name. */
  all<T = Row>(sql: string, args?: readonly SqlValue[]): Promise<T[]>;
}

/** What reads by plain SQL, and nothing else: enough for the log's pages. */
export type Reads = Pick<Queries, "all">;

/** A server that is only read, and of which nothing is expected: it may lag, hang or be away. */
export interface Reader extends Reads {
  /** Ends the connection; a question after that opens another. */
  close(): void;
}

/** An open write transaction. Only valid inside the callback of `transact`. */
export interface Tx extends Queries {
  /**
   * Runs one statement for each list of values, in order, and returns no rows. For thousands of rows the quickest way:
   * a statement of many rows, which must be able to take half of them back, copies every page that it changes aside. On a
   * libSQL server a few round trips.
   */
  each(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void>;
}

export interface Database extends Queries {
  readonly kind: "better-sqlite3" | "libsql-file" | "libsql-server";
  /**
   * Runs `fn` in one write transaction (`BEGIN IMMEDIATE`), after those already waiting in this process.
   * Rolls back when `fn` throws. Never nest it; never do network I/O inside.
   * @throws what `fn` throws; DatabaseBusyError when another process holds the write lock for too long;
   * TransactionMisuseError when called inside itself
   */
  transact<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Runs the statements in order as one atomic write: one round trip on a libSQL server.
   * @returns the rows of each statement (give it a RETURNING clause, or a SELECT)
   */
  batch(statements: readonly Statement[]): Promise<Row[][]>;
  /**
   * `batch` with foreign keys off around it, for migrations that rebuild a table: inside a transaction the
   * switch does nothing, and dropping the old table would delete what refers to it.
   */
  batchWithoutForeignKeys(statements: readonly Statement[]): Promise<Row[][]>;
  /**
   * Runs `fn` over one unchanging state of the database, however long it takes and whatever others write meanwhile.
   * It has a connection of its own; what it is given is only valid inside the callback. Nobody waits for it, but the
   * WAL cannot be emptied until it ends.
   */
  snapshot<T>(fn: (read: Queries) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` at once after a commit of this process, before whoever committed goes on (so it must be short), and
   * for further commits of the same turn once more at its end. Returns the way to stop it.
   */
  onCommit(listener: () => void): () => void;
  /**
   * Why this process's last write could not be put on the disk (no room, an error of the disk); null since the next one
   * that could. Reads may well go on meanwhile. Always null on a libSQL server, whose disk is its operator's.
   */
  writeFault(): Error | null;
  /** A number that changes when another connection commits; null where the driver cannot tell (libSQL server). */
  dataVersion(): Promise<number | null>;
  /**
   * Moves what the WAL holds into the database file: `passive` as far as nobody is in the way, `truncate` also
   * empties the WAL, if nobody is. Never waits for readers.
   * @returns how many pages the WAL held and how many were moved; null where the server does it (libSQL server)
   */
  checkpoint(mode: "passive" | "truncate"): Promise<{ pages: number; moved: number; busy: boolean } | null>;
  close(): Promise<void>;
}

/** The write lock could not be had within the busy timeout, or was lost before the commit. Nothing was written: safe to try again. */
export class DatabaseBusyError extends Error {
  override name = "DatabaseBusyError";
  readonly code = "DATABASE_BUSY";
}

export interface OpenOptions {
  authToken?: string | undefined;
  /** How long to wait for another process's write lock, in ms. */
  busyTimeoutMs?: number;
  /** How long a libSQL server may take for an answer, in ms; the connection is given up after that. */
  answerWithinMs?: number;
  /** For a command that writes millions of rows into a file: keeps its pages in memory, and empties the WAL seldom. */
  bulk?: boolean;
  /** Forces the libSQL client for a `file:` URL (the contract suite does). */
  driver?: "libsql";
}

/**
 * Opens the database behind a URL. `file:` uses better-sqlite3; `libsql:`, `http(s):`, `ws(s):` use @libsql/client.
 * Asserts its pragmas (WAL, synchronous=FULL, foreign_keys) on every connection.
 * @throws when it cannot be opened or a pragma did not hold
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const connect =
    url.startsWith("file:") && options.driver !== "libsql"
      ? (await import("./drivers/better-sqlite3.ts")).connectBetterSqlite3
      : (await import("./drivers/libsql.ts")).connectLibsql;
  return connect(url, options);
}

export interface ReaderOptions {
  authToken?: string | undefined;
  /** How long a question may take, connecting included, in ms; the connection is given up after that. */
  answerWithinMs: number;
}

/**
 * A replica behind a URL (`libsql:`, `http(s):`, `ws(s):`), not connected yet: it need not be there.
 * Its `all` throws whatever the driver throws, and DatabaseTimeoutError.
 */
export async function openReader(url: string, options: ReaderOptions): Promise<Reader> {
  return (await import("./drivers/libsql-reader.ts")).libsqlReader(url, options);
}
