/** `npm run db:restore -- FILE [--force] [--end-sessions]`: puts a backup in the place of the database. Roost is stopped. */
import { restoreBackup } from "#db/backup/restore.ts";
import { addressOf } from "#worker/supervisor/ready.ts";
import { fileArguments } from "./arguments.ts";
import { program } from "./command.ts";
import { progressOn } from "./progress.ts";
import { tableOf } from "./rows-table.ts";

const ANSWER_WITHIN_MS = 2_000;

await program("restore", async (settings) => {
  const { file, options } = fileArguments(process.argv.slice(2), ["--force", "--end-sessions"], "npm run db:restore -- FILE [--force] [--end-sessions]");
  const steps = progressOn(process.stderr);
  const restored = await restoreBackup({
    file,
    url: settings.databaseUrl,
    authToken: settings.databaseAuthToken,
    force: options.has("--force"),
    endSessions: options.has("--end-sessions"),
    isAppUp: () => answers(`${addressOf(settings)}/healthz`),
    steps,
  });
  steps.end();
  const { before, after, epoch, applied, kept } = restored;
  const said = [tableOf(before, after), `restored ${file}: ${after.total} rows, the checks ok; the log's new epoch is ${epoch}, so that browsers load everything anew`];
  if (applied.length > 0) said.push(`brought up to date: ${applied.join(", ")}`);
  if (kept !== null) said.push(`the database that was there is kept as ${kept}`);
  if (!options.has("--end-sessions")) said.push("sessions are those of the backup: with --end-sessions everybody signs in again");
  process.stdout.write(`${said.join("\n")}\n`);
});

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })).ok;
  } catch (error) {
    // Nobody listens, or nobody answers.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return false;
    throw error;
  }
}
