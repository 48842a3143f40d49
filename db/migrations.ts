/** The migrations as drizzle-kit leaves them in db/migrations: a journal, and one SQL file each. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Migration {
  /** The file's name without `.sql`. */
  tag: string;
  /** SHA-256 of the file, so that one changed after it was applied is noticed. */
  hash: string;
  statements: string[];
  /** Tables that are built anew and renamed, by drizzle's pattern (`__new_…`). */
  rebuilds: string[];
}

/**
 * All migrations in order.
 * @param folder where they lie; by default in this package, wherever the running code was bundled to
 * @throws when the journal names a file that is not there
 */
export async function readMigrations(folder = migrationsFolder()): Promise<Migration[]> {
  const journal = JSON.parse(await readFile(path.join(folder, "meta", "_journal.json"), "utf8")) as { entries: { tag: string }[] };
  return Promise.all(journal.entries.map(async ({ tag }) => parseMigration(tag, await readFile(path.join(folder, `${tag}.sql`), "utf8"))));
}

/** Splits a file into statements. Its own `PRAGMA foreign_keys` are left out: within a transaction they do nothing. */
export function parseMigration(tag: string, text: string): Migration {
  const statements = text
    .split("--> statement-breakpoint")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "" && !/^PRAGMA\s+foreign_keys\s*=/i.test(statement));
  const rebuilds = statements.flatMap((statement) => /^ALTER TABLE\s+["`]?__new_(\w+)["`]?\s+RENAME TO/i.exec(statement)?.[1] ?? []);
  return { tag, hash: createHash("sha256").update(text).digest("hex"), statements, rebuilds };
}

/** From the sources (db/) as from a bundle (build/worker/, build/server/): the nearest package.json above marks the top. */
function migrationsFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "package.json"))) return path.join(folder, "db", "migrations");
    if (folder === path.dirname(folder)) throw new Error("the folder db/migrations was not found: no package.json above the running code");
  }
}
