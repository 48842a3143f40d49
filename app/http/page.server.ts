/** Loaders: `page` for HTML pages, `resource` for GET routes that programs call. */
import { redirect } from "@remix-run/node";
import { DomainError } from "#app/domain/errors.ts";
import { admit, urlOf, wrapped, type Access, type Args, type Handled } from "./args.server.ts";
import { asRefusal, jsonRefusal, pageRefusal } from "./errors.server.ts";
import { json } from "./json.server.ts";
import { stateOf } from "./request-state.server.ts";
import { withApiHeaders } from "./security-headers.server.ts";

const READ = ["GET", "HEAD"] as const;

/**
 * An HTML page's loader. Whoever is not signed in goes to the sign-in page and comes back; other refusals reach the
 * error boundary as `{ code, message }` with their status.
 */
export function page<A extends Access, T>(options: { access: A }, load: (args: Args<A>) => Promise<T>) {
  return wrapped(async (handled: Handled): Promise<T> => {
    const state = await stateOf(handled);
    try {
      return await load(await admit(handled, options.access, READ, state));
    } catch (error) {
      const refusal = asRefusal(error, state.log);
      if (!refusal) throw error;
      if (refusal.code === "not-signed-in") throw toSignIn(handled.request);
      throw pageRefusal(refusal, await state.locale());
    }
  }, { access: options.access });
}

/** On to a page of this site: thrown by loaders and actions. 302, which browsers follow with GET. */
export function toPath(path: string, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set("Cache-Control", "private, no-store");
  return redirect(path, { headers: all });
}

/** To the sign-in page, and from there back to this page. */
export function toSignIn(request: Request): Response {
  const { pathname, search } = urlOf(request);
  return toPath(`/login?${new URLSearchParams({ redirectTo: pathname + search })}`);
}

/** A GET route for programs: answers a Response, or data as JSON. Refusals are `{ error }` with their status. */
export function resource<A extends Access>(options: { access: A }, answer: (args: Args<A>) => Promise<unknown>) {
  return wrapped(async (handled: Handled) => {
    const state = await stateOf(handled);
    try {
      const answered = await answer(await admit(handled, options.access, READ, state));
      return withApiHeaders(answered instanceof Response ? answered : json(answered), state);
    } catch (error) {
      const refusal = asRefusal(error, state.log) ?? unexpected(error, state.log);
      return withApiHeaders(jsonRefusal(refusal, await state.locale()), state);
    }
  }, { access: options.access });
}

/** Programs get a 500 of the usual shape; the log gets the error. A thrown Response is an answer. */
export function unexpected(error: unknown, log: { error(details: object, message: string): void }): DomainError {
  log.error({ err: error }, "unexpected error");
  return new DomainError("internal");
}
