/** Cookies that carry a token. They are signed, so that made-up tokens never reach the database. */
import { createCookie } from "@remix-run/node";

/** Browsers keep no cookie longer than 400 days; the row's own expiry (app/domain/accounts/sessions.server.ts) rules. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;
const MAX_TOKEN_LENGTH = 100;

export type TokenCookie = ReturnType<typeof tokenCookie>;

/** A signed-in person's. */
export const sessionCookie = (secrets: string[], secure: boolean) => tokenCookie("roost_session", secrets, secure, MAX_AGE_SECONDS);

/** A wall tablet's: it is no session, and nothing that asks for one takes it. */
export const tabletCookie = (secrets: string[], secure: boolean) => tokenCookie("roost_tablet", secrets, secure, MAX_AGE_SECONDS);

/** Of whoever stands at a wall tablet now: it is gone with the browser, and the row much sooner. */
export const visitCookie = (secrets: string[], secure: boolean) => tokenCookie("roost_visit", secrets, secure);

/**
 * @param secure the site is https: then the name's prefix forbids a sibling host or plain http to plant one
 * @param maxAge seconds; none: as long as the browser is open
 */
function tokenCookie(name: string, secrets: string[], secure: boolean, maxAge?: number) {
  const cookie = createCookie(secure ? `__Host-${name}` : name, { secrets, secure, httpOnly: true, sameSite: "lax", path: "/", ...(maxAge === undefined ? {} : { maxAge }) });
  return {
    /** The token, or null when there is none or its signature is not ours. */
    async read(header: string | null): Promise<string | null> {
      const value: unknown = await cookie.parse(header);
      return typeof value === "string" && value.length <= MAX_TOKEN_LENGTH ? value : null;
    },
    give: (token: string): Promise<string> => cookie.serialize(token),
    take: (): Promise<string> => cookie.serialize("", { maxAge: 0 }),
  };
}
