/** One's own data: taken along, and deleted. Covers A6. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { eraseAccount, insertUser } from "#app/domain/accounts/commands.server.ts";
import { ERASED_NAME } from "#app/domain/accounts/erasure.server.ts";
import { exportOf } from "#app/domain/accounts/export.server.ts";
import { hashPassword } from "#app/domain/accounts/passwords.server.ts";
import { editMessage, openDirect, react, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { addFile, addImage } from "#app/domain/images/commands.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { removeLeftFolders } from "#app/domain/images/sweep.server.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { addStars } from "#app/domain/stars/commands.server.ts";
import { createFamily } from "#app/domain/families/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { photo } from "#tests/support/uploads.ts";
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

test("an erased person's pictures and files go, in the log too, their stored files with the next sweep; a child's face that they set stays", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "roost-erased-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const storage = fileStorage(path.join(folder, "store"));
  const arrived = async (name: string, bytes: Uint8Array) => {
    const file = { path: path.join(folder, name), bytes: bytes.length, sha256: name, name };
    await writeFile(file.path, bytes);
    return { file, storage };
  };
  const [amal, badr, child] = [await withPassword("AmalPictured"), await withPassword("BadrPictured"), await person(ctx, "ChildPictured")];
  const family = await createFamily(ctx, amal, { name: "House", timeZone: "UTC", weekStart: 0, choresCountAtOnce: false });
  for (const [{ userId }, role] of [[badr, "parent"], [child, "child"]] as const) await ctx.db.batch([{ sql: "INSERT INTO family_members (family_id, user_id, role, joined_at) VALUES (?, ?, ?, 1)", args: [family.id, userId, role] }]);
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  const picture = async (viewer: Viewer, table: "avatars" | "messages", id: string) => addImage(ctx, viewer, { table, id, uploadId: newId() }, await arrived("a.jpg", await photo(16, 16)));
  const [face, childs, others] = [await picture(amal, "avatars", amal.userId), await picture(amal, "avatars", child.userId), await picture(badr, "avatars", badr.userId)];
  const [sent, unsent] = [await picture(amal, "messages", conversationId), await picture(amal, "messages", conversationId)];
  const file = await addFile(ctx, amal, { id: conversationId, uploadId: newId() }, await arrived("will.txt", Buffer.from("mine")));
  await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "", imageIds: [sent.id], fileIds: [file.id] });

  await eraseAccount(ctx, amal, { password: PASSWORD });

  const left = async (table: string) => (await ctx.db.all<{ id: string }>(`SELECT id FROM ${table}`)).map(({ id }) => id).toSorted();
  expect([await left("images"), await left("files")]).toEqual([[childs.id, others.id].toSorted(), []]);
  const faces = await ctx.db.all<{ name: string; avatar: string | null }>("SELECT name, avatar FROM users WHERE id IN (?, ?, ?)", [amal.userId, badr.userId, child.userId]);
  expect(Object.fromEntries(faces.map(({ name, avatar }) => [name, avatar?.slice(0, 32) ?? null]))).toEqual({ [ERASED_NAME]: null, BadrPictured: others.id, ChildPictured: childs.id });
  const { messages } = await conversationFor(ctx, badr, conversationId);
  expect(messages).toMatchObject([{ images: [], files: [], senderAvatar: null }]);
  const chatLog = JSON.stringify(await ctx.db.all("SELECT payload FROM outbox_events WHERE event IN ('new-message', 'member-changed')"));
  for (const { id } of [face, sent, file]) expect(chatLog).not.toContain(id);
  const gone = [`public/${face.id.slice(-2)}/${face.id}`, ...[sent, unsent, file].map(({ id }) => `private/${id.slice(-2)}/${id}`)];
  expect(await removeLeftFolders({ ...ctx, storage })).toBe(gone.length);
  const stored: string[] = [];
  for await (const one of storage.folders()) stored.push(one.folder);
  expect(stored.toSorted()).toEqual([childs, others].map(({ id }) => `public/${id.slice(-2)}/${id}`).toSorted());
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
