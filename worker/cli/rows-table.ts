import type { Contents } from "#db/backup/contents.ts";

/** Rows by table, those that hold any; with a second column where the numbers are compared. */
export function tableOf(before: Contents, after?: Contents): string {
  const tables = [...new Set([...Object.keys(before.rows), ...Object.keys(after?.rows ?? {})])].filter((table) => (before.rows[table] ?? 0) + (after?.rows[table] ?? 0) > 0).sort();
  const rows = tables.map((table) => [table, ...[before, ...(after ? [after] : [])].map(({ rows }) => String(rows[table] ?? 0))]);
  const lines = after ? [["table", "backup", "restored"], ...rows] : [["table", "rows"], ...rows];
  return lines.map(([table = "", ...counts]) => `${table.padEnd(26)}${counts.map((count) => count.padStart(10)).join("")}`).join("\n");
}
