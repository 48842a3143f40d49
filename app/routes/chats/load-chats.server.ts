/** What the list of chats shows, with the place in the log that it goes with. */
import { peopleFor } from "#app/domain/accounts/queries.server.ts";
import type { Context } from "#app/domain/context.ts";
import { openRoomsFor } from "#app/domain/rooms/queries.server.ts";
import { conversationChannelsOf, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { statusesFor } from "#app/domain/presence/queries.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

export async function loadChats(ctx: Context, viewer: Viewer) {
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, await conversationChannelsOf(ctx, viewer));
  const [conversations, people, openRooms] = await Promise.all([conversationsOf(ctx, viewer), peopleFor(ctx, viewer), openRoomsFor(ctx, viewer)]);
  const statuses = await statusesFor(ctx, viewer, conversations.flatMap((conversation) => (conversation.kind === "direct" ? [conversation.other.id] : [])));
  return { position, conversations, people, openRooms, statuses, viewerId: viewer.userId, formKey: ctx.newId(), now: ctx.now() };
}
