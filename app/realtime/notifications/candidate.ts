/** Messages that may be worth a notification, however they became known. */
import { parseChannel } from "#app/domain/channels.ts";
import { messageNotification, newMessage } from "#app/domain/conversations/events.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";

/** As many as a notification shows. */
const PREVIEW_CHARACTERS = 160;

export interface Candidate {
  messageId: string;
  conversationId: string;
  senderName: string;
  preview: string;
  /** Commit time, ms of the server's clock. */
  at: number;
  /** Where it stands in the log: what counts is the choice that stood then. */
  place: number;
  direct: boolean;
  named: boolean;
  own: boolean;
  /** The message's number; null while only the hint is known. */
  seq: number | null;
}

/** Whom the pages of this browser belong to. */
export interface Self {
  userId: string;
  name: string;
}

/** The same message may come as a hint, by push and by catch-up. @param names whether a text names somebody */
export function candidateOf(event: LiveEvent, self: Self, names: (text: string, name: string) => boolean): Candidate | null {
  const at = event.stamp?.at ?? 0;
  const place = event.stamp?.seq ?? Infinity;
  if (isEvent(event, messageNotification)) {
    const { conversationId, messageId, senderName, preview } = event.data;
    // The server told only those whose level allows it: whoever wants mentions alone is named here.
    return { messageId, conversationId, senderName, preview: oneLine(preview), at, place, direct: false, named: true, own: false, seq: null };
  }
  if (!isEvent(event, newMessage) || event.data.deletedAt !== null) return null;
  const { id, conversationId, senderId, senderName, body, seq } = event.data;
  return {
    messageId: id,
    conversationId,
    senderName,
    preview: oneLine(body),
    at,
    place,
    direct: parseChannel(event.channel)?.kind === "direct",
    named: names(body, self.name),
    own: senderId === self.userId,
    seq,
  };
}

/** What both tell of one message. */
export const merged = (a: Candidate, b: Candidate): Candidate => ({ ...a, place: Math.min(a.place, b.place), direct: a.direct || b.direct, named: a.named || b.named, own: a.own || b.own, seq: a.seq ?? b.seq });

export const oneLine = (text: string): string => [...text.replaceAll(/\s+/g, " ").trim()].slice(0, PREVIEW_CHARACTERS).join("");
