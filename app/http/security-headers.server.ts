/** Security headers: a page's policy with its nonce, and the strictest one for everything that is not a page. */
import { isLoopback, type PublicChannels, type Settings } from "#app/config/settings.ts";

export interface Site {
  /** As the browser sees it. */
  origin: string;
  secure: boolean;
}

/** For JSON, plain text, redirects and files: nothing in them may run, load or be framed by others. */
export const BARE_POLICY = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

const ONE_YEAR_SECONDS = 31_536_000;

type FixedHeaders = Readonly<Record<string, string>>;

interface MadeHeaders {
  site: Site;
  base: FixedHeaders;
  bare: FixedHeaders;
}

/** Of the site asked last: an installation has one, or two. */
let made: MadeHeaders | undefined;

function headersFor({ origin, secure }: Site): MadeHeaders {
  if (made?.site.origin === origin && made.site.secure === secure) return made;
  const base = makeBaseHeaders({ origin, secure });
  return (made = { site: { origin, secure }, base, bare: { ...base, "Content-Security-Policy": BARE_POLICY } });
}

/** What every answer carries, whatever it is. */
export const baseHeaders = (site: Site): FixedHeaders => headersFor(site).base;

/** The same, and the policy of everything that is not a page. */
export const bareHeaders = (site: Site): FixedHeaders => headersFor(site).bare;

function makeBaseHeaders(site: Site): FixedHeaders {
  return {
    "X-Content-Type-Options": "nosniff",
    // Own pages must name themselves to us: the origin check reads it.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    // Browsers ignore it, and complain, on plain http outside this machine.
    ...(site.secure || isLoopback(new URL(site.origin).hostname) ? { "Cross-Origin-Opener-Policy": "same-origin" } : {}),
    ...(site.secure ? { "Strict-Transport-Security": `max-age=${ONE_YEAR_SECONDS}` } : {}),
  };
}

/** The policy of an HTML page. Scripts need the nonce or our own origin; there is no unsafe-inline for them. */
export function pagePolicy(site: Site, settings: Pick<Settings, "publicChannels" | "production">, nonce: string): string {
  const development = !settings.production;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "script-src-attr 'none'",
    // Sizes and positions that are computed live in style attributes; style elements need the nonce (Vite's, in development, have none).
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...(settings.publicChannels ? channelsSources(settings.publicChannels, site) : []), ...(development ? ["ws:"] : [])].join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join("; ");
}

/** Where pusher-js connects: WebSocket first, its HTTP fallbacks on the same host. */
export function channelsSources(channels: PublicChannels, site: Site): string[] {
  const schemes = channels.useTLS ? ["wss", "https"] : ["ws", "http"];
  if (channels.host === undefined) return [`wss://ws-${channels.cluster}.pusher.com`, `https://sockjs-${channels.cluster}.pusher.com`];
  const host = channels.host ?? new URL(site.origin).hostname;
  const port = channels.port ?? (channels.useTLS ? 443 : 80);
  return schemes.map((scheme) => `${scheme}://${host}:${port}`);
}

/** Adds what is missing; what a handler set stays. */
export function addMissing(headers: Headers, more: FixedHeaders): void {
  for (const [name, value] of Object.entries(more)) if (!headers.has(name)) headers.set(name, value);
}

/** An answer for programs (of our own making, since its headers change), safe to open in a browser. Never cached unless the handler says so. */
export function withApiHeaders(response: Response, state: Site & { requestId: string }): Response {
  addMissing(response.headers, bareHeaders(state));
  addMissing(response.headers, { "Cache-Control": "private, no-store", "X-Request-Id": state.requestId });
  return response;
}
