import type { Options } from "pusher-js";
import type { PublicChannels } from "#app/config/settings.ts";

/** Without news for so long pusher-js asks whether the other side is there. */
const ACTIVITY_TIMEOUT_MS = 30_000;
const PONG_TIMEOUT_MS = 6_000;

/** Loopback, where no page has a host: in tests under Node. */
const pageHost = () => (typeof location === "undefined" ? "127.0.0.1" : location.hostname);

/** What pusher-js wants to know. It throws without a cluster, even when a host is given. */
export function pusherOptions({ cluster, host, port, useTLS }: PublicChannels): Options {
  const wsHost = host === null ? pageHost() : host;
  return {
    cluster,
    ...(wsHost !== undefined && { wsHost }),
    ...(port !== undefined && { wsPort: port, wssPort: port }),
    forceTLS: useTLS,
    // WebSocket, over TLS where that is set. Its fallbacks over HTTP are pusher.com's alone (ours is polling by sync), and
    // "wss" is the one of a slow connection without TLS: to a port that speaks none, against the page's own policy.
    enabledTransports: ["ws"],
    enableStats: false,
    activityTimeout: ACTIVITY_TIMEOUT_MS,
    pongTimeout: PONG_TIMEOUT_MS,
  };
}
