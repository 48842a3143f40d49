import { reportReceived } from "#app/domain/outbox/received.server.ts";
import { receivedSchema } from "#app/domain/outbox/schema.ts";
import { RECEIVED_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

/** A browser says when it had some of its events, for the console's latencies. What cannot be true is passed over in silence. */
export const action = jsonAction({
  access: "member",
  schema: receivedSchema,
  limit: RECEIVED_LIMIT,
  maxBytes: 4_096,
  run: async ({ ctx, viewer, input }) => ({ data: await reportReceived(ctx, viewer, input) }),
});
