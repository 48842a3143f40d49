import { describe, expect, test } from "vitest";
import type { ConversationSummary, Kind } from "#app/domain/conversations/conversation.ts";
import type { MemberChanged, MessageData } from "#app/domain/conversations/events.ts";
import { conversationAdded, conversationRemoved, memberChanged, messageDeleted, messageRead, messageUpdated, newMessage, unreadChanged } from "#app/domain/conversations/events.ts";
import { MAX_PRESENT, UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { PREVIEW_LENGTH as QUERY_PREVIEW_LENGTH } from "#app/domain/conversations/queries.server.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { privacyChanged } from "#app/domain/accounts/events.ts";
import { roomPresenceChannel } from "#app/domain/channels.ts";
import { PREVIEW_LENGTH, reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import type { ChatListState } from "#app/realtime/reducers/chat-list.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";
import type { Membership } from "#app/realtime/reducers/membership.ts";
import { reduceMembership } from "#app/realtime/reducers/membership.ts";
import { emptyChat } from "./model-server.ts";

let seq = 0;
function event(name: string, data: unknown, at = 1): LoggedEvent {
  seq++;
  return { channel: "c", event: name, data, stamp: { id: `e${seq}`, seq, offset: seq, epoch: "1", at } };
}

const message = (number: number, more: Partial<MessageData> = {}): MessageData => ({
  id: `m${number}`,
  conversationId: "a",
  seq: number,
  senderId: "other",
  senderName: "Other",
  senderHue: 1,
  clientId: `k${number}`,
  body: `text ${number}`,
  kind: "text",
  images: [],
  files: [],
  createdAt: 1_000 + number,
  editedAt: null,
  deletedAt: null, reactions: [], reactionVersion: 0,
  ...more,
});
const sent = (number: number, more: Partial<MessageData> = {}) => event(newMessage.name, message(number, more));
const read = (userId: string, upToSeq: number) => event(messageRead.name, { conversationId: "a", userId, upTo: `m${upToSeq}`, upToSeq, readAt: 5 });

describe("an open conversation", () => {
  const empty: MessagesState = { ...emptyChat("a"), reads: {} };

  test("messages are in the order of their numbers, each once", () => {
    const events = [sent(1), sent(3), sent(2)];
    const state = [...events, ...events].reduce(reduceMessages, empty);
    expect(state.messages.map(({ seq: number }) => number)).toEqual([1, 2, 3]);
  });

  test("what changes nothing gives the same object", () => {
    const state = reduceMessages(reduceMessages(empty, sent(1)), read("me", 1));
    expect(reduceMessages(state, sent(1))).toBe(state);
    expect(reduceMessages(state, read("me", 1))).toBe(state);
    expect(reduceMessages(state, event("something-else", {}))).toBe(state);
    expect(reduceMessages(state, event(messageUpdated.name, message(9, { editedAt: 3 })))).toBe(state);
  });

  test("a read position never goes back", () => {
    const state = [read("me", 3), read("me", 2), read("other", 1)].reduce(reduceMessages, empty);
    expect(state.reads).toEqual({ me: { upToSeq: 3, readAt: 5 }, other: { upToSeq: 1, readAt: 5 } });
  });

  test("the latest edit stays; a deleted message loses its text and stays deleted", () => {
    const later = event(messageUpdated.name, message(1, { body: "later", editedAt: 20 }));
    const earlier = event(messageUpdated.name, message(1, { body: "earlier", editedAt: 10 }));
    const edited = [sent(1), later, earlier].reduce(reduceMessages, empty);
    expect(edited.messages[0]).toMatchObject({ body: "later", editedAt: 20 });
    const deleted = [event(messageDeleted.name, { id: "m1", conversationId: "a" }, 30), later, sent(1)].reduce(reduceMessages, edited);
    expect(deleted.messages).toEqual([message(1, { body: "", editedAt: 20, deletedAt: 30 })]);
  });
});

describe("an open room", () => {
  const member = (id: string, more = {}) => ({ id, name: id, hue: 1, role: "member" as const, ...more });
  const room = (count: number, more: Partial<MessagesState> = {}): MessagesState => ({
    ...emptyChat("a"),
    conversation: { id: "a", channel: "c", notifyLevel: null, kind: "room", name: "Kitchen", access: "open", memberCount: count, role: "member", presenceChannel: count > MAX_PRESENT ? null : roomPresenceChannel("a") },
    reads: { me: { upToSeq: 1, readAt: 5 } },
    members: count > MAX_PRESENT ? null : ["amal", "me", ...Array.from({ length: count - 2 }, (_, index) => `p${String(index).padStart(3, "0")}`)].map((id) => member(id)),
    ...more,
  });
  const changed = (userId: string, more: Partial<MemberChanged>) => event(memberChanged.name, { conversationId: "a", userId, name: userId, hue: 1, ...more });
  const info = ({ conversation }: MessagesState) => (conversation.kind === "room" ? conversation : null);

  test("who joins stands at the place of their id, who leaves is gone with what they have read", () => {
    const joined = reduceMessages(room(3), changed("badr", { change: "joined", memberCount: 4 }));
    expect(joined.members!.map(({ id }) => id)).toEqual(["amal", "badr", "me", "p000"]);
    expect(info(joined)!.memberCount).toBe(4);
    const read = reduceMessages(joined, event(messageRead.name, { conversationId: "a", userId: "badr", upTo: "m1", upToSeq: 1, readAt: 5 }));
    const gone = reduceMessages(read, changed("badr", { change: "removed", memberCount: 3 }));
    expect(gone).toEqual(room(3));
    // Whatever the data knew already: the same event again changes nothing but the object.
    expect(reduceMessages(gone, changed("badr", { change: "removed", memberCount: 3 }))).toEqual(gone);
  });

  test("a new owner is told, oneself too; a new name changes no role", () => {
    const owner = [changed("amal", { change: "left", memberCount: 2 }), changed("me", { change: "owner", memberCount: 2 }), changed("me", { name: "Me" })].reduce(reduceMessages, room(3));
    expect(info(owner)!.role).toBe("owner");
    expect(owner.members![0]).toEqual(member("me", { role: "owner", name: "Me" }));
  });

  test("a new face shows in the list of members and beside what was said; a new name leaves it, and none is told as null", () => {
    const state = room(3, { messages: [message(1, { senderId: "amal" }), message(2)] });
    const pictured = [changed("amal", { avatar: "face-1" }), changed("amal", { name: "Amal B" })].reduce(reduceMessages, state);
    expect(pictured.members![0]).toEqual(member("amal", { name: "Amal B", avatar: "face-1" }));
    expect(pictured.messages.map(({ senderAvatar }) => senderAvatar)).toEqual(["face-1", undefined]);
    expect(reduceMessages(pictured, changed("amal", { name: "Amal B", avatar: "face-1" }))).toBe(pictured);
    const without = reduceMessages(pictured, changed("amal", { name: "Amal B", avatar: null }));
    expect([without.members![0]!.avatar, without.messages[0]!.senderAvatar]).toEqual([null, null]);
  });

  test("a room that grows too large shows nobody and nobody's position; one that shrinks again asks for a load", () => {
    const full = room(MAX_PRESENT, { reads: { me: { upToSeq: 1, readAt: 5 }, amal: { upToSeq: 1, readAt: 5 } } });
    const large = reduceMessages(full, changed("zaid", { change: "joined", memberCount: MAX_PRESENT + 1 }));
    expect(large).toEqual(room(MAX_PRESENT + 1));
    const larger = reduceMessages(large, changed("zoe", { change: "joined", memberCount: MAX_PRESENT + 2 }));
    expect([larger.stale, info(larger)!.memberCount]).toEqual([undefined, MAX_PRESENT + 2]);
    expect(reduceMessages(large, changed("zaid", { change: "left", memberCount: MAX_PRESENT })).stale).toBe(true);
  });

  test("who hides how far they have read is forgotten; one's own position stays", () => {
    const state = room(3, { reads: { me: { upToSeq: 1, readAt: 5 }, amal: { upToSeq: 1, readAt: 5 } } });
    const hidden = [changed("amal", { receipts: false }), changed("me", { receipts: false })].reduce(reduceMessages, state);
    expect(hidden.reads).toEqual({ me: { upToSeq: 1, readAt: 5 } });
    expect(hidden.members).toBe(state.members);
    expect(reduceMessages(hidden, changed("amal", { receipts: false }))).toBe(hidden);
  });

  test("what one has read in secret moves one's own position only, and only here", () => {
    const told = (conversationId: string) => event(unreadChanged.name, { conversationId, upTo: "m3", upToSeq: 3, readAt: 9 });
    expect(reduceMessages(room(3), told("a")).reads).toEqual({ me: { upToSeq: 3, readAt: 9 } });
    const state = room(3);
    expect(reduceMessages(state, told("b"))).toBe(state);
  });

  test("hiding that one is here leaves the list of those who are, showing it again returns, but not in a large room", () => {
    const privacy = (showLastActive: boolean) => event(privacyChanged.name, { showReceipts: true, showLastActive });
    const hidden = reduceMessages(room(3), privacy(false));
    expect(info(hidden)!.presenceChannel).toBeNull();
    expect(reduceMessages(hidden, privacy(true))).toEqual(room(3));
    const large = room(MAX_PRESENT + 1);
    expect(reduceMessages(large, privacy(true))).toBe(large);
  });

  test("whoever is taken out has left this room, no other; back in, a load says what may be seen", () => {
    const inIt: Membership = { conversationId: "a", removed: false, stale: false };
    const told = (type: typeof conversationAdded, conversationId: string) => event(type.name, { conversationId });
    expect(reduceMembership(inIt, event(conversationRemoved.name, { conversationId: "b" }))).toBe(inIt);
    expect(reduceMembership(inIt, told(conversationAdded, "a"))).toBe(inIt);
    const out = reduceMembership(inIt, event(conversationRemoved.name, { conversationId: "a" }));
    expect(out).toEqual({ ...inIt, removed: true });
    expect(reduceMembership(out, told(conversationAdded, "b"))).toBe(out);
    expect(reduceMembership(out, told(conversationAdded, "a"))).toEqual({ ...out, stale: true });
  });
});

describe("the list of conversations", () => {
  const conversation = (id: string, more: Partial<Omit<ConversationSummary, keyof Kind>> = {}): ConversationSummary => ({
    id,
    channel: `private-chat-${id}`,
    kind: "direct",
    other: { id: "other", name: "Other", hue: 1 },
    notifyLevel: null,
    lastMessage: null,
    unread: 0,
    readSeq: 0,
    lastSeq: 0,
    activeAt: more.lastMessage?.createdAt ?? 0,
    ...more,
  });
  const list = (...conversations: ChatListState["conversations"]): ChatListState => ({ viewerId: "me", conversations, stale: false });
  const only = (state: ChatListState) => state.conversations[0]!;

  test("a message becomes the last one, counts as unread unless it is one's own, and moves its conversation up", () => {
    const state = [sent(1), sent(2, { senderId: "me" }), sent(1)].reduce(reduceChatList, list(conversation("b"), conversation("a")));
    expect(state.conversations.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(only(state)).toMatchObject({ unread: 1, lastSeq: 2, lastMessage: { id: "m2", body: "text 2" } });
  });

  test("an older last message stays below", () => {
    const newer = { id: "x", seq: 1, body: "", senderId: "other", senderName: "Other", createdAt: 5_000, editedAt: null, deletedAt: null, reactions: [], reactionVersion: 0 };
    const state = reduceChatList(list(conversation("b", { lastMessage: newer, lastSeq: 1 }), conversation("a")), sent(1));
    expect(state.conversations.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test("what the load already held counts once", () => {
    const loaded = list(conversation("a", { lastSeq: 2, unread: 2, lastMessage: { ...message(2), body: "text 2" } }));
    expect([sent(1), sent(2)].reduce(reduceChatList, loaded)).toBe(loaded);
  });

  test("reading on another device lowers the count exactly where events tell, else asks for a load", () => {
    const loaded = list(conversation("a", { lastSeq: 4, unread: 3 }));
    const arrived = [sent(5), sent(6, { senderId: "me" }), sent(7)].reduce(reduceChatList, loaded);
    expect(only(arrived).unread).toBe(5);
    const exact = reduceChatList(arrived, read("me", 5));
    expect(only(exact)).toMatchObject({ unread: 1, readSeq: 5 });
    expect(exact.stale).toBe(false);
    expect(only(reduceChatList(exact, read("me", 7))).unread).toBe(0);
    expect(reduceChatList(exact, read("me", 4))).toBe(exact);
    expect(reduceChatList(exact, read("other", 7))).toBe(exact);
    // One of the loaded ones: whether those after it are others' isn't known here.
    expect(reduceChatList(arrived, read("me", 3)).stale).toBe(true);
  });

  test("what is unread is counted up to a limit, and exactly again once it was read", () => {
    const loaded = list(conversation("a", { lastSeq: UNREAD_LIMIT + 20, unread: UNREAD_LIMIT }));
    const more = Array.from({ length: UNREAD_LIMIT + 5 }, (_, index) => sent(UNREAD_LIMIT + 21 + index)).reduce(reduceChatList, loaded);
    expect(only(more).unread).toBe(UNREAD_LIMIT);
    expect(only(reduceChatList(more, read("me", UNREAD_LIMIT + 20))).unread).toBe(UNREAD_LIMIT);
    const secretly = event(unreadChanged.name, { conversationId: "a", upTo: "m", upToSeq: UNREAD_LIMIT + 30, readAt: 5 });
    expect(only(reduceChatList(more, secretly))).toMatchObject({ unread: UNREAD_LIMIT - 5, readSeq: UNREAD_LIMIT + 30 });
  });

  test("a conversation that one is out of is gone; one that is added again is loaded", () => {
    const state = reduceChatList(list(conversation("b"), conversation("a")), event(conversationRemoved.name, { conversationId: "a" }));
    expect([state.conversations.map(({ id }) => id), state.stale]).toEqual([["b"], false]);
    expect(reduceChatList(state, event(conversationRemoved.name, { conversationId: "a" }))).toBe(state);
    expect(reduceChatList(state, event(conversationAdded.name, { conversationId: "a" })).stale).toBe(true);
  });

  test("an open room that one is out of is among those to join again, which only a load can list; a closed one is not", () => {
    const room = (access: "open" | "closed") => ({ ...conversation("a"), kind: "room" as const, name: "Cinema", access, memberCount: 2 });
    const left = (access: "open" | "closed") => reduceChatList(list(room(access)), event(conversationRemoved.name, { conversationId: "a" }));
    expect([left("open").stale, left("closed").stale]).toEqual([true, false]);
  });

  test("an unknown conversation asks for a load; a known one that is added does not", () => {
    const state = list(conversation("a"));
    expect(reduceChatList(state, sent(1, { conversationId: "new" })).stale).toBe(true);
    expect(reduceChatList(state, event(conversationAdded.name, { conversationId: "new" })).stale).toBe(true);
    expect(reduceChatList(state, event(conversationAdded.name, { conversationId: "a" }))).toBe(state);
  });

  test("edits and deletions show where they concern the last message", () => {
    const state = [sent(1), sent(2)].reduce(reduceChatList, list(conversation("a")));
    expect(only(reduceChatList(state, event(messageUpdated.name, message(2, { body: "new", editedAt: 9 })))).lastMessage).toMatchObject({ body: "new", editedAt: 9 });
    expect(only(reduceChatList(state, event(messageDeleted.name, { id: "m2", conversationId: "a" }, 9))).lastMessage).toMatchObject({ body: "", deletedAt: 9 });
    expect(reduceChatList(state, event(messageUpdated.name, message(1, { body: "new", editedAt: 9 })))).toBe(state);
  });

  test("the preview is as long as the query's, and never half a character", () => {
    expect(PREVIEW_LENGTH).toBe(QUERY_PREVIEW_LENGTH);
    const state = reduceChatList(list(conversation("a")), sent(1, { body: "🪺".repeat(200) }));
    expect(only(state).lastMessage!.body).toBe("🪺".repeat(PREVIEW_LENGTH));
  });
});
