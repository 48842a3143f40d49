/** The server as a model: a log in memory with the sync route's rules, and loads that are right by construction. */
import type { Member } from "#app/domain/conversations/conversation.ts";
import type { MemberChanged, MessageData } from "#app/domain/conversations/events.ts";
import { conversationAdded, conversationRemoved, memberChanged, messageDeleted, messageRead, messageUpdated, newMessage, unreadChanged } from "#app/domain/conversations/events.ts";
import type { Position } from "#app/domain/events.ts";
import { roomChannel, roomPresenceChannel, userChannel } from "#app/domain/channels.ts";
import type { ChatListState } from "#app/realtime/reducers/chat-list.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";

export const ME = "me";
export const OTHER = "other";

export interface Row {
  seq: number;
  id: string;
  channel: string;
  event: string;
  /** With `_event`, as on the wire. */
  data: Record<string, unknown>;
  at: number;
  offset: number;
}

interface Conversation {
  id: string;
  channel: string;
  createdAt: number;
  /** As it is loaded; who hides how far they have read is left out of `reads`. */
  state: MessagesState;
  /** How far everybody has read, those who hide it too. */
  reads: MessagesState["reads"];
  hidden: Set<string>;
  /** Whether ME is in it. */
  member: boolean;
  /** All states that it has ever been in, in their order. */
  history: MessagesState[];
}

/** A state without anything in it yet. */
export const emptyChat = (id = "c1", channel = `private-chat-${id}`): MessagesState => ({
  viewerId: ME,
  conversation: { id, channel, notifyLevel: null, kind: "direct", other: { id: OTHER, name: OTHER, hue: 1 } },
  messages: [],
  reads: { [ME]: { upToSeq: 0, readAt: null } },
  members: [ME, OTHER].map((person) => memberOf(person)),
});

const memberOf = (id: string, role: Member["role"] = "member"): Member => ({ id, name: id, hue: 1, role });
const byId = (a: Member, b: Member) => (a.id < b.id ? -1 : 1);

export class ModelServer {
  epoch = 1;
  seq = 0;
  prunedSeq = 0;
  rows: Row[] = [];
  conversations = new Map<string, Conversation>();
  #last = 0;
  #offsets = new Map<string, number>();

  constructor(readonly now: () => number) {}

  addConversation(): Conversation {
    const id = `c${this.conversations.size + 1}`;
    return this.#begin(emptyChat(id));
  }

  /** An open room that ME made and OTHER is in. */
  addRoom(): Conversation {
    const id = `c${this.conversations.size + 1}`;
    const members = [memberOf(ME, "owner"), memberOf(OTHER)];
    const conversation = { id, channel: roomChannel(id), notifyLevel: null, kind: "room" as const, name: "Room", access: "open" as const, memberCount: 2, role: "owner" as const, presenceChannel: roomPresenceChannel(id) };
    return this.#begin({ ...emptyChat(id), conversation, members });
  }

  #begin(state: MessagesState): Conversation {
    const { id, channel } = state.conversation;
    const conversation: Conversation = { id, channel, createdAt: this.#moment(), state, reads: state.reads, hidden: new Set(), member: true, history: [state] };
    this.conversations.set(id, conversation);
    this.#append(userChannel(ME), conversationAdded.name, { conversationId: id });
    return conversation;
  }

