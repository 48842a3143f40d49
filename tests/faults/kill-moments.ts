/**
 * What a SIGKILL would leave of a local database, at every moment of a command. The kernel keeps what was written, so
 * it is exactly what the file and its WAL hold at that moment: they are copied before each statement of a write
 * transaction, before and after its COMMIT, and, since a process may die within COMMIT too, with a part of what that
 * wrote over what was there before. Each copy is opened as after a crash, with nothing but those two files.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import BetterSqlite from "better-sqlite3";
import type { Row, SqlValue } from "#db/database.ts";
import { BROKEN_RULES, fingerprint, type Table } from "./content.ts";

type Connection = BetterSqlite.Database;
type Statement = BetterSqlite.Statement<SqlValue[]>;

/** So small that pages which are not committed yet are written to the WAL in the middle of a transaction. */
const WRITER_CACHE_PAGES = 4;
/** So often that the file itself is written in the middle of the commands. */
const CHECKPOINT_EVERY_PAGES = 12;

export interface MomentsOptions {
  random: () => number;
  /** How many of the moments between statements are looked at, 0 to 1. */
  sample: number;
  /** How many torn copies are made of each COMMIT. */
  tears: number;
  check: "integrity" | "quick";
  /** As `contentSql` makes it. */
  contentSql: string;
}

interface Files {
  db: Buffer;
  wal: Buffer;
}

const watched = new Map<string, KillMoments>();
let unhook: (() => void) | null = null;

/** Every statement of better-sqlite3 in this process passes here: there is one prototype for all of them. */
function hook(): void {
  const memory = new BetterSqlite(":memory:");
  const prototype = Object.getPrototypeOf(memory.prepare("SELECT 1")) as Record<"run" | "all" | "get", (...args: unknown[]) => unknown>;
  memory.close();
  const originals = { run: prototype.run, all: prototype.all, get: prototype.get };
  for (const [name, original] of Object.entries(originals) as [keyof typeof originals, (...args: unknown[]) => unknown][])
    prototype[name] = function (this: Statement, ...args: unknown[]) {
      const run = () => original.apply(this, args);
      const moments = watched.get(this.database.name);
      return moments ? moments.around(this, run) : run();
    };
  unhook = () => void Object.assign(prototype, originals);
}

export class KillMoments {
  /** What was found, in words. */
  faults: string[] = [];
  readonly counts = { statements: 0, moments: 0, opened: 0, torn: 0, uncommitted: 0, commits: 0 };
  readonly #folder: string;
  readonly #observer: Connection;
  readonly #descriptors: { db: number; wal: number };
  #writer: Connection | null = null;
  #command = "";
  #commits = 0;
  /** Of what is committed. */
  #now: string;
  #seen: (Files & { print: string }) | null = null;

  constructor(
    file: string,
    private readonly options: MomentsOptions,
  ) {
    this.#folder = mkdtempSync(path.join(path.dirname(file), "killed-"));
    this.#observer = new BetterSqlite(file);
    // Kept open: closing a file drops the locks that this process's connections hold on it.
    this.#descriptors = { db: openSync(file, "r"), wal: openSync(`${file}-wal`, "r") };
    this.#now = this.#print(this.#observer);
    if (watched.size === 0) hook();
    watched.set(file, this);
  }

