/** What children save their stars for. */
import { append } from "#db/outbox/append.ts";
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { wishUpdated } from "./events.ts";
import { requireProduct } from "./products.server.ts";
import type { WishData } from "./reward.ts";
import type { WishInput } from "./schema.ts";

/** Of members that are in the family now. Index: the wishes' primary key. */
export async function wishesOf(db: Queries, familyId: string): Promise<Record<string, WishData>> {
  const rows = await db.all<WishData & { memberId: string }>(
    `SELECT w.member_id AS memberId, w.product_id AS productId, w.version FROM wishes w
     JOIN family_members m ON m.family_id = w.family_id AND m.user_id = w.member_id WHERE w.family_id = ? AND m.revoked_at IS NULL`,
    [familyId],
  );
  return Object.fromEntries(rows.map(({ memberId, ...wish }) => [memberId, wish]));
}

/**
 * Wishes for a reward in place of another, or for none any more. The same again changes nothing.
 * @throws DomainError forbidden, not-found (field productId)
 */
export async function setWish(ctx: Context, viewer: Viewer, { productId }: WishInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "wish-set");
    const { family, channel } = membership;
    if (productId !== null) await requireProduct(tx, membership, productId);
    const [wish] = await tx.all<WishData>(
      `INSERT INTO wishes (family_id, member_id, product_id) VALUES (?, ?, ?)
       ON CONFLICT (family_id, member_id) DO UPDATE SET product_id = excluded.product_id, version = version + 1 WHERE product_id IS NOT excluded.product_id
       RETURNING product_id AS productId, version`,
      [family.id, viewer.userId, productId],
    );
    if (wish) await append(tx, { type: wishUpdated, channel, payload: { memberId: viewer.userId, wish } }, ctx);
  });
}
