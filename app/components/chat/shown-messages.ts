import type { TFunction } from "i18next";
import { useMemo, useRef } from "react";
import type { ConversationInfo, ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";
import type { ShownMessage } from "./message-bubble.tsx";

/** One's own message that the conversation's state does not hold yet. */
export interface UnsettledMessage {
  clientId: string;
  body: string;
  createdAt: number;
  status: "sending" | "sent" | "failed";
  errorMessage: string | null;
}

export interface Sides {
  kind: ConversationInfo["kind"];
  messages: readonly MessageData[];
  /** How far each member has read, as far as they let it be seen. */
  reads: ReadPositions;
  /** In the order of sending. */
  pending: readonly UnsettledMessage[];
  viewer: { id: string; name: string; hue: number };
}

/** The same before and after a message is accepted, so that its bubble stays where it is. */
export const messageKey = ({ senderId, clientId }: { senderId: string; clientId: string }) => `${senderId}:${clientId}`;

/** What the chat shows: accepted messages in their order, then those on their way in the order of sending. */
export function shownMessages({ kind, messages, reads, pending, viewer }: Sides, t: TFunction): ShownMessage[] {
  const others = Object.entries(reads).flatMap(([userId, read]) => (userId === viewer.id ? [] : [read]));
  const accepted = messages.map((message): ShownMessage => {
    const own = message.senderId === viewer.id;
    const readers = own ? others.filter(({ upToSeq }) => upToSeq >= message.seq) : [];
    return {
      key: messageKey(message),
      clientId: message.clientId,
      seq: message.seq,
      senderId: message.senderId,
      senderName: message.senderName,
      hue: message.senderHue,
      body: message.body,
      edited: message.editedAt !== null,
      deleted: message.deletedAt !== null,
      createdAt: message.createdAt,
      status: own ? (readers.length > 0 ? "read" : "sent") : "received",
      readAt: kind === "direct" ? (readers[0]?.readAt ?? null) : null,
      readBy: kind === "room" ? readers.length : null,
      problem: null,
    };
  });
  const waiting = pending.map((message): ShownMessage => ({
    key: messageKey({ senderId: viewer.id, clientId: message.clientId }),
    clientId: message.clientId,
    seq: null,
    senderId: viewer.id,
    senderName: viewer.name,
    hue: viewer.hue,
    body: message.body,
    edited: false,
    deleted: false,
    createdAt: message.createdAt,
    status: message.status,
    readAt: null,
    readBy: null,
    problem: message.status === "failed" ? (message.errorMessage ?? t("errors.unavailable")) : null,
  }));
  return [...accepted, ...waiting];
}

/** The same, with every message that did not change being the same object: one more message renders one more bubble. */
export function useShownMessages(sides: Sides, t: TFunction): ShownMessage[] {
  const kept = useRef(new Map<string, ShownMessage>());
  const { kind, messages, reads, pending, viewer } = sides;
  return useMemo(() => {
    const shown = shownMessages({ kind, messages, reads, pending, viewer: { id: viewer.id, name: viewer.name, hue: viewer.hue } }, t).map((message) => {
      const before = kept.current.get(message.key);
      return before && sameMessage(before, message) ? before : message;
    });
    kept.current = new Map(shown.map((message) => [message.key, message]));
    return shown;
  }, [kind, messages, reads, pending, viewer.id, viewer.name, viewer.hue, t]);
}

const sameMessage = (a: ShownMessage, b: ShownMessage) => (Object.keys(b) as (keyof ShownMessage)[]).every((field) => Object.is(a[field], b[field]));
