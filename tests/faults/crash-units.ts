/** What the crash suite's writers commit, and how it is told again from the rows. */
import type { Viewer } from "#app/domain/viewer.ts";
import { durable } from "#db/outbox/event.ts";

/** What stands or falls as one. Its events carry its key: `clientId` of a message, the name somebody takes, `key` of a list. */
export type UnitKind = "message" | "rename" | "list";
export interface Unit {
  kind: UnitKind;
  key: string;
  /** How many events it commits. */
  events: number;
}

/** One of the entries that a transaction appends together. */
export const listed = durable<{ n: number; key: string; filler?: string }>()("test-listed");
export const LIST_ENTRIES = 10;
/** A message: itself, and the hint to the other one. */
export const MESSAGE_EVENTS = 2;

export interface Chat {
  conversationId: string;
  members: readonly [Viewer, Viewer];
}

export interface WriterTask {
  url: string;
  dataDir: string;
  seed: number;
  chats: Chat[];
  /** Whose names this process changes: each is told to all of the person's chats. */
  renames: Viewer[];
  chatsEach: number;
  /** Of lists. */
  channels: string[];
}
/** A task to begin with; then, again and again, how many more events it may commit. */
export type ToWriter = { task: WriterTask } | { grant: number };
export type FromWriter = { awaits: "task" | "grants" } | { done: Unit };
