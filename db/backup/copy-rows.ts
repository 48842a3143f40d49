/**
 * Copies a whole database, statement by statement, between two that have no pages in common: a libSQL server and a
 * file. Rowids stay as they are; what a search index holds is built anew.
 */
import type { Database, Queries, Row, SqlValue, Statement } from "#db/database.ts";
import { quoted } from "./contents.ts";

/** Rows read and written at once. */
const PAGE_ROWS = 2_000;
/** SQLite takes up to 32,766 parameters a statement. */
const MOST_PARAMETERS = 16_000;
const ROWID = "roost_rowid";
/** Says which migrations there were. It is filled last: until then nothing serves the copy (`migrationState`). */
const NOTES = "roost_migrations";

interface Table {
  name: string;
  sql: string;
  /** What tells one row from the next, in order: a primary key, or the rowid. */
  key: string[];
  columns: string[];
  /** The rowid has no column of its own: it is copied beside them. */
  hasHiddenRowid: boolean;
}

type Reads = Pick<Queries, "all">;

/** Something in the database that this program does not know how to copy. */
export class CannotCopyError extends Error {
  override name = "CannotCopyError";
}

/**
 * @param to an empty database
 * @param onRows told after each page how many rows of all have been copied
 * @throws CannotCopyError
 */
export async function copyRows(from: Reads, to: Database, onRows: (copied: number) => void = () => undefined): Promise<void> {
  const tables = await tablesOf(from);
  const indexes = await virtualTablesOf(from);
  await to.batchWithoutForeignKeys([...tables, ...indexes].map(({ sql }) => ({ sql })));
  let copied = 0;
  const copy = async (table: Table) => {
    for await (const page of pagesOf(from, table)) {
      await to.batchWithoutForeignKeys(insertsOf(table, page));
      onRows((copied += page.length));
    }
  };
  for (const table of tables) if (table.name !== NOTES) await copy(table);
  await to.batchWithoutForeignKeys(await sequencesOf(from));
  for (const { name } of indexes) await to.batchWithoutForeignKeys(await indexing(from, name));
  // Last: a trigger would do again what it has done already.
  const rest = await from.all<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type IN ('index', 'view', 'trigger') AND sql IS NOT NULL ORDER BY type = 'trigger', name");
  await to.batchWithoutForeignKeys(rest.map(({ sql }) => ({ sql })));
  for (const table of tables) if (table.name === NOTES) await copy(table);
}

async function tablesOf(db: Reads): Promise<Table[]> {
  const found = await db.all<{ name: string; sql: string; withoutRowid: number }>(
    "SELECT list.name AS name, made.sql AS sql, list.wr AS withoutRowid FROM pragma_table_list AS list JOIN sqlite_master AS made ON made.type = 'table' AND made.name = list.name WHERE list.schema = 'main' AND list.type = 'table' AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND list.name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY list.name",
  );
  return Promise.all(
    found.map(async ({ name, sql, withoutRowid }) => {
      // Hidden ones are computed.
      const info = await db.all<{ name: string; type: string; pk: number }>("SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", [name]);
      const primary = info.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      const isRowid = primary.length === 1 && /^integer$/i.test(primary[0]!.type);
      const hasHiddenRowid = !withoutRowid && !isRowid;
      return { name, sql, columns: info.map((column) => column.name), hasHiddenRowid, key: hasHiddenRowid ? [ROWID] : primary.map((column) => column.name) };
    }),
  );
}

/** @throws CannotCopyError for what is no search index over a table of ours */
async function virtualTablesOf(db: Reads): Promise<{ name: string; sql: string }[]> {
  const found = await db.all<{ name: string; sql: string }>(
    "SELECT list.name AS name, made.sql AS sql FROM pragma_table_list AS list JOIN sqlite_master AS made ON made.type = 'table' AND made.name = list.name WHERE list.schema = 'main' AND list.type = 'virtual' ORDER BY list.name",
  );
  for (const { name, sql } of found) if (!/using\s+fts5\s*\(/i.test(sql) || !/content\s*=\s*['"]?\w/i.test(sql)) throw new CannotCopyError(`the virtual table ${name} cannot be copied: it is no FTS5 index over another table`);
  return found;
}

async function* pagesOf(db: Reads, { name, key, hasHiddenRowid }: Table): AsyncGenerator<Row[]> {
  const columns = hasHiddenRowid ? `rowid AS ${ROWID}, *` : "*";
  const places = (hasHiddenRowid ? ["rowid"] : key.map(quoted)).join(", ");
  const first = `SELECT ${columns} FROM ${quoted(name)} ORDER BY ${places} LIMIT ${PAGE_ROWS}`;
  const next = `SELECT ${columns} FROM ${quoted(name)} WHERE (${places}) > (${key.map(() => "?").join(", ")}) ORDER BY ${places} LIMIT ${PAGE_ROWS}`;
  let page = await db.all(first);
  while (page.length > 0) {
    yield page;
    const last = page.at(-1)!;
    page = page.length < PAGE_ROWS ? [] : await db.all(next, key.map((column) => last[column]!));
  }
}

function insertsOf({ name, columns, hasHiddenRowid }: Table, rows: readonly Row[]): Statement[] {
  const read = hasHiddenRowid ? [ROWID, ...columns] : columns;
  const written = hasHiddenRowid ? ["rowid", ...columns.map(quoted)] : columns.map(quoted);
  const atOnce = Math.max(1, Math.floor(MOST_PARAMETERS / read.length));
  const statements: Statement[] = [];
  for (let start = 0; start < rows.length; start += atOnce) {
    const some = rows.slice(start, start + atOnce);
    const values = some.map(() => `(${read.map(() => "?").join(", ")})`).join(", ");
    statements.push({ sql: `INSERT INTO ${quoted(name)} (${written.join(", ")}) VALUES ${values}`, args: some.flatMap((row) => read.map((column): SqlValue => row[column]!)) });
  }
  return statements;
}

/** Builds an FTS5 index anew from the table it stands over, with the options that it was given later. */
async function indexing(db: Reads, name: string): Promise<Statement[]> {
  const options = await db.all<{ k: string; v: SqlValue }>(`SELECT k, v FROM ${quoted(`${name}_config`)} WHERE k <> 'version'`);
  const index = quoted(name);
  return [...options.map(({ k, v }) => ({ sql: `INSERT INTO ${index} (${index}, rank) VALUES (?, ?)`, args: [k, v] })), { sql: `INSERT INTO ${index} (${index}) VALUES ('rebuild')` }];
}

/** The numbers that AUTOINCREMENT has given: none may be given twice, also where the highest rows are gone. */
async function sequencesOf(db: Reads): Promise<Statement[]> {
  const [exists] = await db.all("SELECT 1 AS one FROM sqlite_master WHERE name = 'sqlite_sequence'");
  const given = exists ? await db.all<{ name: string; seq: number }>("SELECT name, seq FROM sqlite_sequence") : [];
  return given.flatMap(({ name, seq }) => [{ sql: "DELETE FROM sqlite_sequence WHERE name = ?", args: [name] }, { sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", args: [name, seq] }]);
}
