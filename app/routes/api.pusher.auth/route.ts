import { channelAccess, tabletChannelAccess } from "#app/domain/channel-access.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Args } from "#app/http/args.server.ts";
import { readChannelRequest, signChannel } from "#app/http/channel-signature.server.ts";
import { SUBSCRIBE_LIMIT } from "#app/http/limits.server.ts";
import { endpoint } from "#app/http/mutation.server.ts";
import { listenerOf } from "#app/http/tablet.server.ts";

/** Signs one channel for one connection: 200 `{ auth, channel_data? }`, 400, 401, 403. pusher-js takes nothing but 200 as yes. */
export const action = endpoint({
  access: "screen",
  limit: SUBSCRIBE_LIMIT,
  maxBytes: 4_096,
  run: async (args) => {
    const { socket_id: socketId, channel_name: channel } = readChannelRequest(args.body);
    const present = await admitted(args, channel);
    const app = args.state.services.settings.channels;
    if (!app) throw new DomainError("not-found");
    return Response.json(signChannel(app, socketId, channel, present && JSON.stringify(present)));
  },
});

/** @returns who the others on a presence channel are told of; none on others @throws DomainError forbidden */
async function admitted(args: Args<"screen">, channel: string) {
  const listener = await listenerOf(args);
  if ("tablet" in listener) {
    tabletChannelAccess(listener.tablet, channel);
    return undefined;
  }
  const { userId, name } = listener.viewer;
  const { presence } = await channelAccess(args.ctx, listener.viewer, channel);
  return presence ? { user_id: userId, user_info: { name } } : undefined;
}
