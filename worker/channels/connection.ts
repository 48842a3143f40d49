/** One client: its socket, what it is subscribed to, who it is signed in as, and how it ends. */
import { randomInt } from "node:crypto";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import type { FrameTarget, FrameWriter } from "./frame-writer.ts";
import { CLOSE, PING_FRAME, errorFrame } from "./frames.ts";

/** Two such numbers are unique in practice and cannot be guessed by another client. */
const SOCKET_ID_PART = 2 ** 47;
/** A close reason holds at most 123 bytes. */
const MAX_REASON_LENGTH = 120;

export const newSocketId = () => `${randomInt(1, SOCKET_ID_PART)}.${randomInt(1, SOCKET_ID_PART)}`;

export interface SignedInUser {
  id: string;
  info: unknown;
}

export class Connection implements FrameTarget {
  /** Channel name → this member's user id on presence channels, null on others. */
  readonly channels = new Map<string, string | null>();
  user: SignedInUser | null = null;
  owed: Buffer[] | null = null;
  /** When anything was last heard, in ms; null `pingedAt`: nothing is owed. */
  heardAt: number;
  pingedAt: number | null = null;
  stalledSince: number | null = null;
  /** Times of the last client events, for their rate. */
  clientEvents: number[] | null = null;
  #ended = false;

  constructor(
    readonly socketId: string,
    private readonly ws: WebSocket,
    readonly socket: Duplex,
    private readonly writer: FrameWriter,
    private readonly onEnd: (connection: Connection) => void,
    now: number,
  ) {
    this.heardAt = now;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get writable(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  heard(now: number): void {
    this.heardAt = now;
    this.pingedAt = null;
  }

  ping(now: number): void {
    this.pingedAt = now;
    this.send(PING_FRAME);
  }

  /** Writes a finished frame. After the end this does nothing: a close frame must be the last one. */
  send(frame: Buffer): void {
    if (!this.#ended && this.writable) this.writer.write(this, frame);
  }

  /** Tells the client what it did wrong; the connection stays. `code` null, as on the real service, where none is documented. */
  refuse(message: string, code: number | null = null): void {
    this.send(errorFrame(code, message));
  }

  /** Closes with a code and its reason; the connection is out of every channel before this returns. */
  end(code: number, message: string): void {
    if (this.#ended) return;
    if (code >= CLOSE.unknownApp) this.refuse(message, code);
    this.gone();
    this.writer.flushTarget(this);
    this.ws.close(code, message.slice(0, MAX_REASON_LENGTH));
  }

  /** Cuts the socket without a goodbye, for readers that do not read. */
  cut(): void {
    this.gone();
    this.ws.terminate();
  }

  onOverflow(): void {
    this.cut();
  }

  /** The socket is closed or about to be: leaves everything, once. */
  gone(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(this);
  }
}
