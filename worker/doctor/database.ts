/** Database, migrations and the relay's sign of life. Nothing is made or changed by looking. */
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Settings } from "#app/config/settings.ts";
import { databaseCode, databaseIdentity, latencyOf } from "#app/domain/health/database.server.ts";
import { databaseText } from "#app/i18n/health-texts.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { filePath } from "#db/drivers/file-path.ts";
import { MigrationError, migrationState } from "#db/migrate.ts";
import { LEASE_MS, readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import type { Check } from "./report.ts";

const OPEN_WITHIN_MS = 6_000;
/** A leader renews four times in this; twice as long is patience for a busy machine. */
const WATCH_MS = 2 * LEASE_MS;
const LOOK_EVERY_MS = 100;

const { t } = createI18n("en");

/** @returns the check, and the open database where it is well: close it */
export async function examineDatabase(settings: Settings): Promise<{ check: Check; db: Database | null }> {
  const part = { name: "database", settings: [], ms: null } as const;
  const { name, host, engine } = databaseIdentity(settings);
  let db: Database | null = null;
  try {
    // Opening would make the file.
    if (settings.databaseUrl.startsWith("file:") && !existsSync(filePath(settings.databaseUrl))) throw new Error("no such file");
    db = await within(openDatabase(settings.databaseUrl, { authToken: settings.databaseAuthToken }));
    const ms = await latencyOf(db);
    return { check: { ...part, settings: [], state: "ok", code: null, message: `${name} (${engine}${host === null ? "" : ` at ${host}`}) answers in ${ms} ms.`, ms }, db };
  } catch (error) {
    await db?.close();
    const code = await databaseCode(error, settings);
    return { check: { ...part, settings: [code === "UNAUTHORIZED" ? "DATABASE_AUTH_TOKEN" : "DATABASE_URL"], state: "failed", code, message: databaseText(t, code) }, db: null };
  }
}

function within<T>(opening: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), OPEN_WITHIN_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export async function examineMigrations(db: Database | null): Promise<Check> {
  const part = { name: "migrations", settings: [], ms: null } as const;
  if (!db) return { ...part, settings: [], state: "unknown", code: null, message: "Not known: the database does not answer." };
  try {
    const { pending } = await migrationState(db);
    if (pending.length === 0) return { ...part, settings: [], state: "ok", code: null, message: "The database is up to date." };
    return { ...part, settings: [], state: "failed", code: "MIGRATIONS_PENDING", message: `Not applied yet: ${pending.join(", ")}. Run npm run db:migrate.` };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return { ...part, settings: [], state: "failed", code: "SCHEMA_UNKNOWN", message: error.message };
  }
}

/** Watches the leader's beat on the own clock, so that nobody's wall clock matters. @param migrated whether the tables are there */
export async function examineRelay(db: Database | null, migrated: boolean, settings: Settings): Promise<Check> {
  const part = { name: "relay", code: null, settings: [], ms: null } as const;
  if (settings.relayMode === "inline") return { ...part, settings: [], state: "skipped", message: "Requests and the cron route deliver (RELAY_MODE is inline)." };
  if (!db || !migrated) return { ...part, settings: [], state: "unknown", message: "Not known: the database cannot be asked." };
  const first = await readLease(db, RELAY_LEASE);
  const startedAt = performance.now();
  while (first?.holder && performance.now() - startedAt < WATCH_MS) {
    await pause(LOOK_EVERY_MS);
    const now = await readLease(db, RELAY_LEASE);
    if (now?.holder && (now.token !== first.token || now.beat !== first.beat)) return { ...part, settings: [], state: "ok", message: "A relay leads and shows life." };
  }
  return { ...part, settings: ["RELAY_MODE"], state: "failed", code: "RELAY_SILENT", message: "No relay delivers. Start one with npm run relay; what was sent is kept and goes out then." };
}
