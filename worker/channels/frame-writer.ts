/**
 * Writes frames to sockets. What one turn of the event loop has for a socket goes out as one write: a system call a
 * socket is what fan-out costs. Sockets that are owed the same frames, as the subscribers of one channel are, get the
 * same bytes, put together once. An idle server still sends within the same turn.
 */
import type { Duplex } from "node:stream";

export interface FrameTarget {
  readonly socket: Duplex;
  /** What this turn has for the target so far; the writer's own. Null: nothing. */
  owed: Buffer[] | null;
  /** False once a close frame was sent: nothing may follow it. */
  readonly writable: boolean;
  /** More is waiting for this reader than it may keep waiting. */
  onOverflow(): void;
}

export class FrameWriter {
  #targets: FrameTarget[] = [];

  /** @param bufferedBytes what may wait for one reader */
  constructor(private readonly bufferedBytes: number) {}

  write(target: FrameTarget, frame: Buffer): void {
    if (target.owed) return void target.owed.push(frame);
    target.owed = [frame];
    if (this.#targets.push(target) === 1) setImmediate(this.flush);
  }

  /** Sends at once what one target is owed, so that something else may follow it. */
  flushTarget(target: FrameTarget): void {
    if (target.owed) this.#send(target, Buffer.concat(target.owed));
  }

  /** Sends what was gathered. The limit is checked here, after the kernel took what it could. */
  readonly flush = (): void => {
    const targets = this.#targets;
    this.#targets = [];
    let frames: Buffer[] = [];
    let bytes: Buffer = Buffer.alloc(0);
    for (const target of targets) {
      const { owed } = target;
      if (!owed) continue;
      if (!same(owed, frames)) {
        frames = owed;
        bytes = owed.length === 1 ? owed[0]! : Buffer.concat(owed);
      }
      this.#send(target, bytes);
    }
  };

  #send(target: FrameTarget, bytes: Buffer): void {
    target.owed = null;
    if (!target.writable) return;
    target.socket.write(bytes);
    if (target.socket.writableLength > this.bufferedBytes) target.onOverflow();
  }
}

/** The very same frames in the same order; from the end, where those of different sockets differ most often. */
function same(a: Buffer[], b: Buffer[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = a.length - 1; index >= 0; index -= 1) if (a[index] !== b[index]) return false;
  return true;
}
