/** What a wall tablet shows. */
import { positionOf } from "#db/outbox/position.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { FAMILY_COLUMNS, familyData, type FamilyRow } from "./membership.server.ts";
import { dashboardOf } from "./queries.server.ts";
import type { WallTablet } from "./tablets.server.ts";

/** Who has a PIN to enter a tablet with: a child's own, or the one that somebody chose in their settings. */
const WITH_PIN_SQL = `
  SELECT m.user_id AS userId FROM family_members m
  WHERE m.family_id = ? AND m.revoked_at IS NULL
    AND (EXISTS (SELECT 1 FROM child_accounts c WHERE c.user_id = m.user_id) OR EXISTS (SELECT 1 FROM tablet_pins p WHERE p.user_id = m.user_id))`;

/** What a tablet shows, and where the log stood before it was read. */
export async function openWall(ctx: Context, { family: { id } }: Pick<WallTablet, "family">) {
  const channel = familyChannel(id);
  // Position first, then the data, the family's own row, too: what commits in between comes again as an event.
  const position = await positionOf(ctx.db, [channel]);
  const [row] = await ctx.db.all<FamilyRow>(`SELECT ${FAMILY_COLUMNS} FROM families f WHERE f.id = ?`, [id]);
  if (!row) throw new DomainError("not-found");
  const withPin = await ctx.db.all<{ userId: string }>(WITH_PIN_SQL, [id]);
  return { ...(await dashboardOf(ctx, { family: familyData(row) })), withPin: withPin.map(({ userId }) => userId), channel, position, now: ctx.now() };
}
