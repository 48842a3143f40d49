/** One way in which a chat's messages reach people, with all its clients connected. */
import type { Delivered } from "#tests/bench/measure/deliveries.ts";
import type { Pair } from "#tests/bench/clients/people.ts";
import type { Contender } from "#tests/bench/send/contender.ts";
import type { Crowd } from "./crowd.ts";

export interface Chat extends Pick<Contender, "name" | "pids" | "send" | "stop"> {
  /** Who sends to whom: everybody does. */
  pairs: readonly Pair[];
  crowd: Crowd;
}

/** @param clients an even number: two in each chat */
export type MakeChat = (clients: number, delivered: Delivered) => Promise<Chat>;

/** The same pairs, and each the other way round. */
export const bothWays = (pairs: readonly Pair[]): Pair[] => [
  ...pairs,
  ...pairs.map((pair) => ({ ...pair, senderId: pair.receiverId, senderName: `Other of ${pair.senderName}`, senderCookie: pair.receiverCookie, receiverId: pair.senderId, receiverCookie: pair.senderCookie })),
];
