/**
 * A one-time link's token exists nowhere but in the link. The form that made it answers with a redirect, so the token
 * travels to the page that shows the link in a cookie: addresses are kept in histories and logs.
 */
import { createCookie } from "@remix-run/node";
import { TOKEN_PATTERN } from "#app/domain/token.ts";

/** Long enough to copy a link. */
const SHOWN_SECONDS = 10 * 60;

function shownToken(name: string, path: string) {
  const cookie = (secure: boolean) => createCookie(name, { secure, httpOnly: true, sameSite: "lax", path, maxAge: SHOWN_SECONDS });
  return {
    /** @returns a Set-Cookie header */
    give: (secure: boolean, token: string): Promise<string> => cookie(secure).serialize(token),
    /** The token of the link made last on this browser; null when there is none. */
    async read(request: Request): Promise<string | null> {
      const value: unknown = await cookie(false).parse(request.headers.get("cookie"));
      return typeof value === "string" && TOKEN_PATTERN.test(value) ? value : null;
    },
  };
}

/** Of a link that lets somebody into a family. */
export const shownInvitation = shownToken("roost_invitation", "/family");
/** Of a link that sets somebody's password. */
export const shownReset = shownToken("roost_reset", "/admin");
