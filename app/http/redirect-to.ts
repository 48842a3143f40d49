/** Where to go after signing in: only ever a path of this site. */

/** Nothing outside printable ASCII: browsers drop tabs and line ends and read backslashes as slashes. */
const PLAIN_PATH = /^\/[\x21-\x5b\x5d-\x7e]*$/;
const MAX_LENGTH = 2_000;
/** Any origin will do: a path that leaves it would leave ours. */
const PROBE = "http://roost.invalid";

/**
 * A `redirectTo` that came from outside, made safe.
 * @returns path, query and fragment as a browser will read them; `fallback` for whatever could leave the site
 */
export function redirectTo(wish: unknown, fallback = "/"): string {
  if (typeof wish !== "string" || wish.length > MAX_LENGTH || !PLAIN_PATH.test(wish) || !URL.canParse(wish, PROBE)) return fallback;
  const url = new URL(wish, PROBE);
  const path = url.pathname + url.search + url.hash;
  // "/.//other.example" and its like become "//other.example" only after the dots are resolved.
  return url.origin === PROBE && !/^\/(\/|%2f|%5c)/i.test(path) ? path : fallback;
}
