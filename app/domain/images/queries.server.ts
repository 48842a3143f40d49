/** Reads of pictures and files, each starting from the viewer where they are not public. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMay } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { fileUrl, imageStem, privateImageUrl, publicImageUrl, type FileData, type ImageData, type ImageTable } from "./image.ts";

export interface ImageRow {
  id: string;
  target: ImageTable;
  hash: string;
  width: number;
  height: number;
}
export const imageData = (row: ImageRow): ImageData => ({ id: row.id, url: (row.target === "messages" ? privateImageUrl : publicImageUrl)(imageStem(row)), width: row.width, height: row.height });

export interface FileRow {
  id: string;
  name: string;
  bytes: number;
}
export const fileData = ({ id, name, bytes }: FileRow): FileData => ({ id, url: fileUrl(id), name, bytes });

/**
 * A column for queries of rows that have a public picture: its ImageData as JSON, or null. Read it with `imageOf`.
 * @param imageId the column that names the picture, `p.image_id` say
 */
export const imageColumn = (imageId: string): string =>
  `(SELECT json_object('id', pic.id, 'url', '/images/' || pic.id || '-' || pic.hash || '.webp', 'width', pic.width, 'height', pic.height) FROM images pic WHERE pic.id = ${imageId})`;
export const imageOf = (column: string | null): ImageData | null => (column === null ? null : (JSON.parse(column) as ImageData));

/** `users.avatar` begins with the picture's id, of 32 characters. Primary keys. */
export const OWN_PICTURE_SQL = `SELECT ${imageColumn("substr(u.avatar, 1, 32)")} AS image FROM users u WHERE u.id = ?`;

/** The viewer's own face, for its form; null until there is one. */
export async function ownPictureOf({ db }: Context, viewer: Viewer): Promise<ImageData | null> {
  const [row] = await db.all<{ image: string | null }>(OWN_PICTURE_SQL, [viewer.userId]);
  return imageOf(row?.image ?? null);
}

/** Indexes: the members' primary key, the users', the pictures'. */
export const CHILD_PICTURES_SQL = `
  SELECT m.user_id AS memberId, ${imageColumn("substr(u.avatar, 1, 32)")} AS image FROM family_members m JOIN users u ON u.id = m.user_id
  WHERE m.family_id = ? AND m.revoked_at IS NULL AND m.role = 'child'`;

/**
 * The faces of the family's children, by member, for the forms of whoever may set them; null until there is one.
 * @throws DomainError not-found without a family; forbidden
 */
export async function childPicturesFor({ db }: Context, viewer: Viewer): Promise<Record<string, ImageData | null>> {
  const membership = await membershipFor(db, viewer, "child-picture");
  requireMay(membership, "child-picture", false);
  const rows = await db.all<{ memberId: string; image: string | null }>(CHILD_PICTURES_SQL, [membership.family.id]);
  return Object.fromEntries(rows.map(({ memberId, image }) => [memberId, imageOf(image)]));
}

const OF_MESSAGE = `
  (t.message_id IS NULL AND t.uploaded_by = me.user_id
   OR t.message_id IN (SELECT m.id FROM messages m WHERE m.id = t.message_id AND m.conversation_id = me.conversation_id AND m.seq > me.history_from AND m.deleted_at IS NULL))`;

/** Who may see a picture in a message: members who see the message, and before it is sent whoever uploaded it. Primary keys. */
export const PRIVATE_IMAGE_SQL = `
  SELECT t.id, t.hash FROM images t JOIN conversation_members me ON me.conversation_id = t.target_id AND me.user_id = ?
  WHERE t.id = ? AND t.target = 'messages' AND ${OF_MESSAGE}`;
export const PRIVATE_FILE_SQL = `
  SELECT t.id, t.hash, t.name FROM files t JOIN conversation_members me ON me.conversation_id = t.conversation_id AND me.user_id = ?
  WHERE t.id = ? AND ${OF_MESSAGE}`;

/**
 * A picture of a message that the viewer may see now.
 * @throws DomainError not-found for everybody else, too
 */
export async function privateImageFor({ db }: Context, viewer: Viewer, { id, hash }: { id: string; hash: string }): Promise<{ id: string; hash: string }> {
  const [row] = await db.all<{ id: string; hash: string }>(PRIVATE_IMAGE_SQL, [viewer.userId, id]);
  if (row?.hash !== hash) throw new DomainError("not-found");
  return row;
}

/**
 * A file of a message that the viewer may have now.
 * @throws DomainError not-found for everybody else, too
 */
export async function privateFileFor({ db }: Context, viewer: Viewer, id: string): Promise<{ id: string; hash: string; name: string }> {
  const [row] = await db.all<{ id: string; hash: string; name: string }>(PRIVATE_FILE_SQL, [viewer.userId, id]);
  if (!row) throw new DomainError("not-found");
  return row;
}
