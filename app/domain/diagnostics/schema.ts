/**
 * The list of what a diagnostics file may hold. What is not in it does not get out, whatever the collector hands over;
 * and there is no field for free text: names, addresses, messages of drivers and what members write have no place.
 */
import { z } from "zod";
import { DATABASE_CODES, HEALTH_CODES } from "#app/domain/health/codes.ts";
import { STAGES } from "#app/domain/health/live-test-result.ts";
import { OPERATION_KINDS, OPERATION_STATES } from "#app/domain/maintenance/operation.ts";

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();
const instant = z.iso.datetime();
const version = z.string().regex(/^v?\d+(\.\d+){0,3}[\w.+-]{0,60}$/);
/** Of machines, for machines. */
const word = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/);
const percentiles = z.object({ count, p50: milliseconds.nullable(), p95: milliseconds.nullable(), p99: milliseconds.nullable() });

export const diagnosticsSchema = z.object({
  format: z.literal("roost-diagnostics"),
  formatVersion: z.literal(1),
  createdAt: instant,
  versions: z.object({ app: version, remix: version, node: version, platform: word, architecture: word, schema: z.object({ newest: word.nullable(), pending: count }) }),
  features: z.object({
    production: z.boolean(),
    signups: z.enum(["open", "invited"]),
    relayMode: z.enum(["worker", "inline"]),
    clientEvents: z.boolean(),
    trustProxy: z.boolean(),
    demo: z.boolean(),
    database: z.enum(["better-sqlite3", "libsql-file", "libsql-server"]),
    channels: z.enum(["none", "pusher.com", "compatible"]),
    channelsTls: z.boolean().nullable(),
    /** Browsers use something else than the server does. */
    publicChannelsDiffer: z.boolean().nullable(),
    providerApi: z.boolean(),
    drainRoute: z.boolean(),
    metricsRoute: z.boolean(),
  }),
  /** Whether each setting has a value; never which. */
  configuration: z.record(z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/), z.boolean()),
  health: z.array(
    z.object({
      name: z.enum(["realtime", "database"]),
      at: instant,
      healthy: z.boolean(),
      lastHealthyAt: instant.nullable(),
      lastHealthyMs: milliseconds.nullable(),
      code: z.enum([...HEALTH_CODES, ...DATABASE_CODES]).nullable(),
      stages: z.array(z.object({ stage: z.enum(STAGES), outcome: z.enum(["passed", "failed", "waiting"]), ms: milliseconds.nullable() })),
    }),
  ),
  outbox: z.object({
    pending: count,
    dead: count,
    newestSeq: count,
    oldestPendingMs: milliseconds.nullable(),
    /** Of the last 24 hours: commit to accepted by Channels, and to a browser. */
    accepted: percentiles,
    received: percentiles,
    relays: z.array(z.object({ version, startedAt: instant, seenAt: instant, leads: z.boolean(), inFlight: count, published: count, outage: word.nullable() })),
  }),
  operations: z.array(
    z.object({ kind: z.enum(OPERATION_KINDS), state: z.enum(OPERATION_STATES), items: count, failures: count, failureCodes: z.array(word), startedAt: instant, tookMs: milliseconds.nullable() }),
  ),
});

export type Diagnostics = z.output<typeof diagnosticsSchema>;
