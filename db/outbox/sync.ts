/** Reading the log by channels: what a browser catches up with, however much others have written meanwhile. */
import { createHash, randomUUID } from "node:crypto";
import type { Reads } from "#db/database.ts";
import { decodeCursor, encodeCursor, type LogPoint } from "./cursor.ts";
import type { SyncEvent } from "./event.ts";
import { HEAD_SQL } from "./log.ts";

/** Events in one answer: what a minute away brings to a busy household (500 messages with their edits and deletions) comes in one. */
export const SYNC_PAGE_EVENTS = 1_000;
/** Payloads in one answer: a page ends before the event that would pass this (one event always fits). */
export const SYNC_PAGE_BYTES = 2 * 1024 * 1024;

export interface SyncAnswer {
  /** In the order of seq. */
  events: SyncEvent[];
  /** The horizon: everything of these channels up to here has been answered. It passes strangers' events, too. */
  cursor: string;
  hasMore: boolean;
  /** The cursor is older than what is kept, or of another log: load afresh, then go on from `cursor`. */
  reset: boolean;
  /** Tells an answer from others to the same reader: strangers' events do not change it, and no two resets have the same. */
  etag: string;
}

/** A channel of which the reader sees only events with a higher seq, and some of those not as they are. */
export interface SyncScope {
  channel: string;
  /** A seq; 0: all that is kept. */
  after: number;
  /** The event for this reader. It cannot be left out: its offset would be missed for ever. */
  masked?: (event: SyncEvent) => SyncEvent;
}

/** The beginning of what is kept. */
const OLDEST = "0";

/**
 * One statement, hence one snapshot: the log's head, the newest seq of these channels, and a page.
 * `candidates`: of each channel at most a page of seqs from its index, of all these the lowest. Only of those are
 * payloads read, up to the limit of bytes; the first always.
 * Indexes: primary keys, outbox_events_channel_seq.
 */
export const SYNC_SQL = `
  WITH candidates AS MATERIALIZED (
    SELECT candidate.seq AS seq FROM json_each(?) AS wanted CROSS JOIN outbox_events AS candidate
    WHERE candidate.seq IN (SELECT own.seq FROM outbox_events AS own WHERE own.channel = wanted.value ->> 0 AND own.seq > max(?, wanted.value ->> 1) ORDER BY own.seq LIMIT ?)
    ORDER BY candidate.seq LIMIT ?
  ),
  page AS (
    SELECT event.seq AS seq, sum(octet_length(event.payload)) OVER (ORDER BY event.seq) AS bytes, row_number() OVER (ORDER BY event.seq) AS number
    FROM candidates CROSS JOIN outbox_events AS event ON event.seq = candidates.seq
  )
  SELECT log.epoch AS epoch, log.pruned_seq AS prunedSeq, ${HEAD_SQL} AS head,
    (SELECT max((SELECT max(own.seq) FROM outbox_events AS own WHERE own.channel = wanted.value ->> 0)) FROM json_each(?) AS wanted) AS newest,
    (SELECT max(candidates.seq) FROM candidates) AS lastCandidate,
    event.seq AS seq, event.id AS id, event.channel AS channel, event.offset AS offset, event.event AS event, event.payload AS payload, event.created_at AS at
  FROM outbox_log AS log
  LEFT JOIN page ON page.number = 1 OR page.bytes <= ?
  LEFT JOIN outbox_events AS event ON event.seq = page.seq
  WHERE log.id = 1
  ORDER BY page.seq`;

interface SyncRow {
  epoch: string;
  prunedSeq: number;
  head: number;
  newest: number | null;
  lastCandidate: number | null;
  /** Null in the one row of an empty page, and so is all that follows. */
  seq: number | null;
  id: string;
  channel: string;
  offset: number;
  event: string;
  payload: string;
  at: number;
}

/** A channel as a whole, or what of it the reader may see. */
export type SyncChannel = string | SyncScope;

/**
 * What happened on these channels after `cursor`.
 * @param channels what the reader may see now; every state of an event counts, those with an audience do not
 * @param cursor from an earlier answer; `"0"`: from the oldest kept; null: no events, the current cursor
 * @param limit events in a page
 */
export async function syncEvents(db: Reads, channels: readonly SyncChannel[], cursor: string | null, limit = SYNC_PAGE_EVENTS, bytes = SYNC_PAGE_BYTES): Promise<SyncAnswer> {
  return (await syncPage(db, channels, cursor, limit, bytes)).answer;
}

/** The same, with how far the log had come that it was read from: of one snapshot. */
export async function syncPage(db: Reads, channels: readonly SyncChannel[], cursor: string | null, limit = SYNC_PAGE_EVENTS, bytes = SYNC_PAGE_BYTES): Promise<{ head: LogPoint; answer: SyncAnswer }> {
  const scopes = new Map<string, SyncScope>(channels.map((each) => (typeof each === "string" ? [each, { channel: each, after: 0 }] : [each.channel, each])));
  const own = [...scopes.values()].map(({ channel, after }): [string, number] => [channel, after]).sort(([a], [b]) => (a < b ? -1 : 1));
  const after = cursor === null || cursor === OLDEST ? null : decodeCursor(cursor);
  const unreadable = after === null && cursor !== null && cursor !== OLDEST;
  // One more than a page: whether it is there tells whether there is more.
  const wanted = cursor === null || unreadable ? 0 : limit + 1;
  const names = JSON.stringify(own);
  const rows = await db.all<SyncRow>(SYNC_SQL, [names, after?.seq ?? 0, wanted, wanted, names, bytes]);
  const [log] = rows;
  if (!log) throw new Error("outbox_log has no row: run the migrations");
  const head = { epoch: log.epoch, seq: log.head };
  const current = encodeCursor(head);
  if (unreadable || (after && (after.epoch !== log.epoch || after.seq < log.prunedSeq || after.seq > log.head)))
    return { head, answer: { events: [], cursor: current, hasMore: false, reset: true, etag: `"reset.${randomUUID()}"` } };
  const events = rows.flatMap((row) => (row.seq === null ? [] : syncEvent(row, row.seq, log.epoch))).slice(0, limit);
  const last = events.at(-1)?.seq ?? 0;
  const hasMore = events.length > 0 && (log.lastCandidate ?? 0) > last;
  return {
    head,
    answer: {
      events: events.map((event) => scopes.get(event.channel)?.masked?.(event) ?? event),
      cursor: hasMore ? encodeCursor({ epoch: log.epoch, seq: last }) : current,
      hasMore,
      reset: false,
      etag: `"${digest(log.epoch, names)}.${log.newest ?? 0}.${last}.${events.length}"`,
    },
  };
}

function syncEvent({ id, channel, offset, event, payload, at }: SyncRow, seq: number, epoch: string): SyncEvent {
  const data = JSON.parse(payload) as Record<string, unknown>;
  return { seq, id, channel, event, data: { ...data, _event: { id, seq, offset, epoch, at } }, at };
}

const digest = (epoch: string, names: string) => createHash("sha256").update(epoch).update(names).digest("base64url").slice(0, 16);
