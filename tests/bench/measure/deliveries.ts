import { until } from "#tests/support/wait.ts";
import { preciseNow, spread, type Spread } from "./figures.ts";

const SETTLE_TIMEOUT_MS = 15_000;

/** What a subscriber calls when a message reaches its handler. Times in ms since 1970. */
export type Delivered = (clientId: string, createdAt: number, arrivedAt: number) => void;

export interface DeliveryFigures {
  sent: number;
  refused: number;
  request: Spread;
  /** From the creation time in the row, whole ms, to the subscriber's handler. */
  commitToSubscriber: Spread;
  /** From the sender's call to the subscriber's handler. */
  sendToSubscriber: Spread;
  missing: number;
}

interface Noted {
  sentAt: number;
  answeredMs: number;
  ok: boolean;
  createdAt?: number;
  arrivedAt?: number;
}

/** The messages of one series: when each was sent, answered and delivered. */
export class Deliveries {
  #notes = new Map<string, Noted>();
  #series = 0;
  #prefix = "";

  readonly delivered: Delivered = (clientId, createdAt, arrivedAt) => {
    const noted = this.#notes.get(clientId);
    if (noted && noted.arrivedAt === undefined) Object.assign(noted, { createdAt, arrivedAt });
  };

  /** Forgets the series before. @returns what the clientIds of this one begin with */
  begin(): string {
    this.#notes.clear();
    return (this.#prefix = `bench-${this.#series++}-`);
  }

  /** Sends the n-th message of the series. @param send answers whether the sender was told that it was sent */
  async send(n: number, send: (clientId: string) => Promise<boolean>): Promise<void> {
    const clientId = `${this.#prefix}${String(n).padStart(6, "0")}`;
    const noted: Noted = { sentAt: preciseNow(), answeredMs: NaN, ok: false };
    this.#notes.set(clientId, noted);
    noted.ok = await send(clientId);
    noted.answeredMs = preciseNow() - noted.sentAt;
  }

  /** Waits until all that was acknowledged has arrived, or nothing more comes. */
  async settled(): Promise<boolean> {
    const complete = () => [...this.#notes.values()].every((noted) => !noted.ok || noted.arrivedAt !== undefined);
    return until(complete, { timeout: SETTLE_TIMEOUT_MS }).then(
      () => true,
      () => false,
    );
  }

  get received(): number {
    return this.#arrived.length;
  }

  /** When the last one arrived; 0 when none did. */
  get lastArrival(): number {
    return Math.max(0, ...this.#arrived.map((noted) => noted.arrivedAt!));
  }

  figures(): DeliveryFigures {
    const all = [...this.#notes.values()];
    const arrived = this.#arrived;
    return {
      sent: all.length,
      refused: all.filter((noted) => !noted.ok).length,
      request: spread(all.map((noted) => noted.answeredMs)),
      commitToSubscriber: spread(arrived.map((noted) => noted.arrivedAt! - noted.createdAt!)),
      sendToSubscriber: spread(arrived.map((noted) => noted.arrivedAt! - noted.sentAt)),
      missing: all.filter((noted) => noted.ok && noted.arrivedAt === undefined).length,
    };
  }

  get #arrived(): Noted[] {
    return [...this.#notes.values()].filter((noted) => noted.arrivedAt !== undefined);
  }
}
