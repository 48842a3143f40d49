/** pusher-js on the channels a page with an open chat has, each authorized by the app itself. */
import type { MessageData } from "#app/domain/conversations/events.ts";
import { userChannel } from "#app/domain/channels.ts";
import { AUTH_ENDPOINT, AuthRefusedError, authorize } from "#app/realtime/pusher/authorize.ts";
import { browserTimers } from "#app/realtime/browser.ts";
import { pusherClient } from "#tests/bench/clients/pusher-client.ts";
import { until } from "#tests/support/wait.ts";
import type { Connect, Way } from "./client.ts";

const CONNECT_TIMEOUT_MS = 60_000;
/** A thousand clients that come at once wait for each other: a page whose question got no answer asks again, too. */
const ASKS = 5;

type Signed = { auth: string; channel_data?: string };

export const connectPush: Connect<Extract<Way, { kind: "push" }>> = async ({ origin, env }, { userId, cookie, channel }, arrived) => {
  const asPage = { ...browserTimers, fetch: (url: string, init: RequestInit) => fetch(new URL(url, origin), { ...init, headers: { Cookie: cookie, Origin: origin, "Sec-Fetch-Site": "same-origin" } }) };
  let refused: unknown;
  const pusher = pusherClient(env, ({ socketId, channelName }, done) => {
    const ask = (left: number): Promise<Signed> =>
      authorize<Signed>(asPage, AUTH_ENDPOINT, { socket_id: socketId, channel_name: channelName }).catch((error: unknown) => {
        if (left === 0 || !(error instanceof AuthRefusedError) || error.status !== 0) throw error;
        return ask(left - 1);
      });
    ask(ASKS - 1).then(
      (answer) => done(null, answer),
      (error: unknown) => {
        refused = error;
        done(error as Error, null);
      },
    );
  });
  const channels = [userChannel(userId), channel].map((name) => pusher.subscribe(name));
  channels[1]!.bind("new-message", (message: MessageData) => {
    if (message.senderId !== userId) arrived(message);
  });
  await until(() => refused !== undefined || channels.every(({ subscribed }) => subscribed), { timeout: CONNECT_TIMEOUT_MS, what: "the subscriptions of a client" });
  if (refused) throw new Error("a client was refused a channel", { cause: refused });
};
