/** The log of operations: one of a group at a time over all processes, told step by step, honest after a crash (G3). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { OperationProgress } from "#app/domain/maintenance/events.ts";
import { operationActors, operationsFor, operationsSql, recentOperations } from "#app/domain/maintenance/operation-log.server.ts";
import { ABANDONED_AFTER_MS, advanceOperation, finishOperation, interruptAbandoned, recordOperation, startOperation } from "#app/domain/maintenance/operations.server.ts";
import { refreshAll, revalidateTags } from "#app/domain/maintenance/revalidation.server.ts";
import { runOperation, type OperationContext, type OperationStep } from "#app/domain/maintenance/run-operation.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { DatabaseBusyError, type Database } from "#db/database.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { until } from "#tests/support/wait.ts";

let at: TestDatabase;
/** Another process's connection. */
let elsewhere: Database;
let ctx: ReturnType<typeof contextOver>;
let admin: Viewer;
let member: Viewer;
let told: OperationProgress[];
let logged: string[];
let running: OperationContext;

beforeEach(async () => {
  at = await testDatabase();
  elsewhere = await at.openAnother();
  ctx = contextOver(at.db);
  [admin, member] = [await person(ctx, "Robin", "admin"), await person(ctx, "Sami")];
  [told, logged] = [[], []];
  running = {
    ...ctx,
    log: { error: (_details, message) => logged.push(message) },
    announce: async ({ type, channel, payload }) => {
      expect([type.name, type.delivery, channel]).toEqual(["operation:progress", "ephemeral", ADMIN_CHANNEL]);
      told.push(payload as OperationProgress);
      return true;
    },
  };
});
afterEach(() => at.close());

const start = (db: Database, exclusive = "revalidation") => startOperation({ ...ctx, db }, { kind: "refresh-all", actor: admin, items: ["templates"], steps: 3, exclusive });
const step = (item: string, run: () => Promise<void> = async () => undefined): OperationStep => ({ item, run });

describe("one of a group at a time", () => {
  test("of twenty begun at once from two processes one runs; the others are refused; another group is not", async () => {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => start(index % 2 ? at.db : elsewhere)));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as DomainError] : []));
    expect(refused.map(({ code }) => code)).toEqual(Array(19).fill("operation-running"));
    await start(elsewhere, "another");
    expect(await at.db.all("SELECT count(*) AS rows FROM operations")).toEqual([{ rows: 2 }]);
  });

  test("once it is finished the next may begin", async () => {
    const first = await start(at.db);
    expect(await finishOperation(ctx, first)).toBe("succeeded");
    await start(elsewhere);
  });
});

describe("whoever ran it is gone", () => {
  test("after a while without a sign of life it is interrupted, as it was; the late one stops and changes nothing more", async () => {
    const first = await start(at.db);
    expect(await advanceOperation(ctx, first, 1)).toBe(true);
    const lastSeen = ctx.time.now;
    ctx.time.now += ABANDONED_AFTER_MS;
    await expect(start(elsewhere)).rejects.toThrow("operation-running");
    ctx.time.now += 1;
    // Shown as what it is before anybody writes it down.
    expect(await recentOperations(ctx, admin)).toMatchObject([{ state: "interrupted", stepsDone: 1, finishedAt: lastSeen }]);
    expect([await interruptAbandoned(ctx), await interruptAbandoned(ctx)]).toEqual([1, 0]);
    const second = await start(elsewhere);
    expect(await advanceOperation(ctx, first, 2)).toBe(false);
    expect(await finishOperation(ctx, first)).toBe("interrupted");
    expect(await finishOperation(ctx, second)).toBe("succeeded");
    expect((await recentOperations(ctx, admin)).map(({ state, stepsDone }) => [state, stepsDone])).toEqual([["succeeded", 3], ["interrupted", 1]]);
  });

  test("one that shows that it lives is not", async () => {
    const first = await start(at.db);
    for (let done = 1; done <= 3; done++) {
      ctx.time.now += ABANDONED_AFTER_MS;
      expect(await advanceOperation(ctx, first, done)).toBe(true);
    }
    expect(await interruptAbandoned(ctx)).toBe(0);
  });

  test("a run that was given up in the middle does none of its later steps", async () => {
    const done: string[] = [];
    const state = await runOperation(running, {
      kind: "refresh-all",
      actor: admin,
      items: ["a", "b"],
      exclusive: "revalidation",
      steps: [
        step("a", async () => {
          done.push("a");
          ctx.time.now += ABANDONED_AFTER_MS + 1;
          await interruptAbandoned({ ...ctx, db: elsewhere });
        }),
        step("b", async () => void done.push("b")),
      ],
    });
    expect([state, done]).toEqual(["interrupted", ["a"]]);
  });
});

