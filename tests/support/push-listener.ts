import PusherClient from "pusher-js";
import { onTestFinished } from "vitest";
import { channelAuth } from "#worker/channels/credentials.ts";
import { until } from "./wait.ts";

const WITHIN_MS = 20_000;

/**
 * Somebody who hears of a channel by push alone, until the test is over.
 * @param env the settings of the house
 * @returns the texts of new messages, as they come
 */
export async function listenOn(env: Record<string, string>, channel: string): Promise<string[]> {
  const { PUSHER_APP_ID: id, PUSHER_KEY: key, PUSHER_SECRET: secret, CHANNELS_PORT: port } = env;
  const client = new PusherClient(key!, {
    ...{ cluster: "local", wsHost: "127.0.0.1", wsPort: Number(port), forceTLS: false, enabledTransports: ["ws"], enableStats: false },
    channelAuthorization: { transport: "ajax", endpoint: "", customHandler: ({ socketId, channelName }, answer) => answer(null, { auth: channelAuth({ id: id!, key: key!, secret: secret! }, socketId, channelName) }) },
  });
  onTestFinished(() => client.disconnect());
  const heard: string[] = [];
  const subscription = client.subscribe(channel).bind("new-message", ({ body }: { body: string }) => heard.push(body));
  await until(() => subscription.subscribed, { what: "somebody to listen", timeout: WITHIN_MS });
  return heard;
}
