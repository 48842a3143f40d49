/** Rewards: making, changing, and taking them off the shelf. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, type Membership } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { outdateCatalogue } from "./catalogue.server.ts";
import { requireCategory } from "./categories.server.ts";
import { madeByKey } from "./made-by-key.server.ts";
import type { StockData } from "./reward.ts";
import { MAX_STOCK, type ProductChangeInput, type ProductCreateInput } from "./schema.ts";

/**
 * Adds a reward. The same key again gives the same one.
 * @returns its id
 * @throws DomainError forbidden, not-found (field categoryId); key-reused (field key)
 */
export async function createProduct(ctx: Context, viewer: Viewer, { name, description, price, stock, categoryId, isActive, key }: ProductCreateInput): Promise<{ productId: string }> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "product-create");
    const familyId = membership.family.id;
    const same = await madeByKey(tx, "products", { familyId, viewer, key, name });
    if (same) return { productId: same };
    if (categoryId !== null) await requireCategory(tx, membership, categoryId);
    const id = ctx.newId();
    await tx.all("INSERT INTO products (id, family_id, category_id, name, description, price, stock, is_active, created_by, create_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
      ...[id, familyId, categoryId, name, description, price, stock, isActive ? 1 : 0],
      ...[viewer.userId, key ?? null, ctx.now()],
    ]);
    await outdateCatalogue(tx, ctx, membership, "products");
    return { productId: id };
  });
}

/** @throws DomainError not-found (field productId) for another family's and for archived ones, too */
export async function requireProduct(tx: Queries, { family }: Pick<Membership, "family">, productId: string): Promise<Pick<StockData, "stock">> {
  const [found] = await tx.all<Pick<StockData, "stock">>("SELECT stock FROM products WHERE id = ? AND family_id = ? AND archived_at IS NULL", [productId, family.id]);
  if (!found) throw new DomainError("not-found", { field: "productId" });
  return found;
}

/**
 * Changes a reward; requests that wait keep the price that they were made at.
 * @throws DomainError forbidden, not-found (reward, field categoryId)
 */
export async function changeProduct(ctx: Context, viewer: Viewer, input: ProductChangeInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "product-change");
    const { productId, name, description, price, categoryId, isActive } = input;
    const { stock } = await requireProduct(tx, membership, productId);
    if (categoryId !== null) await requireCategory(tx, membership, categoryId);
    await tx.all("UPDATE products SET name = ?, description = ?, price = ?, stock = ?, stock_version = stock_version + 1, category_id = ?, is_active = ? WHERE id = ?", [
      ...[name, description, price, stockAfter(stock, input), categoryId, isActive ? 1 : 0],
      productId,
    ]);
    await outdateCatalogue(tx, ctx, membership, "products");
  });
}

/** Between numbers the difference counts: what others have asked for since the form was shown stays taken. */
function stockAfter(now: number | null, { stock, stockBefore }: ProductChangeInput): number | null {
  if (stock === stockBefore) return now;
  if (stock === null || stockBefore === null || now === null) return stock;
  return Math.min(MAX_STOCK, Math.max(0, now + stock - stockBefore));
}

/** Takes a reward off the shelf; what was asked for can still be decided. Promotions of it end. @throws DomainError forbidden, not-found */
export async function archiveProduct(ctx: Context, viewer: Viewer, { productId }: { productId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "product-archive");
    await requireProduct(tx, membership, productId);
    const now = ctx.now();
    await tx.all("UPDATE products SET archived_at = ? WHERE id = ?", [now, productId]);
    await tx.all("UPDATE promotions SET archived_at = ? WHERE product_id = ? AND archived_at IS NULL", [now, productId]);
    await outdateCatalogue(tx, ctx, membership, "products", "promotions");
  });
}
