/**
 * ETags of pages that show their viewer's own data (`handle.revalidated`): the browser keeps its copy, asks whether it
 * still holds, and is answered 304 without anything being rendered. The tag is of what was loaded, not of the bytes: a
 * page's nonce is another one each time. A copy can only run with the nonce that it was made with, so the tag carries
 * it, and the answer that says "it still holds" repeats that page's policy.
 */
import { createHash } from "node:crypto";
import type { EntryContext } from "@remix-run/node";
import type { RouteHandle } from "#app/components/route-handle.ts";

/** A copy is shown for no longer: what a page says of time, it says to the minute. */
const MINUTE_MS = 60_000;
const HASH_CHARACTERS = 32;

/** What differs with each load and shows nothing: keys of forms, and how far the log of the whole house has come. */
function lasting(name: string, value: unknown): unknown {
  if (name === "formKey") return undefined;
  if (name === "now" && typeof value === "number") return Math.floor(value / MINUTE_MS);
  if (typeof value === "object" && value !== null && "cursor" in value && "offsets" in value) return { ...value, cursor: undefined, seq: undefined };
  return value;
}

const isHandle = (value: unknown): value is RouteHandle => typeof value === "object" && value !== null;

/**
 * What stands for everything that a page shows; null for pages that are not kept.
 * @param besides what else decides how it looks: who asks, and in which language
 */
export function hashOf({ staticHandlerContext, routeModules, manifest }: EntryContext, status: number, besides: readonly unknown[]): string | null {
  const { matches, loaderData, actionData } = staticHandlerContext;
  const handle: unknown = routeModules[matches.at(-1)?.route.id ?? ""]?.handle;
  if (status !== 200 || actionData || !isHandle(handle) || handle.revalidated !== true) return null;
  return createHash("sha256").update(JSON.stringify([manifest.version, besides, loaderData], lasting)).digest("hex").slice(0, HASH_CHARACTERS);
}

export const tagOf = (hash: string, nonce: string): string => `W/"${hash}.${nonce}"`;

/** The nonce of the copy that the browser has and that still holds; null where it has none. */
export function keptNonce(ifNoneMatch: string | null, hash: string): string | null {
  for (const [, known, nonce] of (ifNoneMatch ?? "").matchAll(/"([0-9a-f]{32})\.([A-Za-z0-9+/]{22}==)"/g)) if (known === hash) return nonce!;
  return null;
}
