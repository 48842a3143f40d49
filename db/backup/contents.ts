/** What is in a database, counted, and whether it is sound. */
import type { Queries } from "#db/database.ts";

export interface Contents {
  /** Rows by table, in the order of names. Tables that SQLite keeps for itself or for a search index are left out. */
  rows: Record<string, number>;
  total: number;
}

type Reads = Pick<Queries, "all">;

const TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY name";

export async function contentsOf(db: Reads): Promise<Contents> {
  const rows: Record<string, number> = {};
  for (const { name } of await db.all<{ name: string }>(TABLES)) {
    const [counted] = await db.all<{ count: number }>(`SELECT count(*) AS count FROM ${quoted(name)}`);
    rows[name] = counted!.count;
  }
  return { rows, total: Object.values(rows).reduce((sum, count) => sum + count, 0) };
}

/** The tables in which the counts differ, each with both; a table that is missing on one side counts as null there. */
export function differences(before: Contents, after: Contents): { table: string; before: number | null; after: number | null }[] {
  const tables = [...new Set([...Object.keys(before.rows), ...Object.keys(after.rows)])].sort();
  return tables.map((table) => ({ table, before: before.rows[table] ?? null, after: after.rows[table] ?? null })).filter((counts) => counts.before !== counts.after);
}

/** How many problems are named. */
const MOST_NAMED = 5;

/**
 * `integrity_check` and `foreign_key_check`. `db` must have been opened for it: a connection that has looked at the search
 * index before calls it corrupt once another process has written (SQLite 3.53 keeps the index's structure for the check).
 * @returns what is wrong, in a few words each; empty when all is well
 */
export async function problemsOf(db: Reads, checks: { integrity: boolean } = { integrity: true }): Promise<string[]> {
  const found = checks.integrity ? (await db.all<{ problem: string }>(`SELECT integrity_check AS problem FROM pragma_integrity_check LIMIT ${MOST_NAMED}`)).map(({ problem }) => problem).filter((problem) => problem !== "ok") : [];
  const orphans = await db.all<{ table: string; parent: string; count: number }>('SELECT "table", parent, count(*) AS count FROM pragma_foreign_key_check GROUP BY 1, 2');
  return [...found, ...orphans.map(({ table, parent, count }) => `${count} rows of ${table} refer to rows of ${parent} that are not there`)].slice(0, MOST_NAMED);
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
