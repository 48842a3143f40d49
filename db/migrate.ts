/**
 * Brings a database to the newest migration. Each is one atomic batch that first notes itself in
 * `roost_migrations`: of two processes at once the second waits for the lock, finds the note, and goes on.
 */
import type { Database, Statement } from "./database.ts";
import { CHECK_FOREIGN_KEYS, keepingRows } from "./migration-checks.ts";
import { readMigrations, type Migration } from "./migrations.ts";

/** The migrations in the database and in the program do not fit together. Nothing was changed. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

const NOTED = "SELECT tag, hash FROM roost_migrations ORDER BY tag";
const NOTES_EXIST = "SELECT count(*) AS found FROM sqlite_master WHERE type = 'table' AND name = 'roost_migrations'";
const CREATE_NOTES = "CREATE TABLE IF NOT EXISTS roost_migrations (tag TEXT PRIMARY KEY NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";
const NOTE = "INSERT INTO roost_migrations (tag, hash, applied_at) VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER))";

/**
 * Applies what is missing, in order. Idempotent, and safe with two processes at once.
 * @returns the tags applied by this call
 * @throws MigrationError when the database is newer than the program, or an applied migration was changed since
 */
export async function migrate(db: Database, folder?: string): Promise<{ applied: string[] }> {
  const known = await readMigrations(folder);
  await db.batch([{ sql: CREATE_NOTES }]);
  const applied: string[] = [];
  for (const migration of await missing(db, known)) if (await apply(db, migration)) applied.push(migration.tag);
  return { applied };
}

/**
 * What `migrate` would do; writes nothing.
 * @throws MigrationError as `migrate` does
 */
export async function migrationState(db: Database, folder?: string): Promise<{ current: boolean; pending: string[] }> {
  const pending = (await missing(db, await readMigrations(folder))).map(({ tag }) => tag);
  return { current: pending.length === 0, pending };
}

/** The newest migration that the database has; null before the first. */
export async function newestMigration(db: Database): Promise<string | null> {
  return [...(await notes(db)).keys()].at(-1) ?? null;
}

async function missing(db: Database, known: Migration[]): Promise<Migration[]> {
  const noted = await notes(db);
  for (const [tag, hash] of noted) {
    const migration = known.find((candidate) => candidate.tag === tag);
    if (!migration) throw new MigrationError(`the database has migration ${tag}, which this version does not know: it is newer than the program`);
    if (migration.hash !== hash) throw new MigrationError(`migration ${tag} was changed after it had been applied`);
  }
  return known.filter(({ tag }) => !noted.has(tag));
}

async function notes(db: Database): Promise<Map<string, string>> {
  const [exist] = await db.all<{ found: number }>(NOTES_EXIST);
  if (!exist?.found) return new Map();
  return new Map((await db.all<{ tag: string; hash: string }>(NOTED)).map(({ tag, hash }) => [tag, hash]));
}

/** @returns false when another process has applied it meanwhile */
async function apply(db: Database, migration: Migration): Promise<boolean> {
  const note: Statement = { sql: NOTE, args: [migration.tag, migration.hash] };
  const work = migration.statements.map((sql) => ({ sql }));
  try {
    if (migration.rebuilds.length === 0) await db.batch([note, ...work, ...CHECK_FOREIGN_KEYS]);
    else {
      const rows = keepingRows(migration, await tablesOf(db));
      await db.batchWithoutForeignKeys([note, ...rows.before, ...work, ...rows.after, ...CHECK_FOREIGN_KEYS]);
    }
    return true;
  } catch (error) {
    if ((await notes(db)).get(migration.tag) === migration.hash) return false;
    throw new MigrationError(`migration ${migration.tag} failed and was rolled back: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function tablesOf(db: Database): Promise<string[]> {
  const rows = await db.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'roost_migrations'");
  return rows.map(({ name }) => name);
}
