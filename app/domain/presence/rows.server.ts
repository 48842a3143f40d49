/** Presence in the database: read, stepped by the policy and written under the one write lock, so that several processes agree. */
import type { Queries } from "#db/database.ts";
import { append, appendAll } from "#db/outbox/append.ts";
import { MAX_AUDIENCE } from "#db/outbox/refusal.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { userStatusChange, type UserStatus } from "./events.ts";
import type { Presence } from "./policy.ts";

/** In one transaction, so that a sender never waits long: with 200 contacts each, telling of 100 people held the write lock for 0.2 s. */
const AT_ONCE = 25;
/** Larger rooms are no acquaintance: who is in them is not told who comes and goes. */
export const MAX_ACQUAINTED = 100;

// Indexes: primary keys of users and user_presence.
export const ROWS_SQL = `
  SELECT u.id AS userId, u.show_last_active AS shown, coalesce(p.online, 0) AS online, coalesce(p.occupied, 0) AS occupied, coalesce(p.occupied_at, 0) AS occupiedAt,
    coalesce(p.seen_at, 0) AS seenAt, coalesce(p.last_active, 0) AS lastActive
  FROM json_each(?) AS wanted CROSS JOIN users u ON u.id = wanted.value LEFT JOIN user_presence p ON p.user_id = u.id`;

const WRITE_SQL = `
  INSERT INTO user_presence (user_id, online, occupied, occupied_at, seen_at, last_active)
  SELECT value ->> '$.userId', value ->> '$.online', value ->> '$.occupied', value ->> '$.occupiedAt', value ->> '$.seenAt', value ->> '$.lastActive' FROM json_each(?) WHERE true
  ON CONFLICT (user_id) DO UPDATE SET online = excluded.online, occupied = excluded.occupied, occupied_at = excluded.occupied_at, seen_at = excluded.seen_at, last_active = excluded.last_active`;

// Indexes: conversation_members_user, then primary keys.
export const CONTACTS_SQL = `
  SELECT DISTINCT them.user_id AS userId FROM conversation_members me
  JOIN conversations c ON c.id = me.conversation_id AND c.member_count <= ${MAX_ACQUAINTED}
  JOIN conversation_members them ON them.conversation_id = c.id AND them.user_id <> me.user_id
  WHERE me.user_id = ? LIMIT ${MAX_AUDIENCE}`;

const CONTACTS_OF_EACH_SQL = `
  SELECT wanted.value AS userId, (SELECT json_group_array(userId) FROM (${CONTACTS_SQL.replace("me.user_id = ?", "me.user_id = wanted.value")})) AS contacts
  FROM json_each(?) AS wanted`;

type StoredRow = Record<"shown" | "online" | "occupied" | "occupiedAt" | "seenAt" | "lastActive", number> & { userId: string };
export type KnownPresence = Presence & { shown: boolean };

/** The rows of these people; one who was never here has one of zeros, one who does not exist has none. */
export async function presenceOf(db: Queries, userIds: readonly string[]): Promise<KnownPresence[]> {
  const rows = await db.all<StoredRow>(ROWS_SQL, [JSON.stringify(userIds)]);
  return rows.map((row) => ({ ...row, shown: row.shown === 1, online: row.online === 1, occupied: row.occupied === 1 }));
}

/**
 * Takes each of these people's rows one step on, and tells the contacts of those who came or went.
 * @param step pure; a row that it gives back as it is is not written
 */
export async function step(ctx: Context, userIds: readonly string[], step: (row: KnownPresence) => KnownPresence): Promise<{ online: number; offline: number }> {
  const turned = { online: 0, offline: 0 };
  for (let from = 0; from < userIds.length; from += AT_ONCE) {
    const some = userIds.slice(from, from + AT_ONCE);
    await ctx.db.transact(async (tx) => {
      const steps = (await presenceOf(tx, some)).map((before) => ({ before, after: step(before) })).filter(({ before, after }) => before !== after);
      if (steps.length === 0) return;
      await tx.all(WRITE_SQL, [JSON.stringify(steps.map(({ after }) => ({ ...after, online: Number(after.online), occupied: Number(after.occupied) })))]);
      const cameOrWent = steps.filter(({ before, after }) => before.online !== after.online).map(({ after }) => after);
      for (const { online } of cameOrWent) turned[online ? "online" : "offline"]++;
      await tellOfEach(tx, ctx, cameOrWent.filter(({ shown }) => shown).map(({ userId, online, lastActive }) => ({ userId, online, lastActive })));
    });
  }
  return turned;
}

/** One row of the outbox for each of them, for all who may know it; in as few statements as for one. */
async function tellOfEach(tx: Queries, ctx: Context, statuses: readonly UserStatus[]): Promise<void> {
  if (statuses.length === 0) return;
  const rows = await tx.all<{ userId: string; contacts: string }>(CONTACTS_OF_EACH_SQL, [JSON.stringify(statuses.map(({ userId }) => userId))]);
  const contactsOf = new Map(rows.map(({ userId, contacts }) => [userId, JSON.parse(contacts) as string[]]));
  const known = statuses.flatMap((payload) => {
    const contacts = contactsOf.get(payload.userId) ?? [];
    return contacts.length > 0 ? [{ type: userStatusChange, audience: contacts.map(userChannel), payload }] : [];
  });
  await appendAll(tx, known, ctx);
}

/** One row of the outbox for all who may know it. */
export async function tell(tx: Queries, ctx: Context, status: UserStatus): Promise<void> {
  const contacts = await tx.all<{ userId: string }>(CONTACTS_SQL, [status.userId]);
  if (contacts.length > 0) await append(tx, { type: userStatusChange, audience: contacts.map(({ userId }) => userChannel(userId)), payload: status }, ctx);
}
