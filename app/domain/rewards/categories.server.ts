/** Shelves of the shop: making, changing and ordering them. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, type Membership } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { outdateCatalogue } from "./catalogue.server.ts";
import { madeByKey } from "./made-by-key.server.ts";
import type { CategoryChangeInput, CategoryCreateInput, CategoryMoveInput } from "./schema.ts";

/**
 * Puts up another shelf, after the others. The same key again gives the same one.
 * @returns its id
 * @throws DomainError forbidden, not-found; key-reused (field key)
 */
export async function createCategory(ctx: Context, viewer: Viewer, { name, icon, hue, key }: CategoryCreateInput): Promise<{ categoryId: string }> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "category-create");
    const familyId = membership.family.id;
    const same = await madeByKey(tx, "categories", { familyId, viewer, key, name });
    if (same) return { categoryId: same };
    const id = ctx.newId();
    await tx.all(
      `INSERT INTO categories (id, family_id, name, icon, hue, position, created_by, create_key, created_at)
       SELECT ?, ?, ?, ?, ?, coalesce(max(position) + 1, 0), ?, ?, ? FROM categories WHERE family_id = ? AND archived_at IS NULL`,
      [id, familyId, name, icon, hue, viewer.userId, key ?? null, ctx.now(), familyId],
    );
    await outdateCatalogue(tx, ctx, membership, "categories");
    return { categoryId: id };
  });
}

/** @throws DomainError not-found (field categoryId) for another family's and for archived ones, too */
export async function requireCategory(tx: Queries, { family }: Pick<Membership, "family">, categoryId: string): Promise<void> {
  const found = await tx.all("SELECT 1 AS one FROM categories WHERE id = ? AND family_id = ? AND archived_at IS NULL", [categoryId, family.id]);
  if (found.length === 0) throw new DomainError("not-found", { field: "categoryId" });
}

/** @throws DomainError forbidden, not-found */
export async function changeCategory(ctx: Context, viewer: Viewer, { categoryId, name, icon, hue }: CategoryChangeInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "category-change");
    await requireCategory(tx, membership, categoryId);
    await tx.all("UPDATE categories SET name = ?, icon = ?, hue = ? WHERE id = ?", [name, icon, hue, categoryId]);
    await outdateCatalogue(tx, ctx, membership, "categories");
  });
}

/** Brings a shelf to another place among the others; beyond either end is that end. @throws DomainError forbidden, not-found */
export async function moveCategory(ctx: Context, viewer: Viewer, { categoryId, to }: CategoryMoveInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "category-move");
    await requireCategory(tx, membership, categoryId);
    const rows = await tx.all<{ id: string }>("SELECT id FROM categories WHERE family_id = ? AND archived_at IS NULL ORDER BY position, id", [membership.family.id]);
    const before = rows.map(({ id }) => id);
    const others = before.filter((id) => id !== categoryId);
    const after = others.toSpliced(Math.max(0, to), 0, categoryId);
    if (after.every((id, index) => id === before[index])) return;
    await tx.all("UPDATE categories SET position = place.key FROM json_each(?) AS place WHERE categories.id = place.value AND position <> place.key", [JSON.stringify(after)]);
    await outdateCatalogue(tx, ctx, membership, "categories");
  });
}

/** Takes a shelf down: what stood on it stands without one, and promotions of it end. @throws DomainError forbidden, not-found */
export async function archiveCategory(ctx: Context, viewer: Viewer, { categoryId }: { categoryId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "category-archive");
    await requireCategory(tx, membership, categoryId);
    const now = ctx.now();
    // Asked for at once: on a libSQL server in one round trip, while nobody else can write.
    await Promise.all([
      tx.all("UPDATE categories SET archived_at = ? WHERE id = ?", [now, categoryId]),
      tx.all("UPDATE products SET category_id = NULL WHERE category_id = ?", [categoryId]),
      tx.all("UPDATE promotions SET archived_at = ? WHERE category_id = ? AND archived_at IS NULL", [now, categoryId]),
      outdateCatalogue(tx, ctx, membership, "categories", "products", "promotions"),
    ]);
  });
}
