/**
 * What the app process has once: settings, database, log. Opened at the first call and kept for the process, also
 * across the development server's reloads (hence globalThis). The one place of the app that reaches into the relay.
 */
import pino, { type Logger } from "pino";
import { parseSettings, SettingsError, type Settings } from "#app/config/settings.ts";
import type { Context } from "#app/domain/context.ts";
import type { EventType } from "#app/domain/events.ts";
import { newId } from "#app/domain/ids.ts";
import { arrivalFolder, openStorage, type Storage } from "#app/domain/images/storage.server.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { openLogReplica, type LogReplica } from "#db/outbox/replica.ts";
import { drainOnce, inlineDrainer, type DrainResult } from "#worker/relay/drain.ts";
import { nudgeClient } from "#worker/relay/nudge.ts";
import { announcer } from "#worker/relay/publishers/announce.ts";
import { pusherOccupancy, type Occupancy } from "#worker/relay/publishers/occupancy.ts";
import { channelsProbe, type ChannelsProbe } from "#worker/relay/publishers/probe.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher } from "#worker/relay/publishers/publisher.ts";
import { JOBS } from "#worker/scheduler/jobs.ts";
import { outliveAnswer } from "./after-answer.server.ts";
import { observeReplicaRead } from "./metrics.server.ts";

export interface Services {
  settings: Settings;
  /** Signs the session cookie: the first signs, all verify. */
  sessionSecrets: string[];
  db: Database;
  ctx: Context;
  /** Where pictures and files lie, and where they arrive before they are looked at. */
  storage: Storage;
  arrivals: string;
  log: Logger;
  /** Publishes an ephemeral event now, without the outbox: best effort. @returns whether the service took it */
  announce<P>(event: { type: EventType<P>; channel: string; payload: P }): Promise<boolean>;
  /** Asks Channels what the live test wants to know; null: Channels is not configured. */
  probe: ChannelsProbe | null;
  /** What the relay does, once, in this process: drains the outbox and runs every recurring job. For the cron route. */
  runChores(): Promise<Chores>;
}

export interface Chores extends DrainResult {
  /** What the jobs say they did, by figure. */
  figures: Record<string, number>;
}

const KEY = Symbol.for("roost.services");
const memo = globalThis as { [KEY]?: Promise<Services> };

/**
 * The process's services, made from the environment at the first call.
 * @throws SettingsError for a setting that cannot be used; what the database driver throws when it cannot be opened
 */
export async function services(): Promise<Services> {
  return (memo[KEY] ??= start(foundation(process.env)));
}

/** What stands at once, before the database is open. */
export type Foundation = Pick<Services, "settings" | "sessionSecrets" | "log">;

function foundation(env: Record<string, string | undefined>): Foundation {
  const settings = parseSettings(env);
  if (!settings.sessionSecrets) throw new SettingsError("SESSION_SECRET", "expected at least 32 characters (npm start makes one; npm run app needs it given)");
  return { settings, sessionSecrets: settings.sessionSecrets, log: pino({ level: settings.logLevel, base: { process: "app" } }) };
}

async function start({ settings, sessionSecrets, log }: Foundation): Promise<Services> {
  const clock = { now: Date.now, newId };
  const open = () => openDatabase(settings.databaseUrl, { authToken: settings.databaseAuthToken });
  const db = await open();
  const replica = await replicaOf(settings, db, log);
  const publisher = settings.channels ? pusherPublisher(settings.channels) : null;
  const occupancy = settings.channels ? pusherOccupancy(settings.channels) : null;
  const probe = settings.channels && publisher ? channelsProbe(settings.channels, publisher) : null;
  const storage = openStorage(settings.uploads);
  const chores = choresOver({ log, clock, publisher, occupancy, storage, open: memoised(open) });
  db.onCommit(settings.relayMode === "inline" ? () => outliveAnswer(new Promise((drained) => setImmediate(() => void chores.drainSoon().then(drained)))) : nudgeClient(settings.relaySocket).nudge);
  return { settings, sessionSecrets, db, ctx: { db, ...clock, ...(replica && { replica }) }, storage, arrivals: await arrivalFolder(settings.uploads), log, announce: announcer(publisher, log), probe, runChores: chores.run };
}

/** Undefined: none is set. That one is away stops nobody: the primary answers. */
async function replicaOf({ databaseReplicaUrl: url, databaseAuthToken: authToken }: Settings, primary: Database, log: Logger): Promise<LogReplica | undefined> {
  if (!url) return undefined;
  return openLogReplica({
    url,
    authToken,
    primary,
    onRead: observeReplicaRead,
    onChange: (fault, err) => (fault === null ? log.info("the replica serves sync") : log.warn({ fault, err }, "the replica is left alone; the primary serves sync")),
  });
}

interface ChoresOptions {
  log: Logger;
  clock: Pick<Context, "now" | "newId">;
  /** Null: Channels is not configured. */
  publisher: Publisher | null;
  occupancy: Occupancy | null;
  storage: Storage;
  /** A connection of its own: a drain's commits must not wake the next drain, or an outage would spin. */
  open: () => Promise<Database>;
}

function choresOver({ log, clock, publisher, occupancy, storage, open }: ChoresOptions) {
  const drainer = memoised(async () => inlineDrainer({ db: await open(), publisher, newId: clock.newId, log }));
  return {
    /** Resolves once what is committed has had its chance; never rejects. */
    drainSoon: () => drainer().then((drain) => drain()).catch((error: unknown) => log.error({ err: error }, "draining failed")),
    async run(): Promise<Chores> {
      const started = performance.now();
      const db = await open();
      const figures: Record<string, number> = {};
      for (const job of JOBS) for (const [name, count] of Object.entries(await job.run({ db, ...clock, occupancy, storage }))) figures[name] = (figures[name] ?? 0) + count;
      const drained = await drainOnce({ db, publisher, newId: clock.newId, log });
      return { ...drained, tookMs: Math.round(performance.now() - started), figures };
    },
  };
}

/** Made at the first call, once; a failure is not kept. */
function memoised<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make().catch((error: unknown) => {
    made = undefined;
    throw error;
  }));
}

/**
 * Starts the services when the server build is loaded: a bad setting or a database that cannot be opened is one line
 * and exit code 1. It does not wait for the database: the drivers are chunks of the build that import its main one,
 * and a main module that waits for them at its top level waits for ever.
 */
export function startOrExit(): Foundation {
  const stop = (error: unknown): never => {
    const line = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    process.stderr.write(`roost app: ${line}\n`);
    process.exit(1);
  };
  try {
    const prepared = foundation(process.env);
    memo[KEY] ??= start(prepared);
    memo[KEY].catch(stop);
    return prepared;
  } catch (error) {
    return stop(error);
  }
}
