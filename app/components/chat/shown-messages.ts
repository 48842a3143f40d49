import type { TFunction } from "i18next";
import { useMemo, useRef } from "react";
import type { ConversationInfo, ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MessageData, Reaction } from "#app/domain/conversations/events.ts";
import type { QueuedChange, QueuedFile } from "#app/realtime/queue-storage.ts";
import type { ShownMessage } from "./message-bubble.tsx";

/** One's own message, or change of a message, that the conversation's state does not hold yet. */
export interface UnsettledMessage {
  clientId: string;
  body: string;
  createdAt: number;
  status: "sending" | "sent" | "failed";
  errorMessage: string | null;
  files?: readonly QueuedFile[] | undefined;
  change?: QueuedChange | null;
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

/** One and the same, so that a message without files stays the same object. */
const NO_FILES: never[] = [];

/** What the chat shows: accepted messages in their order, then those on their way in the order of sending. */
export function shownMessages({ kind, messages, reads, pending, viewer }: Sides, t: TFunction): ShownMessage[] {
  const others = Object.entries(reads).flatMap(([userId, read]) => (userId === viewer.id ? [] : [read]));
  const changes = pending.filter(({ change }) => change);
  const accepted = messages.map((known): ShownMessage => {
    const message = changes.length > 0 ? withChanges(known, changes, viewer.id) : known;
    const own = message.senderId === viewer.id;
    const readers = own ? others.filter(({ upToSeq }) => upToSeq >= message.seq) : [];
    return {
      key: messageKey(message),
      id: message.id,
      clientId: message.clientId,
      seq: message.seq,
      senderId: message.senderId,
      senderName: message.senderName,
      hue: message.senderHue,
      avatar: message.senderAvatar,
      body: message.body,
      images: message.images,
      files: message.files ?? NO_FILES,
      queued: NO_FILES,
      edited: message.editedAt !== null,
      deleted: message.deletedAt !== null,
      createdAt: message.createdAt,
      status: own ? (readers.length > 0 ? "read" : "sent") : "received",
      readAt: kind === "direct" ? (readers[0]?.readAt ?? null) : null,
      readBy: kind === "room" ? readers.length : null,
      problem: null,
      reactions: message.reactions,
      ...changing(known, changes, t),
    };
  });
  const waiting = pending.filter(({ change }) => !change).map((message): ShownMessage => ({
    key: messageKey({ senderId: viewer.id, clientId: message.clientId }),
    id: null,
    clientId: message.clientId,
    seq: null,
    senderId: viewer.id,
    senderName: viewer.name,
    hue: viewer.hue,
    body: message.body,
    images: NO_FILES,
    files: NO_FILES,
    queued: message.files ?? NO_FILES,
    edited: false,
    deleted: false,
    createdAt: message.createdAt,
    status: message.status,
    readAt: null,
    readBy: null,
    problem: message.status === "failed" ? (message.errorMessage ?? t("errors.unavailable")) : null,
    reactions: NO_REACTIONS,
    ...UNCHANGED,
  }));
  return [...accepted, ...waiting];
}

const NO_REACTIONS: Reaction[] = [];
const UNCHANGED = { changeId: null, changeStatus: null, changeProblem: null } as const;

/** How a message will be once what is on its way has arrived. What was refused, but for the text of an edit, is as if it had not been. */
function withChanges(message: MessageData, pending: readonly UnsettledMessage[], viewerId: string): MessageData {
  return pending.reduce((known, { change, status, createdAt }) => {
    if (change?.messageId !== known.id || known.deletedAt !== null) return known;
    if (change.kind === "edit") return { ...known, body: change.body, editedAt: known.editedAt ?? createdAt };
    if (status === "failed") return known;
    if (change.kind === "delete") return { ...known, body: "", deletedAt: createdAt, reactions: NO_REACTIONS };
    const { emoji, on } = change;
    const others = known.reactions.filter((reaction) => reaction.userId !== viewerId || reaction.emoji !== emoji);
    return { ...known, reactions: on ? [...others, { emoji, userId: viewerId }] : others };
  }, message);
}

/** What is to be said of a message's newest change: that it was refused, or is on its way. */
function changing({ id }: MessageData, pending: readonly UnsettledMessage[], t: TFunction): Pick<ShownMessage, "changeId" | "changeStatus" | "changeProblem"> {
  const own = pending.filter(({ change }) => change?.messageId === id);
  const newest = own.findLast(({ status }) => status === "failed") ?? own.findLast(({ status, change }) => status === "sending" && change?.kind !== "react");
  if (!newest) return UNCHANGED;
  const failed = newest.status === "failed";
  return { changeId: newest.clientId, changeStatus: failed ? "failed" : "sending", changeProblem: failed ? (newest.errorMessage ?? t("errors.unavailable")) : null };
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
