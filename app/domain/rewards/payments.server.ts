/** Stars that leave the ledger for a reward, and come back when it is undone. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { StarEntry } from "#app/domain/stars/entry.ts";
import { entryOfCause, postEntry, reverseEntry } from "#app/domain/stars/ledger.server.ts";
import { moveTo, redemptionById, type RedemptionRow } from "./redemptions.server.ts";
import type { RedemptionData } from "./reward.ts";

const CAUSE = "redemption:";
const causeOf = (redemptionId: string) => `${CAUSE}${redemptionId}`;

/** Takes the price of a request that waits no longer: before it, its own stars were held. */
export async function pay(tx: Queries, ctx: Context, familyId: string, { id, memberId, price, productName }: RedemptionData, actorId: string): Promise<void> {
  await postEntry(tx, ctx, { familyId, memberId, amount: -price, kind: "reward", reason: productName, causeKey: causeOf(id), actorId });
}

/** Gives the stars of an approved request back by the exact opposite, and its piece with them. Within `tx`. */
export async function undoApproved(tx: Queries, ctx: Context, familyId: string, redemption: RedemptionRow, actorId: string): Promise<RedemptionData> {
  const undone = await moveTo(tx, ctx, familyId, redemption, "undone", actorId);
  const entry = await entryOfCause(tx, familyId, causeOf(redemption.id));
  if (!entry) throw new Error(`no payment for ${redemption.id}`);
  await reverseEntry(tx, ctx, familyId, entry, actorId);
  return undone;
}

/**
 * Undoes what was paid for a reward, found by its entry; again: the same answer. Within `tx`.
 * @throws DomainError not-undoable
 */
export async function undoPayment(tx: Queries, ctx: Context, familyId: string, entry: StarEntry, actorId: string): Promise<StarEntry> {
  const [cause] = await tx.all<{ key: string }>("SELECT cause_key AS key FROM star_ledger WHERE id = ?", [entry.id]);
  const redemption = cause?.key.startsWith(CAUSE) ? await redemptionById(tx, familyId, cause.key.slice(CAUSE.length)) : undefined;
  if (!redemption) throw new DomainError("not-undoable");
  if (redemption.state === "approved") await undoApproved(tx, ctx, familyId, redemption, actorId);
  return reverseEntry(tx, ctx, familyId, entry, actorId);
}