describe("step by step", () => {
  const run = (steps: OperationStep[]) => runOperation(running, { kind: "revalidate-tags", actor: admin, items: steps.filter(({ isCommon }) => !isCommon).map(({ item }) => item), exclusive: "revalidation", steps });
  const isOver = () => until(() => told.at(-1)?.state !== "running" && told.length > 0, { what: "the end to be told" });

  test("admins are told of each step in order, and of the end last", async () => {
    const letTell = async () => void (await until(() => told.length > 0, { what: "the start to be told" }));
    expect(await run([step("products", letTell), step("company"), step("templates")])).toBe("succeeded");
    await isOver();
    const steps = told.map(({ stepsDone }) => stepsDone);
    expect([steps[0], steps.at(-1)]).toEqual([0, 3]);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(told.map(({ id, kind, stepsTotal }) => JSON.stringify([id, kind, stepsTotal]))).size).toBe(1);
    expect(told.at(-1)).toMatchObject({ state: "succeeded", failureCount: 0 });
  });

  test("what fails is recorded by its reason, and the rest goes on; what nobody expected is in the log of the process", async () => {
    const steps = [
      step("products", () => Promise.reject(new DatabaseBusyError("locked"))),
      step("company"),
      step("/nowhere", () => Promise.reject(new DomainError("not-found"))),
      step("templates", () => Promise.reject(new Error("secret of the driver"))),
    ];
    expect(await run(steps)).toBe("partial");
    await isOver();
    expect(await recentOperations(ctx, admin)).toMatchObject([
      {
        state: "partial",
        failureCount: 3,
        failures: [
          { item: "products", code: "unavailable" },
          { item: "/nowhere", code: "not-found" },
          { item: "templates", code: "internal" },
        ],
      },
    ]);
    expect(logged).toEqual(["a step of an operation failed"]);
  });

  test("when nothing succeeded it failed, even if the common step had nothing to complain of", async () => {
    expect(await run([step("products", () => Promise.reject(new DomainError("not-found"))), { ...step("telling"), isCommon: true }])).toBe("failed");
    await isOver();
  });

  test("an announcement that never comes back holds nothing up", async () => {
    running.announce = () => new Promise(() => undefined);
    expect(await run([step("products"), step("company")])).toBe("succeeded");
  });

  test("only admins revalidate and read the log", async () => {
    for (const attempt of [() => revalidateTags(running, member, { tags: ["company"] }), () => refreshAll(running, member), () => recentOperations(ctx, member), () => operationsFor(ctx, member, {}), () => operationActors(ctx, member)])
      await expect(attempt()).rejects.toMatchObject({ code: "forbidden" });
    expect(await at.db.all("SELECT count(*) AS rows FROM operations")).toEqual([{ rows: 0 }]);
    expect(await at.db.all("SELECT count(*) AS rows FROM cache_tags")).toEqual([{ rows: 0 }]);
  });
});

describe("the log", () => {
  test("what is recorded within a transaction is there exactly if that commits; of many items the first are named, all are counted", async () => {
    const items = Array.from({ length: 120 }, (_, index) => `event ${index}`);
    const record = (tx: Parameters<typeof recordOperation>[0]) => recordOperation(tx, { kind: "outbox-requeue", actor: admin, items, failures: [{ item: "event 3", code: "not-found" }] }, ctx);
    await expect(at.db.transact(async (tx) => Promise.reject(new Error(await record(tx))))).rejects.toThrow(/^[0-9a-f]{32}$/);
    expect(await recentOperations(ctx, admin)).toEqual([]);
    await at.db.transact(record);
    const [operation] = await recentOperations(ctx, admin);
    expect(operation).toMatchObject({ kind: "outbox-requeue", actorName: "Robin", itemCount: 120, state: "partial", stepsDone: 1, stepsTotal: 1, failureCount: 1 });
    expect(operation!.items).toEqual(items.slice(0, 50));
    expect(await operationActors(ctx, admin)).toEqual([{ id: admin.userId, name: "Robin" }]);
  });

  test("each filter goes by an index, and pages on without a scan", async () => {
    const before = { startedAt: 1, id: "x" };
    for (const filter of [{}, { before }, { kind: "refresh-all" as const, before }, { state: "failed" as const, before }, { actorId: admin.userId, before }]) {
      const { sql, args } = operationsSql(filter, 0);
      const all = (await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).join("\n");
      // Names for the few items of one row are put in their order.
      const [plan] = all.split("CORRELATED SCALAR SUBQUERY");
      expect(plan, JSON.stringify(filter)).toMatch(/(SEARCH|SCAN) o USING INDEX operations_\w+/);
      expect(plan, JSON.stringify(filter)).not.toMatch(/TEMP B-TREE|SCAN o$/m);
    }
  });
});
