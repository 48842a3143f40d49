/** One's own data: taken along, and deleted. Covers A6. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseAccount, insertUser } from "#app/domain/accounts/commands.server.ts";
import { ERASED_NAME } from "#app/domain/accounts/erasure.server.ts";
import { exportOf } from "#app/domain/accounts/export.server.ts";
import { hashPassword } from "#app/domain/accounts/passwords.server.ts";
import { editMessage, openDirect, react, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { addStars } from "#app/domain/stars/commands.server.ts";
import { createFamily } from "#app/domain/families/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const PASSWORD = "three small words";
const refusal = (code: string) => expect.objectContaining({ constructor: DomainError, code });
let at: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let hash: string;
beforeAll(async () => {
  at = await testDatabase();
  ctx = contextOver(at.db);
  hash = await hashPassword(PASSWORD);
});
afterAll(() => at.close());

let made = 0;
async function withPassword(name: string, role: Viewer["role"] = "member"): Promise<Viewer> {
  const email = `own-${made++}@people.test`;
  const userId = await ctx.db.transact((tx) => insertUser(tx, ctx, { name, email, passwordHash: hash, timeZone: null, role }));
  return { userId: userId!, sessionId: newId(), name, email, role, hue: 0 };
}

test("the export holds all of one's own messages, reactions and settings, and nobody else's", async () => {
  const [amal, badr] = [await withPassword("Amal"), await person(ctx, "BadrOwn")];
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  const sent: string[] = [];
  for (let index = 0; index < 1_203; index++) sent.push((await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: `مرحبا ${index}` })).message.id);
  const foreign = (await sendMessage(ctx, badr, { conversationId, clientId: newId(), body: "not for the export" })).message;
  await react(ctx, amal, { conversationId, messageId: foreign.id, emoji: "👍" });
  let text = "";
  for await (const piece of exportOf(ctx, amal)) text += piece;
  const data = JSON.parse(text) as { account: { email: string }; messages: { id: string; body: string }[]; reactions: { emoji: string }[]; conversations: { name: string }[] };
  expect(data.messages.map(({ id }) => id).toSorted()).toEqual(sent.toSorted());
  expect(data).toMatchObject({ account: { email: amal.email }, reactions: [{ emoji: "👍", messageId: foreign.id }], conversations: [{ name: "BadrOwn" }] });
  expect(text).not.toContain("not for the export");
  expect(text).not.toContain(hash);
});

test("an erased person leaves no name and no text: in chats, the log, the index, and family books; the rows stay", async () => {
  const [amal, badr] = [await withPassword("Amal Secretname"), await withPassword("Badr")];
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  const room = (await createRoom(ctx, amal, { name: "Room", access: "closed", key: newId() })).conversationId;
  await inviteToRoom(ctx, amal, { conversationId: room, userId: badr.userId });
  for (const where of [conversationId, room]) {
    const { message } = await sendMessage(ctx, amal, { conversationId: where, clientId: newId(), body: "hush-hush" });
    await editMessage(ctx, amal, { conversationId: where, messageId: message.id, body: "hush-hush again" });
    const answer = await sendMessage(ctx, badr, { conversationId: where, clientId: newId(), body: "heard" });
    await react(ctx, amal, { conversationId: where, messageId: answer.message.id, emoji: "🙏" });
  }
  const family = await createFamily(ctx, amal, { name: "House", timeZone: "UTC", weekStart: 0, choresCountAtOnce: false });
  await addStars(ctx, amal, { memberId: amal.userId, amount: 3, reason: "washing up", key: newId() });
  while ((await indexMessages(ctx)) > 0);

  await expect(eraseAccount(ctx, amal, { password: "wrong" })).rejects.toEqual(refusal("wrong-password"));
  await eraseAccount(ctx, amal, { password: PASSWORD });

  const everything = JSON.stringify(await Promise.all(["users", "messages", "message_edits", "message_search", "message_reactions", "outbox_events"].map((table) => ctx.db.all(`SELECT * FROM ${table}`))));
  expect(everything).not.toContain("hush-hush");
  expect(everything).not.toContain("Secretname");
  expect(everything).not.toContain(amal.email);
  expect(await ctx.db.all("SELECT rowid FROM message_words WHERE message_words MATCH 'hush'")).toEqual([]);
  for (const where of [conversationId, room]) {
    const { messages } = await conversationFor(ctx, badr, where);
    expect(messages).toMatchObject([{ body: "", senderName: ERASED_NAME, deletedAt: ctx.now() }, { body: "heard", reactions: [] }]);
  }
  expect((await conversationsOf(ctx, badr)).map((chat) => (chat.kind === "direct" ? chat.other.name : chat.memberCount)).toSorted()).toEqual([1, ERASED_NAME]);
  expect(await ctx.db.all("SELECT amount FROM star_ledger WHERE family_id = ?", [family.id])).toEqual([{ amount: 3 }]);
  expect(await ctx.db.all("SELECT 1 FROM sessions WHERE user_id = ?", [amal.userId])).toEqual([]);
  await expect(eraseAccount(ctx, amal, { password: PASSWORD })).rejects.toEqual(refusal("wrong-password"));
});

test("not the last admin, not a child, not the only parent of others", async () => {
  const admin = await withPassword("Admin", "admin");
  await expect(eraseAccount(ctx, admin, { password: PASSWORD })).rejects.toEqual(refusal("last-admin"));
  const child = { ...(await person(ctx, "ChildOwn")), email: null };
  await expect(eraseAccount(ctx, child, { password: PASSWORD })).rejects.toEqual(refusal("forbidden"));
  const parent = await withPassword("Parent");
  const other = await person(ctx, "OtherOwn");
  const family = await createFamily(ctx, parent, { name: "House", timeZone: "UTC", weekStart: 0, choresCountAtOnce: false });
  await ctx.db.batch([{ sql: "INSERT INTO family_members (family_id, user_id, role, joined_at) VALUES (?, ?, 'child', 1)", args: [family.id, other.userId] }]);
  await expect(eraseAccount(ctx, parent, { password: PASSWORD })).rejects.toEqual(refusal("last-parent"));
  expect(await ctx.db.all("SELECT name FROM users WHERE id = ?", [parent.userId])).toEqual([{ name: "Parent" }]);
});
