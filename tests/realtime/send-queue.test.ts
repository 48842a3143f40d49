import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { postMessage } from "#app/realtime/post-message.ts";
import type { PostOutcome } from "#app/realtime/post-message.ts";
import type { QueuedMessage } from "#app/realtime/queue-storage.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { SendQueue } from "#app/realtime/send-queue.ts";
import { ME, ModelServer } from "./model-server.ts";
import { loneDevice } from "./queue-devices.ts";
import { seeded } from "./seeded.ts";
import { virtualClock } from "./virtual-clock.ts";

type Fate = "ok" | "lost" | "answer-lost" | 500 | 429 | 422 | 403;

/** A server behind a network that does to each request what is next in line, then nothing bad any more. */
function newQueue(fates: Fate[] = [], random: () => number = () => 0.5) {
  const clock = virtualClock();
  const server = new ModelServer(clock.now);
  server.addConversation();
  server.addConversation();
  const posted: { clientId: string; at: number }[] = [];
  const accepted: string[] = [];
  const storage = memoryStorage();
  let ids = 0;
  const fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    const { conversationId, clientId, body } = JSON.parse(init.body as string) as QueuedMessage;
    posted.push({ clientId, at: clock.now() });
    const fate = fates.shift() ?? "ok";
    await new Promise<void>((resolve) => clock.after(5 + random() * 200, resolve));
    if (fate === "lost") throw new TypeError("fetch failed");
    if (typeof fate === "number") return Response.json({ error: { code: fate === 422 ? "invalid-input" : "forbidden", message: "No.", field: "body" } }, { status: fate, headers: fate === 429 ? { "Retry-After": "7" } : {} });
    const { message, row } = server.send(conversationId, ME, body, clientId);
    if (fate === "answer-lost") throw new TypeError("fetch failed");
    return Response.json({ message }, { status: row ? 201 : 200 });
  };
  const env = { now: clock.now, after: clock.after, fetch };
  const queue = new SendQueue({ ...env, random, post: postMessage(env, ME), newId: () => `k${String(++ids).padStart(6, "0")}`, log: () => {}, onAccepted: (messageId) => void accepted.push(messageId) });
  const start = () => queue.start(Promise.resolve(loneDevice(storage)));
  void start();
  const bodies = (id: string) => server.conversation(id).messages.map(({ body }) => body);
  const statuses = (id: string) => queue.pending(id).map(({ body, status }) => `${body}:${status}`);
  return { clock, server, queue, start, posted, accepted, storage, bodies, statuses };
}

const MINUTE = 60_000;

