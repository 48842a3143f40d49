/** What start decides before it has any package: is this Node enough, are packages and build those of these sources. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildIsFresh, installIsFresh, sourcesHash, stampBuild, stampInstall } from "#worker/supervisor/freshness.mjs";
import { restartPause, RESTART_FIRST_MS, RESTART_MAX_MS } from "#worker/supervisor/child.ts";
import { demoAllowed } from "#worker/supervisor/demo.ts";
import { outputTo, readable } from "#worker/supervisor/output.ts";
import { nodeProblem } from "#worker/supervisor/prepare.mjs";

let root: string;
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "roost-fresh-"));
  for (const file of ["app/root.tsx", "db/database.ts", "worker/run.mjs", "package.json"]) write(file, "1");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const build = () => {
  for (const file of ["build/server/index.js", "build/client/assets/a.js", "build/worker/relay.js", "build/worker/supervisor.js"]) write(file, "");
  stampBuild(root, sourcesHash(root));
};

test("a build is fresh until a source changes, whatever the time stamps say", () => {
  expect(buildIsFresh(root)).toBe(false);
  build();
  expect(buildIsFresh(root)).toBe(true);
  utimesSync(path.join(root, "app/root.tsx"), new Date(), new Date(Date.now() + 60_000));
  expect(buildIsFresh(root)).toBe(true);
  write("app/root.tsx", "2");
  expect(buildIsFresh(root)).toBe(false);
});

test("a build is old when a source came, went or moved, or a part of it is missing", () => {
  build();
  write("app/new.ts", "");
  expect(buildIsFresh(root)).toBe(false);
  build();
  rmSync(path.join(root, "app/new.ts"));
  expect(buildIsFresh(root)).toBe(false);
  build();
  rmSync(path.join(root, "build/worker/relay.js"));
  expect(buildIsFresh(root)).toBe(false);
});

const lock = (version: string) => JSON.stringify({ packages: { "": {}, "node_modules/a": { version }, "node_modules/other-platform": { version: "1", optional: true } } });

test("packages are fresh when those of the lock file stand there, for this Node", () => {
  write("package-lock.json", lock("1.0.0"));
  expect(installIsFresh(root)).toBe(false);
  write("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }));
  expect(installIsFresh(root)).toBe(true);
  write("package-lock.json", lock("1.0.1"));
  expect(installIsFresh(root)).toBe(false);
  write("package-lock.json", lock("1.0.0"));
  stampInstall(root);
  expect(installIsFresh(root)).toBe(true);
  write("node_modules/.node-abi", "1");
  expect(installIsFresh(root)).toBe(false);
});

test.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("Node %s is enough", (version) => expect(nodeProblem(version)).toBeNull());
test.each(["18.20.0", "20.18.3"])("Node %s is not", (version) => expect(nodeProblem(version)).toContain("20.19 or newer"));

test("a process that keeps dying is started ever more slowly, within bounds", () => {
  const pauses = Array.from({ length: 40 }, (_, deaths) => restartPause(deaths));
  expect(pauses[0]).toBe(RESTART_FIRST_MS);
  expect(pauses.at(-1)).toBe(RESTART_MAX_MS);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
});

test.each([
  [{ demo: false, databaseUrl: "file:a.db", host: "127.0.0.1" }, true],
  [{ demo: false, databaseUrl: "file:a.db", host: "localhost" }, true],
  [{ demo: false, databaseUrl: "file:a.db", host: "0.0.0.0" }, false],
  [{ demo: false, databaseUrl: "libsql://a", host: "127.0.0.1" }, false],
  [{ demo: true, databaseUrl: "libsql://a", host: "0.0.0.0" }, true],
])("the demo household for %j: %s", (settings, allowed) => expect(demoAllowed(settings)).toBe(allowed));

test("logs are JSON for collectors, and readable on a terminal", () => {
  const lines: string[] = [];
  const stream = (isTTY: boolean) => ({ isTTY, write: (text: string) => lines.push(text) }) as unknown as NodeJS.WriteStream;
  const json = JSON.stringify({ level: 40, time: 0, msg: "slow", ms: 12 });
  outputTo(stream(false)).line("relay", json);
  outputTo(stream(false)).line("app", "GET /login 200");
  outputTo(stream(true)).line("relay", json);
  expect(lines[0]).toBe(`${json}\n`);
  expect(lines[1]).toBe("app      GET /login 200\n");
  expect(lines[2]).toContain("00:00:00 warn  slow ms=12");
  expect(readable("{ no json")).toBe("{ no json");
});
