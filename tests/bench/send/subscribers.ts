/** Real subscribers: pusher-js over WebSocket, each channel authorized with the app's own secret. */
import PusherServer from "pusher";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { until } from "#tests/support/wait.ts";
import { preciseNow } from "#tests/bench/measure/figures.ts";
import { pusherClient } from "#tests/bench/clients/pusher-client.ts";
import type { Delivered } from "#tests/bench/measure/deliveries.ts";

/** Connections that share the channels among them. */
const CONNECTIONS = 4;
const RECONNECT_TIMEOUT_MS = 60_000;

export interface Subscribers {
  allSubscribed(): Promise<void>;
  close(): void;
}

export async function subscribe(env: Record<string, string>, channels: readonly string[], delivered: Delivered): Promise<Subscribers> {
  const { PUSHER_APP_ID = "", PUSHER_KEY = "", PUSHER_SECRET = "" } = env;
  const signer = new PusherServer({ appId: PUSHER_APP_ID, key: PUSHER_KEY, secret: PUSHER_SECRET, cluster: "local" });
  const clients = Array.from({ length: CONNECTIONS }, () => pusherClient(env, ({ socketId, channelName }, done) => done(null, signer.authorizeChannel(socketId, channelName))));
  const subscribed = channels.map((name, n) => {
    const channel = clients[n % CONNECTIONS]!.subscribe(name);
    channel.bind("new-message", (message: MessageData) => delivered(message.clientId, message.createdAt, preciseNow()));
    return channel;
  });
  const allSubscribed = async () => {
    await until(() => subscribed.every((channel) => channel.subscribed), { timeout: RECONNECT_TIMEOUT_MS, what: "all subscriptions" });
  };
  await allSubscribed();
  return { allSubscribed, close: () => clients.forEach((client) => client.disconnect()) };
}
