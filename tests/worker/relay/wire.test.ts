import { expect, it } from "vitest";
import { durable, ephemeral } from "#db/outbox/event.ts";
import type { PendingRow } from "#db/outbox/pending.ts";
import { scriptedPublisher } from "#tests/support/sink.ts";
import { publishEphemeral, wireEvents } from "#worker/relay/wire.ts";

const row: PendingRow = { seq: 7, id: "i", channel: "private-chat-a", offset: 3, audience: null, event: "test", payload: '{"a":1}', attempts: 0, availableAt: 5, createdAt: 5 };
const reach = { channels: ["private-chat-a"], withheld: false };
const stamp = { id: "i", seq: 7, offset: 3, epoch: "e", at: 5 };
const dataOf = (payload: string | null) => JSON.parse(wireEvents({ ...row, payload }, "e", reach)[0]!.data) as unknown;

it("puts the stamp into the payload, whatever its shape", () => {
  expect(dataOf('{"a":1}')).toEqual({ a: 1, _event: stamp });
  expect(dataOf("{}")).toEqual({ _event: stamp });
  expect(dataOf(' { "a": "}" } ')).toEqual({ a: "}", _event: stamp });
});

it("counts bytes, not characters: exactly 10,240 go whole, one more does not", () => {
  const around = Buffer.byteLength(wireEvents({ ...row, payload: '{"a":""}' }, "e", reach)[0]!.data);
  const whole = JSON.stringify({ a: "x".repeat(10_240 - around) });
  expect(Buffer.byteLength(wireEvents({ ...row, payload: whole }, "e", reach)[0]!.data)).toBe(10_240);
  expect(dataOf(whole)).not.toHaveProperty("truncated");
  expect(dataOf(JSON.stringify({ a: "x".repeat(10_241 - around) }))).toEqual({ _event: stamp, truncated: true });
  expect(dataOf(JSON.stringify({ a: "ع".repeat(6_000) }))).toEqual({ _event: stamp, truncated: true });
  expect(dataOf(null)).toEqual({ _event: stamp, truncated: true });
});

it("sends of what is withheld the stamp alone, and to each hundred channels one request", () => {
  const channels = Array.from({ length: 201 }, (_, index) => `private-user-${index}`);
  expect(wireEvents(row, "e", { channels, withheld: false }).map((event) => event.channels.length)).toEqual([100, 100, 1]);
  expect(wireEvents(row, "e", { ...reach, withheld: true }).map(({ data }) => JSON.parse(data) as unknown)).toEqual([{ _event: stamp, truncated: true }]);
  expect(wireEvents(row, "e", { channels: [], withheld: false })).toEqual([]);
});

it("sends ephemeral events directly and without a stamp, and durable ones not at all", async () => {
  const publisher = scriptedPublisher();
  const typing = ephemeral<{ userId: string }>()("typing-start");
  expect(await publishEphemeral(publisher, typing, ["private-chat-a"], { userId: "u" })).toEqual({ kind: "accepted" });
  expect(publisher.requests[0]?.events[0]?.data).toBe('{"userId":"u"}');
  expect(() => publishEphemeral(publisher, durable<object>()("kept"), ["private-chat-a"], {})).toThrow("durable");
  expect(() => publishEphemeral(publisher, typing, ["private-chat-a"], { userId: "u".repeat(20_000) })).toThrow("10240");
});
