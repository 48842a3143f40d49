/** What browsers report about their events: of their own person only, about what that person may read, once each. */
import { recordReceived, type ReceivedSample } from "#db/outbox/received.ts";
import type { Context } from "#app/domain/context.ts";
import { scopesOf } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { ReceivedInput } from "./schema.ts";

/** What is older was not pushed just now. */
export const REPORTED_WITHIN_MS = 5 * 60_000;
/** A browser's idea of the server's clock may be off by so much; what differs more is no measurement. */
const SKEW_MS = 2_000;

/** Index: outbox_events_id. */
const EVENTS = `
  SELECT event.seq AS seq, event.id AS id, event.channel AS channel, event.created_at AS createdAt, event.published_at AS publishedAt
  FROM json_each(?) AS wanted CROSS JOIN outbox_events AS event ON event.id = wanted.value
  WHERE event.state = 'delivered' AND event.published_at IS NOT NULL AND event.channel IS NOT NULL`;

/**
 * Takes what can be true, and is silent about the rest: events that the viewer may not read look like those that do
 * not exist.
 * @returns how many were new
 */
export async function reportReceived(ctx: Context, viewer: Viewer, { samples }: ReceivedInput): Promise<{ taken: number }> {
  const reported = new Map(samples.map(({ id, at }) => [id, at]));
  const now = ctx.now();
  const events = await ctx.db.all<{ seq: number; id: string; channel: string; createdAt: number; publishedAt: number }>(EVENTS, [JSON.stringify([...reported.keys()])]);
  if (events.length === 0) return { taken: 0 };
  const readableAfter = new Map((await scopesOf(ctx, viewer)).map(({ channel, after }) => [channel, after]));
  const taken = events.flatMap(({ seq, id, channel, createdAt, publishedAt }): ReceivedSample[] => {
    const at = reported.get(id)!;
    const mayRead = seq > (readableAfter.get(channel) ?? Number.POSITIVE_INFINITY);
    const isFresh = createdAt > now - REPORTED_WITHIN_MS && at >= createdAt - SKEW_MS && at <= now + SKEW_MS;
    return mayRead && isFresh ? [{ seq, at: Math.min(at, now), receivedMs: Math.max(0, at - createdAt), travelledMs: Math.max(0, at - publishedAt) }] : [];
  });
  return { taken: taken.length === 0 ? 0 : await recordReceived(ctx.db, viewer.userId, taken) };
}
