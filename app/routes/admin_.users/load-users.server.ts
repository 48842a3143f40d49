/** The list of users as its address asks for it, and the reset link made last on this browser. */
import { resetByToken } from "#app/domain/accounts/resets.server.ts";
import { usersWantedSchema } from "#app/domain/accounts/schema.ts";
import { usersFor } from "#app/domain/accounts/users.server.ts";
import type { Args } from "#app/http/args.server.ts";
import { shownReset } from "#app/http/shown-token.server.ts";

export async function loadUsers({ ctx, viewer, url, request, state }: Args<"admin">) {
  const wanted = usersWantedSchema.parse(Object.fromEntries(url.searchParams));
  const token = await shownReset.read(request);
  const reset = token === null ? null : await resetByToken(ctx, token);
  return {
    wanted,
    ...(await usersFor(ctx, viewer, wanted)),
    /** Shown at the person that it is for: used, replaced or over, it stands nowhere. */
    link: token !== null && reset ? { userId: reset.userId, url: `${state.origin}/reset/${token}`, expiresAt: reset.expiresAt } : null,
    viewerId: viewer.userId,
  };
}

export type Users = Awaited<ReturnType<typeof loadUsers>>;
