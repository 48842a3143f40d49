/** The household's profile. */
import type { Context } from "#app/domain/context.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { outdateCatalogue } from "./catalogue.server.ts";
import type { CompanyInput } from "./schema.ts";

/** Says how the household introduces itself; its picture stays. @throws DomainError forbidden, not-found */
export async function changeCompany(ctx: Context, viewer: Viewer, { name, motto, hue }: CompanyInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "company-change");
    await tx.all(
      "INSERT INTO companies (family_id, name, motto, hue) VALUES (?, ?, ?, ?) ON CONFLICT (family_id) DO UPDATE SET name = excluded.name, motto = excluded.motto, hue = excluded.hue",
      [membership.family.id, name, motto, hue],
    );
    await outdateCatalogue(tx, ctx, membership, "company");
  });
}
