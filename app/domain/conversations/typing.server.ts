/** Typing where browsers cannot tell each other: the server says who it is. */
import type { Context } from "#app/domain/context.ts";
import type { EventType } from "#app/domain/events.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { typingStart, typingStop, type Typing } from "./events.ts";
import { channelFor } from "./queries.server.ts";
import type { TypingInput } from "./schema.ts";

/**
 * What the others in a conversation are to be told now. Ephemeral: nothing is written.
 * @throws DomainError not-found for strangers, too
 */
export async function typingOf(ctx: Context, viewer: Viewer, { conversationId, state }: TypingInput): Promise<{ type: EventType<Typing>; channel: string; payload: Typing }> {
  const channel = await channelFor(ctx, viewer, conversationId);
  return { type: state === "start" ? typingStart : typingStop, channel, payload: { conversationId, userId: viewer.userId, name: viewer.name } };
}
