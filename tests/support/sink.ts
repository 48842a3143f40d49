/**
 * A sink for published events whose behaviour a test writes as a script: as an HTTP server that speaks Channels'
 * API over real sockets (signatures checked), and as a publisher within the process.
 */
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turnOfLoop, setTimeout as pause } from "node:timers/promises";
import type { ChannelsApp } from "#app/config/settings.ts";
import type { EventStamp } from "#db/outbox/event.ts";
import type { Publisher, PublishOutcome, WireEvent } from "#worker/relay/publishers/publisher.ts";

/** What a timer of Node may be late, on a machine that has nothing else to do. */
const TIMER_LATE_MS = 2;

export interface SinkEvent extends WireEvent {
  stamp: EventStamp;
}

export interface SinkRequest {
  path: string;
  events: SinkEvent[];
  /** performance.now() at arrival. */
  at: number;
}

/** What the sink does with a request: nothing said means that it takes it. */
export type HttpReply = { status: number; body?: string; headers?: Record<string, string> } | "hang" | "hang-in-body" | "reset";

export interface HttpSink {
  app: ChannelsApp;
  requests: SinkRequest[];
  /** Taken events in order, one entry a channel. */
  taken: { channel: string; name: string; data: string; stamp: EventStamp }[];
  script: (request: SinkRequest) => HttpReply | undefined;
  /** Told once an answer is handed to the system. */
  answered: (request: SinkRequest) => void;
  /** Before each answer, in ms, to a hundredth: a timer alone is up to one late. */
  delayMs: number;
  readonly openSockets: number;
  close(): Promise<void>;
}

export async function startSink({ port = 0, delayMs = 0 }: { port?: number; delayMs?: number } = {}): Promise<HttpSink> {
  const sockets = new Set<Socket>();
  const app: ChannelsApp = { appId: "sink", key: "sinkkey", secret: "sink-secret-0123456789", cluster: "local", host: "127.0.0.1", port: 0, useTLS: false };
  const sink: HttpSink = {
    app,
    requests: [],
    taken: [],
    script: () => undefined,
    answered: () => undefined,
    delayMs,
    get openSockets() {
      return sockets.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, "close");
    },
  };
  const server = http.createServer((request, response) => void serve(request, response));

  async function serve(request: http.IncomingMessage, response: http.ServerResponse) {
    const body = await bodyOf(request);
    // Whoever sent it died in the middle.
    if (body === null) return;
    const url = new URL(request.url ?? "/", "http://sink");
    const received: SinkRequest = { path: url.pathname, events: eventsOf(body), at: performance.now() };
    sink.requests.push(received);
    const reply = signatureFits(url, body, app) ? sink.script(received) : { status: 401, body: "Invalid signature" };
    if (sink.delayMs > 0) await reached(received.at + sink.delayMs);
    if (reply === "hang") return;
    if (reply === "reset") return void request.socket.destroy();
    if (reply === "hang-in-body") return void response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write("{");
    if (!reply || (reply.status < 300 && reply.body === undefined)) for (const event of received.events) for (const channel of event.channels) sink.taken.push({ channel, name: event.name, data: event.data, stamp: event.stamp });
    response.once("finish", () => sink.answered(received));
    response.writeHead(reply?.status ?? 200, { "content-type": "application/json", ...reply?.headers }).end(reply?.body ?? "{}");
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  app.port = (server.address() as AddressInfo).port;
  return sink;
}

/** Sleeps until shortly before, then looks at the clock. @param due by performance.now() */
async function reached(due: number): Promise<void> {
  const sleep = due - performance.now() - TIMER_LATE_MS;
  if (sleep > 0) await pause(sleep);
  while (performance.now() < due) await turnOfLoop();
}

/** Null when the connection broke before its end. */
async function bodyOf(request: http.IncomingMessage): Promise<string | null> {
  let body = "";
  try {
    for await (const chunk of request) body += String(chunk);
  } catch (error) {
    if (request.destroyed) return null;
    throw error;
  }
  return body;
}

function eventsOf(body: string): SinkEvent[] {
  const message = JSON.parse(body || "{}") as { batch?: { name: string; channel: string; data: string }[]; name?: string; channels?: string[]; data?: string };
  if (message.batch) return message.batch.map(({ name, channel, data }) => ({ name, channels: [channel], data, stamp: stampOf(data) }));
  if (message.name === undefined) return [];
  const data = message.data ?? "";
  return [{ name: message.name, channels: message.channels ?? [], data, stamp: stampOf(data) }];
}

const stampOf = (data: string) => (JSON.parse(data) as { _event: EventStamp })._event;

function signatureFits(url: URL, body: string, app: ChannelsApp): boolean {
  const given = new Map(url.searchParams);
  const signature = given.get("auth_signature");
  given.delete("auth_signature");
  if (body && given.get("body_md5") !== createHash("md5").update(body).digest("hex")) return false;
  const query = [...given].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`).join("&");
  return createHmac("sha256", app.secret).update(`POST\n${url.pathname}\n${query}`).digest("hex") === signature;
}

export interface ScriptedPublisher extends Publisher {
  requests: SinkRequest[];
  /** Users whose connections were to be ended, each time. */
  terminations: string[];
  onTerminate: (userId: string) => PublishOutcome | undefined;
  taken: { channel: string; name: string; data: string; stamp: EventStamp }[];
  /** Called for each request; what it answers is the outcome, nothing means accepted. It may take its time. */
  script: (request: SinkRequest, signal?: AbortSignal) => PublishOutcome | undefined | Promise<PublishOutcome | undefined>;
}

/** A publisher without a network, for tests that move the clock. */
export function scriptedPublisher(monotonic: () => number = () => performance.now()): ScriptedPublisher {
  const publisher: ScriptedPublisher = {
    requests: [],
    terminations: [],
    onTerminate: () => undefined,
    taken: [],
    script: () => undefined,
    async publish(batch, signal) {
      const request: SinkRequest = { path: batch.length === 1 ? "events" : "batch_events", events: batch.map((event) => ({ ...event, stamp: stampOf(event.data) })), at: monotonic() };
      publisher.requests.push(request);
      if (signal?.aborted) return ABORTED;
      const outcome = await publisher.script(request, signal);
      if (outcome) return outcome;
      for (const event of request.events) for (const channel of event.channels) publisher.taken.push({ channel, name: event.name, data: event.data, stamp: event.stamp });
      return { kind: "accepted" };
    },
    async terminate(userId) {
      publisher.terminations.push(userId);
      return publisher.onTerminate(userId) ?? { kind: "accepted" };
    },
    close: () => undefined,
  };
  return publisher;
}

const ABORTED: PublishOutcome = { kind: "unavailable", reason: "aborted", detail: "called off", retryAfterMs: null };
