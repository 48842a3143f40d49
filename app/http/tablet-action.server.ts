/** The forms of a wall tablet: saying who one is, and what is done on the dashboard as oneself. Nothing that manages the family. */
import { z } from "zod";
import { DomainError } from "#app/domain/errors.ts";
import { enterTablet, leaveTablet } from "#app/domain/families/commands.server.ts";
import type { WallTablet } from "#app/domain/families/queries.server.ts";
import { tabletEnterSchema } from "#app/domain/families/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Args } from "./args.server.ts";
import { again, dashboardIntents } from "./family-verbs.server.ts";
import { SECRETS_LIMIT } from "./limits.server.ts";
import { form, intent } from "./mutation.server.ts";
import { redemptionIntents } from "./rewards-action.server.ts";
import { activeVisitorAt } from "./tablet.server.ts";

type ScreenArgs = Args<"screen">;
const NO_FIELDS = z.object({});

/** A tablet's cookie counts for more than a session beside it: a wall is a wall. */
async function actorOf(args: ScreenArgs): Promise<Viewer> {
  const tablet = await args.state.tablet();
  if (tablet) return (await activeVisitorAt(args, tablet)).viewer;
  if (!args.viewer) throw new DomainError("not-signed-in");
  return args.viewer;
}

/** @throws DomainError forbidden in a browser that is no tablet */
async function wallOf({ state }: ScreenArgs): Promise<WallTablet> {
  const tablet = await state.tablet();
  if (!tablet) throw new DomainError("forbidden");
  return tablet;
}

export const tabletAction = form({
  access: "screen",
  intents: {
    ...dashboardIntents(actorOf),
    ...redemptionIntents(actorOf),
    enter: intent<typeof tabletEnterSchema, never, "screen">({
      schema: tabletEnterSchema,
      limit: SECRETS_LIMIT,
      run: async (args) => {
        const { token } = await enterTablet(args.ctx, await wallOf(args), args.input, args.state.address);
        return { ...again(args), headers: { "X-Remix-Replace": "true", "Set-Cookie": await args.state.visitCookie.give(token) } };
      },
    }),
    stay: intent<typeof NO_FIELDS, { leftMs: number }, "screen">({
      schema: NO_FIELDS,
      run: async (args) => ({ data: { leftMs: (await activeVisitorAt(args, await wallOf(args))).leftMs } }),
    }),
    leave: intent<typeof NO_FIELDS, never, "screen">({
      schema: NO_FIELDS,
      run: async (args) => {
        const token = await args.state.visitCookie.read(args.request.headers.get("cookie"));
        if (token !== null) await leaveTablet(args.ctx, await wallOf(args), token);
        return { ...again(args), headers: { "X-Remix-Replace": "true", "Set-Cookie": await args.state.visitCookie.take() } };
      },
    }),
  },
});
