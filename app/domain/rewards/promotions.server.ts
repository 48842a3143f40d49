/** Discounts for a time: making, changing and ending them. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, type Membership } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { outdateCatalogue } from "./catalogue.server.ts";
import { requireCategory } from "./categories.server.ts";
import { madeByKey } from "./made-by-key.server.ts";
import { requireProduct } from "./products.server.ts";
import type { PromotionChangeInput, PromotionCreateInput } from "./schema.ts";

async function requireTarget(tx: Queries, membership: Membership, { productId, categoryId }: Pick<PromotionCreateInput, "productId" | "categoryId">): Promise<void> {
  if (productId !== null) await requireProduct(tx, membership, productId);
  if (categoryId !== null) await requireCategory(tx, membership, categoryId);
}

/**
 * Announces a discount. The same key again gives the same one.
 * @returns its id
 * @throws DomainError forbidden, not-found (fields productId, categoryId); key-reused (field key)
 */
export async function createPromotion(ctx: Context, viewer: Viewer, input: PromotionCreateInput): Promise<{ promotionId: string }> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "promotion-create");
    const familyId = membership.family.id;
    const { name, kind, value, startsAt, endsAt, productId, categoryId, key } = input;
    const same = await madeByKey(tx, "promotions", { familyId, viewer, key, name });
    if (same) return { promotionId: same };
    await requireTarget(tx, membership, input);
    const id = ctx.newId();
    await tx.all("INSERT INTO promotions (id, family_id, name, kind, value, starts_at, ends_at, product_id, category_id, created_by, create_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
      ...[id, familyId, name, kind, value, startsAt, endsAt, productId, categoryId],
      ...[viewer.userId, key ?? null, ctx.now()],
    ]);
    await outdateCatalogue(tx, ctx, membership, "promotions");
    return { promotionId: id };
  });
}

async function requirePromotion(tx: Queries, { family }: Membership, promotionId: string): Promise<void> {
  const found = await tx.all("SELECT 1 AS one FROM promotions WHERE id = ? AND family_id = ? AND archived_at IS NULL", [promotionId, family.id]);
  if (found.length === 0) throw new DomainError("not-found");
}

/** Changes a discount; what was asked for keeps its price. @throws DomainError forbidden, not-found (promotion, fields productId, categoryId) */
export async function changePromotion(ctx: Context, viewer: Viewer, input: PromotionChangeInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "promotion-change");
    const { promotionId, name, kind, value, startsAt, endsAt, productId, categoryId } = input;
    await requirePromotion(tx, membership, promotionId);
    await requireTarget(tx, membership, input);
    await tx.all("UPDATE promotions SET name = ?, kind = ?, value = ?, starts_at = ?, ends_at = ?, product_id = ?, category_id = ? WHERE id = ?", [name, kind, value, startsAt, endsAt, productId, categoryId, promotionId]);
    await outdateCatalogue(tx, ctx, membership, "promotions");
  });
}

/** Ends a discount for good. @throws DomainError forbidden, not-found */
export async function archivePromotion(ctx: Context, viewer: Viewer, { promotionId }: { promotionId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "promotion-archive");
    await requirePromotion(tx, membership, promotionId);
    await tx.all("UPDATE promotions SET archived_at = ? WHERE id = ?", [ctx.now(), promotionId]);
    await outdateCatalogue(tx, ctx, membership, "promotions");
  });
}
