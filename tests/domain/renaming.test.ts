/** A new name, and a new face, reach all chats of whoever changed it, and nobody else. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { updateProfile } from "#app/domain/accounts/commands.server.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { memberChanged, newMessage } from "#app/domain/conversations/events.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { addImage, removeImage } from "#app/domain/images/commands.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { photo } from "#tests/support/uploads.ts";
import { contextOver, person } from "./people.ts";

let database: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let amal: Viewer;
let badr: Viewer;
let chadia: Viewer;

beforeEach(async () => {
  database = await testDatabase();
  ctx = contextOver(database.db);
  [amal, badr, chadia] = [await person(ctx, "Amal"), await person(ctx, "Badr"), await person(ctx, "Chadia")];
});
afterEach(() => database.close());

const rename = (viewer: Viewer, name: string) => updateProfile(ctx, viewer, { name, language: "en", digits: null, timeZone: null });
const told = async (viewer: Viewer) => (await syncFor(ctx, viewer, "0")).events.filter(({ event }) => event === memberChanged.name).map(({ data: { _event, ...payload } }) => payload);

test("each of one's chats is told, a stranger's is not; the same name again tells nobody", async () => {
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  await openDirect(ctx, badr, { userId: chadia.userId });
  await rename(amal, "Amal the Second");
  await rename(amal, "Amal the Second");
  expect(await told(badr)).toEqual([{ conversationId, userId: amal.userId, name: "Amal the Second" }]);
  expect(await told(amal)).toHaveLength(1);
  expect(await told(chadia)).toEqual([]);
});

test("a message sent by a request from before carries the name of now", async () => {
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  await rename(amal, "Amal the Second");
  await sendMessage(ctx, amal, { conversationId, body: "Hello", clientId: ctx.newId() });
  const sent = (await syncFor(ctx, badr, "0")).events.find(({ event }) => event === newMessage.name);
  expect(sent?.data).toMatchObject({ senderName: "Amal the Second", body: "Hello" });
});

test("a new face reaches one's chats and no stranger's, stands on pages and in later messages, and goes again", async () => {
  const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
  await openDirect(ctx, badr, { userId: chadia.userId });
  const folder = await mkdtemp(path.join(os.tmpdir(), "roost-face-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = { path: path.join(folder, "face.jpg"), bytes: 1, sha256: "", name: "face.jpg" };
  await writeFile(file.path, await photo(16, 16));
  const face = { table: "avatars" as const, id: amal.userId };
  const { id } = await addImage(ctx, amal, { ...face, uploadId: ctx.newId() }, { file, storage: fileStorage(folder) });
  const [{ avatar }] = (await ctx.db.all<{ avatar: string }>("SELECT avatar FROM users WHERE id = ?", [amal.userId])) as [{ avatar: string }];
  expect(avatar.startsWith(`${id}-`)).toBe(true);
  // By a request from before: its viewer has no face yet.
  const { message } = await sendMessage(ctx, amal, { conversationId, body: "Look", clientId: ctx.newId() });
  expect(message.senderAvatar).toBe(avatar);
  expect((await syncFor(ctx, badr, "0")).events.find(({ event }) => event === newMessage.name)?.data).toMatchObject({ senderAvatar: avatar });
  expect((await conversationsOf(ctx, badr)).map((chat) => chat.kind === "direct" && [chat.other.name, chat.other.avatar])).toContainEqual(["Amal", avatar]);
  const seen = async () => {
    const { conversation, members, messages } = await conversationFor(ctx, badr, conversationId);
    return [conversation.kind === "direct" && conversation.other.avatar, members!.find(({ id }) => id === amal.userId)!.avatar, messages[0]!.senderAvatar];
  };
  expect(await seen()).toEqual([avatar, avatar, avatar]);
  await removeImage(ctx, amal, face);
  await removeImage(ctx, amal, face);
  expect(await seen()).toEqual([null, null, null]);
  expect(await told(badr)).toEqual([avatar, null].map((one) => ({ conversationId, userId: amal.userId, name: "Amal", avatar: one })));
  expect(await told(chadia)).toEqual([]);
});
