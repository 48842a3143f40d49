/** A database's whole content, and what must hold in it, over any connection. */
import { createHash } from "node:crypto";
import type { Queries } from "#db/database.ts";
import { RULES } from "./agreement.ts";

/** Whatever answers a query: `Database.all`, or a bare connection. */
export type Ask = Queries["all"];

/** Every table that holds something: also those behind the full-text index, which is virtual itself. */
const COLUMNS = `
  SELECT t.name AS name, c.name AS "column" FROM sqlite_master t, pragma_table_info(t.name) c
  WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND t.name NOT LIKE 'libsql_%' ORDER BY t.name, c.cid`;

/** One statement that reads all tables, each as one text; the same for all databases of the same schema. */
export async function contentSql(ask: Ask): Promise<string> {
  const tables = new Map<string, string[]>();
  for (const { name, column } of await ask<{ name: string; column: string }>(COLUMNS)) tables.set(name, [...(tables.get(name) ?? []), column]);
  return [...tables].map(([name, columns]) => `SELECT '${name}' AS name, (SELECT group_concat(${columns.map((column) => `quote("${column}")`).join(" || ',' || ")}, ';') FROM "${name}") AS rows`).join(" UNION ALL ");
}

export interface Table {
  name: string;
  rows: string | null;
}

export const fingerprint = (tables: readonly Table[]): string => createHash("sha1").update(JSON.stringify(tables)).digest("hex");

/** All rules at once. */
export const BROKEN_RULES = `SELECT rule, broken FROM (${Object.entries(RULES).map(([rule, sql]) => `SELECT '${rule.replaceAll("'", "''")}' AS rule, (SELECT count(*) FROM (${sql})) AS broken`).join(" UNION ALL ")}) WHERE broken > 0`;

/** What of the agreement between rows and events does not hold, in words; nothing: all does. */
export async function brokenRules(ask: Ask): Promise<string[]> {
  const broken = await ask<{ rule: string; broken: number }>(BROKEN_RULES);
  return broken.map(({ rule, broken }) => `broken ${broken} times: ${rule}`);
}

/**
 * What SQLite itself finds, in words. `quick`: without comparing indexes with their tables. Over a connection that has
 * just been opened: one that has looked at the search index before keeps its structure, and calls it corrupt once
 * another process has written (SQLite 3.53, both checks; a connection that is new finds the same file sound).
 */
export async function unsound(ask: Ask, check: "integrity" | "quick"): Promise<string[]> {
  const found = await ask<Record<string, string>>(`PRAGMA ${check}_check(1)`);
  const orphans = await ask<{ table: string }>("PRAGMA foreign_key_check");
  return [...found.flatMap((row) => Object.values(row)).filter((said) => said !== "ok"), ...orphans.map(({ table }) => `a row of ${table} refers to nothing`)];
}
