/** Which rows go together: properties of the lanes' bookkeeping alone. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { PendingRow } from "#db/outbox/pending.ts";
import { Lanes } from "#worker/relay/lanes.ts";

const row = (seq: number, channel: string): PendingRow => ({ seq, id: `id-${seq}`, channel, offset: seq, audience: null, event: "test-ping", payload: "{}", attempts: 0, availableAt: 0, createdAt: 0 });

function lanesWith(rows: number, channels: number): Lanes {
  const lanes = new Lanes();
  for (let seq = 1; seq <= rows; seq++) lanes.offer(row(seq, `private-chat-${seq % channels}`));
  return lanes;
}

it("where many channels wait, takes the oldest events of all first", () => {
  const lanes = lanesWith(1_000, 200);
  for (let request = 8; request > 0; request--) {
    const from = (8 - request) * 10;
    expect(lanes.take(10, request).map(({ seq }) => seq)).toEqual(Array.from({ length: 10 }, (_, n) => from + n + 1));
  }
});

it.each([1, 2, 5, 8])("where %i wait, leaves some for each request, and fills the requests", (channels) => {
  const lanes = lanesWith(400, channels);
  const sizes: number[] = [];
  for (let request = 8; request > 0 && lanes.hasReady; request--) sizes.push(lanes.take(10, request).length);
  expect(sizes).toEqual(Array.from({ length: channels }, () => 10));
});

it("keeps each channel's order and loses nothing, whatever is taken, and lands in whichever parts, decided or not", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 300 }), fc.array(fc.record({ requests: fc.integer({ min: 1, max: 8 }), limit: fc.integer({ min: 1, max: 10 }), kept: fc.integer({ min: 1, max: 10 }) }), { minLength: 1, maxLength: 20 }), (channels, turns) => {
      const lanes = new Lanes();
      channels.forEach((channel, index) => lanes.offer(row(index + 1, `private-chat-${channel}`)));
      const last = new Map<string, number>();
      let taken = 0;
      for (let turn = 0; lanes.hasReady; turn++) {
        const { requests, limit, kept } = turns[turn % turns.length]!;
        const underWay = [];
        for (let left = requests; left > 0 && lanes.hasReady; left--) underWay.push(lanes.take(limit, left));
        const together = underWay.map((batch) => new Set(batch.map(({ channel }) => channel)));
        expect(together.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(together.flatMap((each) => [...each])).size);
        for (const batch of underWay) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(limit);
          // The end of a batch comes back undecided before its beginning is: nothing of a channel may be taken meanwhile.
          const [decided, rest] = [batch.slice(0, kept), batch.slice(kept)];
          lanes.land(rest, rest);
          const waiting = new Set(decided.map(({ channel }) => channel));
          const others = lanes.take(limit);
          expect(others.filter(({ channel }) => waiting.has(channel))).toEqual([]);
          lanes.land(others, others);
          for (const { channel, seq } of decided) {
            expect(seq).toBeGreaterThan(last.get(channel!) ?? 0);
            last.set(channel!, seq);
          }
          taken += decided.length;
          for (const each of decided) lanes.land([each], []);
        }
      }
      expect(taken).toBe(channels.length);
    }),
  );
});

it("does not take up again a lane that was blocked and let go while some of it is under way", () => {
  const lanes = lanesWith(20, 1);
  const underWay = lanes.take(10);
  lanes.block({ channel: underWay[0]!.channel, audience: null });
  lanes.unblockAllBut(new Set());
  lanes.feed(lanes.hungry!, [row(11, "private-chat-0")], null);
  expect(lanes.hasReady).toBe(false);
  lanes.land(underWay, []);
  expect(lanes.take(10).map(({ seq }) => seq)).toEqual([11]);
});
