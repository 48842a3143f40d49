/** The commands that bring messages in and out: killed and started again, with bad lines, on a terminal and without. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { ensureBuilt, ROOT } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { templateDatabase } from "#tests/support/database.ts";
import { cleanEnvironment, runCommand } from "#tests/support/processes.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { until } from "#tests/support/wait.ts";
import { progressOn } from "#worker/cli/progress.ts";

const LINES = 30_000;
const KILLS = 3;
/** Behind a commit: by then the next transaction has begun or ended. */
const KILL_WITHIN_MS = 100;
const INDEXED_AT_ONCE = 2_000;
const SEED = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
const random = seeded(SEED);

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  await ensureBuilt();
  folder = await mkdtemp(path.join(dataFolder(), "roost-import-"));
  await copyFile(await templateDatabase(), path.join(folder, "roost.db"));
  env = { ...cleanEnvironment(), DATA_DIR: folder, DATABASE_URL: `file:${path.join(folder, "roost.db")}` };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lineOf = (n: number) => JSON.stringify({ id: `m${n}`, from: `p${n % 50}@old.test`, ...(n % 3 ? { to: `p${(n + 1) % 50}@old.test` } : { room: `Room ${n % 7}` }), body: `message ${n} · رسالة`, createdAt: new Date(1_700_000_000_000 + n * 1_000).toISOString(), ...(n % 2 ? { readAt: new Date(1_700_000_060_000 + n * 1_000).toISOString() } : {}) });

async function write(name: string, lines: Iterable<string>): Promise<string> {
  const file = path.join(folder, name);
  const stream = createWriteStream(file);
  for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, "drain");
  stream.end();
  await once(stream, "finish");
  return file;
}

function* numbered(count: number, bad: Record<number, string> = {}) {
  for (let n = 1; n <= count; n++) yield bad[n] ?? lineOf(n);
}

