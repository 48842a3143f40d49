import { migrationState } from "#db/migrate.ts";
import type { Context } from "#app/domain/context.ts";
import { databaseCode, type DatabaseSettings } from "#app/domain/health/database.server.ts";

export interface Readiness {
  ready: boolean;
  /** Safe to show: no address, no text of the driver's. */
  reason: "ready" | "database-unreachable" | "database-refused" | "database-not-writable" | "migrations-pending" | "stopping";
  error?: unknown;
}

/** Set by the process that serves the app (worker/supervisor/app.mjs) once it was told to stop. */
const STOPPING = Symbol.for("roost.stopping");

/**
 * A row that comes and goes in one transaction. (What is overwritten by the same, SQLite does not write at all.) Only
 * while a write has failed: it costs a page of the WAL and an fsync.
 */
const WRITE_AGAIN = [{ sql: "INSERT INTO attempts (key, points, expires_at) VALUES ('readiness', 0, 0)" }, { sql: "DELETE FROM attempts WHERE key = 'readiness'" }];

/** Whether the database answers, has every migration of this build, and takes writes again where one has failed. Never throws: any failure means not ready. */
export async function readiness(ctx: Pick<Context, "db">, settings: Omit<DatabaseSettings, "turso">): Promise<Readiness> {
  if ((globalThis as { [STOPPING]?: boolean })[STOPPING]) return { ready: false, reason: "stopping" };
  try {
    const { current } = await migrationState(ctx.db);
    if (!current) return { ready: false, reason: "migrations-pending" };
    if (ctx.db.writeFault()) await ctx.db.batch(WRITE_AGAIN);
    return { ready: true, reason: "ready" };
  } catch (error) {
    if (ctx.db.writeFault()) return { ready: false, reason: "database-not-writable", error };
    const refused = (await databaseCode(error, settings)) === "UNAUTHORIZED";
    return { ready: false, reason: refused ? "database-refused" : "database-unreachable", error };
  }
}
