import { expect } from "vitest";
import { publisher } from "./packages.ts";
import { apiRequest, trigger } from "./signed-request.ts";
import { connect } from "./socket-client.ts";
import type { Rules } from "./target.ts";

const event = (more: Record<string, unknown> = {}) => ({ name: "e", channel: "requests", data: "{}", ...more });

export function eventRules({ rule, target }: Rules): void {
  const post = (body: unknown) => apiRequest(target(), { path: "/events", body });
  const postBatch = (batch: unknown) => apiRequest(target(), { path: "/batch_events", body: { batch } });

  rule("events.answer", "an accepted event is answered 200 with {}", async () => {
    expect(await post(event())).toMatchObject({ status: 200, text: "{}" });
  });

  rule("batch.answer", "an accepted batch is answered 200 with {}", async () => {
    expect(await postBatch([event(), event()])).toMatchObject({ status: 200, text: "{}" });
  });

  rule("events.data-as-is", "data arrives as the string that was sent", async () => {
    const client = await connect(target());
    await client.join("as-is");
    for (const data of ["plain text", '{"a":"ü"}', "\u0000\u2028\"\\", "", "x".repeat(10_240)]) {
      await trigger(target(), "as-is", "data", data);
      expect((await client.next("data")).data).toBe(data);
    }
  });

  rule("events.order", "events arrive in the order in which they were accepted", async () => {
    const client = await connect(target());
    await client.join("ordered");
    for (let n = 0; n < 40; n += 1) await trigger(target(), "ordered", "n", String(n));
    await client.next("n", (frame) => frame.data === "39");
    expect(client.events("ordered").map((frame) => Number(frame.data))).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });

  rule("events.order-parallel", "several publishers at once: all subscribers get the same order, and each publisher's own is kept", async () => {
    const subscribers = [await connect(target()), await connect(target()), await connect(target())];
    for (const subscriber of subscribers) await subscriber.join("contested");
    const publishers = Array.from({ length: 6 }, async (_, name) => {
      for (let n = 0; n < 15; n += 1) {
        if (n % 3 === 0) await postBatch([0, 1, 2].map((more) => event({ channel: "contested", name: "n", data: `${name} ${n}${more}` })));
        else await trigger(target(), "contested", "n", `${name} ${n}0`);
      }
    });
    await Promise.all(publishers);
    // What is accepted only after others were answered comes after them.
    await trigger(target(), "contested");
    for (const subscriber of subscribers) await subscriber.next("fence");
    const [first, ...others] = subscribers.map((subscriber) => subscriber.events("contested").map((frame) => String(frame.data)));
    expect(first!.at(-1)).toBe("{}");
    expect(first).toHaveLength(6 * (10 + 15) + 1);
    for (const other of others) expect(other).toEqual(first);
    for (let name = 0; name < publishers.length; name += 1) {
      const own = first!.filter((data) => data.startsWith(`${name} `)).map((data) => Number(data.split(" ")[1]));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  rule("batch.order", "so do those of a batch", async () => {
    const client = await connect(target());
    await client.join("batched");
    await publisher(target()).triggerBatch(Array.from({ length: 10 }, (_, n) => ({ channel: "batched", name: "n", data: n })));
    await client.next("n", (frame) => frame.data === "9");
    expect(client.events("batched").map((frame) => Number(frame.data))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  rule("events.exclude", "socket_id leaves out exactly that connection", async () => {
    const clients = [await connect(target()), await connect(target()), await connect(target())];
    for (const client of clients) await client.join("excluding");
    await publisher(target()).trigger("excluding", "e", {}, { socket_id: clients[0]!.socketId });
    await publisher(target()).triggerBatch([{ channel: "excluding", name: "b", data: {}, socket_id: clients[0]!.socketId }]);
    await trigger(target(), "excluding");
    for (const client of clients) await client.next("fence");
    expect(clients.map((client) => client.events("excluding").map((frame) => frame.event))).toEqual([["fence"], ["e", "b", "fence"], ["e", "b", "fence"]]);
  });

  rule("events.100-channels", "an event may go to 100 channels, once to each", async () => {
    const client = await connect(target());
    await client.join("many-0");
    await client.join("many-99");
    const channels = Array.from({ length: 100 }, (_, n) => `many-${n}`);
    expect((await post({ name: "wide", channels, data: "{}" })).status).toBe(200);
    await client.next("wide", (frame) => frame.channel === "many-99");
    expect(client.frames.filter((frame) => frame.event === "wide")).toHaveLength(2);
  });

  rule("events.101-channels", "101 channels are refused with 400", async () => {
    expect((await post({ name: "wide", channels: Array.from({ length: 101 }, (_, n) => `c${n}`), data: "{}" })).status).toBe(400);
  });

  rule("events.10240-bytes", "10,240 bytes of data are accepted", async () => {
    expect((await post(event({ data: "x".repeat(10_240) }))).status).toBe(200);
  });

  rule("events.10241-bytes", "10,241 bytes are refused with 413", async () => {
    expect((await post(event({ data: "x".repeat(10_241) }))).status).toBe(413);
  });

  rule("events.bytes-not-characters", "bytes are counted, not characters", async () => {
    expect((await post(event({ data: "é".repeat(5_121) }))).status).toBe(413);
  });

  rule("batch.10", "ten events are a batch", async () => {
    expect((await postBatch(Array.from({ length: 10 }, () => event({ data: "x".repeat(10_240) })))).status).toBe(200);
  });

  rule("batch.11", "eleven are refused with 400", async () => {
    expect((await postBatch(Array.from({ length: 11 }, () => event()))).status).toBe(400);
  });

  rule("batch.one-bad", "a batch with one bad event is refused, and none of it is sent", async () => {
    const client = await connect(target());
    await client.join("requests");
    const { status } = await postBatch([event({ name: "good" }), event({ channel: "not a name" })]);
    expect(status).toBe(400);
    await trigger(target(), "requests");
    await client.next("fence");
    expect(client.events("requests").map((frame) => frame.event)).toEqual(["fence"]);
  });

  rule("batch.one-too-long", "a batch with one event of 10,241 bytes is refused with 413", async () => {
    expect((await postBatch([event(), event({ data: "x".repeat(10_241) })])).status).toBe(413);
  });

  for (const [id, body] of Object.entries<unknown>({
    "no-name": event({ name: undefined }),
    "empty-name": event({ name: "" }),
    "name-number": event({ name: 7 }),
    "name-201": event({ name: "n".repeat(201) }),
    "name-pusher": event({ name: "pusher:subscription_error" }),
    "name-internal": event({ name: "pusher_internal:member_removed" }),
    "no-data": event({ data: undefined }),
    "data-object": event({ data: { a: 1 } }),
    "no-channel": event({ channel: undefined }),
    "channel-empty": event({ channel: "" }),
    "channel-space": event({ channel: "a b" }),
    "channel-hash": event({ channel: "#elsewhere" }),
    "channel-165": event({ channel: "c".repeat(165) }),
    "channel-number": event({ channel: 7 }),
    "channels-empty": event({ channel: undefined, channels: [] }),
    "channels-text": event({ channel: undefined, channels: "abc" }),
    "socket-id": event({ socket_id: "not-an-id" }),
    info: event({ info: "secrets" }),
    array: [1],
    null: "null",
    "broken-json": '{"name":',
  })) {
    rule(`events.400-${id}`, `refused with 400: ${id}`, async () => {
      expect((await post(body)).status).toBe(400);
    });
  }

  for (const [id, batch] of Object.entries<unknown>({ empty: [], object: {}, null: null, "of-numbers": [1] })) {
    rule(`batch.400-${id}`, `a batch refused with 400: ${id}`, async () => {
      expect((await postBatch(batch)).status).toBe(400);
    });
  }

  rule("events.name-200", "an event's name may have 200 characters", async () => {
    expect((await post(event({ name: "n".repeat(200) }))).status).toBe(200);
  });

  rule("events.channel-164", "a channel's name 164, of all allowed kinds", async () => {
    expect((await post(event({ channel: `A-z_0=9@,.;${"c".repeat(153)}` }))).status).toBe(200);
  });

  rule("events.info", "info answers with counts", async () => {
    const client = await connect(target());
    await client.join("presence-info", { user_id: "one" });
    const answer = await post(event({ channel: "presence-info", info: "user_count,subscription_count" }));
    expect(answer.json).toEqual({ channels: { "presence-info": { user_count: 1, subscription_count: 1 } } });
  });
}
