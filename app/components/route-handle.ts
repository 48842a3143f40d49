import type { TFunction } from "i18next";

/**
 * What a route tells the frame around it: `export const handle: RouteHandle = { … }`. The deepest route that
 * says something wins.
 */
export interface RouteHandle {
  /** The page's title; `data` is the route's own loader data, undefined when it failed. */
  title?: (t: TFunction, data: unknown) => string | undefined;
  /** page: scrolls as a whole. fill: exactly the window's height, scrolls inside (chat). bare: without navigation. */
  layout?: "page" | "fill" | "bare";
  /** On phones the whole screen is the page's: no bars. It then shows the ConnectionBadge itself. */
  immersive?: boolean;
  /** No scripts: the document is shown at addresses that are not its own. */
  still?: boolean;
  /** The browser keeps the page and asks whether it still holds (app/http/page-tag.server.ts): what it says of time, it says to the minute. */
  revalidated?: boolean;
}

interface Match {
  handle?: unknown;
  data: unknown;
}

const isHandle = (value: unknown): value is RouteHandle => typeof value === "object" && value !== null;

/** What the matched routes say together, the deepest first. */
export function frameOf(matches: readonly Match[]) {
  const told = matches.flatMap(({ handle, data }) => (isHandle(handle) ? [{ handle, data }] : [])).reverse();
  const titled = told.find(({ handle }) => handle.title);
  return {
    title: (t: TFunction) => titled?.handle.title?.(t, titled.data),
    layout: told.find(({ handle }) => handle.layout)?.handle.layout ?? "page",
    immersive: told.find(({ handle }) => handle.immersive !== undefined)?.handle.immersive ?? false,
    still: told.find(({ handle }) => handle.still !== undefined)?.handle.still ?? false,
  };
}
