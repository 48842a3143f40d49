import { typingOf } from "#app/domain/conversations/typing.server.ts";
import { typingSchema } from "#app/domain/conversations/schema.ts";
import { spend, TYPING_EVENT_LIMIT, TYPING_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

/** Typing where browsers may not send each other events, or have no presence channel. */
export const action = jsonAction({
  access: "member",
  schema: typingSchema,
  limit: TYPING_LIMIT,
  maxBytes: 1_024,
  run: async ({ ctx, viewer, input, state }) => {
    const event = await typingOf(ctx, viewer, input);
    await spend(TYPING_EVENT_LIMIT, `${viewer.userId} ${input.conversationId}`);
    // Awaited: what a frozen function leaves behind arrives late or never.
    await state.services.announce(event);
    return { data: {} };
  },
});
