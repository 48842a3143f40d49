/** What an open chat shows of its messages: whose they are, and who has seen one's own. Covers B7, C2. */
import { describe, expect, test } from "vitest";
import { readersOfNewest } from "#app/components/chat/readers.ts";
import { shownMessages, type Sides } from "#app/components/chat/shown-messages.ts";
import { destination } from "#app/components/use-arrow-keys.ts";
import type { Member } from "#app/domain/conversations/conversation.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";

const { t } = createI18n("en");
const message = (seq: number, senderId: string, more: Partial<MessageData> = {}): MessageData => ({
  id: `m${seq}`, conversationId: "room", seq, senderId, senderName: senderId.toUpperCase(), senderHue: 3, clientId: `client-${seq}`, body: `text ${seq}`, kind: "text", images: [], createdAt: seq, editedAt: null, deletedAt: null, reactions: [], reactionVersion: 0, ...more,
});
const members: Member[] = ["me", "ann", "ben", "cat"].map((id) => ({ id, name: id, hue: 1, role: "member" }));
const sides = (more: Partial<Sides>): Sides => ({ kind: "room", messages: [], reads: {}, pending: [], viewer: { id: "me", name: "Me", hue: 0 }, ...more });

describe("who has seen one's newest message", () => {
  const messages = [message(1, "me"), message(2, "me"), message(3, "ann")];

  test("those who have read up to it, the last reader first; oneself never", () => {
    const reads = { me: { upToSeq: 3, readAt: 9 }, ann: { upToSeq: 3, readAt: 5 }, ben: { upToSeq: 2, readAt: 7 }, cat: { upToSeq: 1, readAt: 8 } };
    expect(readersOfNewest(messages, reads, members, "me")).toMatchObject({ key: "me:client-2", by: [{ id: "ben", readAt: 7 }, { id: "ann", readAt: 5 }], everybody: false });
  });

  test("everybody, once the last one has; nobody who is no member any more", () => {
    const reads = { ann: { upToSeq: 2, readAt: 5 }, ben: { upToSeq: 2, readAt: 6 }, gone: { upToSeq: 3, readAt: 7 } };
    expect(readersOfNewest(messages, reads, members.slice(0, 3), "me")).toMatchObject({ everybody: true, by: [{ id: "ben" }, { id: "ann" }] });
  });

  test("nothing where nobody has, where one wrote nothing, or where it is deleted", () => {
    expect(readersOfNewest(messages, { ann: { upToSeq: 1, readAt: 5 } }, members, "me")).toBeNull();
    expect(readersOfNewest([message(1, "ann")], { ann: { upToSeq: 1, readAt: 5 } }, members, "me")).toBeNull();
    expect(readersOfNewest([message(1, "me", { deletedAt: 2 })], { ann: { upToSeq: 1, readAt: 5 } }, members, "me")).toBeNull();
  });
});

describe("messages on the screen", () => {
  test("a room counts readers, a private chat says when", () => {
    const reads = { ann: { upToSeq: 1, readAt: 50 }, ben: { upToSeq: 2, readAt: 60 }, me: { upToSeq: 2, readAt: 70 } };
    const messages = [message(1, "me"), message(2, "me"), message(3, "me")];
    expect(shownMessages(sides({ messages, reads }), t).map(({ status, readBy, readAt }) => [status, readBy, readAt])).toEqual([["read", 2, null], ["read", 1, null], ["sent", 0, null]]);
    expect(shownMessages(sides({ kind: "direct", messages, reads: { ann: reads.ann } }), t).map(({ status, readBy, readAt }) => [status, readBy, readAt])).toEqual([["read", null, 50], ["sent", null, null], ["sent", null, null]]);
  });

  test("each has its author's name and hue; what is on its way keeps its key once it is accepted", () => {
    const [other] = shownMessages(sides({ messages: [message(1, "ann")] }), t);
    expect(other).toMatchObject({ senderName: "ANN", hue: 3, status: "received" });
    const [waiting] = shownMessages(sides({ pending: [{ clientId: "client-2", body: "text 2", createdAt: 2, status: "sending", errorMessage: null }] }), t);
    const [accepted] = shownMessages(sides({ messages: [message(2, "me")] }), t);
    expect(waiting!.key).toBe(accepted!.key);
  });
});

test.each([
  ["ArrowUp", -1, 4, 3],
  ["ArrowDown", -1, 4, 0],
  ["ArrowUp", 0, 4, 0],
  ["ArrowDown", 3, 4, 3],
  ["ArrowDown", 1, 4, 2],
  ["Home", 2, 4, 0],
  ["End", 0, 4, 3],
  ["End", 0, 0, null],
  ["a", 1, 4, null],
  ["ArrowLeft", 1, 4, null],
])("%s at %s of a list (%s long) leads to %s", (key, from, count, to) => expect(destination(key, from, count)).toBe(to));
