/** The list of the viewer's conversations: last message, what is unread, newest first. */
import { lineOf } from "#app/domain/conversations/preview.ts";
import type { MemberChanged, MessageData } from "#app/domain/conversations/events.ts";
import { conversationAdded, conversationRemoved, memberChanged, messageDeleted, messageRead, messagesErased, messageUpdated, newMessage, unreadChanged } from "#app/domain/conversations/events.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import type { ConversationSummary } from "#app/domain/conversations/conversation.ts";
import type { NotificationsChanged } from "#app/domain/notifications/events.ts";
import { notificationsChanged } from "#app/domain/notifications/events.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { deleted, edited } from "./messages.ts";
import { isOutdated, shownOf } from "./person.ts";

export interface ChatListState {
  viewerId: string;
  /** Newest message first. */
  conversations: ConversationSummary[];
  /** Events told of something that only a fresh load can show: revalidate. */
  stale: boolean;
  /** Others' messages that came by event, for exact unread counts when another device reads some of them. */
  arrived?: Record<string, Arrived>;
}

interface Arrived {
  /** The conversation's last number when it was loaded: which of those up to it are others' isn't known here. */
  since: number;
  seqs: number[];
}

/** In code points, like the query's `substr` (app/domain/conversations/queries.server.ts). */
export const PREVIEW_LENGTH = 160;

/** Folds one event over the list; applying it again changes nothing. */
export function reduceChatList(state: ChatListState, event: LoggedEvent): ChatListState {
  if (isEvent(event, newMessage)) return withMessage(state, event.data);
  if (isEvent(event, messageUpdated)) return withLastChanged(state, event.data, (last) => edited(last, { ...event.data, body: preview(event.data.body) }));
  if (isEvent(event, messageDeleted)) return withLastChanged(state, event.data, (last) => deleted(last, event.stamp.at));
  if (isEvent(event, messagesErased)) return withErased(state, event.data, event.stamp.at);
  if (isEvent(event, messageRead)) return event.data.userId === state.viewerId ? withRead(state, event.data) : state;
  if (isEvent(event, unreadChanged)) return withRead(state, event.data);
  if (isEvent(event, memberChanged)) return withMember(state, event.data);
  if (isEvent(event, conversationRemoved)) return without(state, event.data.conversationId);
  if (isEvent(event, notificationsChanged)) return withLevel(state, event.data);
  if (isEvent(event, conversationAdded)) return find(state, event.data.conversationId) ? state : stale(state);
  return state;
}

const find = (state: ChatListState, id: string) => state.conversations.find((conversation) => conversation.id === id);
const stale = (state: ChatListState): ChatListState => (state.stale ? state : { ...state, stale: true });

function without(state: ChatListState, conversationId: string): ChatListState {
  const known = find(state, conversationId);
  if (!known) return state;
  const { [conversationId]: _gone, ...arrived } = state.arrived ?? {};
  // An open room may be joined again: it is now among those that only a load can list.
  const joinable = known.kind === "room" && known.access === "open";
  return { ...state, conversations: state.conversations.filter(({ id }) => id !== conversationId), arrived, stale: state.stale || joinable };
}

function withMessage(state: ChatListState, message: MessageData): ChatListState {
  const known = find(state, message.conversationId);
  if (!known) return stale(state);
  if (message.seq <= known.lastSeq) return state;
  const own = message.senderId === state.viewerId;
  const before = arrivedIn(state, known);
  const conversation: ConversationSummary = {
    ...known,
    lastMessage: { id: message.id, seq: message.seq, body: preview(lineOf(message)), senderId: message.senderId, senderName: message.senderName, createdAt: message.createdAt, editedAt: message.editedAt, deletedAt: message.deletedAt },
    lastSeq: message.seq,
    activeAt: message.createdAt,
    unread: Math.min(UNREAD_LIMIT, known.unread + (own || message.seq <= known.readSeq ? 0 : 1)),
  };
  const others = state.conversations.filter((other) => other !== known);
  const place = others.findIndex((other) => isOlder(other, conversation));
  return {
    ...state,
    conversations: others.toSpliced(place === -1 ? others.length : place, 0, conversation),
    arrived: { ...state.arrived, [known.id]: own ? before : { ...before, seqs: [...before.seqs, message.seq] } },
  };
}

