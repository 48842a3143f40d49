/** What the tabs of one user in one browser say to each other about their one connection. */
import type { LinkState, PresentMember, SubscriptionState } from "#app/realtime/connection.ts";

/** Part of every name: tabs of another version of this protocol keep to themselves. */
export const PROTOCOL = 2;

/** From a follower: all that it needs, whole each time, so that no message depends on an earlier one. */
export interface Need {
  kind: "need";
  from: string;
  /** Counts this tab's questions: only the answer to the latest is current. */
  ask: number;
  channels: string[];
  /** Its device woke up, or found a network. */
  wake: boolean;
}

export interface Bye {
  kind: "bye";
  from: string;
}

/** From a follower: a client event, to be sent over the leader's connection. */
export interface Trigger {
  kind: "trigger";
  from: string;
  /** The leader it is meant for, by term: a later one is not to send what was waiting for one before. */
  leader: number;
  /** Milliseconds since 1970: what waited behind a frozen page is no longer true. */
  at: number;
  channel: string;
  event: string;
  data: object;
}

/** From a leader. A higher term is a later leader: whoever was stopped in his reign speaks with a lower one. */
export type FromLeader = { term: number } & (
  | { kind: "lead" }
  | { kind: "welcome"; to: string; ask: number; link: LinkState; hidden: boolean; channels: Record<string, SubscriptionState>; members: Record<string, PresentMember[]> }
  | { kind: "link"; link: LinkState }
  | { kind: "state"; channel: string; state: SubscriptionState }
  | { kind: "members"; channel: string; members: PresentMember[] }
  | { kind: "event"; channel: string; event: string; data: unknown; sender?: string | undefined }
);

export type Message = Need | Bye | Trigger | FromLeader;
