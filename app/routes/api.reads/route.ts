import { markRead } from "#app/domain/conversations/commands.server.ts";
import { readJsonSchema } from "#app/domain/conversations/schema.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

/** Moves the read position from a page with JavaScript: JSON, so that nothing is rendered and no loader runs anew. */
export const action = jsonAction({
  access: "member",
  schema: readJsonSchema,
  run: async ({ ctx, viewer, input }) => {
    await markRead(ctx, viewer, input);
    return { data: {} };
  },
});
