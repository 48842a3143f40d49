/** Drizzle's builder over one function that runs a statement. */
import { drizzle, type SqliteRemoteDatabase } from "drizzle-orm/sqlite-proxy";
import type { SqlValue } from "./database.ts";
import * as schema from "./schema/index.ts";

export type Schema = typeof schema;

/** Drizzle's builder, without its own transactions: those would begin on whichever connection comes. */
export type Orm = Omit<SqliteRemoteDatabase<Schema>, "transaction" | "batch">;

/** The part of drizzle's session that wraps errors; not in its types. */
interface Session {
  prepareQuery(...args: unknown[]): { queryWithCache(sql: string, params: unknown[], run: () => Promise<unknown>): Promise<unknown> };
}

/** @param values runs one statement and returns its rows as arrays of values, in the order of columns */
export function ormOver(values: (sql: string, args: SqlValue[]) => Promise<SqlValue[][]>): Orm {
  const orm = drizzle(
    async (sql, params, method) => {
      const rows = await values(sql, params as SqlValue[]);
      return { rows: method === "get" ? (rows[0] as SqlValue[]) : rows };
    },
    { schema },
  );
  orm.transaction = orm.batch = () => {
    throw new Error("the builder has no transactions of its own: use db.transact or db.batch");
  };
  throwingAsIs((orm as unknown as { session: Session }).session);
  return orm;
}

/**
 * Drizzle wraps every error in one whose message lists all parameters: password hashes and e-mail addresses would
 * end up in logs, and `instanceof DatabaseBusyError` would not hold.
 */
function throwingAsIs(session: Session) {
  const prepare = session.prepareQuery.bind(session);
  session.prepareQuery = (...args) => {
    const query = prepare(...args);
    query.queryWithCache = (_sql, _params, run) => run();
    return query;
  };
}
