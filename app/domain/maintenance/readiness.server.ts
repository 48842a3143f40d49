import { migrationState } from "#db/migrate.ts";
import type { Context } from "#app/domain/context.ts";
import { databaseCode, type DatabaseSettings } from "#app/domain/health/database.server.ts";

export interface Readiness {
  ready: boolean;
  /** Safe to show: no address, no text of the driver's. */
  reason: "ready" | "database-unreachable" | "database-refused" | "migrations-pending" | "stopping";
  error?: unknown;
}

/** Set by the process that serves the app (worker/supervisor/app.mjs) once it was told to stop. */
const STOPPING = Symbol.for("roost.stopping");

/** Whether the database answers and has every migration of this build. Never throws: any failure means not ready. */
export async function readiness(ctx: Pick<Context, "db">, settings: Omit<DatabaseSettings, "turso">): Promise<Readiness> {
  if ((globalThis as { [STOPPING]?: boolean })[STOPPING]) return { ready: false, reason: "stopping" };
  try {
    const { current } = await migrationState(ctx.db);
    return current ? { ready: true, reason: "ready" } : { ready: false, reason: "migrations-pending" };
  } catch (error) {
    const refused = (await databaseCode(error, settings)) === "UNAUTHORIZED";
    return { ready: false, reason: refused ? "database-refused" : "database-unreachable", error };
  }
}
