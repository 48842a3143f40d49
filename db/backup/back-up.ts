/** A backup: one SQLite file with the state of one moment, whatever is written meanwhile and whichever database it comes from. */
import { existsSync } from "node:fs";
import { chmod, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { openDatabase } from "#db/database.ts";
import { filePath } from "#db/drivers/file-path.ts";
import { copyDatabase, makeSingleFile } from "#db/drivers/sqlite-file.ts";
import { contentsOf, differences, problemsOf, type Contents } from "./contents.ts";
import { copyRows } from "./copy-rows.ts";

/** It cannot be done, or must not; the message says why and what to do. Nothing was changed. */
export class BackupError extends Error {
  override name = "BackupError";
}

export interface Steps {
  /** A step begins. */
  begin: (what: string) => void;
  /** How much of it is done, 0 to 1. */
  progress: (share: number) => void;
}

export const SILENT: Steps = { begin: () => undefined, progress: () => undefined };

export interface BackUpOptions {
  url: string;
  authToken?: string | undefined;
  /** Where to: a file that is not there yet. */
  file: string;
  /** Replaces a file that is there. */
  replace?: boolean;
  steps?: Steps;
}

/** It holds password hashes and messages: only its owner reads it. */
const MODE = 0o600;

/**
 * Writes a backup, checks it, and only then gives it its name.
 * @throws BackupError when `file` is there already, there is nothing to back up, or the copy is not sound
 */
export async function backUp({ url, authToken, file, replace = false, steps = SILENT }: BackUpOptions): Promise<{ contents: Contents; bytes: number }> {
  if (existsSync(file) && !replace) throw new BackupError(`${file} is there already: choose another name, or --force to replace it`);
  if (url.startsWith("file:") && path.resolve(filePath(url)) === path.resolve(file)) throw new BackupError(`${file} is the database itself`);
  if (url.startsWith("file:") && !existsSync(filePath(url))) throw new BackupError(`there is no database at ${filePath(url)}`);
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  const aside = `${file}.${process.pid}.part`;
  await removeDatabase(aside);
  try {
    steps.begin("copying");
    const before = url.startsWith("file:") ? await copyDatabase(filePath(url), aside, { onProgress: steps.progress, look: contentsOf }) : await dump({ url, authToken }, aside, steps);
    makeSingleFile(aside);
    await chmod(aside, MODE);
    steps.begin("checking");
    const contents = await soundContents(aside, "the copy");
    const [difference] = differences(before, contents);
    if (difference) throw new BackupError(`the copy has ${difference.after ?? "no"} rows of ${difference.table}, the database ${difference.before ?? "none"}`);
    const bytes = await settled(aside);
    await rename(aside, file);
    return { contents, bytes };
  } finally {
    await removeDatabase(aside);
  }
}

/** From a server that has no file to copy: all rows, read in one transaction. */
async function dump({ url, authToken }: Pick<BackUpOptions, "url" | "authToken">, file: string, steps: Steps): Promise<Contents> {
  const source = await openDatabase(url, { authToken });
  try {
    const target = await openDatabase(`file:${file}`);
    try {
      return await source.snapshot(async (read) => {
        const contents = await contentsOf(read);
        await copyRows(read, target, (copied) => steps.progress(contents.total === 0 ? 1 : copied / contents.total));
        return contents;
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/**
 * What a database file holds, once it was found to be sound.
 * @param what how to call it
 * @throws BackupError naming what is wrong
 */
export async function soundContents(file: string, what: string): Promise<Contents> {
  const db = await openDatabase(`file:${file}`);
  try {
    const problems = await problemsOf(db);
    if (problems.length > 0) throw new BackupError(`${what} is damaged: ${problems.join("; ")}`);
    return await contentsOf(db);
  } finally {
    await db.close();
    makeSingleFile(file);
  }
}

/** On the disk for good, whatever happens next. @returns its size */
async function settled(file: string): Promise<number> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

export async function removeDatabase(file: string): Promise<void> {
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) await rm(each, { force: true });
}
