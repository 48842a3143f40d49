/** The outbox's page in the console at a million rows: what its loader asks (issue 6, bar 4). */
import { performance } from "node:perf_hooks";
import { newId } from "#app/domain/ids.ts";
import { outboxCharts } from "#app/domain/outbox/charts.server.ts";
import { outboxEvents, outboxOverview, previewOf } from "#app/domain/outbox/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase } from "#tests/support/database.ts";

const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const TURNS = 60;
const MINUTES = 24 * 60;
const BUCKETS = 30;

const test = await testDatabase();
const ctx = { db: test.db, now: Date.now, newId };
const admin: Viewer = { userId: newId(), sessionId: newId(), name: "Bench", email: null, role: "admin", hue: 0 };
const now = Date.now();
await test.db.batch([
  {
    // Of a thousand: 975 delivered, 20 dead of five causes, 2 retrying, 2 dropped, 1 waiting.
    sql: `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?),
      made AS (SELECT n, CASE WHEN n % 1000 < 975 THEN 'delivered' WHEN n % 1000 < 995 THEN 'dead' WHEN n % 1000 < 997 THEN 'dropped' ELSE 'pending' END AS state FROM n)
      INSERT INTO outbox_events (id, channel, offset, event, payload, state, attempts, available_at, created_at, published_at, latency_ms, first_error, last_error, signature)
      SELECT printf('%032x', n), 'private-chat-' || (n % 5000), n, 'event-' || (n % 25), '{"n":1}', state, CASE WHEN n % 1000 < 998 THEN 1 ELSE 0 END, ?, ? - (? - n) * 60, CASE state WHEN 'delivered' THEN ? END, CASE state WHEN 'delivered' THEN n % 90 END,
        CASE WHEN state <> 'delivered' THEN 'bad-request: 400 ' || (n % 5) END, CASE WHEN state <> 'delivered' THEN 'bad-request: 400 ' || (n % 5) END, CASE WHEN state <> 'delivered' THEN 'bad-request: 400 ' || (n % 5) END FROM made`,
    args: [ROWS, now, now, ROWS, now],
  },
  {
    sql: `WITH RECURSIVE m(m) AS (SELECT 0 UNION ALL SELECT m + 1 FROM m WHERE m < ${MINUTES}), b(b) AS (SELECT 0 UNION ALL SELECT b + 1 FROM b WHERE b < ${BUCKETS})
      INSERT INTO outbox_rollups SELECT measure.value, span.value, (? - m * 60000) / span.value * span.value, b, 20 FROM m, b, json_each('["accepted","received","travelled"]') AS measure, json_each('[60000,900000,3600000]') AS span
      WHERE true ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    args: [now],
  },
]);

const questions: Record<string, () => Promise<unknown>> = {
  "overview (figures, failures, relays)": () => outboxOverview(ctx, admin),
  "charts of an hour": () => outboxCharts(ctx, admin, "hour", "accepted"),
  "charts of a day": () => outboxCharts(ctx, admin, "day", "accepted"),
  "newest events": () => outboxEvents(ctx, admin, {}, null),
  "dead of one cause": () => outboxEvents(ctx, admin, { state: "dead", signature: "bad-request: 400 3" }, null),
  "one channel, one event": () => outboxEvents(ctx, admin, { channel: "private-chat-7", event: "event-7" }, null),
  "a seldom pair": () => outboxEvents(ctx, admin, { state: "delivered", event: "event-3", channel: "private-chat-1" }, null),
  "preview of all dead": () => previewOf(ctx, admin, "retry", { state: "dead" }),
  "the whole page": () => Promise.all([outboxOverview(ctx, admin), outboxCharts(ctx, admin, "day", "accepted"), outboxEvents(ctx, admin, {}, null)]),
};
for (const [name, ask] of Object.entries(questions)) {
  const took: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const from = performance.now();
    await ask();
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.ceil(share * TURNS) - 1]!.toFixed(1);
  process.stdout.write(`${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms\n`);
}
await test.close();
