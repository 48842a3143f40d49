/** `npm run bench -- import`: a file of a million messages in, again, and out (issue 11, bar 4). `ROWS` changes the size. */
import { createWriteStream } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { ensureBuilt } from "#tests/support/build.ts";
import { templateDatabase } from "#tests/support/database.ts";
import { cleanEnvironment, runCommand } from "#tests/support/processes.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";

const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const PEOPLE = 2_000;
const LINES_A_SECOND = 20_000;
const WITHIN_MS = 900_000;

await ensureBuilt();
const folder = await mkdtemp(path.join(os.tmpdir(), "roost-bench-import-"));
try {
  await copyFile(await templateDatabase(), path.join(folder, "roost.db"));
  const env = { ...cleanEnvironment(), DATA_DIR: folder, DATABASE_URL: `file:${path.join(folder, "roost.db")}` };
  const file = path.join(folder, "old.ndjson");
  const stream = createWriteStream(file);
  for (let n = 0; n < ROWS; n++) {
    const who = (n * 7_919) % PEOPLE;
    const line = { id: `m${n}`, from: `p${who}@old.test`, ...(n % 10 === 0 ? { room: `Room ${n % 100}` } : { to: `p${(who + 1 + (n % 20)) % PEOPLE}@old.test` }), body: `Message ${n}, as long as most are · رسالة عادية`, createdAt: new Date(1_700_000_000_000 + n * 500).toISOString(), ...(n % 2 ? { readAt: new Date(1_700_000_030_000 + n * 500).toISOString() } : {}) };
    if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
  sayMachine();
  say(`${ROWS} lines, ${Math.round((await stat(file)).size / 1_000_000)} MB`);

  const seconds: Record<string, number> = {};
  const timed = async (what: string, name: "import-messages" | "export-messages", at: string) => {
    const started = performance.now();
    const said = await runCommand(name, [at], env, WITHIN_MS);
    seconds[what] = (performance.now() - started) / 1_000;
    say(`${what.padEnd(14)} ${seconds[what].toFixed(1)} s, ${Math.round(ROWS / seconds[what])} lines/s: ${said.trim().split("\n").at(-1)}`);
  };
  const out = path.join(folder, "out.ndjson");
  await timed("import", "import-messages", file);
  await timed("import again", "import-messages", file);
  await timed("export", "export-messages", out);
  const same = (await readFile(file)).equals(await readFile(out));
  say(same ? "what came out is what went in, byte for byte" : "FAILED: what came out is not what went in");
  const rate = Math.round(ROWS / seconds["import"]!);
  if (rate < LINES_A_SECOND) say(`FAILED: ${rate} lines/s are fewer than ${LINES_A_SECOND}`);
  await keep("import", { rows: ROWS, seconds, linesPerSecond: rate, same });
  process.exitCode = same && rate >= LINES_A_SECOND ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
