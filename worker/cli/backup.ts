/** `npm run db:backup -- FILE [--force]`: a copy of the database as it is at one moment, checked. Roost may run on. */
import { backUp } from "#db/backup/back-up.ts";
import { fileArguments } from "./arguments.ts";
import { program } from "./command.ts";
import { progressOn } from "./progress.ts";
import { tableOf } from "./rows-table.ts";

await program("backup", async ({ databaseUrl, databaseAuthToken }) => {
  const { file, options } = fileArguments(process.argv.slice(2), ["--force"], "npm run db:backup -- FILE [--force]");
  const steps = progressOn(process.stderr);
  const { contents, bytes } = await backUp({ url: databaseUrl, authToken: databaseAuthToken, file, replace: options.has("--force"), steps });
  steps.end();
  process.stdout.write(`${tableOf(contents)}\n${file}: ${contents.total} rows, ${(bytes / 1_000_000).toFixed(1)} MB, integrity_check and foreign_key_check ok\n`);
});
