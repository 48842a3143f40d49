/**
 * The `pusher` package, wrapped; the only module that calls its trigger, triggerBatch and
 * terminateUserConnections. The package has no deadline by default, and its own stops at the response headers;
 * its triggerBatch checks nothing and changes its input; its errors carry the signed URL.
 */
import http from "node:http";
import https from "node:https";
import { subscribe } from "node:diagnostics_channel";
import Pusher from "pusher";
import type { ChannelsApp } from "#app/config/settings.ts";
import { readAnswer, redactor } from "./answer.ts";
import { MAX_BATCH, MAX_CHANNELS, type OutageReason, type Publisher, type PublishOutcome, type WireEvent } from "./publisher.ts";

/** For the whole call: connecting, sending, and the answer with its body. */
export const DEADLINE_MS = 5_000;
/** Shorter than the idle limit of usual servers, so that a connection is rarely used just as it is closed. */
const IDLE_SOCKET_MS = 4_000;

export interface PusherPublisherOptions {
  deadlineMs?: number;
  /** For tests: a certificate authority of their own. */
  ca?: string;
}

/** One connection and the client bound to it: the only way to cut off exactly the call that hangs. */
interface Line {
  agent: http.Agent;
  client: Pusher;
  used: boolean;
}

type Call = (client: Pusher) => Promise<Pusher.Response>;

/** Publishes to pusher.com by cluster, or to a compatible server by host. */
export function pusherPublisher(channels: ChannelsApp, { deadlineMs = DEADLINE_MS, ca }: PusherPublisherOptions = {}): Publisher {
  const redact = redactor([channels.secret, channels.key]);
  const idle: Line[] = [];
  let closed = false;

  function open(): Line {
    const options = { keepAlive: true, maxSockets: 1, timeout: IDLE_SOCKET_MS };
    // To a socket in use `timeout` does nothing (the deadline is ours); a free one it closes.
    const agent = channels.useTLS ? new https.Agent({ ...options, ...(ca ? { ca } : {}) }) : new http.Agent(options);
    const { appId, key, secret, useTLS, host, cluster, port } = channels;
    const client = new Pusher({ appId, key, secret, useTLS, agent, ...(host ? { host, ...(port ? { port: String(port) } : {}) } : { cluster }) });
    return { agent, client, used: false };
  }

  async function call(work: Call, signal?: AbortSignal): Promise<PublishOutcome> {
    const endsAt = performance.now() + deadlineMs;
    const line = idle.pop() ?? open();
    const wasUsed = line.used;
    const first = await attempt(line, work, deadlineMs, signal);
    // A kept connection that the server had just closed says nothing about the service.
    if (wasUsed && first.stale) return (await attempt(open(), work, endsAt - performance.now(), signal)).outcome;
    return first.outcome;
  }

  async function attempt(line: Line, work: Call, withinMs: number, signal?: AbortSignal): Promise<Attempt> {
    const cut: { reason: OutageReason | null } = { reason: null };
    let tell: (attempt: Attempt) => void = () => undefined;
    const whenCut = new Promise<Attempt>((resolve) => (tell = resolve));
    const cutOff = (reason: OutageReason) => {
      if (cut.reason !== null) return;
      cut.reason = reason;
      line.agent.destroy();
      tell({ outcome: unavailable(reason, reason === "timeout" ? "no answer in time" : "called off"), stale: false });
    };
    const timer = setTimeout(() => cutOff("timeout"), withinMs);
    const onAbort = () => cutOff(signal?.reason instanceof DOMException && signal.reason.name === "TimeoutError" ? "timeout" : "aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const result = await (cut.reason === null ? Promise.race([exchange(line, work, redact), whenCut]) : whenCut);
      if (cut.reason !== null || result.stale || closed) line.agent.destroy();
      else {
        line.used = true;
        idle.push(line);
      }
      return result;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  return {
    publish(batch, signal) {
      const [first] = batch;
      if (!first || batch.length > MAX_BATCH) throw new RangeError(`a request takes 1 to ${MAX_BATCH} events, not ${batch.length}`);
      if (batch.length === 1) {
        if (first.channels.length === 0 || first.channels.length > MAX_CHANNELS) throw new RangeError(`an event goes to 1 to ${MAX_CHANNELS} channels, not ${first.channels.length}`);
        return call((client) => client.trigger([...first.channels], first.name, first.data), signal);
      }
      const copies = batch.map(batchEvent);
      return call((client) => client.triggerBatch(copies), signal);
    },
    terminate: (userId, signal) => call((client) => client.terminateUserConnections(userId), signal),
    close() {
      closed = true;
      for (const line of idle.splice(0)) line.agent.destroy();
    },
  };
}

function batchEvent({ name, channels, data }: WireEvent): Pusher.BatchEvent {
  const [channel] = channels;
  if (channel === undefined || channels.length !== 1) throw new RangeError("in a batch each event goes to one channel");
  return { name, channel, data };
}

/** What came of one try; `stale`: the connection was closed under it. */
interface Attempt {
  outcome: PublishOutcome;
  stale: boolean;
}

async function exchange(line: Line, work: Call, redact: (text: string) => string): Promise<Attempt> {
  retryAfters.delete(line.agent);
  try {
    const response = await work(line.client);
    const body = await response.text();
    return { outcome: readAnswer({ status: response.status, body, retryAfter: retryAfters.get(line.agent) }, redact), stale: false };
  } catch (error) {
    return readFailure(error, retryAfters.get(line.agent), redact);
  }
}

/**
 * The package drops the headers of an error answer, and with them Retry-After; Node tells of each answer on this
 * channel, and each call has an agent of its own.
 */
const retryAfters = new WeakMap<object, string>();
subscribe("http.client.response.finish", (message) => {
  const { request, response } = message as { request: { agent?: object }; response: http.IncomingMessage };
  const header = response.headers["retry-after"];
  if (request.agent && header !== undefined) retryAfters.set(request.agent, header);
});

function readFailure(error: unknown, retryAfter: string | undefined, redact: (text: string) => string): Attempt {
  if (error instanceof Pusher.RequestError && error.status !== undefined) return { outcome: readAnswer({ status: error.status, body: error.body ?? "", retryAfter }, redact), stale: false };
  const inner: unknown = error instanceof Pusher.RequestError ? error.error : error;
  const code = codeOf(inner);
  if (code !== null) return { outcome: failureOutcome(inner), stale: code === "ECONNRESET" || code === "EPIPE" };
  // The package itself refuses names that Channels would refuse.
  if (error instanceof Error && /^(Invalid channel name|Channel name too long|Too long event name|Invalid user id|Set encryptionMasterKey|You cannot trigger)/.test(error.message))
    return { outcome: { kind: "refused", reason: "bad-request", detail: "a name that Channels does not take" }, stale: false };
  return { outcome: failureOutcome(inner), stale: false };
}

/** A request that got no answer: by the code of its error alone. */
export function failureOutcome(error: unknown): PublishOutcome {
  const code = codeOf(error);
  return code === null ? unavailable("network", "the request failed") : unavailable(isTls(code) ? "tls" : "network", code);
}

const unavailable = (reason: OutageReason, detail: string): PublishOutcome => ({ kind: "unavailable", reason, detail, retryAfterMs: null });

/** The code of a network error; its message would carry the signed URL. */
function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  return "type" in error && typeof error.type === "string" ? error.type : null;
}

const isTls = (code: string) => code.startsWith("ERR_TLS") || code.startsWith("ERR_SSL") || code.startsWith("CERT_") || code.includes("CERT") || code.startsWith("UNABLE_TO_") || code === "EPROTO";
