/** Real databases for tests: files copied from a template that was migrated once, or a real libSQL server. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { openDatabase, type Database, type OpenOptions } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";
import { dataFolder } from "./data-folder.ts";
import { startSqld } from "./sqld.ts";

export { MEMORY_FOLDER } from "./data-folder.ts";

export type DatabaseKind = "better-sqlite3" | "libsql-file" | "libsql-http" | "libsql-ws";
export const DATABASE_KINDS: readonly DatabaseKind[] = ["better-sqlite3", "libsql-file", "libsql-http", "libsql-ws"];

export interface TestDatabase {
  db: Database;
  url: string;
  /** A further Database on the same data, as another process would have it; closed with this one. */
  openAnother(options?: OpenOptions): Promise<Database>;
  /** Closes all and deletes the data. */
  close(): Promise<void>;
}

let template: Promise<string> | undefined;

/** The path of a migrated, empty database file; made once a process. Copy it, never open it. */
export function templateDatabase(): Promise<string> {
  return (template ??= makeTemplate());
}

async function makeTemplate(): Promise<string> {
  // On the disk: a worker that is killed leaves it behind, and it is only read.
  const folder = await mkdtemp(path.join(os.tmpdir(), "roost-template-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "template.db");
  const db = await openDatabase(`file:${file}`);
  await migrate(db);
  // The last connection that closes moves the WAL into the file.
  await db.close();
  return file;
}

/**
 * A migrated, empty database of its own.
 * @param kind which driver; by default the one that Roost runs on
 * @param where the folder that files are made in; `MEMORY_FOLDER` also where it is measured, but not how fast a disk is
 */
export async function testDatabase(kind: DatabaseKind = "better-sqlite3", where = dataFolder()): Promise<TestDatabase> {
  return kind === "better-sqlite3" || kind === "libsql-file" ? onFile(kind, where) : onServer(kind);
}

async function onFile(kind: "better-sqlite3" | "libsql-file", where: string): Promise<TestDatabase> {
  const folder = await mkdtemp(path.join(where, "roost-test-"));
  const file = path.join(folder, "test.db");
  await copyFile(await templateDatabase(), file);
  const driver: OpenOptions = kind === "libsql-file" ? { driver: "libsql" } : {};
  return opened(`file:${file}`, driver, () => rm(folder, { recursive: true, force: true }));
}

async function onServer(kind: "libsql-http" | "libsql-ws"): Promise<TestDatabase> {
  const server = await startSqld();
  const test = await opened(kind === "libsql-http" ? server.httpUrl : server.wsUrl, {}, () => server.stop());
  await migrate(test.db);
  return test;
}

async function opened(url: string, driver: OpenOptions, remove: () => Promise<void>): Promise<TestDatabase> {
  const db = await openDatabase(url, driver);
  const all = [db];
  return {
    db,
    url,
    async openAnother(options = {}) {
      const another = await openDatabase(url, { ...driver, ...options });
      all.push(another);
      return another;
    },
    async close() {
      for (const each of all) await each.close();
      await remove();
    },
  };
}
