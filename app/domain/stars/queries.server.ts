/** Reads of the star ledger, for a membership that its caller has found. */
import type { Queries } from "#db/database.ts";
import type { Week } from "#app/domain/calendar-days.ts";
import type { Membership } from "#app/domain/families/membership.server.ts";
import type { StarEntry } from "./entry.ts";
import { ENTRY_COLUMNS } from "./ledger.server.ts";
import { RECENT_ENTRIES, type MemberStars, type ShownEntry, type StarsData } from "./stars.ts";

/**
 * Balance and week of every member: one statement, hence one snapshot. What was undone never was: neither the entry
 * nor its reversal counts. Indexes: star_ledger_member, star_ledger_time, star_ledger_reversal.
 */
export const STARS_SQL = `
  SELECT m.user_id AS memberId, coalesce(last.balance, 0) AS balance, coalesce(last.seq, 0) AS upTo,
    (SELECT json_group_array(json_array(day, gained, lost)) FROM (
      SELECT d.key AS day, sum(max(e.amount, 0)) AS gained, -sum(min(e.amount, 0)) AS lost
      FROM json_each(?) AS d CROSS JOIN star_ledger AS e
        ON e.family_id = m.family_id AND e.created_at >= json_extract(d.value, '$[0]') AND e.created_at < json_extract(d.value, '$[1]')
      WHERE e.member_id = m.user_id AND e.kind <> 'reversal' AND NOT EXISTS (SELECT 1 FROM star_ledger AS undone WHERE undone.reversal_of = e.id)
      GROUP BY d.key
    )) AS days
  FROM family_members AS m
  LEFT JOIN star_ledger AS last ON last.seq = (SELECT seq FROM star_ledger WHERE family_id = m.family_id AND member_id = m.user_id ORDER BY seq DESC LIMIT 1)
  WHERE m.family_id = ? AND m.revoked_at IS NULL
  ORDER BY m.user_id`;

/** Index: star_ledger_time, from its end. */
export const RECENT_SQL = `
  SELECT ${ENTRY_COLUMNS}, EXISTS (SELECT 1 FROM star_ledger AS undone WHERE undone.reversal_of = e.id) AS undone
  FROM star_ledger AS e WHERE e.family_id = ? ORDER BY e.created_at DESC, e.seq DESC LIMIT ${RECENT_ENTRIES}`;

/** Everybody's stars: balances, the given week by days, and the newest entries. */
export async function starsOf(db: Queries, { family }: Pick<Membership, "family">, week: Week): Promise<StarsData> {
  const spans = JSON.stringify(week.days.map((_, index) => [week.bounds[index], week.bounds[index + 1]]));
  const rows = await db.all<{ memberId: string; balance: number; upTo: number; days: string }>(STARS_SQL, [spans, family.id]);
  const recent = await db.all<StarEntry & { undone: number }>(RECENT_SQL, [family.id]);
  return {
    week,
    members: Object.fromEntries(rows.map(({ memberId, days, ...row }) => [memberId, { ...row, ...byDay(JSON.parse(days) as [number, number, number][]) }])),
    recent: recent.map((entry): ShownEntry => ({ ...entry, undone: entry.undone === 1 })),
  };
}

function byDay(sums: [number, number, number][]): Pick<MemberStars, "gained" | "lost"> {
  const gained = Array.from({ length: 7 }, () => 0);
  const lost = [...gained];
  for (const [day, up, down] of sums) [gained[day], lost[day]] = [up, down];
  return { gained, lost };
}

export interface Balance {
  balance: number;
  /** The newest entry counted here: events up to it change nothing. */
  upTo: number;
}

/** Index: star_ledger_member. */
export const BALANCES_SQL = `
  SELECT m.user_id AS memberId, coalesce(last.balance, 0) AS balance, coalesce(last.seq, 0) AS upTo
  FROM family_members AS m
  LEFT JOIN star_ledger AS last ON last.seq = (SELECT seq FROM star_ledger WHERE family_id = m.family_id AND member_id = m.user_id ORDER BY seq DESC LIMIT 1)
  WHERE m.family_id = ? AND m.revoked_at IS NULL
  ORDER BY m.user_id`;

/** Everybody's stars as they stand, by member id. */
export async function balancesOf(db: Queries, { family }: Pick<Membership, "family">): Promise<Record<string, Balance>> {
  const rows = await db.all<Balance & { memberId: string }>(BALANCES_SQL, [family.id]);
  return Object.fromEntries(rows.map(({ memberId, ...balance }) => [memberId, balance]));
}
