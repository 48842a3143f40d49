/** A whole house whose uploads lie in a store that speaks S3 (F2): app and relay as an operator runs them, from settings alone. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "#db/database.ts";
import { newId } from "#app/domain/ids.ts";
import type { FileData, ImageData } from "#app/domain/images/image.ts";
import { folderOf } from "#app/domain/images/storage.server.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { DEMO_PASSWORD, TestBrowser } from "#tests/support/http.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { startS3, type S3Server } from "#tests/support/s3-server.ts";
import { photo, uploadForm } from "#tests/support/uploads.ts";
import { until } from "#tests/support/wait.ts";

/** The relay removes what is left every ten seconds. */
const SWEPT_WITHIN_MS = 45_000;

let s3: S3Server;
/** Where uploads arrive before they go on their way. */
let passing: string;
let roost: Roost;
let db: Database;
let parent: TestBrowser;
let other: TestBrowser;
let parentId: string;
let chat: string;
let picture: Buffer;

beforeAll(async () => {
  // Pages of two keys: a folder with all its sizes is listed in several.
  s3 = await startS3({ pageSize: 2 });
  passing = await mkdtemp(path.join(dataFolder(), "roost-test-passing-"));
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = s3.access;
  roost = await startRoost({
    channels: "none",
    env: { TMPDIR: passing, UPLOADS: `s3://${bucket}?${new URLSearchParams({ endpoint, region })}`, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  });
  db = await openDatabase(roost.databaseUrl);
  [parent, other] = [await signedIn("parent@roost.test"), await signedIn("other@roost.test")];
  [{ id: chat }] = (await db.all<{ id: string }>("SELECT id FROM conversations WHERE kind = 'direct'")) as [{ id: string }];
  [{ id: parentId }] = (await db.all<{ id: string }>("SELECT id FROM users WHERE email = 'parent@roost.test'")) as [{ id: string }];
  picture = await photo(1_600, 900);
});
afterAll(async () => {
  await db?.close();
  await roost?.stop();
  await s3?.stop();
  await rm(passing, { recursive: true, force: true });
});
afterEach(() => void (s3.fault = null));

async function signedIn(email: string): Promise<TestBrowser> {
  const browser = new TestBrowser(roost.url);
  expect((await browser.post("/login", { email, password: DEMO_PASSWORD })).status).toBe(302);
  return browser;
}

const upload = (door: "/api/images" | "/api/files", fields: Record<string, string>, bytes: Uint8Array, name: string) =>
  parent.send(door, { method: "POST", body: uploadForm({ uploadId: newId(), ...fields }, bytes, name), headers: { origin: parent.origin } });
async function uploaded<T>(...given: Parameters<typeof upload>): Promise<T> {
  const answer = await upload(...given);
  expect(answer.status).toBe(201);
  return (await answer.json()) as T;
}
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const headersOf = (answer: Response, ...names: string[]) => names.map((name) => answer.headers.get(name));
/** What lies in the bucket of one upload, by the ends of its keys. */
const lying = (room: "public" | "private", id: string) => {
  const folder = `roost/${folderOf(room, id)}/`;
  return [...s3.objects.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length).replace(/^[0-9a-f]{20}/, "")).sort();
};
const SIZES = ["-1280.webp", "-160.webp", "-480.webp", ".webp"];
const waiting = async () => (await db.all<{ folder: string }>("SELECT folder FROM storage_removals")).length;

test("a face: in the bucket in all its sizes, for everybody and for ever; the one before it is swept out", async () => {
  const { image: first } = await uploaded<{ image: ImageData }>("/api/images", { table: "avatars", id: parentId }, await photo(300, 300), "first.jpg");
  const { image } = await uploaded<{ image: ImageData }>("/api/images", { table: "avatars", id: parentId }, picture, "me.jpg");
  expect(lying("public", image.id)).toEqual(SIZES);
  for (const [suffix, width] of [["", 1_600], ["-1280", 1_280], ["-480", 480], ["-160", 160]] as const) {
    const shown = await new TestBrowser(roost.url).get(image.url.replace(".webp", `${suffix}.webp`));
    expect([shown.status, ...headersOf(shown, "content-type", "cache-control", "x-content-type-options")]).toEqual([200, "image/webp", "public, max-age=31536000, immutable", "nosniff"]);
    const bytes = await bytesOf(shown);
    expect([Number(shown.headers.get("content-length")), (await sharp(bytes).metadata()).width]).toEqual([bytes.byteLength, width]);
  }
  await until(() => lying("public", first.id).length === 0, { timeout: SWEPT_WITHIN_MS, what: "the first face to leave the bucket" });
  expect([(await other.get(first.url)).status, lying("public", image.id)]).toEqual([404, SIZES]);
});