  send(conversationId: string, senderId: string, body: string, clientId?: string): { message: MessageData; row: Row | null } {
    const conversation = this.conversations.get(conversationId)!;
    const { messages } = conversation.state;
    const sent = messages.find((message) => message.senderId === senderId && message.clientId === clientId);
    if (sent) return { message: sent, row: null };
    const seq = messages.length + 1;
    const id = `${conversationId}-m${seq}`;
    const message: MessageData = { id, conversationId, seq, senderId, senderName: senderId, senderHue: 1, clientId: clientId ?? id, body, kind: "text", images: [], files: [], createdAt: this.#moment(), editedAt: null, deletedAt: null, reactions: [], reactionVersion: 0 };
    return { message, row: this.#change(conversation, { messages: [...messages, message] }, newMessage.name, { ...message }) };
  }

  /** ME's own devices are told on their own channel, too. */
  read(conversationId: string, userId: string, upToSeq: number): Row[] {
    const conversation = this.conversations.get(conversationId)!;
    const message = conversation.state.messages[upToSeq - 1];
    if (!message || upToSeq <= (conversation.reads[userId]?.upToSeq ?? 0)) return [];
    const position = { upToSeq, readAt: this.now() };
    const told = { conversationId, upTo: message.id, ...position };
    conversation.reads = { ...conversation.reads, [userId]: position };
    const reads = { ...conversation.state.reads, [userId]: position };
    const shown = !conversation.hidden.has(userId);
    const own = userId === ME ? [this.#append(userChannel(ME), unreadChanged.name, told)] : [];
    if (!shown && own.length === 0) return [];
    this.#become(conversation, { reads });
    return [...own, ...(shown ? [this.#append(conversation.channel, messageRead.name, { userId, ...told })] : [])];
  }

  /** Shows how far somebody has read from now on, or no longer. */
  receipts(conversationId: string, userId: string, shown: boolean): Row | null {
    const conversation = this.conversations.get(conversationId)!;
    if (shown !== conversation.hidden.has(userId)) return null;
    if (shown) conversation.hidden.delete(userId);
    else conversation.hidden.add(userId);
    const position = conversation.reads[userId];
    if (!position || position.readAt === null) return null;
    const { upToSeq } = position;
    const { [userId]: known, ...others } = conversation.state.reads;
    if (shown) return this.#change(conversation, { reads: { ...others, [userId]: position } }, messageRead.name, { conversationId, userId, upTo: conversation.state.messages[upToSeq - 1]!.id, ...position });
    return this.#change(conversation, { reads: userId === ME && known ? { ...others, [ME]: known } : others }, memberChanged.name, { conversationId, userId, name: userId, receipts: false });
  }

  /** Somebody comes into a room or leaves it. */
  joinOrLeave(conversationId: string, userId: string): Row | null {
    const conversation = this.conversations.get(conversationId)!;
    const { conversation: room, members, reads } = conversation.state;
    if (room.kind !== "room" || !members) return null;
    const leaves = members.some(({ id }) => id === userId);
    const { [userId]: _gone, ...others } = reads;
    if (leaves) conversation.reads = others;
    const now = leaves ? members.filter(({ id }) => id !== userId) : [...members, memberOf(userId)].sort(byId);
    const change: Pick<MemberChanged, "change" | "memberCount"> = { change: leaves ? "left" : "joined", memberCount: now.length };
    return this.#change(conversation, { members: now, conversation: { ...room, memberCount: now.length }, reads: leaves ? others : reads }, memberChanged.name, { conversationId, userId, name: userId, hue: 1, ...change });
  }

  /** ME is taken out of a room; what was read starts at its end when ME comes back. */
  removeMe(conversationId: string): (Row | null)[] {
    const conversation = this.conversations.get(conversationId)!;
    if (!conversation.member || conversation.state.conversation.kind !== "room") return [];
    const left = this.joinOrLeave(conversationId, ME);
    conversation.member = false;
    return [left, this.#append(userChannel(ME), conversationRemoved.name, { conversationId })];
  }

  addMe(conversationId: string): (Row | null)[] {
    const conversation = this.conversations.get(conversationId)!;
    if (conversation.member) return [];
    conversation.member = true;
    const joined = this.joinOrLeave(conversationId, ME);
    const { state } = conversation;
    const position = { upToSeq: state.messages.length, readAt: null };
    conversation.reads = { ...conversation.reads, [ME]: position };
    const { conversation: room } = state;
    conversation.state = { ...state, reads: { ...state.reads, [ME]: position }, conversation: room.kind === "room" ? { ...room, role: "member" } : room };
    conversation.history[conversation.history.length - 1] = conversation.state;
    return [joined, this.#append(userChannel(ME), conversationAdded.name, { conversationId })];
  }

  edit(conversationId: string, seq: number, body: string): Row | null {
    const conversation = this.conversations.get(conversationId)!;
    const { messages } = conversation.state;
    const known = messages[seq - 1];
    if (!known || known.deletedAt !== null) return null;
    const message = { ...known, body, editedAt: Math.max(this.#moment(), (known.editedAt ?? 0) + 1) };
    return this.#change(conversation, { messages: messages.with(seq - 1, message) }, messageUpdated.name, { ...message });
  }

  /** The text goes from the log, too: a sync that comes later brings the message without it. */
  delete(conversationId: string, seq: number): Row | null {
    const conversation = this.conversations.get(conversationId)!;
    const { messages } = conversation.state;
    const known = messages[seq - 1];
    if (!known || known.deletedAt !== null) return null;
    const at = this.now();
    this.rows = this.rows.map((row) => (row.data["id"] === known.id ? { ...row, data: { ...row.data, body: "" } } : row));
    return this.#change(conversation, { messages: messages.with(seq - 1, { ...known, body: "", deletedAt: at }) }, messageDeleted.name, { id: known.id, conversationId });
  }

  /** An event that is one more of its channel, whatever it says. */
  note(channel: string, event: string, payload: object): Row {
    return this.#append(channel, event, payload);
  }

  /** Forgets everything up to now. */
  prune(): void {
    this.prunedSeq = this.seq;
    this.rows = [];
  }

  /** A backup was restored: the data is there, the log starts anew. */
  newEpoch(): void {
    this.epoch++;
    this.rows = [];
    this.seq = 0;
    this.prunedSeq = 0;
    this.#offsets.clear();
  }

  position(channels: string[]): Position {
    return { epoch: `e${this.epoch}`, seq: this.seq, cursor: `${this.epoch}:${this.seq}`, offsets: Object.fromEntries(channels.map((channel) => [channel, this.#offsets.get(channel) ?? 0])) };
  }

  conversation(id: string): MessagesState {
    return this.conversations.get(id)!.state;
  }

  /** The list as the query makes it. */
  list(): ChatListState {
    const conversations = [...this.conversations.values()]
      .filter(({ member }) => member)
      .map(({ state, createdAt }) => summary(state, createdAt))
      .sort((a, b) => b.activeAt - a.activeAt || (a.id < b.id ? 1 : -1));
    return { viewerId: ME, conversations, stale: false };
  }

  sync(cursor: string, limit: number) {
    const current = `${this.epoch}:${this.seq}`;
    const [epoch, seq] = cursor.split(":").map(Number) as [number, number];
    if (epoch !== this.epoch || seq < this.prunedSeq || seq > this.seq) return { events: [], cursor: current, hasMore: false, reset: true, etag: `"reset-${Math.random()}"` };
    const foreign = new Set([...this.conversations.values()].flatMap(({ member, channel }) => (member ? [] : [channel])));
    const after = this.rows.filter((row) => row.seq > seq && !foreign.has(row.channel));
    const events = after.slice(0, limit).map(({ offset: _offset, ...row }) => row);
    const hasMore = after.length > events.length;
    const last = events.at(-1)?.seq ?? 0;
    return { events, cursor: hasMore ? `${this.epoch}:${last}` : current, hasMore, reset: false, etag: `"${this.epoch}.${this.rows.at(-1)?.seq ?? 0}.${last}.${events.length}"` };
  }

  /** No two things happen in the same millisecond here: which came first would be anybody's guess. */
  #moment(): number {
    this.#last = Math.max(this.#last + 1, this.now());
    return this.#last;
  }

  #change(conversation: Conversation, changed: Partial<MessagesState>, event: string, payload: object): Row {
    this.#become(conversation, changed);
    return this.#append(conversation.channel, event, payload);
  }

  #become(conversation: Conversation, changed: Partial<MessagesState>): void {
    conversation.state = { ...conversation.state, ...changed };
    conversation.history.push(conversation.state);
  }

  #append(channel: string, event: string, payload: object): Row {
    const seq = ++this.seq;
    const offset = (this.#offsets.get(channel) ?? 0) + 1;
    this.#offsets.set(channel, offset);
    const id = `e${this.epoch}-${seq}`;
    const at = this.now();
    const row: Row = { seq, id, channel, event, at, offset, data: { ...payload, _event: { id, seq, offset, epoch: `e${this.epoch}`, at } } };
    this.rows.push(row);
    return row;
  }
}

export function summary({ conversation, messages, reads }: MessagesState, createdAt: number): ChatListState["conversations"][number] {
  const last = messages.at(-1);
  const readSeq = reads[ME]?.upToSeq ?? 0;
  const { id, channel, notifyLevel } = conversation;
  return {
    ...(conversation.kind === "direct" ? { kind: conversation.kind, other: conversation.other } : { kind: conversation.kind, name: conversation.name, access: conversation.access, memberCount: conversation.memberCount }),
    id,
    channel,
    notifyLevel,
    lastMessage: last ? { id: last.id, seq: last.seq, body: last.body, senderId: last.senderId, senderName: last.senderName, createdAt: last.createdAt, editedAt: last.editedAt, deletedAt: last.deletedAt } : null,
    unread: messages.filter((message) => message.seq > readSeq && message.senderId !== ME).length,
    readSeq,
    lastSeq: messages.length,
    activeAt: last?.createdAt ?? createdAt,
  };
}
