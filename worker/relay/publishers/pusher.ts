/** Publishes to Pusher Channels, or to a server that speaks its HTTP API. */
import http from "node:http";
import https from "node:https";
import type { ChannelsApp } from "#app/config/settings.ts";
import { MAX_EVENT_NAME_CHARACTERS } from "#db/outbox/refusal.ts";
import { readAnswer, redactor } from "./answer.ts";
import { channelsApi } from "./channels-api.ts";
import { MAX_BATCH, MAX_CHANNELS, type OutageReason, type Publisher, type PublishOutcome, type WireEvent } from "./publisher.ts";

/** For the whole call: connecting, sending, and the answer with its body. */
export const DEADLINE_MS = 5_000;
/** Shorter than the idle limit of usual servers, so that a connection is rarely used just as it is closed. */
const IDLE_SOCKET_MS = 4_000;
/** Answers have some tens of characters; what has more is none, and is not read to its end. */
const LONGEST_ANSWER = 64 * 1024;

/** What Channels takes as a name. To an encrypted channel nothing may go in clear text, and Roost has no key to it. */
const CHANNEL_NAME = /^(?!private-encrypted-)[A-Za-z0-9_\-=@,.;]{1,200}$/;
const USER_ID = /^[^/?#\s]{1,200}$/;

export interface PusherPublisherOptions {
  deadlineMs?: number;
  /** For tests: a certificate authority of their own. */
  ca?: string;
}

/** By cluster, or by host where one is set. */
export function pusherPublisher(channels: ChannelsApp, { deadlineMs = DEADLINE_MS, ca }: PusherPublisherOptions = {}): Publisher {
  const redact = redactor([channels.secret, channels.key]);
  const api = channelsApi(channels);
  // To a socket in use `timeout` does nothing (the deadline is ours); a free one it closes.
  const options = { keepAlive: true, timeout: IDLE_SOCKET_MS };
  const agent = channels.useTLS ? new https.Agent({ ...options, ...(ca ? { ca } : {}) }) : new http.Agent(options);
  const { request: open } = channels.useTLS ? https : http;

  async function post(path: string, content: object, signal?: AbortSignal): Promise<PublishOutcome> {
    const endsAt = performance.now() + deadlineMs;
    const body = JSON.stringify(content);
    const first = await attempt(path, body, deadlineMs, signal);
    if (!first.stale) return first.outcome;
    // A kept connection that the server had just closed says nothing about the service, and the others are as old.
    closeIdle();
    return (await attempt(path, body, endsAt - performance.now(), signal)).outcome;
  }

  function attempt(path: string, body: string, withinMs: number, signal?: AbortSignal): Promise<Attempt> {
    if (signal?.aborted) return Promise.resolve({ outcome: calledOff(signal), stale: false });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = open({ agent, host: api.host, port: api.port, method: "POST", path: api.signed("POST", path, { body }), headers });
    return new Promise((resolve) => {
      const timer = setTimeout(() => cutOff(unavailable("timeout", "no answer in time")), withinMs);
      const onAbort = () => cutOff(calledOff(signal!));
      signal?.addEventListener("abort", onAbort, { once: true });

      function end(outcome: PublishOutcome, stale = false) {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        resolve({ outcome, stale });
      }
      function cutOff(outcome: PublishOutcome) {
        end(outcome);
        request.destroy();
      }
      request.on("error", (error) => end(failureOutcome(error), request.reusedSocket && wasClosed(error)));
      // Nobody asked for one. Node would tell of it by nothing else, and close only later.
      request.on("upgrade", () => cutOff(unavailable("unexpected-answer", "101 Switching Protocols")));
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
          if (text.length > LONGEST_ANSWER) cutOff(unavailable("unexpected-answer", "an answer that does not end"));
        });
        response.on("error", (error) => end(failureOutcome(error)));
        response.on("end", () => end(readAnswer({ status: response.statusCode!, body: text, retryAfter: response.headers["retry-after"] }, redact)));
      });
      request.end(body);
    });
  }

  function closeIdle() {
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  return {
    publish(batch, signal) {
      const [first] = batch;
      if (!first || batch.length > MAX_BATCH) throw new RangeError(`a request takes 1 to ${MAX_BATCH} events, not ${batch.length}`);
      for (const { channels } of batch) assertReach(channels, batch.length === 1 ? MAX_CHANNELS : 1);
      if (!batch.every(hasNames)) return Promise.resolve(NO_NAME);
      if (batch.length === 1) return post("/events", { name: first.name, channels: first.channels, data: first.data }, signal);
      return post("/batch_events", { batch: batch.map(({ name, channels: [channel], data }) => ({ name, channel, data })) }, signal);
    },
    terminate: (userId, signal) => (USER_ID.test(userId) ? post(`/users/${userId}/terminate_connections`, {}, signal) : Promise.resolve(NO_NAME)),
    close() {
      // What is under way ends first; nothing is kept after it.
      agent.maxFreeSockets = 0;
      closeIdle();
    },
  };
}

/** What came of one try; `stale`: the connection was closed under it. */
interface Attempt {
  outcome: PublishOutcome;
  stale: boolean;
}

function assertReach(channels: readonly string[], most: number) {
  if (channels.length === 0 || channels.length > most) throw new RangeError(`an event of this request goes to 1 to ${most} channels, not ${channels.length}`);
}

const hasNames = ({ name, channels }: WireEvent) => name.length <= MAX_EVENT_NAME_CHARACTERS && channels.every((channel) => CHANNEL_NAME.test(channel));

const NO_NAME: PublishOutcome = { kind: "refused", reason: "bad-request", detail: "a name that Channels does not take" };

/** A request that got no answer: by the code of its error alone, whose message may carry the signed URL. */
export function failureOutcome(error: unknown): PublishOutcome {
  const code = codeOf(error);
  return code === null ? unavailable("network", "the request failed") : unavailable(isTls(code) ? "tls" : "network", code);
}

const unavailable = (reason: OutageReason, detail: string): PublishOutcome => ({ kind: "unavailable", reason, detail, retryAfterMs: null });

const calledOff = ({ reason }: AbortSignal) => unavailable(reason instanceof DOMException && reason.name === "TimeoutError" ? "timeout" : "aborted", "called off");

const codeOf = (error: unknown) => (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : null);

const wasClosed = (error: unknown) => ["ECONNRESET", "EPIPE"].includes(codeOf(error) ?? "");

const isTls = (code: string) => code.startsWith("ERR_TLS") || code.startsWith("ERR_SSL") || code.includes("CERT") || code.startsWith("UNABLE_TO_") || code === "EPROTO";
