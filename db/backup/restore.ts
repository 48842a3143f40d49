/** Putting a backup in the place of a database. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openDatabase, type Database } from "#db/database.ts";
import { filePath } from "#db/drivers/file-path.ts";
import { copyDatabase, isAlone, makeSingleFile, NotADatabaseError } from "#db/drivers/sqlite-file.ts";
import { migrate, MigrationError, migrationState, newestMigration } from "#db/migrate.ts";
import { heartbeats, RELAY_SILENT_AFTER_MS } from "#db/outbox/heartbeat.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import { BackupError, removeDatabase, SILENT, soundContents, type Steps } from "./back-up.ts";
import { contentsOf, differences, problemsOf, quoted, type Contents } from "./contents.ts";
import { copyRows } from "./copy-rows.ts";

export interface RestoreOptions {
  /** The backup. It is read only. */
  file: string;
  /** The database that it takes the place of. */
  url: string;
  authToken?: string | undefined;
  /** Also where Roost runs, or a libSQL server holds data. */
  force?: boolean;
  /** Everybody signs in again: sessions that were ended since the backup would be valid once more. */
  endSessions?: boolean;
  /** Whether an app answers that may use this database. */
  isAppUp?: () => Promise<boolean>;
  now?: () => number;
  steps?: Steps;
}

export interface Restored {
  /** Of the backup as it was. */
  before: Contents;
  /** Of the database as it is now. */
  after: Contents;
  /** Of the log: browsers that knew another load everything anew. */
  epoch: string;
  /** Migrations that the backup did not have yet. */
  applied: string[];
  /** Where the replaced database file lies now; null where there was none, or where it was replaced in place. */
  kept: string | null;
}

/**
 * Restores a backup: checks it, brings it up to date, gives its log a new epoch, and puts it in place. A database
 * file takes its place at once, or not at all; the one that was there is kept beside it. On a libSQL server, whose
 * data is replaced row by row, a restore that was interrupted leaves a database that refuses to serve: restore again.
 * @throws BackupError, MigrationError (the backup is newer than the program); nothing was changed then
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { file, url, steps = SILENT } = options;
  if (!existsSync(file)) throw new BackupError(`there is no file ${file}`);
  const target = url.startsWith("file:") ? filePath(url) : null;
  if (target !== null && path.resolve(target) === path.resolve(file)) throw new BackupError(`${file} is the database itself`);
  const inUse = await (target === null ? assertServerFree(options) : assertFileFree(target, options));
  // Beside the target: only within one file system a file takes another's place at once.
  const folder = target === null ? os.tmpdir() : path.dirname(path.resolve(target));
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(path.join(folder, ".roost-restore-"));
  try {
    const staged = path.join(staging, "staged.db");
    const { before, ...prepared } = await stage(options, staged, inUse.leaseToken);
    steps.begin("putting it in place");
    const kept = target === null ? await replaceServer(options, staged) : await replaceFile(staged, target, inUse.open, options);
    if (target !== null) steps.progress(1);
    steps.begin("checking");
    return { before, after: await checkedTarget(options, prepared.contents), kept, epoch: prepared.epoch, applied: prepared.applied };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface Use {
  /** Somebody has the file open. */
  open: boolean;
  /** The highest fencing token that a running relay may hold. */
  leaseToken: number;
}

const FREE: Use = { open: false, leaseToken: 0 };

async function assertFileFree(file: string, options: RestoreOptions): Promise<Use> {
  if (!existsSync(file) || aloneOrDamaged(file)) return FREE;
  if (!options.force) throw new BackupError(`${file} is in use: stop Roost first (app, relay and whatever else has it open), or use --force and start everything anew right after`);
  return { open: true, leaseToken: await withDatabase(options, leaseToken) };
}

/** What is no database any more is exactly what a restore is for. */
function aloneOrDamaged(file: string): boolean {
  try {
    return isAlone(file);
  } catch (error) {
    if (error instanceof NotADatabaseError) return true;
    throw error;
  }
}

/** A server does not say who is connected: ask those who show that they live. */
async function assertServerFree(options: RestoreOptions): Promise<Use> {
  const { force = false, isAppUp = () => Promise.resolve(false), now = Date.now } = options;
  return withDatabase(options, async (db) => {
    const { rows, total } = await contentsOf(db);
    if (Object.keys(rows).length === 0) return FREE;
    const relays = "relay_heartbeats" in rows ? (await heartbeats(db)).filter(({ seenAt }) => seenAt > now() - RELAY_SILENT_AFTER_MS) : [];
    if (!force && (relays.length > 0 || (await isAppUp()))) throw new BackupError("Roost is running on this database: stop app and relay first, or use --force and start everything anew right after");
    if (!force && total > 0) throw new BackupError(`the database holds ${total} rows: back it up, then use --force to replace them`);
    return { open: true, leaseToken: "leases" in rows ? await leaseToken(db) : 0 };
  });
}

