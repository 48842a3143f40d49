/** Messages with pictures and files for domain tests: rows alone, no file lies anywhere. */
import { sendMessage } from "#app/domain/conversations/commands.server.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";

const WIDTH = 640;
const HEIGHT = 480;

/** A picture that the viewer has uploaded for a conversation, and not sent. @returns its id */
export async function uploadedPicture({ db, now, newId }: Context, viewer: Viewer, conversationId: string): Promise<string> {
  const id = newId();
  await db.batch([
    {
      sql: "INSERT INTO images (id, target, target_id, uploaded_by, upload_id, hash, width, height, created_at) VALUES (?, 'messages', ?, ?, ?, ?, ?, ?, ?)",
      args: [id, conversationId, viewer.userId, id, id, WIDTH, HEIGHT, now()],
    },
  ]);
  return id;
}

/** A file that the viewer has uploaded for a conversation, and not sent. @returns its id */
export async function uploadedFile({ db, now, newId }: Context, viewer: Viewer, conversationId: string, name: string): Promise<string> {
  const id = newId();
  await db.batch([{ sql: "INSERT INTO files (id, conversation_id, uploaded_by, upload_id, name, bytes, hash, created_at) VALUES (?, ?, ?, ?, ?, 5, ?, ?)", args: [id, conversationId, viewer.userId, id, name, id, now()] }]);
  return id;
}

/** A message that is a picture, and a file where it has a name. */
export async function sendPicture(ctx: Context, viewer: Viewer, conversationId: string, { body = "", fileName }: { body?: string; fileName?: string } = {}) {
  const imageIds = [await uploadedPicture(ctx, viewer, conversationId)];
  const fileIds = fileName === undefined ? [] : [await uploadedFile(ctx, viewer, conversationId, fileName)];
  return sendMessage(ctx, viewer, { conversationId, clientId: ctx.newId(), body, imageIds, fileIds });
}
