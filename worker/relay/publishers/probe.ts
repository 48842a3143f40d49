/** What the live test asks of a Channels server from the publisher's side: are the credentials good, and does it take a ping. */
import type { ChannelsApp } from "#app/config/settings.ts";
import { HEALTH_CHANNEL } from "#app/domain/channels.ts";
import type { FailureReason } from "#app/domain/health/codes.ts";
import { healthPing } from "#app/domain/health/events.ts";
import type { Answer } from "#app/domain/health/live-test.ts";
import { nodeSocket } from "#app/domain/health/node-socket.server.ts";
import { socketAddress } from "#app/domain/health/socket-address.ts";
import { SocketEndedError, TestSocket } from "#app/domain/health/test-socket.ts";
import { readAnswer, redactor } from "./answer.ts";
import { channelsApi } from "./channels-api.ts";
import type { Publisher, PublishOutcome } from "./publisher.ts";
import { failureOutcome } from "./pusher.ts";

const CREDENTIALS_WITHIN_MS = 3_500;
/** Only asked when the app id is unknown: is the key? */
const KEY_WITHIN_MS = 1_500;

export interface ChannelsProbe {
  /** Whether the service knows the app and its signature, by a question that sends nothing. Never rejects. */
  credentials(signal?: AbortSignal): Promise<Answer>;
  /** Publishes one health-ping. Never rejects. */
  ping(ts: number, signal?: AbortSignal): Promise<Answer>;
}

/** @param publisher what the app publishes with: the ping goes the way of all events */
export function channelsProbe(app: ChannelsApp, publisher: Publisher): ChannelsProbe {
  const redact = redactor([app.secret, app.key]);
  const { origin, signed } = channelsApi(app);

  async function ask(signal: AbortSignal): Promise<PublishOutcome> {
    try {
      const response = await fetch(origin + signed("GET", "/channels", { params: { filter_by_prefix: HEALTH_CHANNEL } }), { redirect: "manual", signal });
      return readAnswer({ status: response.status, body: await response.text() }, redact);
    } catch (error) {
      if (signal.aborted) return { kind: "unavailable", reason: "timeout", detail: "no answer in time", retryAfterMs: null };
      // fetch says only that it failed, and keeps the reason as its cause.
      return failureOutcome(error instanceof TypeError ? error.cause : error);
    }
  }

  return {
    async credentials(signal) {
      const answer = answerOf(await ask(withLimit(CREDENTIALS_WITHIN_MS, signal)));
      // Some servers answer 404 for a wrong id only, some for a key of another cluster, too: their sockets know the key.
      if (!answer.ok && answer.reason === "not-found" && (await knowsKey(app))) return { ok: false, reason: "unknown-app-id" };
      return answer;
    },
    ping: async (ts, signal) => answerOf(await publisher.publish([{ name: healthPing.name, channels: [HEALTH_CHANNEL], data: JSON.stringify({ ts }) }], signal)),
  };
}

/** Whether the server greets a socket that names our key. */
async function knowsKey(app: ChannelsApp): Promise<boolean> {
  const socket = new TestSocket(() => nodeSocket(socketAddress(app, app.host ?? "")));
  const signal = AbortSignal.timeout(KEY_WITHIN_MS);
  const late = new Promise<false>((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true }));
  try {
    return await Promise.race([socket.connect().then(() => true), late]);
  } catch (error) {
    if (error instanceof SocketEndedError) return false;
    throw error;
  } finally {
    socket.close();
  }
}

const withLimit = (ms: number, signal?: AbortSignal) => (signal ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms));

function answerOf(outcome: PublishOutcome): Answer {
  return outcome.kind === "accepted" ? { ok: true } : { ok: false, reason: outcome.reason satisfies FailureReason };
}
