/** What is done with SQLite files as such: copying one that is in use, and telling whether it is. */
import BetterSqlite from "better-sqlite3";
import type { Queries } from "#db/database.ts";
import { DEFAULT_BUSY_TIMEOUT_MS } from "./pragmas.ts";

/** Of 4 KB each: some 8 MB between two signs of life, and whoever shares this process gets a turn. */
const PAGES_A_STEP = 2_000;
/** Whoever has it open keeps it open: waiting longer would change nothing. */
const ALONE_WITHIN_MS = 250;

/** The file is no SQLite database, or is damaged. */
export class NotADatabaseError extends Error {
  override name = "NotADatabaseError";
}

export interface CopyOptions<T> {
  /** Told how much of the copy is done, 0 to 1. */
  onProgress?: (share: number) => void;
  /** Looks at the state that is being copied. */
  look: (read: Pick<Queries, "all">) => Promise<T>;
}

/**
 * Copies a database page by page while others write to it: the copy is the state of one moment. (VACUUM INTO would
 * renumber the rowids that a search index refers to.) `to` is made, or replaced within one transaction.
 *
 * The read transaction that is open meanwhile is what makes it one state, and keeps SQLite from starting over with
 * every commit of others.
 * @returns what `look` answered
 * @throws NotADatabaseError when `from` cannot be read as a database
 */
export async function copyDatabase<T>(from: string, to: string, { onProgress = () => undefined, look }: CopyOptions<T>): Promise<T> {
  const connection = opened(from);
  try {
    connection.pragma("query_only = 1");
    connection.exec("BEGIN");
    connection.prepare("SELECT count(*) FROM sqlite_master").get();
    const seen = await look({ all: async (sql, args = []) => connection.prepare(sql).all(...args) as never });
    await connection.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress(totalPages === 0 ? 0 : 1 - remainingPages / totalPages);
        return PAGES_A_STEP;
      },
    });
    onProgress(1);
    return seen;
  } catch (error) {
    throw asNotADatabase(error, from);
  } finally {
    connection.close();
  }
}

/** Leaves nothing beside the file: no WAL, no shared memory. Whoever opens it as a Database brings them back. */
export function makeSingleFile(file: string): void {
  const connection = new BetterSqlite(file, { fileMustExist: true, timeout: DEFAULT_BUSY_TIMEOUT_MS });
  try {
    connection.pragma("journal_mode = DELETE");
  } finally {
    connection.close();
  }
}

/**
 * Whether nobody else has the file open. SQLite leaves WAL mode only for somebody who is alone; what the WAL held is
 * in the file then, and the WAL is gone.
 * @throws NotADatabaseError
 */
export function isAlone(file: string): boolean {
  const connection = opened(file, ALONE_WITHIN_MS);
  try {
    connection.pragma("journal_mode = DELETE");
    // In another mode than WAL readers come and go: whoever may write alone now is alone.
    connection.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return true;
  } catch (error) {
    if (error instanceof BetterSqlite.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
    throw asNotADatabase(error, file);
  } finally {
    connection.close();
  }
}

function opened(file: string, timeout = DEFAULT_BUSY_TIMEOUT_MS) {
  try {
    return new BetterSqlite(file, { fileMustExist: true, timeout });
  } catch (error) {
    throw asNotADatabase(error, file);
  }
}

const DAMAGED = ["SQLITE_NOTADB", "SQLITE_CORRUPT"];

const asNotADatabase = (error: unknown, file: string) =>
  error instanceof BetterSqlite.SqliteError && DAMAGED.some((code) => error.code.startsWith(code)) ? new NotADatabaseError(`${file} is no SQLite database, or is damaged (${error.message})`, { cause: error }) : error;