describe("the send queue", () => {
  test("shows a text at once, then as sent, until the screen has it", async () => {
    const { queue, clock, statuses, accepted } = newQueue();
    const close = queue.open("c1");
    const clientId = queue.enqueue({ conversationId: "c1", body: "a" });
    expect(statuses("c1")).toEqual(["a:sending"]);
    await clock.advance(1_000);
    expect(statuses("c1")).toEqual(["a:sent"]);
    expect(accepted).toEqual(["c1-m1"]);
    const before = queue.pending("c1");
    queue.settle("c1", new Set(["something else"]));
    expect(queue.pending("c1")).toBe(before);
    queue.settle("c1", new Set([clientId]));
    expect(statuses("c1")).toEqual([]);
    close();
  });

  test("what is accepted while nobody looks leaves nothing behind", async () => {
    const { queue, clock, statuses, storage } = newQueue();
    queue.enqueue({ conversationId: "c1", body: "a" });
    const close = queue.open("c1");
    queue.enqueue({ conversationId: "c1", body: "b" });
    await clock.advance(1_000);
    expect(statuses("c1")).toEqual(["a:sent", "b:sent"]);
    close();
    expect(statuses("c1")).toEqual([]);
    expect(await storage.all()).toEqual([]);
  });

  test.each(["lost", 500, "answer-lost"] as const)("%s: tried again with pauses, and it is there once", async (fate) => {
    const { queue, clock, bodies, posted } = newQueue([fate, fate, fate, fate]);
    queue.enqueue({ conversationId: "c1", body: "a" });
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["a"]);
    expect(posted).toHaveLength(5);
    const pauses = posted.slice(1).map(({ at }, index) => at - posted[index]!.at);
    expect(pauses[3]! - pauses[0]!).toBeGreaterThan(1_000);
    expect(new Set(posted.map(({ clientId }) => clientId)).size).toBe(1);
  });

  test("429: not before the server allows", async () => {
    const { queue, clock, posted, bodies } = newQueue([429]);
    queue.enqueue({ conversationId: "c1", body: "a" });
    await clock.advance(MINUTE);
    expect(posted[1]!.at - posted[0]!.at).toBeGreaterThanOrEqual(7_000);
    expect(bodies("c1")).toEqual(["a"]);
  });

  test("one that waits holds up its own conversation only, and waking doesn't wait", async () => {
    const { queue, clock, bodies, posted } = newQueue(["lost", "lost", "lost", "lost"], () => 0.999);
    queue.enqueue({ conversationId: "c1", body: "a" });
    queue.enqueue({ conversationId: "c1", body: "b" });
    await clock.advance(6_000);
    queue.enqueue({ conversationId: "c2", body: "other" });
    await clock.advance(500);
    expect(bodies("c2")).toEqual(["other"]);
    expect(bodies("c1")).toEqual([]);
    const tries = posted.length;
    queue.wake();
    await clock.advance(500);
    expect(posted.length).toBeGreaterThan(tries);
    expect(bodies("c1")).toEqual(["a", "b"]);
  });

  test("a refusal stays with its text and reason, and the later ones go on", async () => {
    const { queue, clock, bodies, statuses } = newQueue([422]);
    queue.open("c1");
    queue.enqueue({ conversationId: "c1", body: "refused" });
    queue.enqueue({ conversationId: "c1", body: "b" });
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["b"]);
    expect(statuses("c1")).toEqual(["refused:failed", "b:sent"]);
    expect(queue.pending("c1")[0]).toMatchObject({ errorCode: "invalid-input", errorMessage: "No." });
  });

  test("retry posts under the same clientId; discard forgets; neither touches what is on its way", async () => {
    const { queue, clock, bodies, posted, storage, statuses } = newQueue([403, 403]);
    const first = queue.enqueue({ conversationId: "c1", body: "again" });
    const second = queue.enqueue({ conversationId: "c2", body: "away" });
    expect(queue.discard(first)).toBe(false);
    queue.retry(first);
    await clock.advance(MINUTE);
    expect(posted).toHaveLength(2);
    expect(queue.discard(second)).toBe(true);
    queue.retry(first);
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["again"]);
    expect(posted.map(({ clientId }) => clientId)).toEqual([first, second, first]);
    expect(statuses("c2")).toEqual([]);
    expect(await storage.all()).toEqual([]);
  });

  test("takes up what was kept, in order; a refused one waits for its author", async () => {
    const { queue, start, clock, storage, bodies, statuses } = newQueue();
    queue.close();
    const kept = (clientId: string, refused = false): QueuedMessage => ({ clientId, conversationId: "c1", body: clientId, createdAt: 1, refusal: refused ? { code: "too-large", message: "", field: null } : null });
    for (const message of [kept("a1"), kept("a2", true), kept("a3")]) await storage.add(message);
    await start();
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["a1", "a3"]);
    expect(statuses("c1")).toEqual(["a2:failed"]);
  });

  test("a storage that refuses does not keep anybody from sending", async () => {
    const { queue, clock, storage, bodies } = newQueue();
    storage.add = () => Promise.reject(new Error("quota"));
    storage.remove = () => Promise.reject(new Error("quota"));
    queue.enqueue({ conversationId: "c1", body: "a" });
    queue.enqueue({ conversationId: "c1", body: "b" });
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["a", "b"]);
  });

  test("closed, it stops; opened again, it goes on", async () => {
    const { queue, start, clock, bodies, posted } = newQueue(["lost"]);
    queue.enqueue({ conversationId: "c1", body: "a" });
    await clock.advance(300);
    queue.close();
    await clock.advance(MINUTE);
    expect(posted).toHaveLength(1);
    await start();
    await clock.advance(MINUTE);
    expect(bodies("c1")).toEqual(["a"]);
  });

  test("whatever the network does: each once, in the order of writing, per conversation", async () => {
    const fate = fc.constantFrom<Fate>("ok", "ok", "lost", "answer-lost", 500, 429);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fate, { maxLength: 40 }), fc.array(fc.record({ conversation: fc.constantFrom("c1", "c2"), wait: fc.nat(2_000), wake: fc.boolean() }), { maxLength: 20 }), async (seed, fates, writes) => {
        const { queue, clock, bodies, statuses } = newQueue(fates, seeded(seed));
        const written: Record<string, string[]> = { c1: [], c2: [] };
        for (const [index, { conversation, wait, wake }] of writes.entries()) {
          queue.enqueue({ conversationId: conversation, body: `${index}` });
          written[conversation]!.push(`${index}`);
          await clock.advance(wait);
          if (wake) queue.wake();
        }
        await clock.advance(30 * MINUTE);
        for (const id of ["c1", "c2"]) {
          expect(bodies(id)).toEqual(written[id]);
          expect(statuses(id)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("an answer to POST /api/messages", () => {
  const message: QueuedMessage = { clientId: "k", conversationId: "c", body: "b", createdAt: 0, refusal: null };
  const answer = (response: Response | Error): Promise<PostOutcome> =>
    postMessage({ after: () => () => {}, fetch: () => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)) }, ME)(message);

  test.each([
    [403, "forbidden"],
    [404, "not-found"],
    [409, "client-id-reused"],
    [413, "too-large"],
    [422, "invalid-input"],
    [418, "unavailable"],
  ])("%i without words of ours is refused as %s", async (status, code) => {
    expect(await answer(new Response("<html>", { status }))).toEqual({ kind: "refused", refusal: { code, message: "", field: null } });
  });

  test.each([401, 408, 425, 429, 500, 502, 503, 302])("%i passes", async (status) => {
    expect(await answer(new Response(null, { status }))).toMatchObject({ kind: "failed" });
  });

  test("a page instead of an answer, and an abort, pass", async () => {
    expect(await answer(new Response("<html>", { status: 200 }))).toMatchObject({ kind: "failed" });
    expect(await answer(Response.json({}, { status: 201 }))).toMatchObject({ kind: "failed" });
    expect(await answer(new DOMException("aborted", "AbortError"))).toMatchObject({ kind: "failed" });
  });
});