test(`killed anywhere it goes on where it was (seed ${SEED}); again nothing changes; bad lines are told; what comes out is what went in, and is found`, { timeout: 300_000 }, async () => {
  const bad = { 10: "{", 20_000: JSON.stringify({ id: "x", from: "p1@old.test", to: "nobody", body: "b", createdAt: 1 }) };
  const file = await write("old.ndjson", numbered(LINES, bad));
  const db = await openDatabase(env["DATABASE_URL"]!);
  try {
    const at = async () => (await db.all<{ lines: number }>("SELECT lines FROM message_imports"))[0]?.lines ?? 0;
    let reached = 0;
    let kills = 0;
    for (; kills < KILLS && reached < LINES / 3; kills++) {
      const child = spawn(process.execPath, ["worker/run.mjs", "import-messages", file], { cwd: ROOT, env: env as NodeJS.ProcessEnv, stdio: "ignore" });
      const closed = once(child, "close");
      await until(async () => (await at()) > reached, { what: "some more lines", interval: 1, timeout: 30_000 });
      // Somewhere in a transaction, in a commit, in between: what is promised holds wherever it is.
      await pause(random() * KILL_WITHIN_MS);
      child.kill("SIGKILL");
      await closed;
      reached = await at();
      const [held] = await db.all<{ messages: number; imported: number }>("SELECT (SELECT count(*) FROM messages) AS messages, imported FROM message_imports");
      expect(held!.messages).toBe(held!.imported);
      expect(await db.all("PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
    }
    expect(kills).toBeGreaterThan(0);
    expect(reached).toBeLessThan(LINES);
    const skipped = ['{"line":10,"reason":"not JSON"}', '{"line":20000,"reason":"to: expected an e-mail address"}'];
    const again = new RegExp(`exit code 2:\\n(?:.*\\n)*going on behind line ${reached}\\n(?:.*\\n)*${LINES} lines: ${LINES - 2} imported, 0 there before, 2 left out`);
    await expect(runCommand("import-messages", [file], env)).rejects.toThrow(again);
    expect((await readFile(`${file}.skipped`, "utf8")).trim().split("\n")).toEqual(skipped);
    expect((await stat(`${file}.skipped`)).mode & 0o077).toBe(0);
    const all = () => db.all("SELECT count(*) AS messages, count(DISTINCT id) AS ids, (SELECT sum(last_seq) FROM conversations) AS counted, (SELECT count(*) FROM outbox_events) AS events, (SELECT epoch FROM outbox_log) AS epoch FROM messages");
    const [first] = await all();
    expect(first).toMatchObject({ messages: LINES - 2, ids: LINES - 2, counted: LINES - 2, events: 0 });
    await expect(runCommand("import-messages", [file], env)).rejects.toThrow(`0 imported, ${LINES - 2} there before, 2 left out`);
    expect(await all()).toEqual([first]);
    expect((await readFile(`${file}.skipped`, "utf8")).trim().split("\n")).toEqual(skipped);
    await everyMessageIsFound(db);
  } finally {
    await db.close();
  }
  const out = path.join(folder, "out.ndjson");
  expect(await runCommand("export-messages", [out], env)).toContain(`${LINES - 2} messages`);
  const lines = (await readFile(out, "utf8")).trimEnd().split("\n");
  expect(lines.length).toBe(LINES - 2);
  let index = 0;
  for (const line of numbered(LINES, bad)) if (!Object.values(bad).includes(line) && lines[index++] !== line) expect(lines[index - 1]).toBe(line);
  await expect(runCommand("export-messages", [out], env)).rejects.toThrow("is there already");
  await expect(runCommand("import-messages", [path.join(folder, "nothing.ndjson")], env)).rejects.toThrow("there is no file");
  await expect(runCommand("import-messages", [], env)).rejects.toThrow("expected: npm run import:messages -- FILE.ndjson");
});

/** The search index is made afterwards, as the relay makes it. */
async function everyMessageIsFound(db: Database) {
  while ((await indexMessages({ db }, INDEXED_AT_ONCE)) === INDEXED_AT_ONCE);
  expect(await db.all("SELECT count(*) AS indexed FROM messages m JOIN message_search s ON s.id = m.search_id AND s.message_id = m.id")).toEqual([{ indexed: LINES - 2 }]);
  await db.batch([{ sql: "INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)" }]);
  for (let some = 0; some < 100; some++) {
    const n = 11 + Math.floor(random() * 9_000);
    const found = await db.all<{ id: string }>("SELECT s.message_id AS id FROM message_words JOIN message_search s ON s.id = message_words.rowid WHERE message_words MATCH ?", [`"${n}"`]);
    expect(found).toContainEqual({ id: `m${n}` });
  }
  expect(await db.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
}

test("a good file ends with exit code 0 and leaves no report; its last line needs no line feed", async () => {
  const file = path.join(folder, "small.ndjson");
  await write("small.ndjson", [lineOf(90_001), "", lineOf(90_002)]);
  expect(await runCommand("import-messages", [file], env)).toMatch(/3 lines: 2 imported, 0 there before, 0 left out\n$/);
  await expect(stat(`${file}.skipped`)).rejects.toThrow("ENOENT");
});

test("pictures and files beside the lines come in, and out again; what is not to be had is told", { timeout: 300_000 }, async () => {
  const old = path.join(folder, "old-chat");
  await mkdir(path.join(old, "photos"), { recursive: true });
  await sharp({ create: { width: 300, height: 200, channels: 3, background: "teal" } }).jpeg().toFile(path.join(old, "photos/1"));
  await writeFile(path.join(old, "list.txt"), "bread, olives");
  const given = (id: string, files: unknown[]) => JSON.stringify({ id, from: "p1@old.test", to: "p2@old.test", files, createdAt: 1_700_000_000_000 });
  const file = await write("old-chat/lines.ndjson", [given("f1", ["photos/1", { path: "list.txt", name: "قائمة.txt" }]), given("f2", ["../roost.db"]), given("f3", ["photos/2"])]);
  await expect(runCommand("import-messages", [file], env)).rejects.toThrow("3 lines: 1 imported, 0 there before, 2 left out");
  expect((await readFile(`${file}.skipped`, "utf8")).trim().split("\n")).toEqual(['{"line":2,"reason":"files: ../roost.db lies outside of the folder of the lines"}', '{"line":3,"reason":"files: photos/2 is not there"}']);

  const out = path.join(folder, "with-files.ndjson");
  expect(await runCommand("export-messages", [out], env)).toContain(`, 2 pictures and files in ${out}.files\n`);
  const lines = (await readFile(out, "utf8")).trimEnd().split("\n");
  expect(lines.find((line) => line.startsWith('{"id":"f1"'))).toBe('{"id":"f1","from":"p1@old.test","to":"p2@old.test","body":"","createdAt":"2023-11-14T22:13:20.000Z","files":["with-files.ndjson.files/m-f1/1.webp",{"path":"with-files.ndjson.files/m-f1/2","name":"قائمة.txt"}]}');
  expect(await sharp(path.join(`${out}.files`, "m-f1/1.webp")).metadata()).toMatchObject({ format: "webp", width: 300, height: 200 });
  expect(await readFile(path.join(`${out}.files`, "m-f1/2"), "utf8")).toBe("bread, olives");
  expect((await stat(path.join(`${out}.files`, "m-f1/2"))).mode & 0o077).toBe(0);
  await expect(runCommand("export-messages", [out], env)).rejects.toThrow("is there already");

  await rm(path.join(folder, "uploads/private"), { recursive: true });
  await expect(runCommand("export-messages", [out, "--force"], env)).rejects.toThrow(/exit code 2:\n(?:.*\n)*message f1: the store has no with-files\.ndjson\.files\/m-f1\/1\.webp\n(?:.*\n)*.*0 pictures and files in .*, 2 missing/);
});

test("how far it is: a bar on a terminal, plain lines elsewhere", () => {
  const written = (isTTY: boolean) => {
    let now = 0;
    let text = "";
    const steps = progressOn({ isTTY, columns: 60, write: (chunk: unknown) => ((text += String(chunk)), true) }, () => now);
    steps.begin("importing");
    for (const share of [0.25, 0.5, 1]) {
      now += 4_000;
      steps.progress(share, "a rate");
    }
    steps.end();
    return text;
  };
  expect(written(false)).toBe("importing: 50 % · a rate\nimporting: done in 12.0 s\n");
  const bar = written(true);
  expect(bar).toContain(`${"█".repeat(15)}${"░".repeat(15)}  50 % · a rate`);
  expect(bar).toMatch(/100 % · a rate[\s\S]*importing: done in 12\.0 s\n$/);
});
