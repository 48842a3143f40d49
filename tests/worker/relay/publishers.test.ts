/** One contract for all publishers, then what only the one over HTTP can get wrong. */
import { createServer, type AddressInfo, type Server } from "node:net";
import { once } from "node:events";
import Pusher from "pusher";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patient } from "#tests/support/patience.ts";
import { scriptedPublisher, startSink, type HttpReply, type HttpSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { readAnswer, redactor, retryAfterMs } from "#worker/relay/publishers/answer.ts";
import { channelsApi } from "#worker/relay/publishers/channels-api.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher, PublishOutcome, WireEvent } from "#worker/relay/publishers/publisher.ts";

const event = (n: number, channels = [`private-chat-${n}`]): WireEvent => ({ name: "test", channels, data: JSON.stringify({ n, _event: { id: `id${n}`, seq: n } }) });

interface Subject {
  publisher: Publisher;
  taken(): { channel: string; stamp: { seq: number } }[];
  answerWith(outcome: "refused" | "unavailable" | "hang"): void;
  close(): Promise<void>;
}

const subjects: Record<string, () => Promise<Subject>> = {
  "pusher over HTTP": async () => {
    const sink = await startSink();
    const publisher = pusherPublisher(sink.app, { deadlineMs: 400 });
    const replies: Record<string, HttpReply> = { refused: { status: 400, body: "no" }, unavailable: { status: 503 }, hang: "hang" };
    return {
      publisher,
      taken: () => sink.taken,
      answerWith: (outcome) => (sink.script = () => replies[outcome]),
      close: async () => {
        publisher.close();
        await sink.close();
      },
    };
  },
  scripted: () => {
    const publisher = scriptedPublisher();
    const answer = (outcome: string, signal?: AbortSignal): PublishOutcome | Promise<PublishOutcome> =>
      outcome === "refused"
        ? { kind: "refused", reason: "bad-request", detail: "" }
        : outcome === "unavailable"
          ? { kind: "unavailable", reason: "server-error", detail: "", retryAfterMs: null }
          : new Promise((resolve) => signal?.addEventListener("abort", () => resolve({ kind: "unavailable", reason: "aborted", detail: "", retryAfterMs: null })));
    return Promise.resolve({
      publisher,
      taken: () => publisher.taken,
      answerWith: (outcome: string) => (publisher.script = (_request, signal) => answer(outcome, signal)),
      close: () => Promise.resolve(),
    });
  },
};

describe.each(Object.keys(subjects))("the contract of publishers: %s", (name) => {
  let subject: Subject;
  beforeEach(async () => void (subject = await subjects[name]!()));
  afterEach(() => subject.close());

  it("takes one event for up to a hundred channels", async () => {
    const channels = Array.from({ length: 100 }, (_, n) => `private-user-${n}`);
    expect(await subject.publisher.publish([event(1, channels)])).toEqual({ kind: "accepted" });
    expect(subject.taken().map(({ channel }) => channel)).toEqual(channels);
  });

  it("takes a batch in order and leaves its input as it was", async () => {
    const batch = Array.from({ length: 10 }, (_, n) => event(n));
    const before = structuredClone(batch);
    expect(await subject.publisher.publish(Object.freeze(batch.map((one) => Object.freeze(one))))).toEqual({ kind: "accepted" });
    expect(batch).toEqual(before);
    expect(subject.taken().map(({ stamp }) => stamp.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each(["refused", "unavailable"] as const)("answers %s as a value", async (kind) => {
    subject.answerWith(kind);
    expect(await subject.publisher.publish([event(1)])).toMatchObject({ kind });
    expect(await subject.publisher.publish([event(1), event(2)])).toMatchObject({ kind });
    expect(subject.taken()).toEqual([]);
  });

  it("ends soon after it is called off", async () => {
    subject.answerWith("hang");
    const calledOff = new AbortController();
    const outcome = subject.publisher.publish([event(1)], calledOff.signal);
    setTimeout(() => calledOff.abort(), 30);
    const startedAt = performance.now();
    expect(await outcome).toMatchObject({ kind: "unavailable", reason: "aborted" });
    expect(performance.now() - startedAt).toBeLessThan(patient(280));
  });

  it("closes a user's connections", async () => {
    expect(await subject.publisher.terminate("user1")).toEqual({ kind: "accepted" });
  });
});

describe("pusher over HTTP", () => {
  let sink: HttpSink;
  let publisher: Publisher;
  beforeEach(async () => {
    sink = await startSink();
    publisher = pusherPublisher(sink.app, { deadlineMs: 300 });
  });
  afterEach(async () => {
    publisher.close();
    await sink.close();
  });

  it.each<[string, HttpReply, Partial<PublishOutcome> & Record<string, unknown>]>([
    ["400", { status: 400, body: "Missing name" }, { kind: "refused", reason: "bad-request" }],
    ["413", { status: 413, body: "too large" }, { kind: "refused", reason: "payload-too-large" }],
    ["401", { status: 401, body: "bad signature" }, { kind: "unavailable", reason: "unauthorized" }],
    ["403", { status: 403, body: "over quota" }, { kind: "unavailable", reason: "forbidden" }],
    ["404", { status: 404, body: "unknown app" }, { kind: "unavailable", reason: "not-found" }],
    ["429", { status: 429, headers: { "retry-after": "7" } }, { kind: "unavailable", reason: "rate-limited", retryAfterMs: 7_000 }],
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "3" } }, { kind: "unavailable", reason: "server-error", retryAfterMs: 3_000 }],
    ["wrong cluster", { status: 400, body: "App key x not in this cluster. Did you forget to specify the cluster?" }, { kind: "unavailable", reason: "wrong-cluster" }],
    ["a proxy's page", { status: 400, body: "<html>The plain HTTP request was sent to HTTPS port</html>" }, { kind: "unavailable", reason: "unexpected-answer" }],
    ["a page with 200", { status: 200, body: "<html>welcome</html>" }, { kind: "unavailable", reason: "unexpected-answer" }],
    ["soketi's 413 in a 200", { status: 200, body: '{"error":"too large","code":413}' }, { kind: "refused", reason: "payload-too-large" }],
    ["soketi's 401 in a 200", { status: 200, body: '{"error":"no","code":401}' }, { kind: "unavailable", reason: "unauthorized" }],
    ["soketi's ok", { status: 200, body: '{"ok":true}' }, { kind: "accepted" }],
    ["a connection that breaks", "reset", { kind: "unavailable", reason: "network" }],
  ])("reads %s", async (_name, reply, outcome) => {
    sink.script = () => reply;
    expect(await publisher.publish([event(1)])).toMatchObject(outcome);
  });

  it.each(["hang", "hang-in-body"] as const)("ends within its deadline when the answer is %s, and frees the socket", async (reply) => {
    sink.script = () => reply;
    const startedAt = performance.now();
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => publisher.publish([event(n)])));
    expect(performance.now() - startedAt).toBeLessThan(patient(550));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: "unavailable", reason: "timeout" });
    await until(() => sink.openSockets === 0, { what: "the sockets to close" });
    sink.script = () => undefined;
    expect(await publisher.publish([event(1)])).toEqual({ kind: "accepted" });
  });

  it("ends within its deadline when nothing ever answers the connection", async () => {
    const silentServer: Server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silentServer, "listening");
    const address = silentServer.address();
    const lost = pusherPublisher({ ...sink.app, port: typeof address === "object" && address ? address.port : 0 }, { deadlineMs: 200 });
    const startedAt = performance.now();
    expect(await lost.publish([event(1)])).toMatchObject({ kind: "unavailable", reason: "timeout" });
    expect(performance.now() - startedAt).toBeLessThan(patient(450));
    lost.close();
    silentServer.close();
  });

  it("uses its connections again, and no more than there are calls at once", async () => {
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 4 }, (_, n) => publisher.publish([event(n)])));
    expect(sink.openSockets).toBe(4);
  });

  it("tries once more when a kept connection was closed by the server meanwhile", async () => {
    await publisher.publish([event(1)]);
    let first = true;
    sink.script = () => {
      const reply: HttpReply | undefined = first ? "reset" : undefined;
      first = false;
      return reply;
    };
    expect(await publisher.publish([event(2)])).toEqual({ kind: "accepted" });
    expect(sink.requests).toHaveLength(3);
  });

  it("says refused for a name that Channels would refuse, alone or in a batch, and sends nothing of it", async () => {
    const refused = { kind: "refused", reason: "bad-request" };
    for (const bad of [event(1, ["bad channel!"]), event(1, ["private-encrypted-chat"]), event(1, ["a".repeat(201)]), { ...event(1), name: "n".repeat(201) }]) {
      expect(await publisher.publish([bad])).toMatchObject(refused);
      expect(await publisher.publish([event(2), bad])).toMatchObject(refused);
    }
    for (const userId of ["", "../channels", "a?b=c", "a/b"]) expect(await publisher.terminate(userId)).toMatchObject(refused);
    expect(sink.requests).toEqual([]);
    expect(() => publisher.publish([])).toThrow(RangeError);
    expect(() => publisher.publish([event(1), event(2, ["a", "b"])])).toThrow(RangeError);
    expect(() => publisher.publish([event(1, [])])).toThrow(RangeError);
  });

  it("sends what the package would: the same path, parameters and signature", async () => {
    const { appId, key, secret, host, port } = sink.app;
    const client = new Pusher({ appId, key, secret, host: host!, port: String(port), useTLS: false });
    await client.trigger(["private-chat-1", "private-chat-2"], "test", event(1).data);
    await client.triggerBatch([1, 2].map((n) => ({ channel: `private-chat-${n}`, name: "test", data: event(n).data })));
    await client.terminateUserConnections("user1");
    const [theirs, takenOfTheirs] = [sink.requests.splice(0), sink.taken.splice(0)];
    await publisher.publish([event(1, ["private-chat-1", "private-chat-2"])]);
    await publisher.publish([event(1), event(2)]);
    await publisher.terminate("user1");
    const said = (requests: typeof theirs) => requests.map(({ path, events }) => ({ path, events }));
    expect(said(sink.requests)).toEqual(said(theirs));
    // The sink takes nothing whose signature is wrong.
    expect([sink.taken, takenOfTheirs.length]).toEqual([takenOfTheirs, 4]);
  });

  it("goes to pusher.com by cluster, over TLS, and to a host where one is set", () => {
    const { host: _host, port: _port, ...app } = sink.app;
    const real = { ...app, cluster: "eu", host: undefined, port: undefined };
    expect(channelsApi({ ...real, useTLS: true }).origin).toBe("https://api-eu.pusher.com");
    expect(channelsApi({ ...real, host: "channels.example", port: 6001, useTLS: true }).origin).toBe("https://channels.example:6001");
    expect(channelsApi({ ...real, host: "::1", port: 6001 }).origin).toBe("http://[::1]:6001");
    expect(new URL(channelsApi({ ...real, useTLS: true }).origin + channelsApi(real).signed("POST", "/events", { body: "{}" })).pathname).toBe("/apps/sink/events");
  });

  it.each<[string, HttpReply]>([
    ["that never ends", { status: 200, body: `{"x":"${"x".repeat(100_000)}"}` }],
    ["that sends it elsewhere", { status: 302, headers: { location: "/" } }],
    ["of no known kind", { status: 599, body: "?" }],
  ])("takes an answer %s for an outage, and goes on", async (_name, reply) => {
    sink.script = () => reply;
    expect(await publisher.publish([event(1)])).toMatchObject({ kind: "unavailable" });
    sink.script = () => undefined;
    expect(await publisher.publish([event(1)])).toEqual({ kind: "accepted" });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ["an answer that ends with the connection", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", { kind: "accepted" }],
    ["an answer cut off in its body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", { kind: "unavailable", reason: "network" }],
    ["an answer cut off in its head", "HTTP/1.1 200 OK\r\nContent-Le", { kind: "unavailable", reason: "network" }],
    ["an upgrade that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", { kind: "unavailable", reason: "unexpected-answer" }],
    ["what is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", { kind: "unavailable", reason: "network" }],
    ["nothing at all", "", { kind: "unavailable", reason: "network" }],
  ])("ends soon, and no sooner than all is read, at %s", async (_name, bytes, outcome) => {
    const server = createServer((socket) => socket.on("error", () => undefined).once("data", () => socket.end(bytes))).listen(0, "127.0.0.1");
    await once(server, "listening");
    const patientOne = pusherPublisher({ ...sink.app, port: (server.address() as AddressInfo).port }, { deadlineMs: patient(5_000) });
    const startedAt = performance.now();
    expect(await patientOne.publish([event(1)])).toMatchObject(outcome);
    expect(performance.now() - startedAt).toBeLessThan(patient(1_000));
    patientOne.close();
    // Once each connection is gone.
    await once(server.close(), "close");
  });

  it("keeps no connection once it is closed", async () => {
    sink.delayMs = 50;
    const underWay = publisher.publish([event(1)]);
    await until(() => sink.openSockets === 1, { what: "the connection" });
    publisher.close();
    expect(await underWay).toEqual({ kind: "accepted" });
    await until(() => sink.openSockets === 0, { what: "the socket to close" });
  });

  it("shows no secret, key or signature, whatever comes back", async () => {
    const { secret, key } = sink.app;
    sink.script = () => ({ status: 400, body: `you sent auth_key=${key}&auth_signature=${"a1".repeat(32)} for ${secret}` });
    const answers = [await publisher.publish([event(1)])];
    await sink.close();
    answers.push(await publisher.publish([event(1)]));
    const text = JSON.stringify(answers);
    for (const forbidden of [secret, key, "a1a1a1", "auth_signature=a", "http://"]) expect(text).not.toContain(forbidden);
    expect(answers[1]).toMatchObject({ kind: "unavailable", reason: "network" });
  });

  it("refuses a certificate that nobody vouches for, as an outage", async () => {
    const tls = pusherPublisher({ ...sink.app, useTLS: true }, { deadlineMs: 500 });
    expect(await tls.publish([event(1)])).toMatchObject({ kind: "unavailable", reason: "tls" });
    tls.close();
  });
});

it("reads Retry-After as seconds and as a date, and ignores nonsense", () => {
  expect(retryAfterMs("2")).toBe(2_000);
  expect(retryAfterMs("Thu, 01 Jan 1970 00:00:10 GMT", () => 4_000)).toBe(6_000);
  expect(retryAfterMs("soon")).toBeNull();
  expect(retryAfterMs(undefined)).toBeNull();
});

it("keeps ordinary text readable when it redacts", () => {
  const redact = redactor(["topsecret"]);
  expect(readAnswer({ status: 400, body: "Missing topsecret  name" }, redact)).toMatchObject({ detail: "400 Missing [secret] name" });
});
