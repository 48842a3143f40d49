import PusherClient from "pusher-js";
import type { ChannelAuthorizationHandler } from "pusher-js";

/** pusher-js itself, on the channels server of a house. @param env the settings of the house */
export function pusherClient(env: Record<string, string>, authorize: ChannelAuthorizationHandler): PusherClient {
  return new PusherClient(env["PUSHER_KEY"] ?? "", {
    cluster: "local",
    wsHost: "127.0.0.1",
    wsPort: Number(env["PUSHER_PORT"]),
    forceTLS: false,
    enabledTransports: ["ws"],
    channelAuthorization: { transport: "ajax", endpoint: "", customHandler: authorize },
  });
}