  stop(): void {
    watched.delete(this.#observer.name);
    if (watched.size === 0) unhook?.();
    this.#observer.close();
    for (const descriptor of Object.values(this.#descriptors)) closeSync(descriptor);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Watches what `run` does. @returns how often it committed */
  async during(command: string, run: () => Promise<void>): Promise<number> {
    this.#now = this.#print(this.#observer);
    this.#command = command;
    this.#commits = 0;
    try {
      await run();
    } finally {
      this.#command = "";
    }
    return this.#commits;
  }

  around(statement: Statement, run: () => unknown): unknown {
    const { database, source } = statement;
    if (this.#command === "" || database === this.#observer) return run();
    if (source === "BEGIN IMMEDIATE") {
      if (this.#writer !== database) {
        this.#writer = database;
        database.pragma(`cache_size = ${WRITER_CACHE_PAGES}`);
        database.pragma(`wal_autocheckpoint = ${CHECKPOINT_EVERY_PAGES}`);
      }
      return run();
    }
    if (database !== this.#writer || !database.inTransaction) return run();
    if (source === "COMMIT") return this.#commit(run);
    this.counts.statements += 1;
    if (this.options.random() < this.options.sample) this.#expect(this.#files(), [this.#now], `before ${source.trim().slice(0, 60)}`);
    return run();
  }

  #commit(run: () => unknown): unknown {
    const before = this.#files();
    this.#expect(before, [this.#now], "before COMMIT");
    const answer = run();
    const after = this.#files();
    const last = this.#now;
    this.#now = this.#print(this.#observer);
    this.#commits += 1;
    this.counts.commits += 1;
    for (const broken of this.#observer.prepare(BROKEN_RULES).all() as { rule: string; broken: number }[]) this.#fault("after COMMIT", `broken ${broken.broken} times: ${broken.rule}`);
    for (let tear = 0; tear < this.options.tears; tear += 1) {
      this.counts.torn += 1;
      this.#expect({ db: before.db, wal: this.#torn(before.wal, after.wal) }, [last, this.#now], "within COMMIT");
      // A checkpoint follows some commits, out of a WAL that is whole.
      if (!after.db.equals(before.db)) this.#expect({ db: this.#torn(before.db, after.db), wal: after.wal }, [this.#now], "within the checkpoint");
    }
    this.#expect(after, [this.#now], "after COMMIT");
    return answer;
  }

  /** What was written up to some byte, and what was there before behind it. */
  #torn(before: Buffer, after: Buffer): Buffer {
    let first = 0;
    while (first < before.length && before[first] === after[first]) first += 1;
    const upTo = first + Math.floor(this.options.random() * (after.length - first + 1));
    return Buffer.concat([after.subarray(0, upTo), before.subarray(upTo)]);
  }

  /** That what is left is one of these contents, whole and sound. */
  #expect(files: Files, prints: readonly string[], moment: string): void {
    this.counts.moments += 1;
    const seen = this.#seen;
    // The very bytes that were looked at last: nothing was written since.
    if (seen && prints.includes(seen.print) && seen.db.equals(files.db) && seen.wal.equals(files.wal)) return;
    this.counts.opened += 1;
    if (moment.startsWith("before") && seen && !seen.wal.equals(files.wal)) this.counts.uncommitted += 1;
    const copy = path.join(this.#folder, "copy.db");
    writeFileSync(copy, files.db);
    writeFileSync(`${copy}-wal`, files.wal);
    try {
      const connection = new BetterSqlite(copy);
      try {
        const found = connection.pragma(`${this.options.check}_check(1)`, { simple: true });
        if (found !== "ok") this.#fault(moment, String(found));
        if ((connection.pragma("foreign_key_check") as Row[]).length > 0) this.#fault(moment, "rows refer to nothing");
        const print = this.#print(connection);
        if (!prints.includes(print)) this.#fault(moment, "what is left is neither what was before nor what was committed");
        this.#seen = { ...files, print };
      } finally {
        connection.close();
      }
    } catch (error) {
      if (!(error instanceof BetterSqlite.SqliteError)) throw error;
      this.#fault(moment, `it cannot be opened: ${error.message}`);
    } finally {
      for (const end of ["", "-wal", "-shm"]) rmSync(copy + end, { force: true });
    }
  }

  #fault(moment: string, what: string): void {
    this.faults.push(`${this.#command}, killed ${moment}: ${what}`);
  }

  #print(connection: Connection): string {
    return fingerprint(connection.prepare(this.options.contentSql).all() as Table[]);
  }

  #files(): Files {
    return { db: whole(this.#descriptors.db), wal: whole(this.#descriptors.wal) };
  }
}

function whole(descriptor: number): Buffer {
  const bytes = Buffer.allocUnsafe(fstatSync(descriptor).size);
  let read = 0;
  while (read < bytes.length) read += readSync(descriptor, bytes, read, bytes.length - read, read);
  return bytes;
}
