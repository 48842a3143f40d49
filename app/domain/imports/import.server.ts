/**
 * Bringing messages of another chat in, some at a time: rows, numbers and how far it has come in one transaction. No
 * events and no notifications: what is old is no news. `finishImport` puts in order what that leaves to do.
 */
import { DatabaseBusyError, type Queries, type SqlValue } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { attachmentsOfImported, insertImported, removeImported, type Stored } from "#app/domain/images/imported.server.ts";
import { storeFiles, type FileSources } from "./files.server.ts";
import { LineRefused, parseLine, type ImportLine } from "./line.ts";
import type { Place, Places } from "./places.server.ts";

export interface Standing {
  /** Bytes and lines of the file that are done with. */
  bytes: number;
  lines: number;
  imported: number;
  /** Lines whose message was there before. */
  repeated: number;
  skipped: number;
}

export interface RawLine {
  /** 1 is the first of the file. */
  number: number;
  /** Null: longer than MAX_LINE_BYTES. */
  text: string | null;
}

export interface SkippedLine {
  line: number;
  reason: string;
}

const BUSY_TRIES = 20;
const STANDING = "SELECT bytes, lines, imported, repeated, skipped FROM message_imports WHERE file = ? AND finished_at IS NULL";
const NOTE = `
  INSERT INTO message_imports (file, bytes, lines, imported, repeated, skipped, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (file) DO UPDATE SET bytes = excluded.bytes, lines = excluded.lines, imported = excluded.imported, repeated = excluded.repeated, skipped = excluded.skipped, finished_at = NULL`;

/** Where an import of this file was interrupted; the beginning where none was. */
export async function standingOf(db: Queries, file: string): Promise<Standing> {
  return (await db.all<Standing>(STANDING, [file]))[0] ?? { bytes: 0, lines: 0, imported: 0, repeated: 0, skipped: 0 };
}

interface Chunk {
  /** Which file of lines, as `standingOf` knows it. */
  file: string;
  lines: readonly RawLine[];
  /** Bytes of the file that are done with these lines. */
  upTo: number;
  before: Standing;
  sources: FileSources;
  /** Told before the commit, and again where that is tried again: what is committed has been told, whenever the process dies. */
  onSkipped: (skipped: readonly SkippedLine[]) => void;
}

/**
 * Imports some lines. The same again changes nothing. A line that has files is imported with all of them or left out.
 * @throws StorageError; what stands then is what stood before
 */
export async function importLines(ctx: Context, places: Places, { file, lines, upTo, before, sources, onSkipped }: Chunk): Promise<Standing> {
  const read = readLines(lines, ctx.now());
  const brought = await bringFiles(ctx, sources, read);
  for (let tries = 1; ; tries++) {
    try {
      const { standing, imported } = await ctx.db.transact(async (tx) => {
        const { imported, repeated, skipped } = await write(tx, places, read, brought);
        const standing: Standing = { bytes: upTo, lines: before.lines + lines.length, imported: before.imported + imported.size, repeated: before.repeated + repeated, skipped: before.skipped + skipped.length };
        await tx.all(NOTE, [file, standing.bytes, standing.lines, standing.imported, standing.repeated, standing.skipped, ctx.now()]);
        onSkipped(skipped);
        return { standing, imported };
      });
      for (const [number, stored] of brought) if (!imported.has(number)) await removeImported(sources.storage, stored);
      return standing;
    } catch (error) {
      places.forget();
      // Roost may run meanwhile. Of any other failure it cannot be told whether it was committed: then stored files stay, and the sweep deletes those without a row.
      if (!(error instanceof DatabaseBusyError) || tries === BUSY_TRIES) throw error;
    }
  }
}

interface Numbered extends ImportLine {
  number: number;
}

interface Placed extends Numbered, Place {
  stored: readonly Stored[];
}

interface Read {
  lines: Numbered[];
  skipped: SkippedLine[];
}

function readLines(lines: readonly RawLine[], now: number): Read {
  const read: Read = { lines: [], skipped: [] };
  for (const { number, text } of lines) {
    if (text?.trim() === "") continue;
    try {
      read.lines.push({ ...parseLine(text, now), number });
    } catch (error) {
      read.skipped.push(skippedLine(number, error));
    }
  }
  return read;
}

function skippedLine(line: number, error: unknown): SkippedLine {
  if (!(error instanceof LineRefused)) throw error;
  return { line, reason: error.message };
}

interface KnownMessage extends Place {
  id: string;
}

