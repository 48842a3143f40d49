/** What messages said before they were edited: for admins who look into a complaint, for a day. */
import { mayAdminister } from "#app/domain/accounts/policy.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";

export const EDITS_KEPT_MS = 24 * 60 * 60 * 1000;
/** In one write; what is left over comes next time. Index: message_edits_created. */
const AT_ONCE = 1_000;

export const PRUNE_EDITS = `DELETE FROM message_edits WHERE id IN (SELECT id FROM message_edits WHERE created_at <= ? ORDER BY created_at LIMIT ${AT_ONCE}) RETURNING 1 AS gone`;

/** @returns how many are gone */
export async function pruneEdits({ db, now }: Pick<Context, "db" | "now">): Promise<number> {
  const [rows] = await db.batch([{ sql: PRUNE_EDITS, args: [now() - EDITS_KEPT_MS] }]);
  return rows?.length ?? 0;
}

export interface KeptEdit {
  id: string;
  authorName: string;
  /** Of the room, or of the other one in a private chat. */
  conversationName: string;
  createdAt: number;
  /** What the message said before it, and what it says now. */
  before: string;
  now: string;
}

const MOST_SHOWN = 100;
/** Index: message_edits_created, backwards; then primary keys. */
const EDITS = `
  SELECT e.id, u.name AS authorName, coalesce(c.name, o.name, '') AS conversationName, e.created_at AS createdAt, e.body AS before, m.body AS now
  FROM message_edits e JOIN messages m ON m.id = e.message_id JOIN users u ON u.id = m.sender_id JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> m.sender_id LIMIT 1)
  WHERE e.created_at > ? ORDER BY e.created_at DESC, e.id DESC LIMIT ?`;

/**
 * The newest edits of the last day.
 * @throws DomainError forbidden
 */
export async function editsFor({ db, now }: Pick<Context, "db" | "now">, viewer: Viewer): Promise<KeptEdit[]> {
  if (!mayAdminister(viewer)) throw new DomainError("forbidden");
  return db.all<KeptEdit>(EDITS, [now() - EDITS_KEPT_MS, MOST_SHOWN]);
}
