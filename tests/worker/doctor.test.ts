/** `npm run doctor` (G8; bars 1, 3, 6): the console's checks from a terminal, in every state that they tell apart. */
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, type Cause } from "#app/domain/health/codes.ts";
import { LIVE_TEST_LIMIT_MS } from "#app/domain/health/live-test.ts";
import { readLiveTest, STAGES } from "#app/domain/health/live-test-result.ts";
import { healthResults } from "#app/domain/health/results.server.ts";
import { openDatabase } from "#db/database.ts";
import { acquireLease, RELAY_LEASE, renewLease } from "#db/outbox/lease.ts";
import { examine } from "#worker/doctor/examine.ts";
import { asText, type Check, type CheckName, type Report } from "#worker/doctor/report.ts";
import { ensureBuilt } from "#tests/support/build.ts";
import { BROKEN_CHANNELS, CHANNELS_APP } from "#tests/support/broken-channels.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { templateDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { runCommand, startRoost } from "#tests/support/processes.ts";
import { startSqld } from "#tests/support/sqld.ts";
import { databaseTokens } from "#tests/support/tokens.ts";
import { until } from "#tests/support/wait.ts";

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  await ensureBuilt();
  folder = await mkdtemp(path.join(dataFolder(), "roost-doctor-"));
  await copyFile(await templateDatabase(), path.join(folder, "roost.db"));
  env = { DATA_DIR: folder, RELAY_MODE: "inline" };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const check = (report: Report, name: CheckName): Check => report.checks.find((each) => each.name === name)!;
const states = (report: Report) => Object.fromEntries(report.checks.map(({ name, state, code }) => [name, code ?? state]));

describe("Channels broken at every stage in turn", () => {
  const texts = new Map<Cause, string>();

  test.concurrent.each(BROKEN_CHANNELS)("$name: $cause", async ({ cause, stage, setting, start }) => {
    const broken = await start();
    const report = await examine({ ...env, ...broken.env });
    const realtime = check(report, "realtime");
    expect([realtime.code, realtime.state, report.ok]).toEqual(cause === null ? [null, "ok", true] : [codeOf(cause), "failed", false]);
    expect(states(report)).toMatchObject({ configuration: "ok", database: "ok", migrations: "ok", relay: "skipped" });
    if (setting !== undefined) expect(realtime.settings).toContain(setting);

    const result = realtime.test!;
    expect(result.cause).toBe(cause);
    expect(readLiveTest(JSON.stringify(result))).toEqual(result);
    const failed = result.stages.findIndex(({ outcome }) => outcome === "failed");
    expect(failed === -1 ? null : STAGES[failed]).toBe(stage);
    result.stages.forEach(({ outcome, ms }, index) => {
      expect(outcome).toBe(failed === -1 || index < failed ? "passed" : index === failed ? "failed" : "waiting");
      if (outcome !== "waiting") expect(ms).toBeGreaterThanOrEqual(0);
    });
    if (cause === null) expect(result.receivedMs).toBeGreaterThan(0);
    else texts.set(cause, realtime.message);
    // On a busy machine a timer may be late by a moment; the whole never passes the ten seconds by more.
    expect(result.stages.reduce((sum, { ms }) => sum + (ms ?? 0), 0)).toBeLessThan(LIVE_TEST_LIMIT_MS + patient(1_500));
    expect(JSON.stringify(report)).not.toContain(CHANNELS_APP.secret);
    expect(asText(report)).toContain(cause === null ? "All is well." : codeOf(cause));
    if (broken.openSockets) await until(() => broken.openSockets?.() === 0, { what: "every socket to be closed" });
    await broken.stop();
  });

  test("each has a text of its own", () => {
    expect(new Set(texts.values()).size).toBe(texts.size);
    expect(texts.size).toBe(new Set(BROKEN_CHANNELS.flatMap(({ cause }) => cause ?? [])).size);
  });
});

describe("settings", () => {
  test("none of Channels: named, and the rest is examined all the same", async () => {
    const report = await examine(env);
    expect(states(report)).toMatchObject({ configuration: "CONFIG_MISSING", database: "ok", migrations: "ok", realtime: "CONFIG_MISSING" });
    expect(check(report, "configuration").settings).toEqual(["PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET", "PUSHER_CLUSTER"]);
    expect(report.ok).toBe(false);
  });

  test("one missing, with which no process would start: exactly that one is named", async () => {
    const report = await examine({ ...env, PUSHER_APP_ID: "1", PUSHER_SECRET: "a-secret-value", PUSHER_CLUSTER: "eu" });
    expect(states(report)).toMatchObject({ configuration: "CONFIG_MISSING", database: "ok", realtime: "CONFIG_MISSING" });
    expect([check(report, "configuration").settings, check(report, "realtime").settings]).toEqual([["PUSHER_KEY"], ["PUSHER_KEY"]]);
    expect(JSON.stringify(report)).not.toContain("a-secret-value");
  });

  test("one that cannot be used: named, nothing else is known, and its value is not said", async () => {
    const report = await examine({ ...env, SESSION_SECRET: "too-short-a-secret" });
    expect(states(report)).toEqual({ configuration: "CONFIG_INVALID", database: "unknown", migrations: "unknown", realtime: "unknown", relay: "unknown" });
    expect(check(report, "configuration").message).toContain("SESSION_SECRET: expected at least 32 characters");
    expect(JSON.stringify(report) + asText(report)).not.toContain("too-short-a-secret");
    expect(report.ok).toBe(false);
  });
});

