/** What the shop's pages show, and where the log stood before it was read. */
import type { Context } from "#app/domain/context.ts";
import { familyOf } from "#app/domain/families/queries.server.ts";
import { openShop } from "#app/domain/rewards/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

/** @returns null for somebody who has no family yet */
export async function loadShop(ctx: Context, viewer: Viewer) {
  if (!(await familyOf(ctx, viewer))) return null;
  return { ...(await openShop(ctx, viewer)), formKey: ctx.newId() };
}

export type ShopLoad = NonNullable<Awaited<ReturnType<typeof loadShop>>>;
