import type { Context } from "#app/domain/context.ts";
import { invitationByToken, type InvitationInfo } from "#app/domain/families/queries.server.ts";
import { TOKEN_PATTERN } from "#app/domain/token.ts";

const FOLDER = "/join/";

/**
 * The invitation that somebody who is not signed in came by: it is where they want to go on to.
 * @param path safe already (redirect-to.ts)
 * @returns null for none, and for one that is over, used or taken back
 */
export async function invitationIn(ctx: Context, path: string): Promise<{ token: string; info: InvitationInfo } | null> {
  const token = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : "";
  if (!TOKEN_PATTERN.test(token)) return null;
  const info = await invitationByToken(ctx, token);
  return info && { token, info };
}
