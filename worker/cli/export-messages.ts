/** `npm run export:messages -- FILE.ndjson`: all messages, as `npm run import:messages` takes them. Roost may run on. */
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { countExported, exportedLines } from "#app/domain/imports/export.server.ts";
import { fileArguments } from "./arguments.ts";
import { command, CommandError } from "./command.ts";
import { progressOn } from "./progress.ts";

const MODE = 0o600;

await command("export", async (db) => {
  const { file, options } = fileArguments(process.argv.slice(2), ["--force"], "npm run export:messages -- FILE.ndjson [--force]");
  if (existsSync(file) && !options.has("--force")) throw new CommandError(`${file} is there already: choose another name, or --force to replace it`);
  const steps = progressOn(process.stderr);
  const aside = `${file}.${process.pid}.part`;
  const target = await open(aside, "w", MODE);
  let written = 0;
  try {
    await db.snapshot(async (read) => {
      steps.begin("exporting");
      const total = await countExported(read);
      for await (const { text, lines } of exportedLines(read)) {
        await target.write(text);
        written += lines;
        steps.progress(written / total, `${written} lines`);
      }
    });
    await target.sync();
    await rename(aside, file);
  } finally {
    await target.close();
    await rm(aside, { force: true });
  }
  steps.end();
  process.stdout.write(`${file}: ${written} messages\n`);
});
