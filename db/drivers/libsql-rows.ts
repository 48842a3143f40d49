/** Results of @libsql/client in the shapes of the Database interface. */
import { LibsqlError, type InStatement, type InValue, type ResultSet, type Value } from "@libsql/client";
import type { Row, SqlValue, Statement } from "#db/database.ts";
import { bindable } from "./bindings.ts";

const sqlValue = (value: Value): SqlValue => (value instanceof ArrayBuffer ? new Uint8Array(value) : value);

/** Rows as arrays, in the order of columns. */
export const valuesOf = (result: ResultSet): SqlValue[][] => result.rows.map((row) => Array.from(row, sqlValue));

/** Rows by column name; of a name that occurs twice the last one counts, as with better-sqlite3. */
export function rowsOf(result: ResultSet): Row[] {
  return result.rows.map((row) => {
    const keyed: Row = {};
    for (const [index, column] of result.columns.entries()) keyed[column] = sqlValue(row[index]!);
    return keyed;
  });
}

export const inStatement = ({ sql, args = [] }: Statement): InStatement => ({ sql, args: bindable(args) as InValue[] });

/** The error's code, whatever wraps it. */
export const codeOf = (error: unknown): string => (error instanceof LibsqlError ? error.code : "");
