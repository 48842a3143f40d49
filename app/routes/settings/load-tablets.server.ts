import type { Context } from "#app/domain/context.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { familyOf, hasTabletPin, tabletsFor } from "#app/domain/families/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

/** Of wall tablets, what the viewer may set; null without a family, and where there is nothing to set. */
export async function loadTablets(ctx: Context, viewer: Viewer) {
  const membership = await familyOf(ctx, viewer);
  if (!membership) return null;
  const pin = await hasTabletPin(ctx, viewer);
  const tablets = mayInFamily(membership.role, "tablet-revoke", true) ? await tabletsFor(ctx, viewer) : null;
  return tablets || pin.own ? { tablets, pin } : null;
}

export type TabletSettings = NonNullable<Awaited<ReturnType<typeof loadTablets>>>;
