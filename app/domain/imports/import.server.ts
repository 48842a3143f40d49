/**
 * Bringing messages of another chat in, some at a time: rows, numbers and how far it has come in one transaction. No
 * events and no notifications: what is old is no news. `finishImport` puts in order what that leaves to do.
 */
import { DatabaseBusyError, type Queries, type SqlValue, type Tx } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { attachmentsOfImported, insertImported, removeImported, type Stored } from "#app/domain/images/imported.server.ts";
import { storeFiles, type FileSources } from "./files.server.ts";
import type { ImportLine } from "./line.ts";
import type { Place, Places } from "./places.server.ts";
import type { Written } from "./written.ts";
import { skippedLine, type NumberedLine, type ReadLines, type SkippedLine } from "./read.ts";

export interface Standing {
  /** Bytes and lines of the file that are done with. */
  bytes: number;
  lines: number;
  imported: number;
  /** Lines whose message was there before. */
  repeated: number;
  skipped: number;
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
  read: ReadLines;
  /** Bytes of the file that are done with these lines. */
  upTo: number;
  before: Standing;
  sources: FileSources;
  /** Told of each message; for `finishImport`. */
  written: Written;
  /** Told before the commit, and again where that is tried again: what is committed has been told, whenever the process dies. */
  onSkipped: (skipped: readonly SkippedLine[]) => void;
}

/**
 * Imports some lines. The same again changes nothing. A line that has files is imported with all of them or left out.
 * @throws StorageError; what stands then is what stood before
 */
export async function importLines(ctx: Context, places: Places, { file, read: given, upTo, before, sources, written, onSkipped }: Chunk): Promise<Standing> {
  const { brought, ...read } = await bringFiles(ctx, sources, given);
  for (let tries = 1; ; tries++) {
    try {
      const { standing, withFiles } = await ctx.db.transact(async (tx) => {
        const { imported, withFiles, repeated, skipped } = await write(tx, places, read, brought, written);
        const standing: Standing = { bytes: upTo, lines: before.lines + given.count, imported: before.imported + imported, repeated: before.repeated + repeated, skipped: before.skipped + skipped.length };
        await tx.all(NOTE, [file, standing.bytes, standing.lines, standing.imported, standing.repeated, standing.skipped, ctx.now()]);
        onSkipped(skipped);
        return { standing, withFiles };
      });
      for (const [number, stored] of brought) if (!withFiles.has(number)) await removeImported(sources.storage, stored);
      return standing;
    } catch (error) {
      places.forget();
      // Roost may run meanwhile. Of any other failure it cannot be told whether it was committed: then stored files stay, and the sweep deletes those without a row.
      if (!(error instanceof DatabaseBusyError) || tries === BUSY_TRIES) throw error;
    }
  }
}

interface Placed extends Place {
  line: NumberedLine;
  stored: readonly Stored[];
}

/** By primary key. */
const KNOWN = "SELECT m.id AS id, m.sender_id AS senderId, m.conversation_id AS conversationId FROM json_each(?) AS given JOIN messages m ON m.id = given.value";
const knownOf = async (db: Queries, lines: readonly ImportLine[]) => new Map<string, Place>((await db.all<Place & { id: string }>(KNOWN, [JSON.stringify(lines.map(({ id }) => id))])).map((message) => [message.id, message]));
const LAST = "SELECT c.id AS id, c.last_seq AS lastSeq, coalesce(c.last_message_at, 0) AS lastAt FROM json_each(?) AS given JOIN conversations c ON c.id = given.value";
/** A colon is in no key that a device mints. */
const INSERT = `
  INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, kind, created_at, imported_read_at, attachments)
  VALUES (?, ?, ?, ?, ?, ?, 'text', ?, ?, ?)`;
const ADVANCE = "UPDATE conversations SET last_seq = given.value ->> 1, last_message_at = given.value ->> 2 FROM json_each(?) AS given WHERE conversations.id = given.value ->> 0";

/** Of these lines, what can be written. */
type Writable = Pick<ReadLines, "lines" | "skipped">;

/**
 * Stores the files of lines whose message is not there yet; lines whose files cannot be taken are left out.
 * @returns what was stored, by line, and the lines that are left
 */
async function bringFiles(ctx: Context, sources: FileSources, read: Writable): Promise<Writable & { brought: ReadonlyMap<number, Stored[]> }> {
  const brought = new Map<number, Stored[]>();
  const withFiles = read.lines.filter(({ files }) => files.length > 0);
  if (withFiles.length === 0) return { lines: read.lines, skipped: read.skipped, brought };
  const known = await knownOf(ctx.db, withFiles);
  const refused = new Map<number, SkippedLine>();
  try {
    for (const { id, number, files } of withFiles) {
      if (known.has(id)) continue;
      try {
        brought.set(number, await storeFiles(ctx, sources, files));
      } catch (error) {
        refused.set(number, skippedLine(number, error));
      }
    }
  } catch (error) {
    for (const stored of brought.values()) await removeImported(sources.storage, stored);
    throw error;
  }
  return { lines: read.lines.filter(({ number }) => !refused.has(number)), skipped: [...read.skipped, ...refused.values()], brought };
}

const NO_FILES: readonly Stored[] = [];

async function write(tx: Tx, places: Places, read: Writable, brought: ReadonlyMap<number, Stored[]>, written: Written) {
  const skipped = [...read.skipped];
  const known = await knownOf(tx, read.lines);
  const fresh: Placed[] = [];
  let repeated = 0;
  for (const line of read.lines) {
    let place: Place;
    try {
      place = places.known(line) ?? (await places.of(tx, line));
    } catch (error) {
      skipped.push(skippedLine(line.number, error));
      continue;
    }
    const same = known.get(line.id);
    if (!same) {
      known.set(line.id, place);
      fresh.push({ line, senderId: place.senderId, conversationId: place.conversationId, stored: brought.get(line.number) ?? NO_FILES });
    } else if (same.senderId === place.senderId && same.conversationId === place.conversationId) repeated++;
    else skipped.push({ line: line.number, reason: "id: another message has it" });
  }
  await insert(tx, fresh, written);
  const withFiles = fresh.filter(({ stored }) => stored.length > 0);
  await insertImported(tx, withFiles.map(({ line, ...rest }) => ({ id: line.id, createdAt: line.createdAt, ...rest })));
  return { imported: fresh.length, withFiles: new Set(withFiles.map(({ line }) => line.number)), repeated, skipped: skipped.sort((a, b) => a.line - b.line) };
}

async function insert(tx: Tx, lines: readonly Placed[], written: Written): Promise<void> {
  if (lines.length === 0) return;
  const ids = JSON.stringify([...new Set(lines.map(({ conversationId }) => conversationId))]);
  const last = new Map((await tx.all<{ id: string; lastSeq: number; lastAt: number }>(LAST, [ids])).map((row) => [row.id, row]));
  const rows = lines.map(({ line, senderId, conversationId, stored }): SqlValue[] => {
    const conversation = last.get(conversationId)!;
    written.add(conversation, line.createdAt, line.readAt);
    conversation.lastSeq += 1;
    conversation.lastAt = Math.max(conversation.lastAt, line.createdAt);
    const attachments = attachmentsOfImported(stored);
    return [line.id, conversationId, conversation.lastSeq, senderId, `import:${line.id}`, line.body, line.createdAt, line.readAt ?? 0, attachments && JSON.stringify(attachments)];
  });
  await tx.each(INSERT, rows);
  await tx.all(ADVANCE, [JSON.stringify([...last.values()].map(({ id, lastSeq, lastAt }) => [id, lastSeq, lastAt]))]);
}
