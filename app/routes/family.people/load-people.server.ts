/** What parents manage on the page of the family's people. */
import { timeZones } from "#app/domain/accounts/schema.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { childNamesFor, familyOf, invitationByToken, invitationsFor } from "#app/domain/families/queries.server.ts";
import { childPicturesFor } from "#app/domain/images/queries.server.ts";
import type { Args } from "#app/http/args.server.ts";
import { shownInvitation } from "#app/http/shown-token.server.ts";
import { toPath } from "#app/http/page.server.ts";

/** @returns null for those who only look; somebody without a family goes where one begins */
export async function loadPeople({ ctx, viewer, request, state }: Pick<Args, "ctx" | "viewer" | "request" | "state">) {
  const membership = await familyOf(ctx, viewer);
  if (!membership) throw toPath("/family");
  if (!mayInFamily(membership.role, "invite", true)) return null;
  const token = await shownInvitation.read(request);
  const invited = token === null ? null : await invitationByToken(ctx, token);
  return {
    childNames: await childNamesFor(ctx, viewer),
    /** Of those whose face the viewer may set. */
    pictures: await childPicturesFor(ctx, viewer),
    invitations: await invitationsFor(ctx, viewer),
    /** Shown at the invitation that it belongs to: of another family, used or taken back, it stands nowhere. */
    link: token !== null && invited ? { invitationId: invited.id, url: `${state.origin}/join/${token}` } : null,
    timeZones: timeZones(),
  };
}

export type Managed = NonNullable<Awaited<ReturnType<typeof loadPeople>>>;
