/** Who is behind a door that both people and wall tablets use (access "screen"). */
import { DomainError } from "#app/domain/errors.ts";
import { stayAtTablet } from "#app/domain/families/commands.server.ts";
import { visitAt, type Visit, type WallTablet } from "#app/domain/families/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { TABLET_HEADER } from "#app/config/tablet-header.ts";
import type { Args } from "./args.server.ts";

type ScreenArgs = Pick<Args<"screen">, "ctx" | "viewer" | "request" | "state">;

/**
 * Whether a tablet's page asks, or a person's: a browser may be both, and its pages say which they are.
 * @throws DomainError not-signed-in for a tablet that is revoked
 */
export async function listenerOf({ viewer, request, state }: ScreenArgs): Promise<{ tablet: WallTablet } | { viewer: Viewer }> {
  if (viewer && !request.headers.has(TABLET_HEADER)) return { viewer };
  const tablet = await state.tablet();
  if (!tablet) throw new DomainError("not-signed-in");
  return { tablet };
}

const visitToken = ({ request, state }: ScreenArgs) => state.visitCookie.read(request.headers.get("cookie"));

/** Who stands at the tablet; looking is no sign of life. */
export async function visitorAt(args: ScreenArgs, tablet: WallTablet): Promise<Visit | null> {
  const token = await visitToken(args);
  return token === null ? null : visitAt(args.ctx, tablet, token);
}

/** Who does something at the tablet, which is a sign of life. @throws DomainError pin-needed when nobody stands there any more */
export async function activeVisitorAt(args: ScreenArgs, tablet: WallTablet): Promise<Visit> {
  const token = await visitToken(args);
  const visit = token === null ? null : await stayAtTablet(args.ctx, tablet, token);
  if (!visit) throw new DomainError("pin-needed");
  return visit;
}