function withMember(state: ChatListState, { conversationId, userId, name, avatar, memberCount }: MemberChanged): ChatListState {
  const known = find(state, conversationId);
  if (!known) return stale(state);
  let changed: ConversationSummary = known;
  if (changed.kind === "direct" && changed.other.id === userId && isOutdated(changed.other, { name, avatar })) changed = { ...changed, other: { ...changed.other, ...shownOf({ name, avatar }) } };
  if (changed.kind === "room" && memberCount !== undefined && changed.memberCount !== memberCount) changed = { ...changed, memberCount };
  if (changed.lastMessage?.senderId === userId && changed.lastMessage.senderName !== name) changed = { ...changed, lastMessage: { ...changed.lastMessage, senderName: name } };
  return changed === known ? state : { ...state, conversations: state.conversations.map((other) => (other === known ? changed : other)) };
}

/** Of a conversation that isn't known here the level comes with the load that shows it. */
function withLevel(state: ChatListState, { conversationId, level }: NotificationsChanged): ChatListState {
  const known = find(state, conversationId ?? "");
  if (!known || known.notifyLevel === level) return state;
  return { ...state, conversations: state.conversations.map((other) => (other === known ? { ...known, notifyLevel: level } : other)) };
}

type LastMessage = NonNullable<ConversationSummary["lastMessage"]>;

/** Of all changes the list shows only those of a conversation's last message; what is unread stays unread. */
function withLastChanged(state: ChatListState, { id, conversationId }: { id: string; conversationId: string }, change: (last: LastMessage) => LastMessage): ChatListState {
  const known = find(state, conversationId);
  if (!known) return stale(state);
  if (known.lastMessage?.id !== id) return state;
  const lastMessage = change(known.lastMessage);
  if (lastMessage === known.lastMessage) return state;
  return { ...state, conversations: state.conversations.map((other) => (other === known ? { ...known, lastMessage } : other)) };
}

function withErased(state: ChatListState, { conversationId, userId }: { conversationId: string; userId: string }, at: number): ChatListState {
  const last = find(state, conversationId)?.lastMessage;
  return last?.senderId === userId ? withLastChanged(state, { id: last.id, conversationId }, (known) => deleted(known, at)) : state;
}

function withRead(state: ChatListState, { conversationId, upToSeq }: { conversationId: string; upToSeq: number }): ChatListState {
  const known = find(state, conversationId);
  if (!known) return stale(state);
  if (upToSeq <= known.readSeq) return state;
  const { since, seqs } = arrivedIn(state, known);
  const left = seqs.filter((seq) => seq > upToSeq);
  // Between the position read and `since` there may be own messages, which were never unread: only a load can tell.
  const exact = upToSeq >= since || known.unread === 0;
  const conversation = { ...known, readSeq: upToSeq, unread: exact ? Math.min(known.unread, left.length) : Math.min(known.unread, left.length + since - upToSeq) };
  return {
    ...state,
    stale: state.stale || !exact,
    conversations: state.conversations.map((other) => (other === known ? conversation : other)),
    arrived: { ...state.arrived, [conversationId]: { since, seqs: left } },
  };
}

const arrivedIn = (state: ChatListState, conversation: ConversationSummary): Arrived => state.arrived?.[conversation.id] ?? { since: conversation.lastSeq, seqs: [] };

const preview = (body: string) => (body.length <= PREVIEW_LENGTH ? body : [...body].slice(0, PREVIEW_LENGTH).join(""));

function isOlder(other: ConversationSummary, than: ConversationSummary): boolean {
  const difference = other.activeAt - than.activeAt;
  return difference < 0 || (difference === 0 && other.id < than.id);
}
