/** What only a server can do to us: end streams, be restarted, not answer. */
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DatabaseBusyError, openDatabase } from "#db/database.ts";
import { deadline, DatabaseTimeoutError } from "#db/drivers/deadline.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { startSqld } from "#tests/support/sqld.ts";
import { startTcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";

describe.each(["httpUrl", "wsUrl"] as const)("over %s", (scheme) => {
  test("a server killed inside a transaction: an error, nothing stays, and after its return work goes on", async () => {
    const server = await startSqld();
    const db = await openDatabase(server[scheme]);
    await db.batch([{ sql: "CREATE TABLE numbers (n INTEGER NOT NULL) STRICT" }]);
    const cut = db.transact(async (tx) => {
      await tx.all("INSERT INTO numbers VALUES (1)");
      await server.restart("SIGKILL");
      await tx.all("INSERT INTO numbers VALUES (2)");
    });
    await expect(cut).rejects.toThrow();
    // The first answer after a broken connection may still be that error.
    expect(await until(() => db.all("SELECT count(*) AS rows FROM numbers"))).toEqual([{ rows: 0 }]);
    await db.transact((tx) => tx.all("INSERT INTO numbers VALUES (3)"));
    expect(await db.all("SELECT n FROM numbers")).toEqual([{ n: 3 }]);
    await db.close();
    await server.stop();
  });

  test("a transaction that another writer has outwaited ends with DatabaseBusyError, also when only its commit is left", async () => {
    const server = await startSqld();
    const [db, other] = [await openDatabase(server[scheme]), await openDatabase(server[scheme])];
    await db.batch([{ sql: "CREATE TABLE numbers (n INTEGER NOT NULL) STRICT" }]);
    const outwaited = db.transact(async (tx) => {
      await tx.all("INSERT INTO numbers VALUES (1)");
      await other.batch([{ sql: "INSERT INTO numbers VALUES (2)" }]);
    });
    await expect(outwaited).rejects.toThrow(DatabaseBusyError);
    expect(await db.all("SELECT n FROM numbers")).toEqual([{ n: 2 }]);
    await Promise.all([db.close(), other.close()]);
    await server.stop();
  }, 300_000);

  test("a transaction waits for another's lock, unseen by the caller", async () => {
    const server = await startSqld();
    const [db, other] = [await openDatabase(server[scheme]), await openDatabase(server[scheme])];
    await db.batch([{ sql: "CREATE TABLE numbers (n INTEGER NOT NULL) STRICT" }]);
    let runs = 0;
    let waiting: Promise<unknown> | undefined;
    await db.transact(async (tx) => {
      await tx.all("INSERT INTO numbers VALUES (1)");
      waiting = other.transact(async (own) => {
        runs++;
        return own.all("SELECT count(*) AS rows FROM numbers");
      });
      await until(() => runs === 1);
      await tx.all("INSERT INTO numbers VALUES (2)");
    });
    expect(await waiting).toEqual([{ rows: 2 }]);
    expect(runs).toBe(1);
    await Promise.all([db.close(), other.close()]);
    await server.stop();
  });
});

test("no server: an error when opening, naming no token", async () => {
  const nobody = createServer().listen(0, "127.0.0.1");
  await once(nobody, "listening");
  const { port } = nobody.address() as AddressInfo;
  nobody.close();
  await once(nobody, "close");
  for (const scheme of ["http", "ws"]) {
    const failed = await openDatabase(`${scheme}://127.0.0.1:${port}`, { authToken: "secret-token" }).then(() => null, (error: Error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(`${failed?.message} ${failed?.stack}`).not.toContain("secret-token");
  }
});

test.each(["httpUrl", "wsUrl"] as const)("over %s a server that stalls: all who wait are told that it is away, and no connection is left over", async (scheme) => {
  const server = await startSqld();
  const network = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(server[scheme]).port) });
  const db = await openDatabase(`${scheme === "wsUrl" ? "ws" : "http"}://127.0.0.1:${network.port}`, { answerWithinMs: 300 });
  await db.batch([{ sql: "CREATE TABLE numbers (n INTEGER NOT NULL) STRICT" }]);
  for (let round = 0; round < 4; round++) {
    const cut = db.transact(async (tx) => {
      await tx.all("INSERT INTO numbers VALUES (1)");
      network.set({ stalled: true });
      await tx.all("INSERT INTO numbers VALUES (2)");
    });
    const first = await Promise.allSettled([cut]);
    // While it is held up, whoever comes later is cut off together with who came before.
    const asked = [db.all("SELECT 1 AS one"), db.batch([{ sql: "INSERT INTO numbers VALUES (3)" }]), pause(150).then(() => db.all("SELECT 2 AS two"))];
    const answers = [...first, ...(await Promise.allSettled(asked))];
    expect(answers.map((answer) => answer.status === "rejected" && isDatabaseUnavailable(answer.reason))).toEqual([true, true, true, true]);
    network.set({ stalled: false });
    await until(() => db.all("SELECT 1 AS one"));
  }
  expect(await db.all("SELECT count(*) AS halves FROM numbers WHERE n < 3")).toEqual([{ halves: 0 }]);
  if (scheme === "wsUrl") await until(() => network.connections === 1, { what: "one connection" });
  await db.close();
  await expect(db.all("SELECT 1")).rejects.toThrow();
  await network.stop();
  await server.stop();
});

test("a server that accepts and never answers costs the deadline, not for ever", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  let gaveUp = 0;
  const within = deadline(() => void gaveUp++, 100);
  await expect(within(fetch(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`))).rejects.toThrow(DatabaseTimeoutError);
  expect(gaveUp).toBe(1);
  expect(await within(Promise.resolve("at once"))).toBe("at once");
  await expect(within(Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  expect(gaveUp).toBe(1);
  for (const socket of sockets) socket.destroy();
  silent.close();
});
