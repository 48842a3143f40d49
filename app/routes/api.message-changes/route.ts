import { deleteMessage, editMessage, react } from "#app/domain/conversations/commands.server.ts";
import { changeJsonSchema, type ChangeInput } from "#app/domain/conversations/schema.ts";
import { USER_HEADER } from "#app/config/user-header.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { SEND_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

/** The offline queue's way to edit, delete and react: JSON, and harmless when repeated. */
export const action = jsonAction({
  access: "member",
  schema: changeJsonSchema,
  limit: SEND_LIMIT,
  run: async ({ ctx, viewer, input, request }) => {
    // A queue outlives its author's session: it never goes out under somebody else's.
    const author = request.headers.get(USER_HEADER);
    if (author !== null && author !== viewer.userId) throw new DomainError("not-signed-in");
    return { data: { messageId: input.messageId, reached: await changed(ctx, viewer, input) } };
  },
});

/** @returns how far the message's state is by then: `editedAt` of an edit, `reactionVersion` of a reaction */
async function changed(ctx: Context, viewer: Viewer, { change, clientId, conversationId, messageId }: ChangeInput): Promise<number> {
  const message = { conversationId, messageId };
  switch (change.kind) {
    case "edit":
      return (await editMessage(ctx, viewer, { ...message, body: change.body, clientId })).editedAt ?? 0;
    case "delete":
      await deleteMessage(ctx, viewer, message);
      return 0;
    case "react":
      return (await react(ctx, viewer, { ...message, emoji: change.emoji, on: change.on })).version;
  }
}
