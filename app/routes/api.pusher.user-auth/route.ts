import { DomainError } from "#app/domain/errors.ts";
import { readUserRequest, signUser } from "#app/http/channel-signature.server.ts";
import { SUBSCRIBE_LIMIT } from "#app/http/limits.server.ts";
import { endpoint } from "#app/http/mutation.server.ts";
import { listenerOf } from "#app/http/tablet.server.ts";

/** Signs a connection's user in: 200 `{ auth, user_data }`, 400, 401. */
export const action = endpoint({
  access: "screen",
  limit: SUBSCRIBE_LIMIT,
  maxBytes: 4_096,
  run: async (args) => {
    const { socket_id: socketId } = readUserRequest(args.body);
    const listener = await listenerOf(args);
    const app = args.state.services.settings.channels;
    if (!app) throw new DomainError("not-found");
    // A tablet is a user of its own there, so that its connection can be ended with it.
    const { id, name } = "tablet" in listener ? { id: listener.tablet.tabletId, name: listener.tablet.name } : { id: listener.viewer.userId, name: listener.viewer.name };
    return Response.json(signUser(app, socketId, JSON.stringify({ id, user_info: { name } })));
  },
});