test("a message's picture and file: read back by those two alone, the file only downloaded; removed with the message, and swept out of the bucket", async () => {
  const page = Buffer.concat([Buffer.from("<!doctype html><script>alert(1)</script>"), randomBytes(300_000)]);
  const { image } = await uploaded<{ image: ImageData }>("/api/images", { table: "messages", id: chat }, picture, "sea.jpg");
  const { file } = await uploaded<{ file: FileData }>("/api/files", { id: chat }, page, "تقرير.html");
  const sent = await parent.postJson("/api/messages", { conversationId: chat, clientId: newId(), body: "", imageIds: [image.id], fileIds: [file.id] });
  expect(sent.status).toBe(201);
  const { message } = (await sent.json()) as { message: { id: string } };
  expect([lying("private", image.id), lying("private", file.id)]).toEqual([SIZES, ["file"]]);

  const shown = await other.get(image.url);
  expect([shown.status, ...headersOf(shown, "content-type", "cache-control", "x-content-type-options")]).toEqual([200, "image/webp", "private, no-cache", "nosniff"]);
  expect((await sharp(await bytesOf(shown)).metadata()).width).toBe(1_600);
  const asked = s3.asked.length;
  expect((await other.get(image.url, { "if-none-match": shown.headers.get("etag")! })).status).toBe(304);
  // What a browser has already, nobody fetches from the store.
  expect(s3.asked.length).toBe(asked);
  const download = await other.get(file.url);
  expect([download.status, ...headersOf(download, "content-type", "x-content-type-options")]).toEqual([200, "application/octet-stream", "nosniff"]);
  expect(download.headers.get("content-disposition")).toBe(`attachment; filename="_____.html"; filename*=UTF-8''${encodeURIComponent("تقرير.html")}`);
  expect((await bytesOf(download)).equals(page)).toBe(true);
  const stranger = await signedIn("admin@roost.test");
  for (const url of [image.url, file.url]) expect([(await stranger.get(url)).status, (await new TestBrowser(roost.url).get(url)).status]).toEqual([404, 401]);

  const others = [...s3.objects.keys()].filter((key) => !key.includes(image.id) && !key.includes(file.id)).sort();
  expect((await parent.post(`/chats/${chat}`, { intent: "delete", messageId: message.id })).status).toBe(302);
  // At once for people, whatever the store still holds.
  for (const url of [image.url, file.url]) expect((await other.get(url)).status).toBe(404);
  await until(() => lying("private", image.id).length + lying("private", file.id).length === 0, { timeout: SWEPT_WITHIN_MS, what: "both to leave the bucket" });
  await until(async () => (await waiting()) === 0, { what: "their removals to be settled" });
  expect([...s3.objects.keys()].sort()).toEqual(others);
});

test("while the store refuses, uploads are refused in words and leave nothing; what is to go waits for it", async () => {
  const { image } = await uploaded<{ image: ImageData }>("/api/images", { table: "messages", id: chat }, picture, "sea.jpg");
  const rows = () => db.all("SELECT (SELECT count(*) FROM images) AS images, (SELECT count(*) FROM files) AS files");
  const before = [await rows(), s3.objects.size];
  s3.fault = 503;
  for (const refused of [await upload("/api/images", { table: "messages", id: chat }, picture, "sea.jpg"), await upload("/api/files", { id: chat }, Buffer.from("notes"), "notes.txt")]) {
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: expect.stringMatching(/^[a-z-]+$/), message: expect.stringMatching(/\w{3}/) } });
  }
  expect((await parent.get(image.url)).status).toBe(503);
  expect((await parent.postJson("/api/uploads/cancel", { uploadId: (await db.all<{ uploadId: string }>("SELECT upload_id AS uploadId FROM images WHERE id = ?", [image.id]))[0]!.uploadId })).status).toBe(200);
  const tries = s3.asked.length;
  await until(() => s3.asked.length > tries, { timeout: SWEPT_WITHIN_MS, what: "the relay to try" });
  expect(lying("private", image.id)).toEqual(SIZES);
  s3.fault = null;
  await until(() => lying("private", image.id).length === 0, { timeout: SWEPT_WITHIN_MS, what: "it to leave the bucket" });
  expect([await rows(), s3.objects.size]).toEqual([[{ ...(before[0] as Record<string, number>[])[0], images: (before[0] as { images: number }[])[0]!.images - 1 }], (before[1] as number) - SIZES.length]);
});

test("nothing of it lies on this machine, and no key of the store is in what the house writes", () => {
  expect(existsSync(path.join(roost.dataDir, "uploads"))).toBe(false);
  expect(readdirSync(path.join(passing, "roost-arriving"))).toEqual([]);
  for (const name of ["app", "relay"] as const) expect([roost.log(name).includes(s3.access.secretAccessKey), roost.log(name).includes("AWS4-HMAC-SHA256")]).toEqual([false, false]);
});