/** By primary key. */
const KNOWN = "SELECT m.id AS id, m.sender_id AS senderId, m.conversation_id AS conversationId FROM json_each(?) AS given JOIN messages m ON m.id = given.value";
const knownOf = async (db: Queries, lines: readonly ImportLine[]) => new Map((await db.all<KnownMessage>(KNOWN, [JSON.stringify(lines.map(({ id }) => id))])).map((message) => [message.id, message]));
const LAST = "SELECT c.id AS id, c.last_seq AS lastSeq, coalesce(c.last_message_at, 0) AS lastAt FROM json_each(?) AS given JOIN conversations c ON c.id = given.value";
/**
 * Some rows in one statement, each value bound: half the time of unpacking them from JSON. What is missing to a full statement
 * is null, and left out. A colon is in no key that a device mints.
 */
const ROWS_AT_ONCE = 200;
const VALUES_OF_A_ROW = 8;
const INSERT = `
  INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, kind, created_at, imported_read_at, attachments)
  SELECT column1, column2, column3, column4, 'import:' || column1, column5, 'text', column6, column7, column8
  FROM (VALUES ${Array<string>(ROWS_AT_ONCE).fill(`(${Array<string>(VALUES_OF_A_ROW).fill("?").join(", ")})`).join(", ")}) WHERE column1 IS NOT NULL`;
const ADVANCE = "UPDATE conversations SET last_seq = given.value ->> 1, last_message_at = given.value ->> 2 FROM json_each(?) AS given WHERE conversations.id = given.value ->> 0";

/**
 * Stores the files of lines whose message is not there yet; lines whose files cannot be taken are left out.
 * @returns what was stored, by line
 */
async function bringFiles(ctx: Context, sources: FileSources, read: Read): Promise<ReadonlyMap<number, Stored[]>> {
  const brought = new Map<number, Stored[]>();
  const withFiles = read.lines.filter(({ files }) => files.length > 0);
  if (withFiles.length === 0) return brought;
  const known = await knownOf(ctx.db, withFiles);
  const refused = new Set<number>();
  try {
    for (const { id, number, files } of withFiles) {
      if (known.has(id)) continue;
      try {
        brought.set(number, await storeFiles(ctx, sources, files));
      } catch (error) {
        read.skipped.push(skippedLine(number, error));
        refused.add(number);
      }
    }
  } catch (error) {
    for (const stored of brought.values()) await removeImported(sources.storage, stored);
    throw error;
  }
  read.lines = read.lines.filter(({ number }) => !refused.has(number));
  return brought;
}

async function write(tx: Queries, places: Places, read: Read, brought: ReadonlyMap<number, Stored[]>) {
  const skipped = [...read.skipped];
  const placed: Placed[] = [];
  for (const line of read.lines) {
    try {
      placed.push({ ...line, ...(places.known(line) ?? (await places.of(tx, line))), stored: brought.get(line.number) ?? [] });
    } catch (error) {
      skipped.push(skippedLine(line.number, error));
    }
  }
  const known = await knownOf(tx, placed);
  const fresh: Placed[] = [];
  let repeated = 0;
  for (const line of placed) {
    const same = known.get(line.id);
    if (!same) {
      known.set(line.id, line);
      fresh.push(line);
    } else if (same.senderId === line.senderId && same.conversationId === line.conversationId) repeated++;
    else skipped.push({ line: line.number, reason: "id: another message has it" });
  }
  await insert(tx, fresh);
  await insertImported(tx, fresh.filter(({ stored }) => stored.length > 0));
  return { imported: new Set(fresh.map(({ number }) => number)), repeated, skipped: skipped.sort((a, b) => a.line - b.line) };
}

async function insert(tx: Queries, lines: readonly Placed[]): Promise<void> {
  if (lines.length === 0) return;
  const ids = JSON.stringify([...new Set(lines.map(({ conversationId }) => conversationId))]);
  const last = new Map((await tx.all<{ id: string; lastSeq: number; lastAt: number }>(LAST, [ids])).map((row) => [row.id, row]));
  const values: SqlValue[] = [];
  for (const line of lines) {
    const conversation = last.get(line.conversationId)!;
    conversation.lastSeq += 1;
    conversation.lastAt = Math.max(conversation.lastAt, line.createdAt);
    const attachments = attachmentsOfImported(line.stored);
    values.push(line.id, line.conversationId, conversation.lastSeq, line.senderId, line.body, line.createdAt, line.readAt ?? 0, attachments && JSON.stringify(attachments));
  }
  for (let from = 0; from < values.length; from += ROWS_AT_ONCE * VALUES_OF_A_ROW) {
    const some = values.slice(from, from + ROWS_AT_ONCE * VALUES_OF_A_ROW);
    while (some.length < ROWS_AT_ONCE * VALUES_OF_A_ROW) some.push(null);
    await tx.all(INSERT, some);
  }
  await tx.all(ADVANCE, [JSON.stringify([...last.values()].map(({ id, lastSeq, lastAt }) => [id, lastSeq, lastAt]))]);
}
