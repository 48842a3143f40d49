/** Verbs that take pictures and files in, and out. A row is written last, when its files lie in the store: what has no row was never there. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { FileData, ImageData } from "./image.ts";
import { isNoPicture, putSizes } from "./keep.server.ts";
import { normalise } from "./normalise.server.ts";
import { fileData, imageData, type FileRow, type ImageRow } from "./queries.server.ts";
import type { FileUpload, ImageTarget, ImageUpload } from "./schema.ts";
import { folderOf, type Storage } from "./storage.server.ts";
import { place, requireTarget } from "./targets.server.ts";

/** A file that has arrived and lies on the disk; whoever took it in deletes it, unless the store has moved it. */
export interface ArrivedFile {
  path: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  sha256: string;
  /** As its sender calls it; made harmless. */
  name: string;
}

export interface Arrival {
  file: ArrivedFile;
  storage: Storage;
  /** Aborted when whoever uploads has gone: then nothing is kept. */
  signal?: AbortSignal;
}

const IMAGE_BY_UPLOAD = "SELECT id, target, target_id AS targetId, hash, width, height FROM images WHERE uploaded_by = ? AND upload_id = ?";
const FILE_BY_UPLOAD = "SELECT id, conversation_id AS conversationId, name, bytes, hash FROM files WHERE uploaded_by = ? AND upload_id = ?";

/**
 * Takes a picture in: looks at its content, makes our sizes of it, stores them, puts it in its place. The same
 * `uploadId` again gives the same picture.
 * @throws DomainError not-found, forbidden, not-a-picture, picture-damaged, picture-too-large, picture-too-heavy; upload-id-reused when it
 * came for something else before; StorageError
 */
export async function addImage(ctx: Context, viewer: Viewer, input: ImageUpload, { file, storage, signal }: Arrival): Promise<ImageData> {
  await requireTarget(ctx.db, viewer, input);
  const before = await imageByUpload(ctx.db, viewer, input);
  if (before) return imageData(before);
  const picture = await normalise(file.path);
  const id = ctx.newId();
  return stored(storage, folderOf(input.table === "messages" ? "private" : "public", id), async (folder) => {
    await putSizes(storage, folder, picture);
    signal?.throwIfAborted();
    return ctx.db.transact(async (tx) => {
      const { hash, width, height } = picture;
      // Whoever was removed while it was decoded puts nothing anywhere.
      await requireTarget(tx, viewer, input);
      const [made] = await tx.all<ImageRow>(
        `INSERT INTO images (id, target, target_id, uploaded_by, upload_id, hash, width, height, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (uploaded_by, upload_id) DO NOTHING RETURNING id, target, hash, width, height`,
        [id, input.table, input.id, viewer.userId, input.uploadId, hash, width, height, ctx.now()],
      );
      if (!made) return { kept: false, answer: imageData((await imageByUpload(tx, viewer, input))!) };
      await place(tx, ctx, input, made);
      return { kept: true, answer: imageData(made) };
    });
  });
}

/**
 * Takes a file of any kind in, for a message.
 * @throws DomainError not-found, file-empty; upload-id-reused; StorageError
 */
export async function addFile(ctx: Context, viewer: Viewer, input: FileUpload, { file, storage, signal }: Arrival): Promise<FileData> {
  await requireTarget(ctx.db, viewer, { table: "messages", id: input.id });
  const before = await fileByUpload(ctx.db, viewer, input, file);
  if (before) return fileData(before);
  if (file.bytes === 0) throw new DomainError("file-empty", { field: "file" });
  const id = ctx.newId();
  return stored(storage, folderOf("private", id), async (folder) => {
    await storage.put(`${folder}/file`, { path: file.path, bytes: file.bytes });
    signal?.throwIfAborted();
    return ctx.db.transact(async (tx) => {
      await requireTarget(tx, viewer, { table: "messages", id: input.id });
      const [made] = await tx.all<FileRow>(
        `INSERT INTO files (id, conversation_id, uploaded_by, upload_id, name, bytes, hash, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (uploaded_by, upload_id) DO NOTHING RETURNING id, name, bytes`,
        [id, input.id, viewer.userId, input.uploadId, file.name, file.bytes, file.sha256, ctx.now()],
      );
      if (!made) return { kept: false, answer: fileData((await fileByUpload(tx, viewer, input, file))!) };
      return { kept: true, answer: fileData(made) };
    });
  });
}

/**
 * Takes in what a plain form brings with a message: pictures where they can be shown, files else. Their keys follow from
 * the message's, so the same form sent twice is one message with one of each.
 * @throws what addImage and addFile throw, but for what is no picture
 */
