/** The scheduler's jobs that keep the store free of what no row speaks of: unsent, removed, orphaned (F2). */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteMessage, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { addFile, addImage } from "#app/domain/images/commands.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { UNSENT_KEPT_MS } from "#app/domain/images/limits.ts";
import { s3Storage } from "#app/domain/images/s3-storage.server.ts";
import { folderOf, StorageError, type Storage } from "#app/domain/images/storage.server.ts";
import { dropUnsent, ORPHAN_AFTER_MS, removeLeftFolders, sweepOrphans } from "#app/domain/images/sweep.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { startS3, type S3Server } from "#tests/support/s3-server.ts";
import { photo } from "#tests/support/uploads.ts";
import { contextOver, person } from "#tests/domain/people.ts";

let folder: string;
let s3: S3Server;
beforeAll(async () => {
  folder = await mkdtemp(path.join(dataFolder(), "roost-test-sweep-"));
  s3 = await startS3({ pageSize: 3 });
});
afterAll(async () => {
  await s3.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.each<[string, () => Storage]>([
  ["a local folder", () => fileStorage(path.join(folder, newId()))],
  ["S3", () => (s3.objects.clear(), s3Storage(s3.access))],
])("in %s", (_name, makeStorage) => {
  let database: TestDatabase;
  let ctx: ReturnType<typeof contextOver> & { storage: Storage };
  let amal: Viewer;
  let conversationId: string;
  beforeEach(async () => {
    database = await testDatabase();
    ctx = { ...contextOver(database.db, Date.now()), storage: makeStorage() };
    ctx.now = () => ctx.time.now;
    amal = await person(ctx, "Amal");
    ({ conversationId } = await openDirect(ctx, amal, { userId: (await person(ctx, "Badr")).userId }));
  });
  afterEach(() => database.close());

  async function arrived(bytes: Uint8Array) {
    const file = path.join(folder, `arrived-${newId()}`);
    await writeFile(file, bytes);
    return { path: file, bytes: bytes.byteLength, sha256: "ab".repeat(32), name: "notes.txt" };
  }
  const picture = async (table: "messages" | "avatars" = "messages") =>
    addImage(ctx, amal, { table, id: table === "messages" ? conversationId : amal.userId, uploadId: newId() }, { file: await arrived(await photo(60, 40)), storage: ctx.storage });
  const file = async () => addFile(ctx, amal, { id: conversationId, uploadId: newId() }, { file: await arrived(Buffer.from("notes")), storage: ctx.storage });
  async function inStore(): Promise<string[]> {
    const found: string[] = [];
    for await (const one of ctx.storage.folders()) found.push(one.folder);
    return found.sort();
  }
  const waiting = async () => (await database.db.all<{ folder: string }>("SELECT folder FROM storage_removals ORDER BY folder")).map((row) => row.folder);

  test("what was never sent goes after a day, with its files; what was sent, and a face, stays", async () => {
    const [sent, face] = [await picture(), await picture("avatars")];
    await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "", imageIds: [sent.id] });
    const [unsentPicture, unsentFile] = [await picture(), await file()];
    const kept = [folderOf("private", sent.id), folderOf("public", face.id)].sort();
    const unsent = [folderOf("private", unsentPicture.id), folderOf("private", unsentFile.id)].sort();
    ctx.time.now += UNSENT_KEPT_MS - 1;
    expect([await dropUnsent(ctx), await removeLeftFolders(ctx), await inStore()]).toEqual([0, 0, [...kept, ...unsent].sort()]);
    ctx.time.now += 1;
    expect([await dropUnsent(ctx), await waiting()]).toEqual([2, unsent]);
    expect([await removeLeftFolders(ctx), await inStore(), await waiting()]).toEqual([2, kept, []]);
    expect(await dropUnsent(ctx)).toBe(0);
  });

  test("what is deleted goes from the store; a folder that fails holds up no other, and is tried again", async () => {
    const [image, attached] = [await picture(), await file()];
    const { message } = await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "", imageIds: [image.id], fileIds: [attached.id] });
    await deleteMessage(ctx, amal, { conversationId, messageId: message.id });
    expect(await waiting()).toHaveLength(2);
    const [first] = await database.db.all<{ folder: string }>("SELECT folder FROM storage_removals LIMIT 1");
    const stubborn: Storage = { ...ctx.storage, removeFolder: (one) => (one === first!.folder ? Promise.reject(new StorageError("the store refused to delete: 503")) : ctx.storage.removeFolder(one)) };
    await expect(removeLeftFolders({ ...ctx, storage: stubborn })).rejects.toThrow(StorageError);
    expect([await waiting(), await inStore()]).toEqual([[first!.folder], [first!.folder]]);
    expect([await removeLeftFolders(ctx), await waiting(), await inStore()]).toEqual([1, [], []]);
  });

  test("files without a row go after an hour; younger ones, and those of rows, stay", async () => {
    const [image, attached] = [await picture(), await file()];
    const orphan = folderOf("private", newId());
    for (const name of ["x.webp", "x-160.webp"]) await ctx.storage.put(`${orphan}/${name}`, Buffer.from("left"));
    const kept = [folderOf("private", image.id), folderOf("private", attached.id)].sort();
    expect([await sweepOrphans(ctx), await inStore()]).toEqual([0, [...kept, orphan].sort()]);
    ctx.time.now += ORPHAN_AFTER_MS + 60_000;
    expect([await sweepOrphans(ctx), await inStore(), await sweepOrphans(ctx)]).toEqual([1, kept, 0]);
  });

  test("an upload that is aborted, or whose uploader was removed meanwhile, leaves no row and no file", async () => {
    const gone = new AbortController();
    const slow: Storage = { ...ctx.storage, put: (key, body) => ctx.storage.put(key, body).finally(() => gone.abort()) };
    const input = { table: "messages" as const, id: conversationId, uploadId: newId() };
    await expect(addImage(ctx, amal, input, { file: await arrived(await photo(60, 40)), storage: slow, signal: gone.signal })).rejects.toThrow();
    await expect(addFile(ctx, amal, input, { file: await arrived(Buffer.from("x")), storage: slow, signal: gone.signal })).rejects.toThrow();
    const removing: Storage = {
      ...ctx.storage,
      async put(key, body) {
        await ctx.storage.put(key, body);
        await database.db.batch([{ sql: "DELETE FROM conversation_members WHERE user_id = ?", args: [amal.userId] }]);
      },
    };
    await expect(addFile(ctx, amal, input, { file: await arrived(Buffer.from("x")), storage: removing })).rejects.toMatchObject({ code: "not-found" });
    expect(await inStore()).toEqual([]);
    expect(await database.db.all("SELECT id FROM images UNION ALL SELECT id FROM files")).toEqual([]);
  });
});
