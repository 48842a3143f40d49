/** How an event type behaves. Declared once, beside the domain that emits it; app/domain/events.ts lists them all. */
export interface EventType<Payload = unknown, Name extends string = string> {
  name: Name;
  /** durable: through the outbox, with `_event`. ephemeral: sent directly, best effort. */
  delivery: "durable" | "ephemeral";
  /** What a dead event does to its channel: the later ones go on, or wait for an admin. */
  whenDead: "skip" | "block";
  /** Whose connections end once it is delivered, before anything later on its channel: each subscription is authorized anew. */
  terminates?(payload: Payload): string | null;
  /** Only for the type system. */
  readonly payload?: Payload;
}

export const durable = <Payload>() => <Name extends string>(name: Name, whenDead: "skip" | "block" = "skip", more: Pick<EventType<Payload>, "terminates"> = {}): EventType<Payload, Name> => ({ name, delivery: "durable", whenDead, ...more });

export const ephemeral = <Payload>() => <Name extends string>(name: Name): EventType<Payload, Name> => ({ name, delivery: "ephemeral", whenDead: "skip" });

/** What travels with every durable event, on the wire and in sync. */
export interface EventStamp {
  /** Unique, and the same on every retry: doubles are told by it. */
  id: string;
  /** Commit-ordered; also the sync cursor. */
  seq: number;
  /** 1, 2, 3 … on its channel; null for events with an audience. */
  offset: number | null;
  /** Changes when the log starts anew. */
  epoch: string;
  /** Commit time, ms since 1970. */
  at: number;
}

/** An event as a browser gets it, by push or by sync. */
export interface StampedEvent<Payload = unknown> {
  channel: string;
  event: string;
  data: Payload;
  stamp: EventStamp;
}

/** Where the log stands, read before the data of a page: events after it are folded over that data. */
export interface Position {
  epoch: string;
  seq: number;
  /** Where a catch-up from here begins. Opaque to browsers. */
  cursor: string;
  /** The newest offset of each channel asked for; 0 where nothing has happened yet. */
  offsets: Record<string, number>;
}

/** Where a reader of some channels stands. Read before the data it goes with: what comes after it is not in that data. */
export interface Position {
  epoch: string;
  /** The newest seq of the whole log. */
  seq: number;
  /** The same as an opaque cursor for sync. */
  cursor: string;
  /** The last offset given on each channel; 0 where there was none yet. */
  offsets: Record<string, number>;
}

/** An event as sync answers it: `data` carries its stamp as `_event`. */
export interface SyncEvent {
  seq: number;
  id: string;
  channel: string;
  event: string;
  data: Record<string, unknown> & { _event: EventStamp };
  /** Commit time, ms since 1970. */
  at: number;
}
