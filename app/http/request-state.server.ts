/**
 * What is found out once a request, however many loaders it runs: services, who asks, language, address. Kept by
 * Remix's load context, an object of its own for every request (the Request itself is copied for each loader).
 */
import type { Logger } from "pino";
import { touchSession } from "#app/domain/accounts/sessions.server.ts";
import { viewerByToken, type SignedIn } from "#app/domain/accounts/queries.server.ts";
import { tabletByToken, type WallTablet } from "#app/domain/families/queries.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Locale } from "#app/i18n/locale.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { arrivalOf } from "./arrival.server.ts";
import { localeFor } from "./locale.server.ts";
import { ownOrigin, type HeaderReader } from "./origin.server.ts";
import { services, type Services } from "./services.server.ts";
import { sessionCookie, tabletCookie, visitCookie, type TokenCookie } from "./session-cookie.server.ts";

export interface RequestState {
  services: Services;
  requestId: string;
  log: Logger;
  /** This site's origin as the browser sees it. */
  origin: string;
  secure: boolean;
  /** The client's network address, for limits; behind a proxy only with TRUST_PROXY. */
  address: string;
  cookie: TokenCookie;
  /** Who asks; looked up at the first call. */
  signedIn(): Promise<SignedIn | null>;
  tabletCookie: TokenCookie;
  visitCookie: TokenCookie;
  /** The wall tablet that asks. Only doors with the access "screen" do anything for one. */
  tablet(): Promise<WallTablet | null>;
  /** The person's, else the wall tablet's; the browser's wish where neither can be read. */
  locale(): Promise<Locale>;
  /** By Accept-Language alone. */
  browserLocale: Locale;
}

export interface Handled {
  request: Request;
  /** Remix's load context. */
  context?: object | undefined;
}

const states = new WeakMap<object, Promise<RequestState>>();

export function stateOf({ request, context }: Handled): Promise<RequestState> {
  const key = context ?? request;
  const known = states.get(key);
  if (known) return known;
  const made = makeState(request);
  states.set(key, made);
  return made;
}

type Cookies = Pick<RequestState, "cookie" | "tabletCookie" | "visitCookie">;
const cookies = new WeakMap<string[], Map<boolean, Cookies>>();

/** Made once for a process's secrets, not for each request. */
function cookiesFor(secrets: string[], secure: boolean): Cookies {
  let made = cookies.get(secrets);
  if (!made) cookies.set(secrets, (made = new Map()));
  let ours = made.get(secure);
  if (!ours) made.set(secure, (ours = { cookie: sessionCookie(secrets, secure), tabletCookie: tabletCookie(secrets, secure), visitCookie: visitCookie(secrets, secure) }));
  return ours;
}

async function makeState(request: Request): Promise<RequestState> {
  const running = await services();
  const { settings, ctx } = running;
  const header: HeaderReader = (name) => request.headers.get(name);
  const arrival = arrivalOf(request);
  const requestId = arrival?.requestId ?? newId();
  const log = running.log.child({ requestId });
  const origin = arrival?.origin ?? ownOrigin(header, settings) ?? new URL(request.url).origin;
  const secure = origin.startsWith("https:");
  const ours = cookiesFor(running.sessionSecrets, secure);
  const cookieHeader = header("cookie");
  const acceptLanguage = header("accept-language");
  const browserLocale = localeFor(null, acceptLanguage);

  const findSignedIn = async () => {
    const token = await ours.cookie.read(cookieHeader);
    const found = token === null ? null : await viewerByToken(ctx, token);
    if (found) await touch(found);
    return found;
  };
  const touch = async (found: SignedIn) => {
    try {
      await touchSession(ctx, { sessionId: found.viewer.sessionId, lastSeenAt: found.lastSeenAt });
    } catch (error) {
      // Only "last seen" is late then; the page itself needs no write, and can be read also while the disk is full.
      if (!isDatabaseUnavailable(error)) throw error;
      log.warn("session not touched: the database cannot be written just now");
    }
  };

  const findTablet = async () => {
    const token = await ours.tabletCookie.read(cookieHeader);
    return token === null ? null : tabletByToken(ctx, token);
  };
  const findLocale = async () => {
    const found = await state.signedIn();
    const tablet = found ? null : await state.tablet();
    return localeFor(found ?? (tablet && { ...tablet, timeZone: tablet.family.timeZone }), acceptLanguage);
  };

  let signedIn: Promise<SignedIn | null> | undefined;
  let tablet: Promise<WallTablet | null> | undefined;
  const state: RequestState = {
    services: running,
    requestId,
    log,
    origin,
    secure,
    address: arrival?.address ?? forwardedFor(header, settings.trustProxy) ?? "unknown",
    ...ours,
    signedIn: () => (signedIn ??= findSignedIn()),
    tablet: () => (tablet ??= findTablet()),
    // Whoever asked for the session was told why it failed; an error page still needs a language.
    locale: () => findLocale().catch(() => browserLocale),
    browserLocale,
  };
  return state;
}

/** The address that the nearest proxy saw: the last one of the list, since a client can write the others itself. */
export function forwardedFor(header: HeaderReader, trusted: boolean): string | undefined {
  return trusted ? header("x-forwarded-for")?.split(",").at(-1)?.trim() || undefined : undefined;
}
