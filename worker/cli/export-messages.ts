/**
 * `npm run export:messages -- FILE.ndjson`: all messages, as `npm run import:messages` takes them, and beside them, in
 * FILE.ndjson.files, what they carry. Roost may run on. Exit code 0; 2 where the store lacked a file; 1 where it stopped.
 */
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openStorage, type Storage } from "#app/domain/images/storage.server.ts";
import { countExported, exportedLines, type ExportedFile } from "#app/domain/imports/export.server.ts";
import { fileArguments } from "./arguments.ts";
import { command, CommandError } from "./command.ts";
import { progressOn } from "./progress.ts";

const MODE = 0o600;
const FOLDER_MODE = 0o700;
const EXIT_MISSING = 2;

await command("export", async (db, settings) => {
  const { file, options } = fileArguments(process.argv.slice(2), ["--force"], "npm run export:messages -- FILE.ndjson [--force]");
  const folder = `${file}.files`;
  for (const there of [file, folder]) if (existsSync(there) && !options.has("--force")) throw new CommandError(`${there} is there already: choose another name, or --force to replace it`);
  const steps = progressOn(process.stderr);
  const aside = `${file}.${process.pid}.part`;
  const target = await open(aside, "w", MODE);
  let written = 0;
  const files: ExportedFile[] = [];
  let missing = 0;
  try {
    await db.snapshot(async (read) => {
      steps.begin("exporting");
      const total = await countExported(read);
      for await (const page of exportedLines(read, path.basename(folder))) {
        await target.write(page.text);
        written += page.lines;
        files.push(...page.files);
        steps.progress(written / total, `${written} lines`);
      }
    });
    await rm(folder, { recursive: true, force: true });
    if (files.length > 0) steps.begin("copying pictures and files");
    const storage = openStorage(settings.uploads);
    for (const [place, one] of files.entries()) {
      if (!(await copied(storage, one, path.join(path.dirname(file), one.path)))) {
        missing += 1;
        process.stderr.write(`message ${one.messageId}: the store has no ${one.path}\n`);
      }
      steps.progress((place + 1) / files.length, `${place + 1} of ${files.length}`);
    }
    await target.sync();
    await rename(aside, file);
  } finally {
    await target.close();
    await rm(aside, { force: true });
  }
  steps.end();
  const beside = files.length === 0 ? "" : `, ${files.length - missing} pictures and files in ${folder}${missing > 0 ? `, ${missing} missing` : ""}`;
  process.stdout.write(`${file}: ${written} messages${beside}\n`);
  return missing > 0 ? EXIT_MISSING : 0;
});

/** @returns false where the store has none */
async function copied(storage: Storage, { key }: ExportedFile, target: string): Promise<boolean> {
  const stored = await storage.open(key);
  if (!stored) return false;
  await mkdir(path.dirname(target), { recursive: true, mode: FOLDER_MODE });
  await pipeline(Readable.fromWeb(stored.stream as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(target, { mode: MODE }));
  return true;
}
