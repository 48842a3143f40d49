/**
 * Where a request comes from: this site or another one. One rule for documents, `.data`, resource routes, JSON and
 * programs; Remix's own check covers only some of them (docs/decisions/0012-origin-check.md).
 */
import type { Settings } from "#app/config/settings.ts";

/** Reads one header by its lower-case name; null when absent. */
export type HeaderReader = (name: string) => string | null;
type OriginSettings = Pick<Settings, "publicOrigin" | "trustProxy">;

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
export const isSafeMethod = (method: string) => SAFE_METHODS.has(method.toUpperCase());

/** This site's origin as the browser sees it: PUBLIC_ORIGIN, else the proxy's word if trusted, else Host over http. */
export function ownOrigin(header: HeaderReader, settings: OriginSettings): string | null {
  if (settings.publicOrigin) return settings.publicOrigin;
  const forwarded = (name: string) => (settings.trustProxy ? header(name)?.split(",", 1)[0]?.trim() : undefined) || undefined;
  const host = forwarded("x-forwarded-host") ?? header("host");
  const scheme = forwarded("x-forwarded-proto")?.toLowerCase() === "https" ? "https" : "http";
  return host ? originOf(`${scheme}://${host}`) : null;
}

/**
 * Whether another site may have caused this request. Browsers say so by Origin (always on unsafe methods since 2020)
 * or Sec-Fetch-Site; where both are missing an old browser still names the page by Referer. With none of the three it
 * is a program: nobody's cookies ride along unasked, since the session cookie is SameSite=Lax.
 */
export function isCrossSite(method: string, header: HeaderReader, settings: OriginSettings): boolean {
  if (isSafeMethod(method)) return false;
  const site = header("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const named = header("origin") ?? (site === null ? header("referer") : null);
  if (named === null) return false;
  const origin = originOf(named);
  return origin === null || origin !== ownOrigin(header, settings);
}

/** Nearly every request names the same few; they come from outside, so only so many are kept. */
const MAX_ORIGINS = 100;
const origins = new Map<string, string | null>();

function originOf(text: string): string | null {
  const known = origins.get(text);
  if (known !== undefined) return known;
  const origin = URL.canParse(text) ? new URL(text).origin : null;
  if (origins.size >= MAX_ORIGINS) origins.clear();
  origins.set(text, origin);
  return origin;
}
