/** What each kind of picture belongs to: who may set it, and what setting it changes. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { tellAvatar } from "#app/domain/conversations/members.server.ts";
import { tellFace } from "#app/domain/families/members.server.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";
import { cacheRevalidated } from "#app/domain/maintenance/events.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { pathsOfTags, tagsOfPath } from "#app/cache/tags.ts";
import { raiseVersion } from "#app/cache/versions.server.ts";
import { append } from "#db/outbox/append.ts";
import { imageStem, isShopTable, type ShopTable } from "./image.ts";
import { mayChangeAvatar, mayChangeShopImage } from "./policy.ts";
import type { ImageTarget } from "./schema.ts";

/** Which family a row of the shop belongs to, and what the viewer is in it. The household's profile is made with the first thing said of it, so the family itself is asked. Primary keys. */
const OWNER: Record<ShopTable, string> = {
  company: owner("families", "id"),
  products: owner("products", "family_id"),
  categories: owner("categories", "family_id"),
  promotions: owner("promotions", "family_id"),
};

function owner(table: string, familyId: string): string {
  return `SELECT t.${familyId} AS familyId, m.role FROM ${table} t LEFT JOIN family_members m ON m.family_id = t.${familyId} AND m.user_id = ? AND m.revoked_at IS NULL WHERE t.id = ?`;
}

/** Arguments: the row's id, the picture's. The household's row is made where nothing was said of it before. */
const SET_SHOP: Record<ShopTable, string> = {
  company: "INSERT INTO companies (family_id, image_id) VALUES (?, ?) ON CONFLICT (family_id) DO UPDATE SET image_id = excluded.image_id",
  products: setImage("products"),
  categories: setImage("categories"),
  promotions: setImage("promotions"),
};

function setImage(table: string): string {
  return `UPDATE ${table} SET image_id = given.image FROM (SELECT ? AS id, ? AS image) AS given WHERE ${table}.id = given.id`;
}

/** Roles of two people in a family that they share; the asker's own row where they are the same. Index: family_members_user. */
const ROLES = `
  SELECT a.role AS asker, o.role AS owner FROM family_members a JOIN family_members o ON o.family_id = a.family_id AND o.user_id = ? AND o.revoked_at IS NULL
  WHERE a.user_id = ? AND a.revoked_at IS NULL LIMIT 1`;

const IS_MEMBER = "SELECT 1 AS one FROM conversation_members WHERE conversation_id = ? AND user_id = ?";

/**
 * That the viewer may set this picture.
 * @throws DomainError not-found for what is not there or not theirs to see; forbidden for what they only see
 */
export async function requireTarget(db: Queries, viewer: Viewer, { table, id }: ImageTarget): Promise<void> {
  if (isShopTable(table)) {
    const [row] = await db.all<{ role: MemberRole | null }>(OWNER[table], [viewer.userId, id]);
    if (!row?.role) throw new DomainError("not-found", { field: "id" });
    if (!mayChangeShopImage(row.role)) throw new DomainError("forbidden");
    return;
  }
  if (table === "messages") {
    if ((await db.all(IS_MEMBER, [id, viewer.userId])).length === 0) throw new DomainError("not-found", { field: "id" });
    return;
  }
  if (id === viewer.userId) return;
  const [roles] = await db.all<{ asker: MemberRole; owner: MemberRole }>(ROLES, [id, viewer.userId]);
  if (!roles) throw new DomainError("not-found", { field: "id" });
  if (!mayChangeAvatar({ userId: viewer.userId, role: roles.asker }, { userId: id, role: roles.owner })) throw new DomainError("forbidden");
}

/** Puts a picture, or none, in its place and takes the one before it away, with the news of it, within the caller's transaction. Messages have many: nothing is put anywhere until they are sent. */
export async function place(tx: Queries, ctx: Context, { table, id }: ImageTarget, image: { id: string; hash: string } | null): Promise<void> {
  if (table === "messages") return;
  if (table === "avatars") await placeAvatar(tx, ctx, id, image && imageStem(image));
  else await placeInShop(tx, ctx, table, id, image?.id ?? null);
  await tx.all("DELETE FROM images WHERE target = ? AND target_id = ? AND id <> ?", [table, id, image?.id ?? ""]);
}

async function placeAvatar(tx: Queries, ctx: Context, userId: string, avatar: string | null): Promise<void> {
  const [user] = await tx.all<{ name: string }>("UPDATE users SET avatar = ? WHERE id = ? RETURNING name", [avatar, userId]);
  if (!user) throw new DomainError("not-found", { field: "id" });
  await tellAvatar(tx, ctx, { userId, name: user.name, avatar });
  await tellFace(tx, ctx, { userId, avatar });
}

/** The start page shows what is new in the shop, whatever it is of: it is out of date as a whole. */
async function placeInShop(tx: Queries, ctx: Context, table: ShopTable, id: string, imageId: string | null): Promise<void> {
  const [owned] = await tx.all<{ familyId: string }>(OWNER[table], ["", id]);
  if (!owned) throw new DomainError("not-found", { field: "id" });
  await tx.all(SET_SHOP[table], [id, imageId]);
  for (const tag of new Set([table, ...tagsOfPath("/")])) {
    const { sql, args = [] } = raiseVersion(`${tag}:${owned.familyId}`, ctx);
    await tx.all(sql, args);
  }
  const paths = [...new Set(["/", ...pathsOfTags([table])])];
  await append(tx, { type: cacheRevalidated, channel: familyChannel(owned.familyId), payload: { tags: [table], paths } }, ctx);
}
