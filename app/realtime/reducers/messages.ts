/** An open conversation: its messages, its members and how far each has read. */
import { privacyChanged } from "#app/domain/accounts/events.ts";
import type { ConversationInfo, Member, NotifyLevel, ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MemberChanged, MessageData, MessageRead, ReactionChanged } from "#app/domain/conversations/events.ts";
import { memberChanged, messageDeleted, messageRead, messagesErased, messageUpdated, newMessage, reactionChanged, unreadChanged } from "#app/domain/conversations/events.ts";
import { notificationsChanged } from "#app/domain/notifications/events.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { isOutdated, shownOf } from "./person.ts";
import { withMember, withPresence } from "./room.ts";

export interface MessagesState {
  viewerId: string;
  conversation: ConversationInfo;
  /** By `seq`, each id once. */
  messages: MessageData[];
  /** By user id. `readAt` null: nothing read yet. */
  reads: ReadPositions;
  /** By id; null in a large room. */
  members: Member[] | null;
  /** Events told of something that only a fresh load can show: revalidate. */
  stale?: true;
}

/** Folds one event over the state; applying it again changes nothing. For the conversation's channel and the viewer's own. */
export function reduceMessages(state: MessagesState, event: LoggedEvent): MessagesState {
  if (isEvent(event, newMessage)) return withMessage(state, event.data);
  if (isEvent(event, messageUpdated)) return withChange(state, event.data.id, (known) => edited(known, event.data));
  // The row and the event carry the same time.
  if (isEvent(event, messageDeleted)) return withChange(state, event.data.id, (known) => withoutReactions(deleted(known, event.stamp.at)));
  if (isEvent(event, messagesErased)) return withoutPerson(state, event.data.userId, event.stamp.at);
  if (isEvent(event, reactionChanged)) return withChange(state, event.data.messageId, (known) => reacted(known, event.data));
  if (isEvent(event, messageRead)) return withRead(state, event.data.userId, event.data);
  if (isEvent(event, unreadChanged)) return isHere(state, event.data) ? withRead(state, state.viewerId, event.data) : state;
  if (isEvent(event, memberChanged)) return withMember(withName(state, event.data), event.data);
  if (isEvent(event, privacyChanged)) return withPresence(state, event.data.showLastActive);
  if (isEvent(event, notificationsChanged)) return isHere(state, { conversationId: event.data.conversationId ?? "" }) ? withLevel(state, event.data.level) : state;
  return state;
}

/** For a page of the past: what is on it stays true, but new messages belong behind the newest. */
export const reducePastMessages = (state: MessagesState, event: LoggedEvent): MessagesState => (isEvent(event, newMessage) ? state : reduceMessages(state, event));

const isHere = ({ conversation }: MessagesState, { conversationId }: { conversationId: string }) => conversation.id === conversationId;

const withLevel = (state: MessagesState, notifyLevel: NotifyLevel | null): MessagesState =>
  state.conversation.notifyLevel === notifyLevel ? state : { ...state, conversation: { ...state.conversation, notifyLevel } };

function withMessage(state: MessagesState, message: MessageData): MessagesState {
  const { messages } = state;
  const after = messages.findLastIndex((known) => known.seq <= message.seq);
  // The number is unique in its conversation, so the neighbour tells a double.
  if (messages[after]?.id === message.id) return state;
  return { ...state, messages: messages.toSpliced(after + 1, 0, message) };
}

/** In all that somebody wrote. */
function withName(state: MessagesState, { userId, ...told }: MemberChanged): MessagesState {
  const outdated = (message: MessageData) => message.senderId === userId && isOutdated({ name: message.senderName, avatar: message.senderAvatar }, told);
  const { name, ...picture } = shownOf(told);
  return state.messages.some(outdated) ? { ...state, messages: state.messages.map((message) => (outdated(message) ? { ...message, senderName: name, ...("avatar" in picture && { senderAvatar: picture.avatar }) } : message)) } : state;
}

/** What somebody wrote and felt goes. */
function withoutPerson(state: MessagesState, userId: string, at: number): MessagesState {
  const without = (message: MessageData): MessageData => {
    if (message.senderId === userId) return withoutReactions(deleted(message, at));
    const reactions = message.reactions.filter((reaction) => reaction.userId !== userId);
    return reactions.length === message.reactions.length ? message : { ...message, reactions };
  };
  const messages = state.messages.map(without);
  return messages.some((message, index) => message !== state.messages[index]) ? { ...state, messages } : state;
}

/** A message further back than what is loaded is not here, and comes with its page as it then is. */
function withChange(state: MessagesState, id: string, change: (known: MessageData) => MessageData): MessagesState {
  const at = state.messages.findLastIndex((message) => message.id === id);
  const known = state.messages[at];
  const changed = known && change(known);
  return changed && changed !== known ? { ...state, messages: state.messages.with(at, changed) } : state;
}

/** Data loaded after the position may know of later edits already: `editedAt` rises with each. A deleted message stays deleted. */
export const edited = <Message extends Editable>(known: Message, { body, editedAt }: Pick<Editable, "body" | "editedAt">): Message =>
  known.deletedAt === null && (editedAt ?? 0) > (known.editedAt ?? 0) ? { ...known, body, editedAt } : known;

export const deleted = <Message extends Editable>(known: Message, at: number): Message => (known.deletedAt === null ? { ...known, body: "", ...("images" in known && { images: [], files: [] }), deletedAt: at } : known);

const withoutReactions = (known: MessageData): MessageData => (known.deletedAt === null || known.reactions.length === 0 ? known : { ...known, reactions: [] });

/** Data loaded after the position may know of later reactions already: the version rises with each. */
function reacted(known: MessageData, { userId, emoji, on, version }: ReactionChanged): MessageData {
  if (version <= known.reactionVersion || known.deletedAt !== null) return known;
  const others = known.reactions.filter((reaction) => reaction.userId !== userId || reaction.emoji !== emoji);
  return { ...known, reactionVersion: version, reactions: on ? [...others, { emoji, userId }] : others };
}

interface Editable {
  body: string;
  editedAt: number | null;
  deletedAt: number | null;
}

function withRead(state: MessagesState, userId: string, { upToSeq, readAt }: Pick<MessageRead, "upToSeq" | "readAt">): MessagesState {
  // A read position never goes back.
  if (upToSeq <= (state.reads[userId]?.upToSeq ?? 0)) return state;
  return { ...state, reads: { ...state.reads, [userId]: { upToSeq, readAt } } };
}
