/** Pictures and files of a message: uploaded before, by its sender, for this conversation, and part of one message only. */
import type { Queries, Statement } from "#db/database.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Attachments } from "#app/domain/images/image.ts";
import { fileData, imageData, type FileRow, type ImageRow } from "#app/domain/images/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { attachmentsOf, type MessageRow } from "./queries.server.ts";
import type { SendInput } from "./schema.ts";

/** What a message of this sender and key has, if it was sent before: then it may well have them already. */
const FREE_OR_OURS = "(t.message_id IS NULL OR t.message_id = (SELECT id FROM messages WHERE sender_id = ? AND client_id = ?))";
/** Primary keys. */
export const OWN_IMAGES = `SELECT t.id, t.target, t.hash, t.width, t.height FROM images t WHERE t.id IN (SELECT value FROM json_each(?)) AND t.uploaded_by = ? AND t.target = 'messages' AND t.target_id = ? AND ${FREE_OR_OURS}`;
export const OWN_FILES = `SELECT t.id, t.name, t.bytes FROM files t WHERE t.id IN (SELECT value FROM json_each(?)) AND t.uploaded_by = ? AND t.conversation_id = ? AND ${FREE_OR_OURS}`;
const WAS_SENT = "SELECT 1 AS one FROM messages WHERE sender_id = ? AND client_id = ?";

/**
 * What a message is sent with, in the order in which it was chosen; null where there is nothing.
 * @throws DomainError attachment-gone
 */
export async function attachedIn(db: Queries, viewer: Viewer, { conversationId, clientId, imageIds = [], fileIds = [] }: SendInput): Promise<Attachments | null> {
  if (imageIds.length + fileIds.length === 0) return null;
  const ours = [viewer.userId, conversationId, viewer.userId, clientId];
  const images = await db.all<ImageRow>(OWN_IMAGES, [JSON.stringify(imageIds), ...ours]);
  const files = await db.all<FileRow>(OWN_FILES, [JSON.stringify(fileIds), ...ours]);
  if (images.length !== imageIds.length || files.length !== fileIds.length) {
    // A message that was sent and deleted since has none any more: a repeated send still is answered with it.
    if ((await db.all(WAS_SENT, [viewer.userId, clientId])).length > 0) return null;
    throw new DomainError("attachment-gone", { field: "imageIds" });
  }
  const inOrder = <T extends { id: string }>(ids: readonly string[], rows: readonly T[]) => ids.map((id) => rows.find((row) => row.id === id)!);
  return { images: inOrder(imageIds, images).map(imageData), files: inOrder(fileIds, files).map(fileData) };
}

/** A condition of the write itself, with the arguments of `stillFree`. */
export const STILL_FREE = "(SELECT count(*) FROM images WHERE id IN (SELECT value FROM json_each(?)) AND message_id IS NULL) + (SELECT count(*) FROM files WHERE id IN (SELECT value FROM json_each(?)) AND message_id IS NULL) = ?";
export const stillFree = ({ images, files }: Attachments): (string | number)[] => [idsIn(images), idsIn(files), images.length + files.length];
const idsIn = (rows: readonly { id: string }[]) => JSON.stringify(rows.map(({ id }) => id));

/** For the batch that sends: they belong to the message now, if it was written by it. */
export function attachStatements({ images, files }: Attachments, messageId: string): Statement[] {
  const take = (table: "images" | "files", rows: readonly { id: string }[]): Statement[] =>
    rows.length === 0 ? [] : [{ sql: `UPDATE ${table} SET message_id = ? WHERE id IN (SELECT value FROM json_each(?)) AND message_id IS NULL AND EXISTS (SELECT 1 FROM messages WHERE id = ?)`, args: [messageId, idsIn(rows), messageId] }];
  return [...take("images", images), ...take("files", files)];
}

/** @throws DomainError client-id-reused when the message of this key has others */
export function requireSame(row: MessageRow, { imageIds = [], fileIds = [] }: SendInput): void {
  if (row.deletedAt !== null) return;
  const { images, files } = attachmentsOf(row.attachments);
  const same = (ids: readonly string[], rows: readonly { id: string }[]) => ids.length === rows.length && ids.every((id, place) => rows[place]!.id === id);
  if (!same(imageIds, images) || !same(fileIds, files)) throw new DomainError("client-id-reused", { field: "clientId" });
}
