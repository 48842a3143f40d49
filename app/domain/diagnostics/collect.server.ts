/** Gathers what a diagnostics file tells; schema.ts decides what of it gets out. */
import { SETTING_NAMES, type Settings } from "#app/config/settings.ts";
import type { Context } from "#app/domain/context.ts";
import { DATABASE_CODES } from "#app/domain/health/codes.ts";
import { codeOfTest, readLiveTest } from "#app/domain/health/live-test-result.ts";
import { recentOperations } from "#app/domain/maintenance/operation-log.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { migrationState, newestMigration } from "#db/migrate.ts";
import { outboxFigures } from "#db/outbox/figures.ts";
import { heartbeats } from "#db/outbox/heartbeat.ts";
import { percentiles } from "#db/outbox/histogram.ts";
import { readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { HOUR_MS, rolledUp, type Measure } from "#db/outbox/rollups.ts";
import type { z } from "zod";
import type { diagnosticsSchema } from "./schema.ts";

/** What only the process knows. */
export interface Surroundings {
  settings: Settings;
  env: Readonly<Record<string, string | undefined>>;
  versions: { app: string; remix: string; node: string; platform: string; architecture: string };
}

const OPERATIONS = 20;
const DAY_MS = 24 * HOUR_MS;

const instant = (ms: number) => new Date(ms).toISOString();
const instantOrNull = (ms: number | null) => (ms === null ? null : instant(ms));

/** @throws DomainError forbidden to who is no admin; what the database throws */
export async function collectDiagnostics(ctx: Context, viewer: Viewer, { settings, env, versions }: Surroundings): Promise<z.input<typeof diagnosticsSchema>> {
  const operations = await recentOperations(ctx, viewer, OPERATIONS);
  return {
    format: "roost-diagnostics",
    formatVersion: 1,
    createdAt: instant(ctx.now()),
    versions: { ...versions, schema: { newest: await newestMigration(ctx.db), pending: (await migrationState(ctx.db)).pending.length } },
    features: features(settings, ctx.db.kind),
    configuration: Object.fromEntries(SETTING_NAMES.map((name) => [name, (env[name] ?? "") !== ""])),
    health: await health(ctx),
    outbox: await outbox(ctx),
    operations: operations.map(({ kind, state, itemCount, failureCount, failures, startedAt, finishedAt }) => ({
      kind,
      state,
      items: itemCount,
      failures: failureCount,
      failureCodes: [...new Set(failures.map(({ code }) => code))],
      startedAt: instant(startedAt),
      tookMs: finishedAt === null ? null : Math.max(0, finishedAt - startedAt),
    })),
  };
}

function features(settings: Settings, database: Context["db"]["kind"]) {
  const { channels, publicChannels } = settings;
  const channelsAre: "none" | "compatible" | "pusher.com" = !channels ? "none" : channels.host === undefined ? "pusher.com" : "compatible";
  return {
    production: settings.production,
    signups: settings.signups,
    relayMode: settings.relayMode,
    clientEvents: settings.clientEvents,
    trustProxy: settings.trustProxy,
    demo: settings.demo,
    database,
    channels: channelsAre,
    channelsTls: channels?.useTLS ?? null,
    publicChannelsDiffer: channels && publicChannels ? publicChannels.key !== channels.key || publicChannels.cluster !== channels.cluster : null,
    providerApi: settings.turso !== undefined,
    drainRoute: settings.cronSecret !== undefined,
    metricsRoute: settings.metricsToken !== undefined,
  };
}

interface HealthRow {
  name: "realtime" | "database";
  at: number;
  healthy: number;
  result: string;
  healthyAt: number | null;
  healthyMs: number | null;
}

async function health({ db }: Context) {
  const rows = await db.all<HealthRow>("SELECT name, at, healthy, result, healthy_at AS healthyAt, healthy_ms AS healthyMs FROM health_results ORDER BY name");
  return rows.map(({ name, at, healthy, result, healthyAt, healthyMs }) => {
    const test = name === "realtime" ? readLiveTest(result) : null;
    const code = name === "realtime" ? (test && codeOfTest(test)) : (DATABASE_CODES.find((known) => result.includes(`"${known}"`)) ?? null);
    const stages = (test?.stages ?? []).map(({ stage, outcome, ms }) => ({ stage, outcome, ms }));
    return { name, at: instant(at), healthy: healthy === 1, lastHealthyAt: instantOrNull(healthyAt), lastHealthyMs: healthyMs, code, stages };
  });
}

async function outbox({ db, now }: Context) {
  const { pending, dead, lastSeq, oldestPendingAt } = await outboxFigures(db);
  const to = Math.ceil(now() / HOUR_MS) * HOUR_MS;
  const buckets = await rolledUp(db, ["accepted", "received"], { span: HOUR_MS, slot: DAY_MS * 2, from: to - DAY_MS, to });
  const lease = await readLease(db, RELAY_LEASE);
  return {
    pending,
    dead,
    newestSeq: lastSeq,
    oldestPendingMs: oldestPendingAt === null ? null : Math.max(0, now() - oldestPendingAt),
    accepted: summed(buckets, "accepted"),
    received: summed(buckets, "received"),
    relays: (await heartbeats(db)).map(({ id, version, startedAt, seenAt, inFlight, published, outage }) => ({
      version,
      startedAt: instant(startedAt),
      seenAt: instant(seenAt),
      leads: lease?.holder === id,
      inFlight,
      published,
      // A relay's words about its outage may hold an address: the first word is its kind.
      outage: outage === null ? null : (/^[\w-]{1,80}/.exec(outage)?.[0] ?? "unknown"),
    })),
  };
}

function summed(all: Awaited<ReturnType<typeof rolledUp>>, wanted: Measure) {
  const counts = new Map<number, number>();
  for (const { measure, bucket, count } of all) if (measure === wanted) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  const buckets = [...counts].sort(([a], [b]) => a - b).map(([bucket, count]) => ({ bucket, count }));
  const shares = percentiles(buckets, [0.5, 0.95, 0.99]);
  return { count: buckets.reduce((sum, { count }) => sum + count, 0), p50: shares[0.5], p95: shares[0.95], p99: shares[0.99] };
}
