/** Reads the answers of a Channels HTTP API: whose fault is it, the event's or the service's? */
import type { OutageReason, PublishOutcome } from "./publisher.ts";

const LONGEST_DETAIL = 200;

const OUTAGES: Record<number, OutageReason> = { 401: "unauthorized", 403: "forbidden", 404: "not-found", 408: "timeout", 429: "rate-limited" };

export interface Answer {
  status: number;
  body: string;
  /** The Retry-After header. */
  retryAfter?: string | undefined;
}

/**
 * Only 400, 413 and 422 can be about an event. Everything else is the service's, and above all an answer that
 * no Channels server gives (a proxy's page): taking that for a refusal would kill every event that waits.
 * @param redact takes secrets out of a text
 */
export function readAnswer({ status, body, retryAfter }: Answer, redact: (text: string) => string): PublishOutcome {
  const json = parseObject(body);
  // soketi answers errors with HTTP 200 and the code in the body.
  const code = status < 300 && typeof json?.["code"] === "number" ? json["code"] : status;
  if (code >= 200 && code < 300 && json && json["error"] === undefined && json["ok"] !== false) return { kind: "accepted" };

  const detail = `${code} ${redact(body).replace(/\s+/g, " ").trim().slice(0, LONGEST_DETAIL)}`.trim();
  const unavailable = (reason: OutageReason): PublishOutcome => ({ kind: "unavailable", reason, detail, retryAfterMs: retryAfterMs(retryAfter) });
  if (code >= 200 && code < 300) return unavailable("unexpected-answer");
  if (code >= 500) return unavailable("server-error");
  if (/did you forget to specify the cluster|not in this cluster/i.test(body)) return unavailable("wrong-cluster");
  const outage = OUTAGES[code];
  if (outage) return unavailable(outage);
  if (/^\s*</.test(body)) return unavailable("unexpected-answer");
  if (code === 413) return { kind: "refused", reason: "payload-too-large", detail };
  if (code === 400 || code === 422) return { kind: "refused", reason: "bad-request", detail };
  return unavailable("unexpected-answer");
}

/** Reads Retry-After, as seconds or as a date; null when absent or unreadable. */
export function retryAfterMs(header: string | undefined, now: () => number = Date.now): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now());
}

/** Takes the named secrets, signatures and whatever looks like one out of a text that came from outside. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    let clean = text;
    for (const secret of secrets) clean = clean.replaceAll(secret, "[secret]");
    return clean.replace(/auth_(key|signature|timestamp)=[^&\s"\\]*/g, "auth_$1=[removed]").replace(/\b[0-9a-f]{40,}\b/gi, "[hex]");
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
