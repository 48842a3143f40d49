/** All messages as lines that `npm run import:messages` takes, in the order in which they came in. */
import type { Queries } from "#db/database.ts";
import { attachmentsOf } from "#app/domain/conversations/queries.server.ts";
import { sizeName } from "#app/domain/images/image.ts";
import { folderOf } from "#app/domain/images/storage.server.ts";

/** Rows read at once. */
const PAGE_ROWS = 5_000;

interface ExportRow {
  place: number;
  id: string;
  sender: string;
  recipient: string | null;
  room: string | null;
  body: string;
  attachments: string | null;
  createdAt: number;
  importedReadAt: number | null;
  readAt: number | null;
}

/**
 * By rowid, which rises with each message. People without an e-mail address (children) go by their id, rooms that
 * share their name, too. `readAt`: as it was imported; else, of a private chat, when the other had read so far.
 */
const PAGE = `
  SELECT m.rowid AS place, m.id AS id, coalesce(s.email, s.id) AS sender, coalesce(o.email, o.id) AS recipient,
    CASE WHEN c.kind = 'room' THEN iif((SELECT count(*) FROM (SELECT 1 FROM conversations twin WHERE twin.kind = 'room' AND twin.name = c.name LIMIT 2)) = 1, c.name, c.id) END AS room,
    m.body AS body, m.attachments AS attachments, m.created_at AS createdAt, m.imported_read_at AS importedReadAt,
    CASE WHEN them.read_seq >= m.seq AND them.read_at IS NOT (SELECT at.imported_read_at FROM messages at WHERE at.conversation_id = c.id AND at.seq = them.read_seq) THEN them.read_at END AS readAt
  FROM messages m
  JOIN users s ON s.id = m.sender_id
  JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN conversation_members them ON c.kind = 'direct' AND them.conversation_id = c.id AND them.user_id = (SELECT u.user_id FROM conversation_members u WHERE u.conversation_id = c.id AND u.user_id <> m.sender_id)
  LEFT JOIN users o ON o.id = them.user_id
  WHERE m.rowid > ? AND m.deleted_at IS NULL
  ORDER BY m.rowid LIMIT ${PAGE_ROWS}`;

/** A file that lines name. */
export interface ExportedFile {
  /** From the folder of the lines. */
  path: string;
  /** Where it lies in the store. */
  key: string;
  /** Of its message. */
  messageId: string;
}

/**
 * @param read a snapshot: what is written meanwhile is left out
 * @param folder in which pictures and files will be put, beside the lines
 * @yields some lines at once, each with its line feed, and the files that they name
 */
export async function* exportedLines(read: Queries, folder: string): AsyncGenerator<{ text: string; lines: number; files: ExportedFile[] }> {
  for (let after = 0; ; ) {
    const page = await read.all<ExportRow>(PAGE, [after]);
    if (page.length > 0) {
      const hashes = await hashesOf(read, page.filter(({ attachments }) => attachments !== null));
      const files: ExportedFile[] = [];
      const text = page.map((row) => lineOf(row, named(row, folder, hashes, files))).join("");
      yield { text, lines: page.length, files };
    }
    if (page.length < PAGE_ROWS) return;
    after = page.at(-1)!.place;
  }
}

/** By picture. Index: images_message. */
async function hashesOf(read: Queries, rows: readonly ExportRow[]): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  const found = await read.all<{ id: string; hash: string }>("SELECT i.id AS id, i.hash AS hash FROM json_each(?) AS given JOIN images i ON i.message_id = given.value", [JSON.stringify(rows.map(({ id }) => id))]);
  return new Map(found.map(({ id, hash }) => [id, hash]));
}

type Named = string | { path: string; name: string };

/** Paths of our own making: a message's id, and what a file is called, may be anything. Pictures first, as messages show them. */
function named({ id: messageId, attachments }: ExportRow, folder: string, hashes: ReadonlyMap<string, string>, files: ExportedFile[]): Named[] {
  const own = attachmentsOf(attachments);
  const at = (place: number, ending: string) => `${folder}/m-${encodeURIComponent(messageId)}/${place + 1}${ending}`;
  const add = (path: string, id: string, name: string) => {
    files.push({ path, key: `${folderOf("private", id)}/${name}`, messageId });
    return path;
  };
  return [
    ...own.images.map(({ id }, place) => add(at(place, ".webp"), id, `${hashes.get(id) ?? ""}${sizeName(null)}`)),
    ...own.files.map(({ id, name }, place) => ({ path: add(at(own.images.length + place, ""), id, "file"), name })),
  ];
}

/** Of private chats one has two members until the other account is gone for good. */
function lineOf({ id, sender, recipient, room, body, createdAt, importedReadAt, readAt }: ExportRow, files: readonly Named[]): string {
  const read = importedReadAt || readAt;
  return `${JSON.stringify({ id, from: sender, ...(room === null ? { to: recipient } : { room }), body, createdAt: iso(createdAt), ...(read ? { readAt: iso(read) } : {}), ...(files.length > 0 && { files }) })}\n`;
}

const iso = (at: number) => new Date(at).toISOString();

/** How many lines there will be. */
export async function countExported(read: Queries): Promise<number> {
  return (await read.all<{ count: number }>("SELECT count(*) AS count FROM messages WHERE deleted_at IS NULL"))[0]!.count;
}
