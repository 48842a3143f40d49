/**
 * Verbs of the rewards shop. Asking holds stars and takes a piece of the stock, approving takes the stars, refusing
 * frees both. What parents do to the catalogue is in the files beside this one.
 */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMay, type Membership } from "#app/domain/families/membership.server.ts";
import type { FamilyAction } from "#app/domain/families/policy.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { promotionsOf } from "./catalogue.server.ts";
import { pay, undoApproved } from "./payments.server.ts";
import { priceOf, timed } from "./price.ts";
import { dataOf, moveTo, redemptionById, redemptionOfKey, takeStock, tellRedemption, type RedemptionRow } from "./redemptions.server.ts";
import { TRANSITIONS, type RedemptionData, type RedemptionState } from "./reward.ts";
import type { RedeemInput, RedemptionInput } from "./schema.ts";

export { changeCompany } from "./company.server.ts";
export { archiveCategory, changeCategory, createCategory, moveCategory } from "./categories.server.ts";
export { archiveProduct, changeProduct, createProduct } from "./products.server.ts";
export { archivePromotion, changePromotion, createPromotion } from "./promotions.server.ts";
export { setWish } from "./wishes.server.ts";

/** What is asked for is written only where the member's stars, without those that wait already, are enough. Indexes: star_ledger_member, redemptions_waiting. */
export const ASK_SQL = `
  INSERT INTO redemptions (id, family_id, product_id, member_id, product_name, price, full_price, took_stock, state, version, ask_key, asked_at)
  SELECT ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 1, ?, ?
  WHERE coalesce((SELECT balance FROM star_ledger WHERE family_id = ? AND member_id = ? ORDER BY seq DESC LIMIT 1), 0)
    - (SELECT coalesce(sum(price), 0) FROM redemptions WHERE family_id = ? AND member_id = ? AND state = 'waiting') >= ?
  RETURNING id`;

interface Wanted {
  id: string;
  name: string;
  price: number;
  categoryId: string | null;
}

/**
 * Asks for a reward at its price now: the stars are held, the piece is set aside. The same key again gives the same
 * request, as it stands now.
 * @throws DomainError forbidden; not-found; reward-gone when it is not offered any more; out-of-stock; not-enough-stars;
 * price-changed where it has become dearer than `price`; key-reused (field key) where the key asked for another one
 */
export async function askForReward(ctx: Context, viewer: Viewer, { productId, key, price: seen }: RedeemInput): Promise<RedemptionData> {
  return ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "redemption-ask");
    const memberId = viewer.userId;
    const same = key === undefined ? undefined : await redemptionOfKey(tx, family.id, memberId, key);
    if (same) {
      if (same.productId !== productId) throw new DomainError("key-reused", { field: "key" });
      return dataOf(same);
    }
    const product = await offeredProduct(tx, family.id, productId);
    const now = ctx.now();
    const promotions = (await promotionsOf(tx, family.id)).map((promotion) => timed(promotion, family.timeZone));
    const { price, fullPrice } = priceOf(product, promotions, now);
    if (seen !== undefined && price > seen) throw new DomainError("price-changed", { values: { price } });
    const stock = await takeStock(tx, productId);
    if (!stock) throw new DomainError("out-of-stock");
    const redemption: RedemptionData = { id: ctx.newId(), productId, memberId, productName: product.name, price, fullPrice, state: "waiting", version: 1, askedAt: now, decidedBy: null, decidedAt: null };
    const asked = await tx.all(ASK_SQL, [
      ...[redemption.id, family.id, productId, memberId, product.name, price, fullPrice, stock.stock === null ? 0 : 1, key ?? null, now],
      ...[family.id, memberId, family.id, memberId, price],
    ]);
    if (asked.length === 0) throw new DomainError("not-enough-stars");
    await tellRedemption(tx, ctx, family.id, redemption, stock);
    return redemption;
  });
}

async function offeredProduct(tx: Queries, familyId: string, productId: string): Promise<Wanted> {
  const [product] = await tx.all<Wanted & { isOffered: number }>(
    "SELECT id, name, price, category_id AS categoryId, is_active = 1 AND archived_at IS NULL AS isOffered FROM products WHERE id = ? AND family_id = ?",
    [productId, familyId],
  );
  if (!product) throw new DomainError("not-found");
  if (product.isOffered === 0) throw new DomainError("reward-gone");
  return product;
}

/** Takes back what one has asked for oneself: stars and piece are free again. Again: the same answer. @throws DomainError as `move` does */
export const cancelRedemption = (ctx: Context, viewer: Viewer, input: RedemptionInput): Promise<RedemptionData> => move(ctx, viewer, input, "redemption-cancel", "cancelled");

/** Grants a request: the stars that were held are taken. Again, and many at once: the same answer, taken once. @throws DomainError as `move` does */
export const approveRedemption = (ctx: Context, viewer: Viewer, input: RedemptionInput): Promise<RedemptionData> =>
  move(ctx, viewer, input, "redemption-approve", "approved", async (tx, { family }, moved) => pay(tx, ctx, family.id, moved, viewer.userId));

/** Says no to a request: stars and piece are free again. Again: the same answer. @throws DomainError as `move` does */
export const refuseRedemption = (ctx: Context, viewer: Viewer, input: RedemptionInput): Promise<RedemptionData> => move(ctx, viewer, input, "redemption-refuse", "refused");

/** Takes a granted request back: the exact stars return to the member, the piece to the shelf. Again: the same answer. @throws DomainError as `move` does */
export async function undoRedemption(ctx: Context, viewer: Viewer, { redemptionId }: RedemptionInput): Promise<RedemptionData> {
  return ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "redemption-undo");
    const redemption = await requireRedemption(tx, family.id, redemptionId);
    if (redemption.state === "undone") return dataOf(redemption);
    requireWay(redemption, "undone");
    return undoApproved(tx, ctx, family.id, redemption, viewer.userId);
  });
}

/** @throws DomainError not-found for another family's, too; forbidden; redemption-impossible where it has been decided otherwise */
async function move(
  ctx: Context,
  viewer: Viewer,
  { redemptionId }: RedemptionInput,
  action: FamilyAction,
  state: RedemptionState,
  then: (tx: Queries, membership: Membership, moved: RedemptionData) => Promise<void> = () => Promise.resolve(),
): Promise<RedemptionData> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, action);
    const redemption = await requireRedemption(tx, membership.family.id, redemptionId);
    requireMay(membership, action, redemption.memberId === viewer.userId);
    if (redemption.state === state) return dataOf(redemption);
    requireWay(redemption, state);
    // It holds nothing from here on: what is paid is free to be taken.
    const moved = await moveTo(tx, ctx, membership.family.id, redemption, state, viewer.userId);
    await then(tx, membership, moved);
    return moved;
  });
}

async function requireRedemption(tx: Queries, familyId: string, id: string): Promise<RedemptionRow> {
  const redemption = await redemptionById(tx, familyId, id);
  if (!redemption) throw new DomainError("not-found");
  return redemption;
}

function requireWay({ state }: RedemptionData, to: RedemptionState): void {
  if (!TRANSITIONS[state].includes(to)) throw new DomainError("redemption-impossible", { values: { state } });
}
