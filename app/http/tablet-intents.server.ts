/** The forms about wall tablets in a person's settings. */
import { signOut } from "#app/domain/accounts/commands.server.ts";
import { createTablet, revokeTablet, setTabletPin } from "#app/domain/families/commands.server.ts";
import { tabletCreateSchema, tabletIdSchema, tabletPinSchema } from "#app/domain/families/schema.ts";
import { SECRETS_LIMIT } from "./limits.server.ts";
import { intent } from "./mutation.server.ts";

export const tabletIntents = {
  /** This browser becomes a tablet, and nobody's own: a wall must not be signed in as a parent. */
  "tablet-create": intent({
    schema: tabletCreateSchema,
    limit: SECRETS_LIMIT,
    run: async ({ ctx, viewer, input, locale, state }) => {
      const { token } = await createTablet(ctx, viewer, input, locale);
      await signOut(ctx, viewer);
      const headers = new Headers([["Set-Cookie", await state.tabletCookie.give(token)]]);
      headers.append("Set-Cookie", await state.cookie.take());
      return { redirect: "/family/tablet", headers };
    },
  }),
  "tablet-revoke": intent({
    schema: tabletIdSchema,
    run: async ({ ctx, viewer, input }) => {
      await revokeTablet(ctx, viewer, input);
      return { redirect: "/settings?saved=tablet-revoked" };
    },
  }),
  "tablet-pin": intent({
    schema: tabletPinSchema,
    limit: SECRETS_LIMIT,
    run: async ({ ctx, viewer, input }) => {
      await setTabletPin(ctx, viewer, input);
      return { redirect: "/settings?saved=tablet-pin" };
    },
  }),
};
