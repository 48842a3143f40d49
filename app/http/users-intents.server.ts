/** What admins do to accounts, as forms: on the console's own page and on the list of users. */
import { disableUser, enableUser, makeResetLink } from "#app/domain/accounts/commands.server.ts";
import { userIdSchema } from "#app/domain/accounts/schema.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Args } from "./args.server.ts";
import { ADMIN_LIMIT } from "./limits.server.ts";
import { intent } from "./mutation.server.ts";
import { shownReset } from "./shown-token.server.ts";

const USERS_PAGE = "/admin/users";

/** Back to the list as it was searched, in place of the page that the form stood on. */
const backToUsers = ({ url }: Pick<Args, "url">, headers: Record<string, string> = {}) => ({
  redirect: url.pathname === USERS_PAGE ? url.pathname + url.search : USERS_PAGE,
  headers: { "X-Remix-Replace": "true", ...headers },
});

const verb = (run: (ctx: Context, viewer: Viewer, input: { userId: string }) => Promise<void>) =>
  intent({
    schema: userIdSchema,
    limit: ADMIN_LIMIT,
    run: async (args) => {
      await run(args.ctx, args.viewer, args.input);
      return backToUsers(args);
    },
  });

export const usersIntents = {
  "user-disable": verb(disableUser),
  "user-enable": verb(enableUser),
  "user-reset-link": intent({
    schema: userIdSchema,
    limit: ADMIN_LIMIT,
    run: async (args) => {
      const { token } = await makeResetLink(args.ctx, args.viewer, args.input);
      return backToUsers(args, { "Set-Cookie": await shownReset.give(args.state.secure, token) });
    },
  }),
};
