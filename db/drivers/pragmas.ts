import type { Row, SqlValue } from "#db/database.ts";

export const DEFAULT_BUSY_TIMEOUT_MS = 5_000;

/** What every local connection must have, as SQLite reports it: `synchronous` 2 is FULL. */
const REQUIRED: Record<string, SqlValue> = { journal_mode: "wal", synchronous: 2, foreign_keys: 1 };

/** What the connection for reads has besides: a write outside `transact` and `batch` is an error, not an accident. */
export const READER: Record<string, SqlValue> = { query_only: 1 };

/**
 * For writing in bulk. Rows of many chats in turn touch pages all over the file: with SQLite's 2 MiB each is read and
 * written over and over. 256 MiB of pages (in KiB, negative), and a WAL of 256 MiB (in pages of 4 KiB) before it is emptied:
 * with 64 a million imported rows waited 20 s for the disk, with 256 it was 11.
 */
export const BULK: Record<string, SqlValue> = { cache_size: -262_144, wal_autocheckpoint: 65_536 };

/** @throws when a pragma did not hold, naming it: running on would risk acknowledged writes */
export async function assertPragmas(read: (name: string) => Promise<SqlValue> | SqlValue, besides: Record<string, SqlValue> = {}) {
  for (const [name, expected] of Object.entries({ ...REQUIRED, ...besides })) {
    const actual = await read(name);
    if (actual !== expected) throw new Error(`PRAGMA ${name} is ${String(actual)}, expected ${String(expected)}`);
  }
}

/** Reads the row that `PRAGMA wal_checkpoint` answers. */
export function checkpointResult(row: Row | undefined) {
  return { pages: Number(row?.["log"] ?? 0), moved: Number(row?.["checkpointed"] ?? 0), busy: row?.["busy"] !== 0 };
}
