import { sendMessage } from "#app/domain/conversations/commands.server.ts";
import { sendJsonSchema } from "#app/domain/conversations/schema.ts";
import { DomainError } from "#app/domain/errors.ts";
import { jsonAction } from "#app/http/mutation.server.ts";
import { SEND_LIMIT } from "#app/http/limits.server.ts";
import { USER_HEADER } from "#app/config/user-header.ts";

/** The offline queue's and other programs' way to send: 201 when made, 200 with the same body when repeated. */
export const action = jsonAction({
  access: "member",
  schema: sendJsonSchema,
  limit: SEND_LIMIT,
  run: async ({ ctx, viewer, input, request }) => {
    // A queue outlives its author's session: it never goes out under somebody else's.
    const author = request.headers.get(USER_HEADER);
    if (author !== null && author !== viewer.userId) throw new DomainError("not-signed-in");
    const { message, created } = await sendMessage(ctx, viewer, input);
    return { data: { message }, status: created ? 201 : 200 };
  },
});
