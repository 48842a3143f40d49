/** What the family's pages show, and where the log stood before it was read. */
import type { Context } from "#app/domain/context.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import { familyOf, openDashboard } from "#app/domain/families/queries.server.ts";
import { templatesOf } from "#app/domain/timers/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

/** @returns null for somebody who has no family yet */
export async function loadFamily(ctx: Context, viewer: Viewer) {
  if (!(await familyOf(ctx, viewer))) return null;
  const dashboard = await openDashboard(ctx, viewer);
  return { ...dashboard, formKey: ctx.newId(), templates: await templatesOf(ctx.db, await membershipFor(ctx.db, viewer, "view")) };
}

export type FamilyLoad = NonNullable<Awaited<ReturnType<typeof loadFamily>>>;
