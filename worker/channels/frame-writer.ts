/**
 * Writes frames to sockets, gathering what one turn of the event loop has for a socket into one system call:
 * under load that is what fan-out costs, and an idle server still sends within the same turn.
 */
import type { Duplex } from "node:stream";

export interface FrameTarget {
  readonly socket: Duplex;
  /** Set while the socket gathers; the writer's own mark. */
  gathering: boolean;
  /** More is waiting for this reader than it may keep waiting. */
  onOverflow(): void;
}

export class FrameWriter {
  #gathering: FrameTarget[] = [];

  constructor(private readonly bufferedBytes: number) {}

  write(target: FrameTarget, frame: Buffer): void {
    if (!target.gathering) {
      target.gathering = true;
      target.socket.cork();
      if (this.#gathering.push(target) === 1) setImmediate(this.flush);
    }
    target.socket.write(frame);
  }

  /** Sends what was gathered. The limit is checked here, after the kernel took what it could. */
  readonly flush = (): void => {
    const targets = this.#gathering;
    this.#gathering = [];
    for (const target of targets) {
      target.gathering = false;
      target.socket.uncork();
      if (target.socket.writableLength > this.bufferedBytes) target.onOverflow();
    }
  };
}
