/** What the wall shows: on a tablet for nobody in particular, in somebody's own browser for themselves. */
import { data } from "@remix-run/node";
import type { WallTablet } from "#app/domain/families/queries.server.ts";
import { familyOf, openDashboard } from "#app/domain/families/queries.server.ts";
import { openWall } from "#app/domain/families/wall.server.ts";
import { offersOf } from "#app/domain/rewards/queries.server.ts";
import { templatesOf } from "#app/domain/timers/queries.server.ts";
import type { Args } from "#app/http/args.server.ts";
import { toPath } from "#app/http/page.server.ts";
import { visitorAt } from "#app/http/tablet.server.ts";
import type { WallLoad } from "./wall-load.ts";

type ScreenArgs = Args<"screen">;

/** @throws a redirect for somebody who has no family */
export async function loadWall(args: ScreenArgs) {
  const tablet = await args.state.tablet();
  if (tablet) return data(await tabletsWall(args, tablet), { headers: await kept(args) });
  return data(await ownWall(args));
}

/** Browsers forget cookies after a while: a tablet that is in use is never forgotten. */
async function kept({ request, state }: ScreenArgs): Promise<Record<string, string>> {
  const token = await state.tabletCookie.read(request.headers.get("cookie"));
  return token === null ? {} : { "Set-Cookie": await state.tabletCookie.give(token) };
}

async function tabletsWall(args: ScreenArgs, tablet: WallTablet): Promise<WallLoad> {
  const { ctx, state } = args;
  const visit = await visitorAt(args, tablet);
  const { family, ...shown } = await openWall(ctx, tablet);
  return {
    ...shown,
    // Nobody types it here, and nobody need read it from the wall.
    family: { ...family, code: "" },
    tablet: { id: tablet.tabletId, name: tablet.name, channels: state.services.settings.publicChannels ?? null },
    person: visit && { id: visit.viewer.userId, role: visit.role, leftMs: visit.leftMs },
    templates: visit ? await templatesOf(ctx.db, tablet) : [],
    rewards: visit ? await offersOf(ctx.db, tablet) : null,
    formKey: ctx.newId(),
  };
}

async function ownWall({ ctx, viewer }: ScreenArgs): Promise<WallLoad> {
  const membership = viewer && (await familyOf(ctx, viewer));
  if (!viewer || !membership) throw toPath("/family");
  const { viewerId, role, ...shown } = await openDashboard(ctx, viewer);
  return { ...shown, withPin: [], tablet: null, person: { id: viewerId, role, leftMs: null }, templates: await templatesOf(ctx.db, membership), rewards: await offersOf(ctx.db, membership), formKey: ctx.newId() };
}
