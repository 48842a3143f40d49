/** One way to send a message, built and started for real. */
import type { Delivered } from "#tests/bench/measure/deliveries.ts";
import type { Pair } from "#tests/bench/clients/people.ts";

export interface Contender {
  name: string;
  pairs: readonly Pair[];
  /** Sends one message. @returns whether the sender was told that it was sent */
  send(pair: Pair, clientId: string, body: string): Promise<boolean>;
  /** The processes to account for. */
  pids(): Record<string, number>;
  /** Ends, with -9, the process that holds the subscribers' connections. */
  killChannels(): Promise<void>;
  /** Starts it again, and resolves once all subscribers are subscribed. */
  restartChannels(): Promise<void>;
  /** What a screen does after an outage to be up to date; nothing where there is no such way. */
  catchUp(): Promise<void>;
  /** How many messages whose clientId begins so are in the database. */
  stored(prefix: string): Promise<number>;
  stop(): Promise<void>;
}

export type MakeContender = (delivered: Delivered) => Promise<Contender>;
