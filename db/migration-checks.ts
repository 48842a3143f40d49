/** Checks of a migration, written as statements so that they hold inside its one batch on every backend: one that fails rolls all back. */
import type { Statement } from "./database.ts";
import type { Migration } from "./migrations.ts";

/** No row refers to one that is not there. */
export const CHECK_FOREIGN_KEYS: Statement[] = [
  { sql: "CREATE TABLE roost_migration_check (violations INTEGER CONSTRAINT foreign_keys_hold CHECK (violations = 0)) STRICT" },
  { sql: "INSERT INTO roost_migration_check SELECT count(*) FROM pragma_foreign_key_check" },
  { sql: "DROP TABLE roost_migration_check" },
];

/**
 * Around a migration that rebuilds tables: every table that it does not drop for good has as many rows after as
 * before. Changes of data belong into a migration of their own.
 * @param tables those that exist before
 */
export function keepingRows(migration: Migration, tables: readonly string[]): { before: Statement[]; after: Statement[] } {
  const dropped = migration.statements.flatMap((statement) => /^DROP TABLE\s+(?:IF EXISTS\s+)?["`]?(\w+)/i.exec(statement)?.[1] ?? []);
  const kept = tables.filter((table) => migration.rebuilds.includes(table) || !dropped.includes(table));
  return {
    before: [
      { sql: "CREATE TABLE roost_migration_rows (name TEXT PRIMARY KEY NOT NULL, before INTEGER NOT NULL, after INTEGER, CONSTRAINT rows_kept CHECK (after IS NULL OR after = before)) STRICT" },
      ...kept.map((table) => ({ sql: `INSERT INTO roost_migration_rows (name, before) SELECT ?, count(*) FROM ${quoted(table)}`, args: [table] })),
    ],
    after: [
      ...kept.map((table) => ({ sql: `UPDATE roost_migration_rows SET after = (SELECT count(*) FROM ${quoted(table)}) WHERE name = ?`, args: [table] })),
      { sql: "DROP TABLE roost_migration_rows" },
    ],
  };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
