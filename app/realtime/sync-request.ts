/** One request to GET /api/sync, and its answer read. Never throws: a failure is an outcome. */
import type { LiveEnvironment } from "./environment.ts";
import type { LoggedEvent } from "./live-event.ts";
import { isRecord, readSynced } from "./live-event.ts";

/** Without an answer for so long the screen says "offline"; the request goes on. */
export const SYNC_LATE_MS = 4_000;
/** A slow network may need this long for a full page of events; then the request is given up. */
export const SYNC_LIMIT_MS = 30_000;

export type SyncOutcome =
  | { kind: "page"; events: LoggedEvent[]; cursor: string; hasMore: boolean; etag: string | null }
  | { kind: "unchanged" }
  /** Another epoch, or older than what is kept: everything is to be loaded anew. */
  | { kind: "reset"; cursor: string }
  | { kind: "signed-out" }
  /** `busy`: the server is there and asked for patience. */
  | { kind: "failed"; reason: string; busy: boolean; retryAfterMs: number };

interface Asked {
  cursor: string;
  etag: string | null;
  signal: AbortSignal;
  onLate: () => void;
}

export async function requestSync(env: Pick<LiveEnvironment, "fetch" | "after">, { cursor, etag, signal, onLate }: Asked): Promise<SyncOutcome> {
  const giveUp = new AbortController();
  const cancelLate = env.after(SYNC_LATE_MS, onLate);
  const cancelLimit = env.after(SYNC_LIMIT_MS, () => giveUp.abort());
  const stop = () => giveUp.abort();
  signal.addEventListener("abort", stop);
  try {
    const response = await env.fetch(`/api/sync?cursor=${encodeURIComponent(cursor)}`, {
      headers: { Accept: "application/json", ...(etag && { "If-None-Match": etag }) },
      // The 304 is for us, not for the browser's cache.
      cache: "no-store",
      credentials: "same-origin",
      redirect: "manual",
      signal: giveUp.signal,
    });
    cancelLate();
    if (response.status === 304) return { kind: "unchanged" };
    if (response.status === 401) return { kind: "signed-out" };
    if (response.status !== 200) return failed(`status ${response.status}`, response.status === 429, retryAfterMs(response));
    return readAnswer(await response.json(), response.headers.get("ETag"));
  } catch (error) {
    // fetch rejects with a TypeError or an abort, json() with a SyntaxError, the reader with a TypeError. Whatever
    // it was, the next try may succeed; one that escaped from here would end catching up for good.
    if (error instanceof Error) return failed(error.message);
    throw error;
  } finally {
    cancelLate();
    cancelLimit();
    signal.removeEventListener("abort", stop);
  }
}

const failed = (reason: string, busy = false, retryAfter = 0): SyncOutcome => ({ kind: "failed", reason, busy, retryAfterMs: retryAfter });

/** `Retry-After` in milliseconds; 0 when there is none, or a date. */
export function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("Retry-After") ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}

function readAnswer(answer: unknown, etag: string | null): SyncOutcome {
  if (!isRecord(answer) || typeof answer["cursor"] !== "string" || !Array.isArray(answer["events"])) return failed("unreadable answer");
  const { cursor } = answer;
  if (answer["reset"] === true) return { kind: "reset", cursor };
  const hasMore = answer["hasMore"] === true;
  const events = answer["events"].map(readSynced);
  if (hasMore && events.length === 0) return failed("more was promised and nothing came");
  return { kind: "page", events, cursor, hasMore, etag };
}
