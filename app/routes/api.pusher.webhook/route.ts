import { DomainError } from "#app/domain/errors.ts";
import { hearOccupancy } from "#app/domain/presence/commands.server.ts";
import { readWebhook } from "#app/http/webhook.server.ts";
import { endpoint } from "#app/http/mutation.server.ts";

/** What the Channels server tells us, signed: 200; 401 for a bad signature; 4xx for anything else that is not its own. */
export const action = endpoint({
  access: "program",
  maxBytes: 256 * 1024,
  run: async ({ ctx, request, state, body, log }) => {
    const app = state.services.settings.channels;
    if (!app) throw new DomainError("not-found");
    const { time_ms: at, events } = readWebhook(app, request.headers, body, ctx.now());
    log.debug({ events: events.map(({ name, channel }) => ({ name, channel })) }, "channels webhook");
    await hearOccupancy(
      ctx,
      events.flatMap(({ name, channel }) => (name === "channel_occupied" || name === "channel_vacated" ? [{ channel, occupied: name === "channel_occupied", at }] : [])),
    );
    return Response.json({});
  },
});
