/** What every handler gets, and the checks that stand before all of them. */
import type { Params } from "@remix-run/react";
import type { Logger } from "pino";
import { mayAdminister } from "#app/domain/accounts/policy.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Locale } from "#app/i18n/locale.ts";
import { noteRoute } from "./arrival.server.ts";
import { isCrossSite } from "./origin.server.ts";
import { stateOf, type RequestState } from "./request-state.server.ts";

/**
 * public: anybody. member: signed in. admin: signed in as an admin of the site. program: machines, which prove
 * themselves by bearer or signature, or need not; no session is looked at, so it answers without a database, too.
 * screen: signed in, or a wall tablet of a family: which of the two, tablet.server.ts tells.
 */
export type Access = "public" | "member" | "admin" | "program" | "screen";
export type ViewerOf<A extends Access> = A extends "public" | "screen" ? Viewer | null : A extends "program" ? null : Viewer;

export interface Args<A extends Access = "member"> {
  ctx: Context;
  viewer: ViewerOf<A>;
  request: Request;
  /** Without Remix's own parameters. */
  url: URL;
  params: Params;
  locale: Locale;
  log: Logger;
  /** Settings, cookie, address and the like, for the few that need them. */
  state: RequestState;
}

export interface Handled {
  request: Request;
  params: Params;
  context?: object | undefined;
}

/** What a loader or action asks of whoever knocks. */
export interface Door {
  access: Access;
  /** Of a page with several forms. */
  intents?: readonly string[];
}

const DOORS = new WeakMap<object, Door>();
/** Marks a loader or action as one of our wrappers: tests/routes/walker.test.ts finds those that are not. */
export function wrapped<F extends object>(handler: F, door: Door): F {
  DOORS.set(handler, door);
  return handler;
}
/** Null for what no wrapper has made. */
export const doorOf = (handler: object): Door | null => DOORS.get(handler) ?? null;
export const isWrapped = (handler: object): boolean => DOORS.has(handler);

/**
 * The gate of every loader and action, in this order: method, origin, session, access. Parsing comes after.
 * @throws DomainError method-not-allowed, cross-site, malformed, not-signed-in, forbidden
 */
export async function admit<A extends Access>(handled: Handled, access: A, methods: readonly string[], state: RequestState): Promise<Args<A>> {
  const { request, params } = handled;
  const url = urlOf(request);
  noteRoute(request, url.pathname, params);
  if (!methods.includes(request.method)) throw new DomainError("method-not-allowed");
  if (isCrossSite(request.method, (name) => request.headers.get(name), state.services.settings)) throw new DomainError("cross-site");
  // The retired data protocol, which runs one loader or action out of its page's order: Roost's own pages never use it.
  if (url.searchParams.has("_data")) throw new DomainError("malformed");
  const viewer = access === "program" ? null : ((await state.signedIn())?.viewer ?? null);
  if ((access === "member" || access === "admin") && !viewer) throw new DomainError("not-signed-in");
  if (access === "screen" && !viewer && !(await state.tablet())) throw new DomainError("not-signed-in");
  if (access === "admin" && !(viewer && mayAdminister(viewer))) throw new DomainError("forbidden");
  const locale = access === "program" ? state.browserLocale : await state.locale();
  return { ctx: state.services.ctx, viewer: viewer as ViewerOf<A>, request, url, params, locale, log: state.log, state };
}

/** The address as a person would write it: `.data` and Remix's own parameters are gone. */
export function urlOf(request: Request): URL {
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(/\.data$/, "").replace(/^\/_root$/, "/");
  url.searchParams.delete("_routes");
  return url;
}

export { stateOf };
