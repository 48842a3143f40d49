/**
 * Pictures and files of imported messages. They are stored before their message is written, so that its transaction
 * waits for no decoder and no store; whoever dies in between leaves folders without a row, which the sweep deletes.
 */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import type { ArrivedFile } from "./commands.server.ts";
import type { Attachments } from "./image.ts";
import { isNoPicture, putSizes } from "./keep.server.ts";
import { normalise } from "./normalise.server.ts";
import { fileData, imageData } from "./queries.server.ts";
import { folderOf, type Storage } from "./storage.server.ts";

export type Stored = { id: string; hash: string } & ({ kind: "image"; width: number; height: number } | { kind: "file"; name: string; bytes: number });

/**
 * Stores what lies there: a picture where it can be shown, else a file.
 * @throws StorageError
 */
export async function storeImported(ctx: Context, storage: Storage, file: ArrivedFile): Promise<Stored> {
  const id = ctx.newId();
  const folder = folderOf("private", id);
  try {
    const picture = await normalise(file.path).catch((error: unknown) => {
      if (isNoPicture(error)) return null;
      throw error;
    });
    if (picture) {
      await putSizes(storage, folder, picture);
      return { kind: "image", id, hash: picture.hash, width: picture.width, height: picture.height };
    }
    await storage.put(`${folder}/file`, { path: file.path, bytes: file.bytes });
    return { kind: "file", id, hash: file.sha256, name: file.name, bytes: file.bytes };
  } catch (error) {
    await storage.removeFolder(folder);
    throw error;
  }
}

/** Takes back what no message came to have. */
export async function removeImported(storage: Storage, stored: readonly Stored[]): Promise<void> {
  for (const { id } of stored) await storage.removeFolder(folderOf("private", id));
}

/** As the message's row holds them; null where there are none. */
export function attachmentsOfImported(stored: readonly Stored[]): Attachments | null {
  if (stored.length === 0) return null;
  const attachments: Attachments = { images: [], files: [] };
  for (const one of stored) {
    if (one.kind === "image") attachments.images.push(imageData({ ...one, target: "messages" }));
    else attachments.files.push(fileData(one));
  }
  return attachments;
}

export interface ImportedMessage {
  id: string;
  conversationId: string;
  senderId: string;
  createdAt: number;
  stored: readonly Stored[];
}

const INSERT_IMAGES = `
  INSERT INTO images (id, target, target_id, uploaded_by, upload_id, hash, width, height, message_id, created_at)
  SELECT value ->> 0, 'messages', value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8 FROM json_each(?)`;
const INSERT_FILES = `
  INSERT INTO files (id, conversation_id, uploaded_by, upload_id, hash, name, bytes, message_id, created_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8 FROM json_each(?)`;

/** The rows of what some messages have, within the transaction that wrote these. */
export async function insertImported(tx: Queries, messages: readonly ImportedMessage[]): Promise<void> {
  const rows: Record<Stored["kind"], unknown[]> = { image: [], file: [] };
  for (const { id, conversationId, senderId, createdAt, stored } of messages)
    for (const [place, one] of stored.entries()) {
      const own = one.kind === "image" ? [one.width, one.height] : [one.name, one.bytes];
      // A colon is in no key that a device mints.
      rows[one.kind].push([one.id, conversationId, senderId, `import:${id}:${place}`, one.hash, ...own, id, createdAt]);
    }
  if (rows.image.length > 0) await tx.all(INSERT_IMAGES, [JSON.stringify(rows.image)]);
  if (rows.file.length > 0) await tx.all(INSERT_FILES, [JSON.stringify(rows.file)]);
}