export async function takeAttachments(ctx: Context, viewer: Viewer, { conversationId, clientId }: { conversationId: string; clientId: string }, files: readonly ArrivedFile[], arrival: Omit<Arrival, "file">): Promise<{ imageIds: string[]; fileIds: string[] }> {
  const taken = { imageIds: [] as string[], fileIds: [] as string[] };
  for (const [place, file] of files.entries()) {
    const input = { id: conversationId, uploadId: `${clientId.slice(0, MAX_KEY_LENGTH)}-${place}` };
    try {
      taken.imageIds.push((await addImage(ctx, viewer, { ...input, table: "messages" }, { ...arrival, file })).id);
    } catch (error) {
      if (!isNoPicture(error)) throw error;
      taken.fileIds.push((await addFile(ctx, viewer, input, { ...arrival, file })).id);
    }
  }
  return taken;
}
const MAX_KEY_LENGTH = 60;

/** Takes the picture of a row, or of a person, away. Where there is none it is no news. */
export async function removeImage(ctx: Context, viewer: Viewer, input: ImageTarget): Promise<void> {
  if (input.table === "messages") throw new DomainError("not-found", { field: "table" });
  await ctx.db.transact(async (tx) => {
    await requireTarget(tx, viewer, input);
    const before = await tx.all("SELECT 1 AS one FROM images WHERE target = ? AND target_id = ? LIMIT 1", [input.table, input.id]);
    if (before.length > 0) await place(tx, ctx, input, null);
  });
}

/** Takes back what was uploaded for a message that is not sent. What is sent, or was never there, is no news. Indexes: images_upload, files_upload. */
export async function cancelUpload(ctx: Context, viewer: Viewer, input: { uploadId: string }): Promise<void> {
  await ctx.db.batch([
    { sql: "DELETE FROM images WHERE uploaded_by = ? AND upload_id = ? AND target = 'messages' AND message_id IS NULL", args: [viewer.userId, input.uploadId] },
    { sql: "DELETE FROM files WHERE uploaded_by = ? AND upload_id = ? AND message_id IS NULL", args: [viewer.userId, input.uploadId] },
  ]);
}

/**
 * Stores a picture that needs no viewer, for seeds: for a row that its caller has just made.
 * @returns null when it is there already
 */
export async function importImage(ctx: Context, input: ImageUpload & { uploadedBy: string }, { path, storage }: { path: string; storage: Storage }): Promise<ImageData | null> {
  const picture = await normalise(path);
  const id = ctx.newId();
  return stored(storage, folderOf(input.table === "messages" ? "private" : "public", id), async (folder) => {
    await putSizes(storage, folder, picture);
    return ctx.db.transact(async (tx) => {
      const [made] = await tx.all<ImageRow>(
        `INSERT INTO images (id, target, target_id, uploaded_by, upload_id, hash, width, height, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (uploaded_by, upload_id) DO NOTHING RETURNING id, target, hash, width, height`,
        [id, input.table, input.id, input.uploadedBy, input.uploadId, picture.hash, picture.width, picture.height, ctx.now()],
      );
      if (!made) return { kept: false, answer: null };
      await place(tx, ctx, input, made);
      return { kept: true, answer: imageData(made) };
    });
  });
}

/** Runs what fills a folder and writes its row; where no row stands in the end, nothing is left in the store. */
async function stored<T>(storage: Storage, folder: string, fill: (folder: string) => Promise<{ kept: boolean; answer: T }>): Promise<T> {
  let kept = false;
  try {
    const filled = await fill(folder);
    kept = filled.kept;
    return filled.answer;
  } finally {
    if (!kept) await storage.removeFolder(folder);
  }
}

type Db = Pick<Context["db"], "all">;

async function imageByUpload(db: Db, viewer: Viewer, input: ImageUpload): Promise<ImageRow | null> {
  const [row] = await db.all<ImageRow & { targetId: string }>(IMAGE_BY_UPLOAD, [viewer.userId, input.uploadId]);
  if (row && (row.target !== input.table || row.targetId !== input.id)) throw new DomainError("upload-id-reused", { field: "uploadId" });
  return row ?? null;
}

async function fileByUpload(db: Db, viewer: Viewer, input: FileUpload, { sha256 }: ArrivedFile): Promise<FileRow | null> {
  const [row] = await db.all<FileRow & { conversationId: string; hash: string }>(FILE_BY_UPLOAD, [viewer.userId, input.uploadId]);
  if (row && (row.conversationId !== input.id || row.hash !== sha256)) throw new DomainError("upload-id-reused", { field: "uploadId" });
  return row ?? null;
}
