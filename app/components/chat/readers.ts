/** Who has seen one's newest message in a room. Pure. */
import type { Member, Person, ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { messageKey } from "./shown-messages.ts";

export interface Reader extends Person {
  readAt: number | null;
}

export interface Readers {
  /** Of the viewer's newest message in the room, as the screen names it. */
  key: string;
  /** Whoever read it last stands first. */
  by: Reader[];
  everybody: boolean;
}

/** @returns null where the viewer has written nothing, or nobody is known to have seen it */
export function readersOfNewest(messages: readonly MessageData[], reads: ReadPositions, members: readonly Member[], viewerId: string): Readers | null {
  const newest = messages.findLast((message) => message.senderId === viewerId && message.deletedAt === null);
  if (!newest) return null;
  const others = members.filter((member) => member.id !== viewerId);
  const by = others.flatMap(({ id, name, hue, avatar }): Reader[] => {
    const read = reads[id];
    return read && read.upToSeq >= newest.seq ? [{ id, name, hue, avatar, readAt: read.readAt }] : [];
  });
  if (by.length === 0) return null;
  by.sort((a, b) => (b.readAt ?? 0) - (a.readAt ?? 0));
  return { key: messageKey(newest), by, everybody: by.length === others.length };
}
