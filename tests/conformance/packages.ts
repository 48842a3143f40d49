/** The unmodified `pusher` and `pusher-js` packages, pointed at the server under test. */
import PusherServer from "pusher";
import PusherClient from "pusher-js";
import type { Options } from "pusher-js";
import { onTestFinished } from "vitest";
import { until } from "#tests/support/wait.ts";
import { patienceMs } from "./target.ts";
import type { Target } from "./target.ts";

export const publisher = (target: Target, more: { secret?: string; key?: string; appId?: string } = {}) =>
  new PusherServer({ appId: target.app.id, key: target.app.key, secret: target.app.secret, host: target.host, port: String(target.port), useTLS: false, ...more });

export interface Identity {
  id: string;
  info?: Record<string, string>;
}

/** A browser of pusher-js; its authorizations come straight from the `pusher` package. */
export function browser(target: Target, identity: Identity = { id: "someone" }, options: Partial<Options> = {}): PusherClient {
  const signer = publisher(target);
  const client = new PusherClient(target.app.key, {
    cluster: "local",
    wsHost: target.host,
    wsPort: target.port,
    forceTLS: false,
    enabledTransports: ["ws"],
    enableStats: false,
    channelAuthorization: {
      endpoint: "unused",
      transport: "ajax",
      customHandler({ socketId, channelName }, answer) {
        const member = { user_id: identity.id, user_info: identity.info ?? {} };
        answer(null, signer.authorizeChannel(socketId, channelName, channelName.startsWith("presence-") ? member : undefined));
      },
    },
    userAuthentication: {
      endpoint: "unused",
      transport: "ajax",
      customHandler({ socketId }, answer) {
        answer(null, signer.authenticateUser(socketId, { id: identity.id }));
      },
    },
    ...options,
  });
  onTestFinished(() => client.disconnect());
  return client;
}

/** Resolves with an event's data. */
export function once(source: { bind(event: string, handler: (data: unknown) => void): unknown }, event: string, within = patienceMs()): Promise<unknown> {
  let came: { data: unknown } | null = null;
  source.bind(event, (data) => (came ??= { data }));
  return until(() => came, { timeout: within, interval: 3, what: event }).then(({ data }) => data);
}
