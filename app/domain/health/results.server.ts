/** The last result of each check, kept for everybody who looks after the house. */
import type { Context } from "#app/domain/context.ts";
import { databaseCheckSchema, type DatabaseCheck } from "./database-check.ts";
import { readLiveTest, type LiveTest } from "./live-test-result.ts";

/** An older result that arrives late changes nothing; being well once outlives later failures. */
const KEEP = `INSERT INTO health_results (name, at, healthy, result, healthy_at, healthy_ms) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET at = excluded.at, healthy = excluded.healthy, result = excluded.result,
    healthy_at = coalesce(excluded.healthy_at, healthy_at), healthy_ms = coalesce(excluded.healthy_ms, healthy_ms)
  WHERE excluded.at >= health_results.at`;

export async function keepLiveTest({ db }: Pick<Context, "db">, test: LiveTest): Promise<void> {
  await keep(db, "realtime", test.at, test.receivedMs, test);
}

export async function keepDatabaseCheck({ db }: Pick<Context, "db">, check: DatabaseCheck): Promise<void> {
  await keep(db, "database", check.at, check.code === null ? check.latencyMs : null, check);
}

/** @param healthyMs how long it took; null: it was not well */
async function keep(db: Context["db"], name: string, at: number, healthyMs: number | null, result: object): Promise<void> {
  const healthy = healthyMs !== null;
  await db.batch([{ sql: KEEP, args: [name, at, healthy ? 1 : 0, JSON.stringify(result), healthy ? at : null, healthy ? Math.round(healthyMs) : null] }]);
}

/** The last of its kind, and when it was last found well. */
export interface Kept<Result> {
  /** Null: never run. */
  last: Result | null;
  healthyAt: number | null;
  healthyMs: number | null;
}

export interface HealthResults {
  realtime: Kept<LiveTest>;
  database: Kept<DatabaseCheck>;
}

const NEVER = { last: null, healthyAt: null, healthyMs: null };

interface Row {
  name: string;
  result: string;
  healthyAt: number | null;
  healthyMs: number | null;
}

export async function healthResults({ db }: Pick<Context, "db">): Promise<HealthResults> {
  const rows = await db.all<Row>("SELECT name, result, healthy_at AS healthyAt, healthy_ms AS healthyMs FROM health_results");
  const kept = <Result>(name: string, read: (text: string) => Result | null): Kept<Result> => {
    const row = rows.find((each) => each.name === name);
    return row ? { last: read(row.result), healthyAt: row.healthyAt, healthyMs: row.healthyMs } : NEVER;
  };
  return { realtime: kept("realtime", readLiveTest), database: kept("database", readDatabaseCheck) };
}

/** What an earlier version kept is not shown as something else. */
function readDatabaseCheck(text: string): DatabaseCheck | null {
  const parsed = databaseCheckSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
