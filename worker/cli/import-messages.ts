/**
 * `npm run import:messages -- FILE.ndjson`: messages of another chat (docs/deployment/moving.md). Killed, it goes on
 * where it was; again, it changes nothing. Pictures and files lie beside the lines, which name them. Exit code 0; 2 where lines were left out (FILE.ndjson.skipped says which and
 * why); 1 where it stopped.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, open, realpath, rm, stat } from "node:fs/promises";
import path from "node:path";
import { arrivalFolder, openStorage } from "#app/domain/images/storage.server.ts";
import type { FileSources } from "#app/domain/imports/files.server.ts";
import { finishImport } from "#app/domain/imports/finish.server.ts";
import { importLines, standingOf, type Standing } from "#app/domain/imports/import.server.ts";
import { Places } from "#app/domain/imports/places.server.ts";
import type { SkippedLine } from "#app/domain/imports/read.ts";
import { Written } from "#app/domain/imports/written.ts";
import type { Context } from "#app/domain/context.ts";
import { newId } from "#app/domain/ids.ts";
import { migrationState } from "#db/migrate.ts";
import { fileArguments } from "./arguments.ts";
import { command, CommandError } from "./command.ts";
import { progressOn } from "./progress.ts";
import { readAhead } from "./read-ahead.ts";

/** Beside this file in the build. */
const READER = new URL("import-reader.js", import.meta.url);
/**
 * How many lines one transaction holds. Lines of many chats touch a page each, and the more of them share a commit the fewer
 * times such a page is written; but senders wait for the lock meanwhile. So there are as many as the machine writes in
 * 0.8 s. A server, which ends long transactions and is asked over a network, gets no more than the first time.
 */
const AIM_MS = 800;
const LINES_AT_FIRST = 5_000;
const FEWEST_LINES = 500;
const MOST_LINES = 40_000;
const SIGNATURE_BYTES = 64 * 1024;
const SKIPPED_MODE = 0o600;
const EXIT_SKIPPED = 2;

await command("import", async (db, settings) => {
  const { file } = fileArguments(process.argv.slice(2), [], "npm run import:messages -- FILE.ndjson");
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}`);
  if (!(await migrationState(db)).current) throw new CommandError("the database is not up to date: run npm run db:migrate first");
  const ctx: Context = { db, now: Date.now, newId };
  const { size } = await stat(file);
  const signature = await signatureOf(file, size);
  const steps = progressOn(process.stderr);
  const from = await standingOf(db, signature);
  if (from.lines > 0) process.stderr.write(`going on behind line ${from.lines}\n`);
  const report = skippedReport(`${file}.skipped`, from.lines);
  const written = new Written();
  steps.begin("importing");
  const arrivals = await mkdtemp(path.join(await arrivalFolder(settings.uploads), "import-"));
  const sources: FileSources = { folder: path.dirname(await realpath(file)), arrivals, storage: openStorage(settings.uploads) };
  const done = await importFile(ctx, { file, size, signature, from, report, sources, written }, steps).finally(() => rm(arrivals, { recursive: true, force: true }));
  steps.begin("putting in order");
  await finishImport(ctx, signature, from.lines > 0 && done.imported > 0 ? null : written, steps.progress);
  steps.end();
  process.stdout.write(`${done.lines} lines: ${done.imported} imported, ${done.repeated} there before, ${done.skipped} left out${done.skipped > 0 ? ` (see ${report.file})` : ""}\n`);
  return done.skipped > 0 ? EXIT_SKIPPED : 0;
}, { bulk: true });

interface Source {
  file: string;
  size: number;
  signature: string;
  from: Standing;
  report: ReturnType<typeof skippedReport>;
  sources: FileSources;
  written: Written;
}

async function importFile(ctx: Context, { file, size, signature, from, report, sources, written }: Source, { progress }: Pick<ReturnType<typeof progressOn>, "progress">): Promise<Standing> {
  const places = new Places(ctx);
  const mostLines = ctx.db.kind === "libsql-server" ? LINES_AT_FIRST : MOST_LINES;
  const startedAt = performance.now();
  let standing = from;
  let atOnce = LINES_AT_FIRST;
  for await (const { read, upTo } of readAhead(READER, { file, from }, () => atOnce)) {
    const before = performance.now();
    standing = await importLines(ctx, places, { file: signature, read, upTo, before: standing, sources, written, onSkipped: report.add });
    const now = performance.now();
    atOnce = Math.round(Math.min(mostLines, Math.max(FEWEST_LINES, (read.count * AIM_MS) / (now - before))));
    const rate = Math.round((standing.lines - from.lines) / ((now - startedAt) / 1_000));
    progress(size === 0 ? 1 : upTo / size, `${standing.lines} lines, ${rate}/s${standing.skipped > 0 ? `, ${standing.skipped} left out` : ""}`);
  }
  return standing;
}

/** By content: a file that was moved is the same, one that has grown is another. */
async function signatureOf(file: string, size: number): Promise<string> {
  const handle = await open(file);
  try {
    const hash = createHash("sha256").update(String(size));
    for (const position of [0, Math.max(0, size - SIGNATURE_BYTES)]) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, position);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return hash.digest("hex");
  } finally {
    await handle.close();
  }
}

/** A line of JSON for each line left out. Of a run that was killed, what was not committed is forgotten. */
function skippedReport(file: string, upToLine: number) {
  const before = upToLine > 0 && existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((text) => Number(/^\{"line":(\d+),.*\}$/.exec(text)?.[1] ?? Infinity) <= upToLine) : [];
  rmSync(file, { force: true });
  const write = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    if (!existsSync(file)) writeFileSync(file, "", { mode: SKIPPED_MODE });
    appendFileSync(file, `${lines.join("\n")}\n`, { flush: true });
  };
  write(before);
  let told = upToLine;
  return {
    file,
    add(skipped: readonly SkippedLine[]) {
      write(skipped.filter(({ line }) => line > told).map((each) => JSON.stringify(each)));
      told = Math.max(told, ...skipped.map(({ line }) => line));
    },
  };
}
