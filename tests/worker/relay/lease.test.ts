import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DatabaseBusyError, type Database } from "#db/database.ts";
import { acquireLease, readLease, releaseLease, RELAY_LEASE, renewLease } from "#db/outbox/lease.ts";
import { requeue } from "#db/outbox/requeue.ts";
import { settle } from "#db/outbox/settle.ts";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";
import { manualClock } from "#tests/support/manual-clock.ts";
import { Leadership, RENEW_EVERY_MS } from "#worker/relay/leadership.ts";
import { commit, pings, rowsOf, silent } from "./support.ts";

describe.each<DatabaseKind>(["better-sqlite3", "libsql-file", "libsql-ws"])("the lease on %s", (kind) => {
  let test: TestDatabase;
  beforeEach(async () => void (test = await testDatabase(kind)));
  afterEach(() => test.close());

  it("is had by one, given up only by its own, and its token rises with each holder", async () => {
    const { db } = test;
    expect(await acquireLease(db, RELAY_LEASE, "a", 1)).toBe(1);
    expect(await acquireLease(db, RELAY_LEASE, "b", 1)).toBeNull();
    expect(await releaseLease(db, RELAY_LEASE, "b", 1)).toBe(false);
    expect(await releaseLease(db, RELAY_LEASE, "a", 1)).toBe(true);
    expect(await acquireLease(db, RELAY_LEASE, "b", 1)).toBe(2);
    expect(await renewLease(db, RELAY_LEASE, "a", 1, 2)).toBeNull();
    expect(await renewLease(db, RELAY_LEASE, "b", 2, 2)).toEqual({ redrives: 0 });
  });

  it("is taken over only if nothing has moved since it was seen", async () => {
    const { db } = test;
    await acquireLease(db, RELAY_LEASE, "a", 1);
    const seen = (await readLease(db, RELAY_LEASE))!;
    await renewLease(db, RELAY_LEASE, "a", 1, 2);
    expect(await acquireLease(db, RELAY_LEASE, "b", 3, seen)).toBeNull();
    expect(await acquireLease(db, RELAY_LEASE, "b", 3, (await readLease(db, RELAY_LEASE))!)).toBe(2);
  });

  it("lets only its holder settle: a late one changes no row, and is told", async () => {
    const { db } = test;
    await commit(db, pings(2, ["private-chat-a"]));
    await acquireLease(db, RELAY_LEASE, "a", 1);
    await acquireLease(db, RELAY_LEASE, "b", 1, (await readLease(db, RELAY_LEASE))!);
    const delivered = { seq: 1, state: "delivered", attempts: 1, publishedAt: 5, latencyMs: 4 } as const;
    expect(await settle(db, 1, [delivered])).toEqual({ changed: 0, fenced: true });
    expect((await rowsOf(db))[0]).toMatchObject({ state: "pending", attempts: 0 });
    expect(await settle(db, 2, [delivered, { seq: 2, state: "dead", attempts: 3, error: "bad-request: no", at: 5 }])).toEqual({ changed: 2, fenced: false });
    expect(await rowsOf(db)).toMatchObject([
      { state: "delivered", published_at: 5, latency_ms: 4 },
      { state: "dead", attempts: 3, first_error: "bad-request: no", last_error: "bad-request: no" },
    ]);
    // What is settled stays so.
    expect(await settle(db, 2, [{ ...delivered, latencyMs: 99 }])).toEqual({ changed: 0, fenced: false });
  });

  it("tells its holder that rows were put back; only dead ones are", async () => {
    const { db } = test;
    await commit(db, pings(2, ["private-chat-a"]));
    await acquireLease(db, RELAY_LEASE, "a", 1);
    await settle(db, 1, [{ seq: 1, state: "dead", attempts: 1, error: "bad-request: no", at: 5 }]);
    const before = (await rowsOf(db))[0]!;
    expect(await requeue(db, [1, 2, 77], 9)).toEqual([1]);
    expect((await rowsOf(db))[0]).toMatchObject({ state: "pending", attempts: 0, id: before.id, seq: before.seq, offset: before.offset, first_error: "bad-request: no" });
    expect(await renewLease(db, RELAY_LEASE, "a", 1, 2)).toEqual({ redrives: 1 });
  });

  it("goes to exactly one of many who ask at once", async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => test.openAnother()));
    const ask = async (db: Database, n: number): Promise<number | null> => {
      try {
        return await acquireLease(db, RELAY_LEASE, `holder-${n}`, 1);
      } catch (error) {
        if (error instanceof DatabaseBusyError) return ask(db, n);
        throw error;
      }
    };
    const tokens = await Promise.all(others.map(ask));
    expect(tokens.filter((token) => token !== null)).toEqual([1]);
  });
});

describe("leadership by one's own clock", () => {
  let test: TestDatabase;
  beforeEach(async () => void (test = await testDatabase()));
  afterEach(() => test.close());

  it("a holder that cannot renew stops before others may take over, whatever the wall clocks say", async () => {
    const clockA = manualClock();
    const clockB = manualClock(99_000_000);
    const a = new Leadership({ db: test.db, holder: "a", clock: clockA, log: silent });
    const b = new Leadership({ db: await test.openAnother(), holder: "b", clock: clockB, log: silent });
    expect(await a.observe()).toEqual({ kind: "leading", token: 1 });
    const lost: string[] = [];
    a.keep(() => undefined, () => lost.push("a"));
    let renewals = 0;
    for (let step = 0; step < 100; step += 1) {
      await clockA.advance(100);
      await clockB.advance(100);
      clockB.jump(step % 2 ? 3_600_000 : -3_600_000);
      expect(await b.observe()).toMatchObject({ kind: "waiting" });
      renewals += 1;
    }
    expect(renewals).toBe(100);
    // Now it is frozen: its clock goes on with the others', but it does nothing.
    let stoppedAfter: number | null = null;
    let takenAfter: number | null = null;
    const frozen = manualClock();
    const validity = new Leadership({ db: test.db, holder: "c", clock: frozen, log: silent });
    await a.release();
    expect(await validity.observe()).toEqual({ kind: "leading", token: 2 });
    for (let ms = 0; ms <= 3_000; ms += 50) {
      if (!validity.isValid()) stoppedAfter ??= ms;
      const seen = await b.observe();
      if (seen.kind === "leading") takenAfter ??= ms;
      if (takenAfter !== null) break;
      await frozen.advance(50);
      await clockB.advance(50);
    }
    expect(stoppedAfter).not.toBeNull();
    expect(takenAfter).not.toBeNull();
    expect(takenAfter! - stoppedAfter!).toBeGreaterThanOrEqual(200);
    expect(takenAfter).toBeLessThanOrEqual(2_300);
    expect(lost).toEqual([]);
    await b.release();
  });

  it("is told when somebody else has it, at the next renewal", async () => {
    const clock = manualClock();
    const a = new Leadership({ db: test.db, holder: "a", clock, log: silent });
    await a.observe();
    let lost = 0;
    a.keep(() => undefined, () => (lost += 1));
    const row = (await readLease(test.db, RELAY_LEASE))!;
    await acquireLease(test.db, RELAY_LEASE, "b", 1, row);
    await clock.advance(RENEW_EVERY_MS);
    expect(lost).toBe(1);
    expect(a.isValid()).toBe(false);
    expect(a.token).toBeNull();
  });
});
