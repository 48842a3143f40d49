/** Requests for rewards as rows, what they hold of stars and stock, and the telling of what became of them. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { redemptionUpdated } from "./events.ts";
import { RECENT_REDEMPTIONS, type RedemptionData, type RedemptionState, type StockData } from "./reward.ts";

export interface RedemptionRow extends RedemptionData {
  tookStock: number;
}

export const REDEMPTION_COLUMNS = `r.id, r.product_id AS productId, r.member_id AS memberId, r.product_name AS productName, r.price, r.full_price AS fullPrice, r.state, r.version,
  r.asked_at AS askedAt, r.decided_by AS decidedBy, r.decided_at AS decidedAt`;
const WITH_STOCK = `${REDEMPTION_COLUMNS}, r.took_stock AS tookStock`;

/** Index: redemptions_waiting. */
export const WAITING_SQL = `SELECT ${REDEMPTION_COLUMNS} FROM redemptions r WHERE r.family_id = ? AND r.state = 'waiting' ORDER BY r.asked_at, r.id`;

/** Index: redemptions_decided, from its end. */
export const DECIDED_SQL = `SELECT ${REDEMPTION_COLUMNS} FROM redemptions r WHERE r.family_id = ? AND r.state <> 'waiting' ORDER BY r.asked_at DESC, r.id DESC LIMIT ${RECENT_REDEMPTIONS}`;

/** What waits for a parent, the oldest first. */
export const waitingOf = (db: Queries, familyId: string): Promise<RedemptionData[]> => db.all<RedemptionData>(WAITING_SQL, [familyId]);

/** What was decided of the newest requests, the newest first. */
export const decidedOf = (db: Queries, familyId: string): Promise<RedemptionData[]> => db.all<RedemptionData>(DECIDED_SQL, [familyId]);

/** Undefined for another family's, too. */
export async function redemptionById(db: Queries, familyId: string, id: string): Promise<RedemptionRow | undefined> {
  const [row] = await db.all<RedemptionRow>(`SELECT ${WITH_STOCK} FROM redemptions r WHERE r.id = ? AND r.family_id = ?`, [id, familyId]);
  return row;
}

/** What a press has asked for; undefined where it has asked for nothing. Index: redemptions_ask_key. */
export async function redemptionOfKey(db: Queries, familyId: string, memberId: string, askKey: string): Promise<RedemptionRow | undefined> {
  const [row] = await db.all<RedemptionRow>(`SELECT ${WITH_STOCK} FROM redemptions r WHERE r.member_id = ? AND r.family_id = ? AND r.ask_key = ?`, [memberId, familyId, askKey]);
  return row;
}

export const dataOf = ({ tookStock: _tookStock, ...redemption }: RedemptionRow): RedemptionData => redemption;

/** Takes a piece of a reward's stock. @returns undefined where none is left */
export async function takeStock(tx: Queries, productId: string): Promise<StockData | undefined> {
  const [left] = await tx.all<StockData>(
    "UPDATE products SET stock = stock - 1, stock_version = stock_version + 1 WHERE id = ? AND (stock IS NULL OR stock > 0) RETURNING stock, stock_version AS version",
    [productId],
  );
  return left;
}

/** Puts one back. Of a reward that has become endless meanwhile nothing is counted. */
async function returnStock(tx: Queries, productId: string, pieces: number): Promise<StockData> {
  const [left] = await tx.all<StockData>("UPDATE products SET stock = stock + ?, stock_version = stock_version + 1 WHERE id = ? RETURNING stock, stock_version AS version", [pieces, productId]);
  return left!;
}

/**
 * Brings a request to another state and tells the family, within `tx`. What comes to nothing gives its piece back.
 * @returns as it is then
 */
export async function moveTo(tx: Queries, ctx: Context, familyId: string, redemption: RedemptionRow, state: RedemptionState, by: string): Promise<RedemptionData> {
  const moved: RedemptionData = { ...dataOf(redemption), state, version: redemption.version + 1, decidedBy: by, decidedAt: ctx.now() };
  const [stock] = await Promise.all([
    returnStock(tx, moved.productId, state === "approved" ? 0 : redemption.tookStock),
    tx.all("UPDATE redemptions SET state = ?, version = ?, decided_by = ?, decided_at = ? WHERE id = ?", [state, moved.version, by, moved.decidedAt, moved.id]),
  ]);
  await tellRedemption(tx, ctx, familyId, moved, stock);
  return moved;
}

export const tellRedemption = (tx: Queries, ctx: Context, familyId: string, redemption: RedemptionData, stock: StockData) =>
  append(tx, { type: redemptionUpdated, channel: familyChannel(familyId), payload: { redemption, stock } }, ctx);

/** Takes back what still waits for somebody who leaves the family, within `tx`. Index: redemptions_waiting. */
export async function releaseRedemptionsOf(tx: Queries, ctx: Context, familyId: string, memberId: string): Promise<void> {
  const waiting = await tx.all<RedemptionRow>(`SELECT ${WITH_STOCK} FROM redemptions r WHERE r.family_id = ? AND r.member_id = ? AND r.state = 'waiting' ORDER BY r.id`, [familyId, memberId]);
  await Promise.all(waiting.map((redemption) => moveTo(tx, ctx, familyId, redemption, "cancelled", memberId)));
}