describe("the database", () => {
  test("a file that is not there, or is no database: DB_ERROR, and nothing is made", async () => {
    const absent = path.join(folder, "absent", "roost.db");
    expect(states(await examine({ ...env, DATABASE_URL: `file:${absent}` }))).toMatchObject({ database: "DB_ERROR", migrations: "unknown" });
    expect(existsSync(path.dirname(absent))).toBe(false);
    expect(states(await examine({ ...env, DATABASE_URL: `file:${import.meta.filename}` }))).toMatchObject({ database: "DB_ERROR" });
  });

  test("a server: its token refused is UNAUTHORIZED, not to be reached is DB_ERROR, over http and WebSocket", async () => {
    const { publicKey, token } = databaseTokens();
    const server = await startSqld({ tokenKey: publicKey });
    const of = async (url: string, authToken: string) => examine({ ...env, DATABASE_URL: url, DATABASE_AUTH_TOKEN: authToken });
    for (const url of [server.httpUrl, server.wsUrl]) {
      expect(states(await of(url, token))).toMatchObject({ database: "ok", migrations: "MIGRATIONS_PENDING" });
      const refused = await of(url, `${token}x`);
      expect(states(refused)).toMatchObject({ database: "UNAUTHORIZED", migrations: "unknown" });
      expect(check(refused, "database").settings).toEqual(["DATABASE_AUTH_TOKEN"]);
      expect(JSON.stringify(refused)).not.toContain(token);
    }
    await server.stop();
    for (const url of [server.httpUrl, server.wsUrl]) expect(states(await of(url, token))).toMatchObject({ database: "DB_ERROR" });
  });

  test("a migration that is missing, and one that this version does not know", async () => {
    const file = path.join(folder, "older.db");
    await copyFile(await templateDatabase(), file);
    const db = await openDatabase(`file:${file}`);
    const [last] = await db.all<{ tag: string; hash: string }>("SELECT tag, hash FROM roost_migrations ORDER BY tag DESC LIMIT 1");
    await db.batch([{ sql: "DELETE FROM roost_migrations WHERE tag = ?", args: [last!.tag] }]);
    const pending = await examine({ ...env, DATABASE_URL: `file:${file}` });
    expect(states(pending)).toMatchObject({ database: "ok", migrations: "MIGRATIONS_PENDING" });
    expect(check(pending, "migrations").message).toContain(last!.tag);
    await db.batch([{ sql: "INSERT INTO roost_migrations VALUES ('9999_newer', 'x', 1)" }]);
    expect(states(await examine({ ...env, DATABASE_URL: `file:${file}` }))).toMatchObject({ migrations: "SCHEMA_UNKNOWN" });
    await db.close();
  });
});

test("a relay that shows life is told from one that stopped, whatever the wall clocks say", async () => {
  const db = await openDatabase(`file:${path.join(folder, "roost.db")}`);
  const relay = async () => states(await examine({ ...env, RELAY_MODE: "worker" }))["relay"];
  expect(await relay()).toBe("RELAY_SILENT");
  const token = (await acquireLease(db, RELAY_LEASE, "a relay", 1))!;
  const beats = setInterval(() => void renewLease(db, RELAY_LEASE, "a relay", token, 1), 200);
  expect(await relay()).toBe("ok");
  clearInterval(beats);
  expect(await relay()).toBe("RELAY_SILENT");
  await db.close();
});

test("as a command beside a running house: 0 and then 1, and the console is told", { timeout: 300_000 }, async () => {
  const roost = await startRoost();
  try {
    const report = JSON.parse(await runCommand("doctor", ["--json"], roost.env)) as Report;
    expect([report.ok, states(report)]).toEqual([true, { configuration: "ok", database: "ok", migrations: "ok", realtime: "ok", relay: "ok" }]);
    const db = await openDatabase(roost.databaseUrl);
    const before = await healthResults({ db });
    expect(before.realtime).toMatchObject({ last: { state: "verified", by: "doctor" }, healthyAt: check(report, "realtime").test!.at });

    await roost.kill("channels");
    await expect(runCommand("doctor", ["--json"], roost.env)).rejects.toThrow(/exit code 1:[^]*"code": "NETWORK"/);
    const after = await healthResults({ db });
    expect(after.realtime).toMatchObject({ last: { state: "failed", cause: "server-network" }, healthyAt: before.realtime.healthyAt, healthyMs: before.realtime.healthyMs });
    await db.close();
  } finally {
    await roost.stop();
  }
});
