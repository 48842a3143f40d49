/** What the chat's page and its self-refreshing feed load alike. */
import { isCalendarDate, startOfDate } from "#app/domain/calendar-days.ts";
import { channelFor, conversationFor, seqAtTime, seqOf } from "./queries.server.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";

/** Where in its history a page opens a chat: as its address says, else at the first unread message. */
export interface OpeningPlace {
  /** `?at=`: a message's id, or `end`. */
  at: string | null;
  /** `?on=`: a day, in the viewer's time zone. */
  on: string | null;
  timeZone: string;
}

const END = "end";
const FIRST_YEAR = "1970";

/**
 * @param before the `?before=` of the address: only messages with a lower number; anything else means the newest
 * @param place absent: the newest messages, wherever the viewer has read to
 * @throws DomainError not-found for strangers, too
 */
export async function openConversation(ctx: Context, viewer: Viewer, conversationId: string, before: string | null, place?: OpeningPlace) {
  const channel = await channelFor(ctx, viewer, conversationId);
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, [channel]);
  const pageBefore = before !== null && /^\d{1,15}$/.test(before) ? Number(before) : undefined;
  const around = pageBefore === undefined && place ? await placeIn(ctx, conversationId, place) : undefined;
  const window = pageBefore !== undefined ? { before: pageBefore } : around !== undefined ? { around } : place && place.at !== END ? "unread" : undefined;
  return { ...(await conversationFor(ctx, viewer, conversationId, window)), position, pageBefore: pageBefore ?? null, at: around ?? null, now: ctx.now() };
}

/** What the address asks for and isn't there is not asked for. */
async function placeIn(ctx: Context, conversationId: string, { at, on, timeZone }: OpeningPlace): Promise<number | undefined> {
  if (at !== null) return seqOf(ctx, { conversationId, messageId: at });
  if (on === null || !isCalendarDate(on) || on < FIRST_YEAR) return undefined;
  return seqAtTime(ctx, conversationId, startOfDate(timeZone, on));
}
