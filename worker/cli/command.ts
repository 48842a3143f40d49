/** The frame of a command: settings, database, exit code. What an operator can mend is one line, not a stack. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseSettings, SettingsError, type Settings } from "#app/config/settings.ts";
import { StorageError } from "#app/domain/images/storage.server.ts";
import { BackupError } from "#db/backup/back-up.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { MigrationError } from "#db/migrate.ts";

/** A refusal that the operator can do something about. */
export class CommandError extends Error {
  override name = "CommandError";
}

/**
 * Runs `work` over the database of the settings and ends the process: 0, or 1 with a line on stderr.
 * @param name as it stands before the line
 * @param work may answer another exit code
 * @param bulk it writes millions of rows
 */
export async function command(name: string, work: (db: Database, settings: Settings) => Promise<number | void>, { bulk = false }: { bulk?: boolean } = {}): Promise<never> {
  return program(name, async (settings) => {
    if (settings.databaseUrl.startsWith("file:")) await mkdir(path.dirname(settings.databaseUrl.slice("file:".length)), { recursive: true });
    const db = await openDatabase(settings.databaseUrl, { authToken: settings.databaseAuthToken, bulk });
    const code = await work(db, settings);
    await db.close();
    return code;
  });
}

/** The same for what opens its databases by itself. */
export async function program(name: string, work: (settings: Settings) => Promise<number | void>): Promise<never> {
  try {
    process.exit((await work(parseSettings(process.env))) ?? 0);
  } catch (error) {
    const expected = [CommandError, SettingsError, MigrationError, BackupError, StorageError].some((kind) => error instanceof kind) || (error instanceof Error && "code" in error);
    process.stderr.write(`roost ${name}: ${error instanceof Error ? (expected ? error.message.split("\n", 1)[0] : error.stack) : String(error)}\n`);
    process.exit(1);
  }
}
