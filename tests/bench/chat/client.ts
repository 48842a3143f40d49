/** One person's open page, reduced to how it learns of messages. */
import type { Pair } from "#tests/bench/clients/people.ts";

export interface Client {
  userId: string;
  cookie: string;
  conversationId: string;
  /** Of its chat. */
  channel: string;
}

/** What every client of a crowd does. Crosses a process boundary: plain data. */
export type Way =
  | { kind: "push"; origin: string; env: Record<string, string> }
  | { kind: "socket.io"; origin: string }
  | { kind: "polling"; origin: string; everyMs: number };

/** @param arrived called with messages of others, once each */
export type Connect<W extends Way = Way> = (way: W, client: Client, arrived: (message: Arrived) => void) => Promise<void>;

export interface Arrived {
  clientId: string;
  createdAt: number;
}

/** Both people of each pair. */
export const clientsOf = (pairs: readonly Pair[]): Client[] =>
  pairs.flatMap(({ conversationId, channel, senderId, senderCookie, receiverId, receiverCookie }) => [
    { userId: senderId, cookie: senderCookie, conversationId, channel },
    { userId: receiverId, cookie: receiverCookie, conversationId, channel },
  ]);
