/** Figures for Prometheus, of this process; the outbox's come from the database when they are asked for. */
import type { Socket } from "node:net";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "#db/database.ts";
import { outboxFigures } from "#db/outbox/figures.ts";
import type { ReplicaRead } from "#db/outbox/replica.ts";
import { outboxSeries } from "./outbox-metrics.server.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** In seconds: the send is a few ms, a page some ten, a sign-in some hundred. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Metrics {
  registry: Registry;
  requests: Histogram<"method" | "route" | "status">;
  outbox: Gauge<"state">;
  oldest: Gauge;
  connections: Gauge;
  replicaReads: Counter<"result">;
}

const KEY = Symbol.for("roost.metrics");
const memo = globalThis as { [KEY]?: Metrics };

function metrics(): Metrics {
  if (memo[KEY]) return memo[KEY];
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "roost_" });
  const registers = [registry];
  return (memo[KEY] = {
    registry,
    requests: new Histogram({ name: "roost_http_request_duration_seconds", help: "Time from a request's head to its answer's end", labelNames: ["method", "route", "status"], buckets: BUCKETS, registers }),
    outbox: new Gauge({ name: "roost_outbox_events", help: "Events of the outbox that wait or are dead", labelNames: ["state"], registers }),
    connections: new Gauge({ name: "roost_http_connections", help: "Connections to this process that are open", registers }),
    replicaReads: new Counter({ name: "roost_replica_reads_total", help: "Answers of sync, by what the read replica did; all but those it served came from the primary", labelNames: ["result"], registers }),
    oldest: new Gauge({ name: "roost_outbox_oldest_pending_seconds", help: "Age of the oldest waiting event; 0 when none waits", registers }),
  });
}

/** `route` with parameters by name, so that the number of series stays small. */
export function observeRequest(request: { method: string; route: string; status: number; seconds: number }): void {
  metrics().requests.observe({ method: METHODS.has(request.method) ? request.method : "OTHER", route: request.route, status: request.status }, request.seconds);
}

const counted = new WeakSet<Socket>();

/** Counts a request's connection for as long as it is open, once. */
export function observeConnection(socket: Socket): void {
  if (counted.has(socket)) return;
  counted.add(socket);
  const { connections } = metrics();
  connections.inc();
  socket.once("close", () => connections.dec());
}

export function observeReplicaRead(result: ReplicaRead): void {
  metrics().replicaReads.inc({ result });
}

/** @returns the figures in Prometheus' text format, and its content type */
export async function renderMetrics(db: Database, now: number): Promise<{ body: string; contentType: string }> {
  const { registry, outbox, oldest } = metrics();
  const figures = await outboxFigures(db);
  outbox.set({ state: "pending" }, figures.pending);
  outbox.set({ state: "dead" }, figures.dead);
  oldest.set(figures.oldestPendingAt === null ? 0 : Math.max(0, (now - figures.oldestPendingAt) / 1000));
  // The event loop has no mean when it was asked for a moment ago; the package writes that "Nan", the format "NaN".
  const own = (await registry.metrics()).replace(/ Nan$/gm, " NaN");
  return { body: `${own}\n${await outboxSeries(db, now)}`, contentType: registry.contentType };
}
