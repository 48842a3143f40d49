/** The relay as a process: `npm run relay`, or `npm run relay -- --once` to drain and exit. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pino from "pino";
import { parseSettings, SettingsError } from "#app/config/settings.ts";
import { APP_VERSION } from "#app/config/version.server.ts";
import { EVENT_TYPES } from "#app/domain/events.ts";
import { newId } from "#app/domain/ids.ts";
import { openStorage } from "#app/domain/images/storage.server.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { MigrationError, migrationState } from "#db/migrate.ts";
import { scheduler } from "#worker/scheduler/scheduler.ts";
import { systemClock } from "./clock.ts";
import { drainOnce } from "./drain.ts";
import { pusherOccupancy } from "./publishers/occupancy.ts";
import { pusherPublisher } from "./publishers/pusher.ts";
import { startRelay } from "./relay.ts";

/** Less than the lease: a wait for another's write lock must not cost it. */
const BUSY_TIMEOUT_MS = 1_000;
const MIGRATION_LOOK_EVERY_MS = 250;
const ONCE_WITHIN_MS = 60_000;

process.on("uncaughtException", (error) => stopWith(error));
process.on("unhandledRejection", (error) => stopWith(error));

await run().catch(stopWith);

async function run() {
  const settings = parseSettings(process.env);
  const log = pino({ name: "relay", level: settings.logLevel });
  if (settings.databaseUrl.startsWith("file:")) await mkdir(path.dirname(settings.databaseUrl.slice("file:".length)), { recursive: true });
  const stopping = new AbortController();
  let stop: () => Promise<void> = async () => undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "stopping: what is under way ends first");
      stopping.abort();
      void stop().then(() => process.exit(0));
    });
  }

  const db = await openDatabase(settings.databaseUrl, { authToken: settings.databaseAuthToken, busyTimeoutMs: BUSY_TIMEOUT_MS });
  stop = () => db.close();
  if (!(await waitForMigrations(db, log, stopping.signal))) return;
  const publisher = settings.channels ? pusherPublisher(settings.channels) : null;
  if (process.argv.includes("--once")) return once(db, publisher, log);

  const relay = startRelay({
    db,
    publisher,
    eventTypes: EVENT_TYPES,
    clock: systemClock,
    random: Math.random,
    holder: newId(),
    version: APP_VERSION,
    log,
    socketPath: settings.relaySocket,
    scheduler: scheduler({ ctx: { db, now: Date.now, newId, occupancy: settings.channels ? pusherOccupancy(settings.channels) : null, storage: openStorage(settings.uploads) }, clock: systemClock, log }),
  });
  stop = async () => {
    await relay.stop();
    publisher?.close();
    await db.close();
    log.info("stopped");
  };
  await relay.ready;
  log.info({ leading: relay.isLeading, database: db.kind, channels: settings.channels ? (settings.channels.host ?? settings.channels.cluster) : null }, "relay is running");
  process.send?.({ ready: true });
}

async function once(db: Database, publisher: ReturnType<typeof pusherPublisher> | null, log: pino.Logger) {
  if (!publisher) log.warn("Channels is not configured: nothing is sent");
  const result = await drainOnce({ db, publisher, newId, log, withinMs: ONCE_WITHIN_MS });
  publisher?.close();
  await db.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}

/** Another process migrates (`npm start`, `npm run db:migrate`); the relay only waits. @returns false when told to stop meanwhile */
async function waitForMigrations(db: Database, log: pino.Logger, signal: AbortSignal): Promise<boolean> {
  for (let told = false; !signal.aborted; ) {
    const { current, pending } = await migrationState(db);
    if (current) return true;
    if (!told) log.warn({ pending }, "waiting for migrations: run npm run db:migrate");
    told = true;
    await pause(MIGRATION_LOOK_EVERY_MS);
  }
  return false;
}

/** What an operator can mend gets one line; everything else its stack. Either way the supervisor starts anew. */
function stopWith(error: unknown): never {
  const isExpected = error instanceof SettingsError || error instanceof MigrationError;
  process.stderr.write(`roost relay: ${error instanceof Error ? (isExpected ? error.message : error.stack) : String(error)}\n`);
  process.exit(1);
}
