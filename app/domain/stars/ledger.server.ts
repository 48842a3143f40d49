/** Writing the star ledger. Rows are only ever added; the newest of a member holds the balance. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { StarEntry, StarKind } from "./entry.ts";
import { starsUpdated, type StarsUpdated } from "./events.ts";

export interface NewEntry {
  familyId: string;
  memberId: string;
  /** Not zero. */
  amount: number;
  kind: StarKind;
  reason: string;
  /** What caused it: a second entry with the same key is the first one again. */
  causeKey: string;
  actorId: string;
}

export const ENTRY_COLUMNS = "e.id, e.seq, e.member_id AS memberId, e.amount, e.balance, e.kind, e.reason, e.reversal_of AS reversalOf, e.actor_id AS actorId, e.created_at AS createdAt";

/** Index: star_ledger_cause. */
const BY_CAUSE = `SELECT ${ENTRY_COLUMNS} FROM star_ledger e WHERE e.family_id = ? AND e.cause_key = ?`;

/**
 * The balance before it is read, checked and written in one statement. What is taken never touches the stars that wait
 * with what the member has asked for. Indexes: star_ledger_member, redemptions_waiting.
 */
export const POST_SQL = `
  INSERT INTO star_ledger (id, family_id, member_id, amount, balance, kind, reason, cause_key, reversal_of, actor_id, created_at)
  SELECT ?, ?, ?, ?, before.balance + ?, ?, ?, ?, ?, ?, ?
  FROM (SELECT coalesce((SELECT balance FROM star_ledger WHERE family_id = ? AND member_id = ? ORDER BY seq DESC LIMIT 1), 0) AS balance) AS before
  WHERE before.balance + ? >= CASE WHEN ? > 0 THEN 0 ELSE (SELECT coalesce(sum(price), 0) FROM redemptions WHERE family_id = ? AND member_id = ? AND state = 'waiting') END
  RETURNING seq, balance`;

/**
 * Writes an entry and tells the family, within `tx`. A repeated cause gives its entry again and writes nothing.
 * @throws DomainError not-enough-stars where the balance would fall below zero, or below what is held; key-reused where the cause had another content
 */
export async function postEntry(tx: Queries, ctx: Context, entry: NewEntry): Promise<StarEntry> {
  return post(tx, ctx, entry, null);
}

/**
 * Undoes an entry by its exact opposite, within `tx`; again: nothing.
 * @throws DomainError not-enough-stars where the stars are spent; not-undoable for what is an undoing itself
 */
export async function reverseEntry(tx: Queries, ctx: Context, familyId: string, entry: StarEntry, actorId: string): Promise<StarEntry> {
  if (entry.kind === "reversal") throw new DomainError("not-undoable");
  const { id, memberId, amount, reason, createdAt } = entry;
  return post(tx, ctx, { familyId, memberId, amount: -amount, kind: "reversal", reason, causeKey: `undo:${id}`, actorId }, { id, amount, createdAt });
}

async function post(tx: Queries, ctx: Context, entry: NewEntry, reverses: StarsUpdated["reverses"]): Promise<StarEntry> {
  const { familyId, memberId, amount, kind, reason, causeKey, actorId } = entry;
  const [same] = await tx.all<StarEntry>(BY_CAUSE, [familyId, causeKey]);
  if (same) {
    if (same.memberId !== memberId || same.amount !== amount || same.kind !== kind || same.reason !== reason) throw new DomainError("key-reused", { field: "key" });
    return same;
  }
  const id = ctx.newId();
  const createdAt = ctx.now();
  const reversalOf = reverses?.id ?? null;
  const [written] = await tx.all<{ seq: number; balance: number }>(POST_SQL, [
    ...[id, familyId, memberId, amount, amount, kind, reason, causeKey, reversalOf, actorId, createdAt],
    ...[familyId, memberId, amount, amount, familyId, memberId],
  ]);
  if (!written) throw new DomainError("not-enough-stars", { field: "amount" });
  const posted: StarEntry = { id, seq: written.seq, memberId, amount, balance: written.balance, kind, reason, reversalOf, actorId, createdAt };
  await append(tx, { type: starsUpdated, channel: familyChannel(familyId), payload: { memberId, newBalance: posted.balance, entry: posted, reverses } }, ctx);
  return posted;
}

/** The entry that a cause made; null where there is none. */
export async function entryOfCause(tx: Queries, familyId: string, causeKey: string): Promise<StarEntry | null> {
  const [entry] = await tx.all<StarEntry>(BY_CAUSE, [familyId, causeKey]);
  return entry ?? null;
}
