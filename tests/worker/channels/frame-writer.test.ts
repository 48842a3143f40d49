import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { FrameWriter, type FrameTarget } from "#worker/channels/frame-writer.ts";

const LIMIT = 100;
const [a, b, c] = ["a", "b", "c"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A socket that notes each write; one that is `stuck` never takes anything. */
function target({ stuck = false } = {}) {
  const writes: Buffer[] = [];
  let overflows = 0;
  const socket = new Duplex({ read: () => undefined, write: (chunk: Buffer, _, done) => (writes.push(chunk), stuck || done()) });
  const made: FrameTarget & { writes: Buffer[]; overflows(): number; open: boolean } = {
    socket,
    owed: null,
    open: true,
    get writable() {
      return made.open;
    },
    onOverflow: () => void (overflows += 1),
    writes,
    overflows: () => overflows,
  };
  return made;
}

describe("the frame writer", () => {
  it("sends what one turn has for a socket as one write, in order", async () => {
    const writer = new FrameWriter(LIMIT);
    const one = target();
    for (const frame of [a, b, c]) writer.write(one, frame);
    expect(one.writes).toEqual([]);
    await nextTurn();
    expect(one.writes.map(String)).toEqual(["abc"]);
    writer.write(one, a);
    await nextTurn();
    expect(one.writes.map(String)).toEqual(["abc", "a"]);
  });

  it("gives sockets that are owed the same frames the very same bytes, and others their own", async () => {
    const writer = new FrameWriter(LIMIT);
    const [first, second, other] = [target(), target(), target()];
    for (const frame of [a, b]) for (const each of [first, second]) writer.write(each, frame);
    writer.write(other, b);
    writer.write(other, Buffer.from("a"));
    await nextTurn();
    expect(second.writes[0]!.buffer).toBe(first.writes[0]!.buffer);
    expect([first, second, other].map(({ writes }) => writes.map(String))).toEqual([["ab"], ["ab"], ["ba"]]);
  });

  it("sends one socket's at once when something else is to follow, and not again later", async () => {
    const writer = new FrameWriter(LIMIT);
    const [one, other] = [target(), target()];
    writer.write(one, a);
    writer.write(other, b);
    writer.flushTarget(one);
    one.socket.write("close");
    await nextTurn();
    expect([one, other].map(({ writes }) => writes.map(String))).toEqual([["a", "close"], ["b"]]);
  });

  it("sends nothing after a close frame", async () => {
    const writer = new FrameWriter(LIMIT);
    const one = target();
    writer.write(one, a);
    one.open = false;
    await nextTurn();
    writer.flushTarget(one);
    expect(one.writes).toEqual([]);
  });

  it("tells of a reader for whom too much waits, and keeps serving the others", async () => {
    const writer = new FrameWriter(LIMIT);
    const [slow, quick] = [target({ stuck: true }), target()];
    for (let turn = 0; turn < 3; turn += 1) {
      for (const each of [slow, quick]) writer.write(each, Buffer.alloc(LIMIT / 2));
      await nextTurn();
    }
    expect([slow.overflows(), quick.overflows()]).toEqual([1, 0]);
    expect(quick.writes).toHaveLength(3);
  });
});