const leaseToken = async (db: Pick<Database, "all">) => (await db.all<{ token: number }>("SELECT coalesce(max(token), 0) AS token FROM leases"))[0]!.token;

async function withDatabase<T>({ url, authToken }: Pick<RestoreOptions, "url" | "authToken">, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(url, { authToken });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** Makes the database that will take the place, aside: nothing is touched until it is whole. */
async function stage(options: RestoreOptions, staged: string, token: number): Promise<{ before: Contents; contents: Contents; epoch: string; applied: string[] }> {
  const { file, endSessions = false, steps = SILENT } = options;
  steps.begin("copying");
  try {
    await copyDatabase(file, staged, { onProgress: steps.progress, look: () => Promise.resolve() });
  } catch (error) {
    if (error instanceof NotADatabaseError) throw new BackupError(`${file} is no backup: ${error.message}`, { cause: error });
    throw error;
  }
  steps.begin("checking the backup");
  const before = await soundContents(staged, file);
  const db = await openDatabase(`file:${staged}`);
  try {
    if (!("outbox_log" in before.rows) || (await newestMigration(db)) === null) throw new BackupError(`${file} is a database, but none of Roost`);
    await assertKnown(db, file);
    const { applied } = await migrate(db);
    const epoch = await db.transact(async (tx) => {
      for (const sql of LEFT_BEHIND) await tx.all(sql);
      // A relay that still runs holds a lower one, so what it settles changes nothing.
      await tx.all("UPDATE leases SET token = max(token, ?)", [token]);
      if (endSessions) await tx.all("DELETE FROM sessions");
      return startNewEpoch(tx);
    });
    return { before, contents: await contentsOf(db), epoch, applied };
  } finally {
    await db.close();
    makeSingleFile(staged);
  }
}

/** Who was there when the backup was made is not there now. */
const LEFT_BEHIND = ["UPDATE leases SET holder = NULL, beat = beat + 1", "DELETE FROM relay_heartbeats", "UPDATE user_presence SET online = 0, occupied = 0", "UPDATE cache_tags SET version = lower(hex(randomblob(16)))"];

async function assertKnown(db: Database, file: string) {
  try {
    await migrationState(db);
  } catch (error) {
    if (error instanceof MigrationError) throw new BackupError(`${file} cannot be used by this version of Roost: ${error.message}`, { cause: error });
    throw error;
  }
}

/** @returns where the file lies now whose place it took */
async function replaceFile(staged: string, target: string, isOpen: boolean, { now = Date.now, steps = SILENT }: RestoreOptions): Promise<string | null> {
  if (isOpen) {
    // Whoever has it open would go on writing to a file that was moved away: all pages are replaced in one transaction.
    await copyDatabase(staged, target, { onProgress: steps.progress, look: () => Promise.resolve() });
    return null;
  }
  const kept = existsSync(target) ? `${target}.replaced-${new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, "")}` : null;
  if (kept !== null) {
    for (const suffix of ["", "-wal"]) if (existsSync(target + suffix)) await rename(target + suffix, kept + suffix);
    await removeDatabase(target);
  }
  await rename(staged, target);
  return kept;
}

/** Notes of migrations come last: without them nothing serves this database, and a second try begins anew. */
async function replaceServer(options: RestoreOptions, staged: string): Promise<null> {
  const { steps = SILENT } = options;
  await withDatabase(options, async (db) => {
    await dropAll(db);
    const source = await openDatabase(`file:${staged}`);
    try {
      const { total } = await contentsOf(source);
      await copyRows(source, db, (copied) => steps.progress(copied / total));
    } finally {
      await source.close();
    }
  });
  return null;
}

/** Triggers and indexes go with their tables, the tables of a search index with it. */
async function dropAll(db: Database): Promise<void> {
  const found = await db.all<{ name: string; kind: string }>(
    "SELECT name, CASE type WHEN 'view' THEN 'VIEW' ELSE 'TABLE' END AS kind FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' ORDER BY type = 'table', name",
  );
  if (found.length > 0) await db.batchWithoutForeignKeys(found.map(({ name, kind }) => ({ sql: `DROP ${kind} ${quoted(name)}` })));
}

/** What is in place is what was staged. @throws BackupError */
async function checkedTarget(options: RestoreOptions, staged: Contents): Promise<Contents> {
  return withDatabase(options, async (db) => {
    const problems = await problemsOf(db, { integrity: db.kind === "better-sqlite3" });
    const after = await contentsOf(db);
    // Where Roost runs on, it writes already.
    const lost = options.force ? [] : differences(staged, after);
    if (problems.length > 0) throw new BackupError(`the restored database is damaged: ${problems.join("; ")}`);
    if (lost[0]) throw new BackupError(`the restored database has ${lost[0].after ?? "no"} rows of ${lost[0].table}, the backup ${lost[0].before ?? "none"}`);
    return after;
  });
}
