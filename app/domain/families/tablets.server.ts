/**
 * Wall tablets. A tablet's token is no session: no door but those made for tablets takes it, and whoever wants to do
 * something at one says who they are (tablet-visits.server.ts).
 */
import { append } from "#db/outbox/append.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { hashToken, newToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Locale } from "#app/i18n/locale.ts";
import { familyTabletRevoked } from "./events.ts";
import type { FamilyData } from "./family.ts";
import { FAMILY_COLUMNS, familyData, membershipFor, type FamilyRow } from "./membership.server.ts";
import type { TabletCreateInput } from "./schema.ts";

/** As the list in settings shows it. */
export interface Tablet {
  id: string;
  name: string;
  createdAt: number;
}

/** A tablet that has shown its token. */
export interface WallTablet {
  tabletId: string;
  name: string;
  family: FamilyData;
  /** As it was set up in; null: as the browser wishes. */
  language: Locale["language"] | null;
  digits: Locale["digits"] | null;
}

/**
 * Makes a tablet of the viewer's family.
 * @param locale in which it shows itself from then on
 * @returns its token; it exists nowhere else
 * @throws DomainError forbidden, not-found
 */
export async function createTablet(ctx: Context, viewer: Viewer, { name }: TabletCreateInput, locale?: Pick<Locale, "language" | "digits">): Promise<{ tabletId: string; token: string }> {
  const token = newToken();
  const tabletId = ctx.newId();
  await ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "tablet-create");
    await tx.all("INSERT INTO tablets (id, family_id, name, token_hash, created_by, created_at, language, digits) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
      ...[tabletId, family.id, name, hashToken(token), viewer.userId, ctx.now()],
      ...[locale?.language ?? null, locale?.digits ?? null],
    ]);
  });
  return { tabletId, token };
}

/** Revokes a tablet: it, and whoever stands at it, is out with the commit. @throws DomainError forbidden, not-found */
export async function revokeTablet(ctx: Context, viewer: Viewer, { tabletId }: { tabletId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "tablet-revoke");
    const revoked = await tx.all("UPDATE tablets SET revoked_at = ? WHERE id = ? AND family_id = ? AND revoked_at IS NULL RETURNING id", [ctx.now(), tabletId, family.id]);
    if (revoked.length === 0) throw new DomainError("not-found");
    await tx.all("DELETE FROM tablet_visits WHERE tablet_id = ?", [tabletId]);
    await append(tx, { type: familyTabletRevoked, channel: familyChannel(family.id), payload: { tabletId } }, ctx);
  });
}

/** Which tablet a token is, and of which family; null when it is revoked or never was. Index: tablets_token. */
export async function tabletByToken(ctx: Context, token: string): Promise<WallTablet | null> {
  const [row] = await ctx.db.all<FamilyRow & Pick<WallTablet, "tabletId" | "language" | "digits"> & { tabletName: string }>(
    `SELECT ${FAMILY_COLUMNS}, t.id AS tabletId, t.name AS tabletName, t.language, t.digits FROM tablets t JOIN families f ON f.id = t.family_id WHERE t.token_hash = ? AND t.revoked_at IS NULL`,
    [hashToken(token)],
  );
  return row ? { tabletId: row.tabletId, name: row.tabletName, family: familyData(row), language: row.language, digits: row.digits } : null;
}
