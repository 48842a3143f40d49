/** What the chat's page and its self-refreshing feed load alike. */
import { channelFor, conversationFor } from "./queries.server.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";

/**
 * @param before the `?before=` of the address: only messages with a lower number; anything else means the newest
 * @throws DomainError not-found for strangers, too
 */
export async function openConversation(ctx: Context, viewer: Viewer, conversationId: string, before: string | null) {
  const channel = await channelFor(ctx, viewer, conversationId);
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, [channel]);
  const pageBefore = before !== null && /^\d{1,15}$/.test(before) ? Number(before) : undefined;
  return { ...(await conversationFor(ctx, viewer, conversationId, pageBefore)), position, pageBefore: pageBefore ?? null, now: ctx.now() };
}
