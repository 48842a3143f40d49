import type BetterSqlite from "better-sqlite3";
import type { Row, SqlValue } from "#db/database.ts";
import { bindable } from "./bindings.ts";

export type Connection = BetterSqlite.Database;

/** Texts built anew each time (a builder's IN lists) must not pile up. */
const MAX_PREPARED = 500;

/** Statements of one connection, prepared once for each SQL text; those used longest ago are let go. */
export function preparedStatements(connection: Connection) {
  const prepared = new Map<string, BetterSqlite.Statement<SqlValue[]>>();

  function prepare(sql: string) {
    let statement = prepared.get(sql);
    if (statement) {
      if (prepared.size < MAX_PREPARED) return statement;
      prepared.delete(sql);
    } else {
      statement = connection.prepare<SqlValue[]>(sql);
      if (prepared.size >= MAX_PREPARED) prepared.delete(prepared.keys().next().value!);
    }
    prepared.set(sql, statement);
    return statement;
  }

  return {
    /** Runs it to the end and returns the rows by column name; none for a statement that returns nothing. */
    rows(sql: string, args: readonly SqlValue[]): Row[] {
      const statement = prepare(sql);
      if (statement.reader) return statement.raw(false).all(...bindable(args)) as Row[];
      statement.run(...bindable(args));
      return [];
    },
    /** Runs it once for each list of values, whose rows, if any, are not looked at. */
    each(sql: string, lists: readonly (readonly SqlValue[])[]): void {
      const statement = prepare(sql);
      for (const args of lists) statement.run(...bindable(args));
    },
    /** The same with rows as arrays, in the order of columns: names that occur twice in a join lose nothing. */
    values(sql: string, args: readonly SqlValue[]): SqlValue[][] {
      const statement = prepare(sql);
      if (statement.reader) return statement.raw(true).all(...bindable(args)) as SqlValue[][];
      statement.run(...bindable(args));
      return [];
    },
  };
}
