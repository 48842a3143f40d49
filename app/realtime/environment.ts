/** Everything the engine takes from outside: passed in, so that tests run it on a virtual clock. */
import type { Connection } from "./connection.ts";

export interface Timers {
  /** Milliseconds since 1970; goes on while the device sleeps. */
  now: () => number;
  /** Runs once after `ms` milliseconds. @returns cancels it */
  after: (ms: number, run: () => void) => () => void;
}

/** What a page tells about itself and the network. */
export type PageSignal = "online" | "offline" | "visible" | "restored";

export interface PageSignals {
  /** False: the browser is sure that there is no network. */
  online: () => boolean;
  listen: (onSignal: (signal: PageSignal) => void) => () => void;
}

/** Where errors go that no user should be bothered with. */
export type Log = (message: string, details?: Record<string, unknown>) => void;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface LiveEnvironment extends Timers {
  /** 0 ≤ x < 1 */
  random: () => number;
  fetch: Fetch;
  /** Opens the connection to Channels; null: none is configured. */
  connect: () => Connection | null;
  page: PageSignals;
  log: Log;
}
