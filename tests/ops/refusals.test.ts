/** What an operator can mend is said in one clear line, with exit code 1, before anything was started or changed. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBuilt, ROOT } from "#tests/support/build.ts";
import { freePort } from "#tests/support/ports.ts";
import { run, startOnly } from "./supervised.ts";

const SECRET = "x".repeat(32);
const CHANNELS = { PUSHER_APP_ID: "1", PUSHER_KEY: "key", PUSHER_SECRET: "s".repeat(16), PUSHER_HOST: "127.0.0.1", PUSHER_PORT: "9", PUSHER_USE_TLS: "off" };

let folder: string;
let taken: Server;
let takenPort: string;
beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(path.join(tmpdir(), "roost-refusals-"));
  writeFileSync(path.join(folder, "a-file"), "");
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  takenPort = String(typeof address === "object" ? address?.port : "");
});
afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const oneLine = (text: string) => text.trimEnd().split("\n");

test.each<[string, () => Record<string, string>, RegExp]>([
  ["a bad port number", () => ({ PORT: "99999" }), /^roost: PORT: expected a port number/],
  ["a bad relay mode", () => ({ RELAY_MODE: "sometimes" }), /^roost: RELAY_MODE: expected worker or inline/],
  ["half of a Channels app", () => ({ PUSHER_KEY: "key" }), /^roost: PUSHER_APP_ID: expected a value/],
  ["the app's port in use", () => ({ PORT: takenPort }), /^roost: PORT: port \d+ on 127\.0\.0\.1 is already in use/],
  ["the channels server's port in use", () => ({ CHANNELS_PORT: takenPort }), /^roost: CHANNELS_PORT: port \d+ on 127\.0\.0\.1 is already in use/],
  ["an unwritable data folder", () => ({ DATA_DIR: path.join(folder, "a-file", "data") }), /^roost: DATA_DIR: cannot write to .*a-file.data \(ENOTDIR\)/],
  ["a database that cannot be opened", () => ({ DATABASE_URL: `file:${folder}` }), /^roost: DATABASE_URL: cannot open/],
  ["a libSQL server that is not there", () => ({ DATABASE_URL: "http://user:hunter2@127.0.0.1:9" }), /^roost: DATABASE_URL: cannot open http:\/\/127\.0\.0\.1:9(?!.*hunter2)/],
])("npm start: %s", async (_title, settings, line) => {
  const dataDir = path.join(folder, "data");
  const started = startOnly({ DATA_DIR: dataDir, PORT: String(await freePort()), CHANNELS_PORT: String(await freePort()), ...settings() });
  expect(await started.ended).toBe(1);
  expect(oneLine(started.stderr())).toEqual([expect.stringMatching(line)]);
  expect(started.stdout()).toBe("");
});

test.each<[string, string, () => Record<string, string>, RegExp]>([
  ["app", "without SESSION_SECRET", () => ({}), /SESSION_SECRET: expected/],
  ["app", "with a bad setting", () => ({ SESSION_SECRET: SECRET, LOG_LEVEL: "loud" }), /LOG_LEVEL: expected a pino level/],
  ["app", "on a port in use", () => ({ SESSION_SECRET: SECRET, PORT: takenPort }), /port \d+ on 127\.0\.0\.1 is already in use/],
  ["relay", "with a bad setting", () => ({ ...CHANNELS, RELAY_MODE: "sometimes" }), /RELAY_MODE: expected/],
  ["channels", "without an app", () => ({}), /PUSHER_APP_ID: expected/],
  ["channels", "on a port in use", () => ({ ...CHANNELS, CHANNELS_PORT: takenPort }), /CHANNELS_PORT.* in use/],
  ["channels", "open to the network without permission", () => ({ ...CHANNELS, CHANNELS_HOST: "0.0.0.0" }), /CHANNELS_HOST: expected a loopback address/],
])("npm run %s %s", async (name, _title, settings, line) => {
  const dataDir = path.join(folder, "data");
  mkdirSync(dataDir, { recursive: true });
  const started = run(["worker/run.mjs", name], { DATA_DIR: dataDir, DATABASE_URL: `file:${path.join(folder, "apart.db")}`, ...settings() });
  expect(await started.ended).toBe(1);
  expect(oneLine(started.stderr())).toEqual([expect.stringMatching(line)]);
});

test("a process that does not exist, and one that was never built", async () => {
  const unknown = run(["worker/run.mjs", "toaster"], {});
  expect(await unknown.ended).toBe(1);
  expect(oneLine(unknown.stderr())).toEqual([expect.stringMatching(/expected one of app, relay, channels/)]);

  const bare = path.join(folder, "bare");
  for (const file of ["worker/run.mjs", "worker/supervisor/outputs.mjs"]) cpSync(path.join(ROOT, file), path.join(bare, file));
  for (const name of ["app", "relay", "channels", "migrate"]) {
    const unbuilt = run(["worker/run.mjs", name], {}, bare);
    expect(await unbuilt.ended).toBe(1);
    expect(oneLine(unbuilt.stderr())).toEqual([`roost ${name}: there is no build yet: run npm ci && npm run build first`]);
  }
});

test("a secrets file that is not ours is left alone", async () => {
  const dataDir = path.join(folder, "broken-secrets");
  mkdirSync(dataDir);
  writeFileSync(path.join(dataDir, "secrets.json"), "{");
  const started = startOnly({ DATA_DIR: dataDir, PORT: String(await freePort()), CHANNELS_PORT: String(await freePort()) });
  expect(await started.ended).toBe(1);
  expect(oneLine(started.stderr())).toEqual([expect.stringMatching(/secrets\.json: not readable/)]);
  expect(existsSync(path.join(dataDir, "roost.db"))).toBe(false);
});
