import type { MessageData } from "#app/domain/conversations/events.ts";
import type { HttpSender } from "./http-sender.ts";

export interface Checked {
  status: number;
  events: { event: string; data: Partial<MessageData> }[];
  hasMore: boolean;
  bytes: number;
}

interface SyncAnswer extends Pick<Checked, "events" | "hasMore"> {
  cursor: string;
}

/**
 * One browser's GET /api/sync, which remembers where it stands: the first call finds that out.
 * @returns what asks; rejects when the answer is neither 200 nor 304
 */
export function checker(http: HttpSender, cookie: string): () => Promise<Checked> {
  let cursor: string | undefined;
  let etag: string | undefined;
  return async () => {
    const answer = await http.get(`/api/sync${cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`}`, cookie, etag === undefined ? {} : { "If-None-Match": etag });
    const { status, bytes } = answer;
    if (status === 304) return { status, events: [], hasMore: false, bytes };
    if (status !== 200) throw new Error(`sync answered ${status}`);
    const found = JSON.parse(answer.body) as SyncAnswer;
    cursor = found.cursor;
    etag = answer.etag;
    return { status, events: found.events, hasMore: found.hasMore, bytes };
  };
}
