/**
 * A process full of subscribers; started by crowd.ts, ends with it. They read frames' heads and skip the rest, since
 * the servers are measured, not the clients: `ws` alone would cost more here than the fastest server there.
 */
import { connect, type Socket } from "node:net";
import type { FromCrowd, ToCrowd } from "./crowd.ts";

const CONNECTING_AT_ONCE = 50;
const TEXT_FIN = 0x81;
/** So often the sender is told how far the slowest subscriber is: it must not run away from anybody. */
const TELL_EVERY_MS = 2;

const tell = (message: FromCrowd) => process.send?.(message);
const subscribers: Subscriber[] = [];
let told = 0;

process.once("disconnect", () => process.exit());
process.once("message", (message: ToCrowd) => void gather(message));

class Subscriber {
  /** Events so far, without the protocol's own two messages. */
  events = -2;
  #left: Buffer = Buffer.alloc(0);
  /** Bytes of the current frame that are still to come. */
  #skip = 0;

  constructor(readonly socket: Socket) {}

  read(bytes: Buffer): void {
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    if (this.#left.length > 0) {
      bytes = Buffer.concat([this.#left, bytes.subarray(at)]);
      at = 0;
      this.#left = Buffer.alloc(0);
    }
    while (at < bytes.length) {
      const head = frameHead(bytes, at);
      if (!head) {
        this.#left = bytes.subarray(at);
        return;
      }
      if (bytes[at] === TEXT_FIN) this.events += 1;
      const end = at + head.size + head.length;
      this.#skip = Math.max(0, end - bytes.length);
      at = Math.min(end, bytes.length);
    }
  }
}

/** Null: not all of it is there yet. */
function frameHead(bytes: Buffer, at: number): { size: number; length: number } | null {
  if (at + 2 > bytes.length) return null;
  const short = bytes[at + 1]! & 0x7f;
  if (short < 126) return { size: 2, length: short };
  if (short === 127) throw new Error("no event is that long");
  return at + 4 > bytes.length ? null : { size: 4, length: bytes.readUInt16BE(at + 2) };
}

async function gather({ port, path, count, channel }: ToCrowd) {
  for (let made = 0; made < count; made += CONNECTING_AT_ONCE)
    subscribers.push(...(await Promise.all(Array.from({ length: Math.min(CONNECTING_AT_ONCE, count - made) }, () => subscribe(port, path, channel)))));
  while (subscribers.some(({ events }) => events < 0)) await new Promise((resolve) => setTimeout(resolve, 5));
  tell({ kind: "ready" });
  setInterval(() => {
    const slowest = Math.min(...subscribers.map(({ events }) => events));
    if (slowest === told) return;
    told = slowest;
    tell({ kind: "all-have", events: slowest });
  }, TELL_EVERY_MS);
}

function subscribe(port: number, path: string, channel: string | null): Promise<Subscriber> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const subscriber = new Subscriber(socket);
    let answer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("a subscriber was cut off")));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    socket.on("data", function greet(bytes: Buffer) {
      answer = Buffer.concat([answer, bytes]);
      const end = answer.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", greet);
      socket.on("data", (more: Buffer) => subscriber.read(more));
      if (channel === null) subscriber.events += 1;
      else socket.write(masked(JSON.stringify({ event: "pusher:subscribe", data: { channel } })));
      subscriber.read(answer.subarray(end + 4));
      resolve(subscriber);
    });
  });
}

/** A client's frame; its mask is zero. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([TEXT_FIN, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
