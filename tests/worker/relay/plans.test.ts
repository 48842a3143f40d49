/** No statement of the outbox may scan: at a million rows it would show (G5, H2). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { DROP_SQL } from "#db/outbox/drop.ts";
import { FIGURES_SQL, outboxFigures } from "#db/outbox/figures.ts";
import { BLOCKERS_SQL, PENDING_OF_CHANNEL_SQL, PENDING_SQL } from "#db/outbox/pending.ts";
import { REQUEUE_SQL } from "#db/outbox/requeue.ts";
import { RETRY_SQL } from "#db/outbox/retry.ts";
import { ATTEMPTS_SQL, ROLL_UP_SQL, SETTLE_SQL } from "#db/outbox/settle.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { EXPIRED_SESSIONS_SQL } from "#worker/scheduler/expired-sessions.ts";
import { commit, pings } from "./support.ts";

let test: TestDatabase;
beforeAll(async () => void (test = await testDatabase()));
afterAll(() => test.close());

const scans = async (sql: string, args: (string | number | null)[]) =>
  (await test.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args))
    .map(({ detail }) => detail)
    // A partial index holds nothing but the rows that are asked for, and json_each is the caller's own list.
    .filter((detail) => /^SCAN (outbox_events|event|earlier|outbox_attempts|leases|sessions)\b/.test(detail) && !/USING (COVERING )?INDEX outbox_events_(pending|dead)\b/.test(detail));

it.each([
  ["pending", PENDING_SQL, [0, 10]],
  ["pending of a channel", PENDING_OF_CHANNEL_SQL, ["private-chat-a", 0, 9, null, 10]],
  ["blockers", BLOCKERS_SQL, ["[]"]],
  ["settle", SETTLE_SQL, ["[]", "relay", 1]],
  ["roll up", ROLL_UP_SQL, ["[]", "relay", 1]],
  ["attempts", ATTEMPTS_SQL, ["[]", "relay", 1]],
  ["requeue", REQUEUE_SQL, [1, "[]"]],
  ["retry", RETRY_SQL, [1, "[]"]],
  ["drop", DROP_SQL, ["[]"]],
  ["figures", FIGURES_SQL, []],
  ["expired sessions", EXPIRED_SESSIONS_SQL, [1]],
] as const)("%s reads by an index", async (_name, sql, args) => {
  expect(await scans(sql, [...args])).toEqual([]);
});

it("a statement that scans would be noticed", async () => {
  expect(await scans("SELECT * FROM outbox_events WHERE payload = ?", ["x"])).toHaveLength(1);
});

it("figures say what is there", async () => {
  expect(await outboxFigures(test.db)).toEqual({ pending: 0, dead: 0, lastSeq: 0, oldestPendingAt: null });
  await commit(test.db, pings(3, ["private-chat-a"]), () => 1_234);
  expect(await outboxFigures(test.db)).toEqual({ pending: 3, dead: 0, lastSeq: 3, oldestPendingAt: 1_234 });
});
