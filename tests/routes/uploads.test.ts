/** Pictures and files over HTTP (B10, F1, F2): taken once, shown to who may see them, gone with their message. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import type { FileData, ImageData } from "#app/domain/images/image.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { photo, uploadForm } from "#tests/support/uploads.ts";
import { until } from "#tests/support/wait.ts";

let app: TestApp;
let parent: TestBrowser;
let other: TestBrowser;
let stranger: TestBrowser;
let chat: string;
let parentId: string;
let picture: Buffer;

beforeAll(async () => {
  app = await startApp();
  [parent, other, stranger] = [await app.signedIn("parent@roost.test"), await app.signedIn("other@roost.test"), await app.signedIn("admin@roost.test")];
  [{ id: chat }] = (await app.db.all<{ id: string }>("SELECT id FROM conversations WHERE kind = 'direct'")) as [{ id: string }];
  [{ id: parentId }] = (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'parent@roost.test'")) as [{ id: string }];
  picture = await photo(900, 600, 6);
});
afterAll(() => app.stop());

const post = (browser: TestBrowser, address: string, form: FormData, headers: Record<string, string> = {}) => browser.send(address, { method: "POST", body: form, headers: { origin: browser.origin, ...headers } });
const rows = async () => (await app.db.all<{ images: number; files: number }>("SELECT (SELECT count(*) FROM images) AS images, (SELECT count(*) FROM files) AS files"))[0];
const idOf = async (email: string) => (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
const MIB = 1024 * 1024;
const arriving = () => readdirSync(path.join(app.roost.dataDir, "uploads", "arriving"));

async function sentPicture(uploadId = newId()): Promise<ImageData> {
  const answer = await post(parent, "/api/images", uploadForm({ table: "messages", id: chat, uploadId }, picture, "صورة.jpg"));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { image: ImageData }).image;
}
async function sentFile(name: string): Promise<FileData> {
  const answer = await post(parent, "/api/files", uploadForm({ id: chat, uploadId: newId() }, Buffer.from("<script>alert(1)</script>"), name, "text/html"));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { file: FileData }).file;
}

/** Of the app's process, in bytes. */
function memory(line: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${app.roost.pid("app")}/status`, "utf8");
  return Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
}

// The first test: what others leave in the process would hide what an upload takes.
test("eight files of 20 MB at once go to the disk as they come: the app's memory rises by less than half of them, at its highest", async () => {
  const upload = async (bytes: Buffer) => expect((await post(parent, "/api/files", uploadForm({ id: chat, uploadId: newId() }, bytes, "film.mp4", "video/mp4"))).status).toBe(201);
  // What uploads load is there before.
  await upload(randomBytes(MIB));
  const large = Array.from({ length: 8 }, () => randomBytes(20 * MIB));
  // From here on the kernel notes the highest anew.
  writeFileSync(`/proc/${app.roost.pid("app")}/clear_refs`, "5");
  const before = memory("VmRSS");
  await Promise.all(large.map(upload));
  const rise = memory("VmHWM") - before;
  console.log(`8 × 20 MB uploaded: ${(rise / MIB).toFixed(1)} MB more at the highest`);
  // What waits for the garbage collector is measured, too: it comes by some tens of MB.
  expect(rise).toBeLessThan(80 * MIB);
  expect(arriving()).toEqual([]);
});

test("a face: public, for ever, and the same upload again is the same picture", async () => {
  const uploadId = newId();
  const form = () => uploadForm({ table: "avatars", id: parentId, uploadId }, picture, "me.jpg");
  const [first, again] = [await post(parent, "/api/images", form()), await post(parent, "/api/images", form())];
  expect([first.status, again.status]).toEqual([201, 201]);
  const { image } = (await first.json()) as { image: ImageData };
  expect(await again.json()).toEqual({ image });
  expect(image).toMatchObject({ width: 600, height: 900 });
  const shown = await app.browser().get(image.url);
  expect([shown.status, shown.headers.get("content-type"), shown.headers.get("cache-control"), shown.headers.get("x-content-type-options")]).toEqual([200, "image/webp", "public, max-age=31536000, immutable", "nosniff"]);
  expect(shown.headers.get("content-security-policy")).toContain("sandbox");
  for (const refused of ["/images/../../roost.db", "/images/x.webp", image.url.replace(image.id, newId())]) expect((await parent.get(refused)).status).toBe(404);
  // Somebody else's face is not for a stranger to set.
  expect((await post(stranger, "/api/images", uploadForm({ table: "avatars", id: parentId, uploadId: newId() }, picture, "you.jpg"))).status).toBe(404);
});

test.each([
  ["HTML", Buffer.from("<html>"), 415, "not-a-picture"],
  ["half a picture", Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 422, "picture-damaged"],
])("%s named .jpg: a clear refusal, and nothing is left", async (_, bytes, status, code) => {
  const before = await rows();
  const answer = await post(parent, "/api/images", uploadForm({ table: "messages", id: chat, uploadId: newId() }, bytes, "cat.jpg"));
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code, message: expect.stringMatching(/\w{3}/) } });
  expect([await rows(), arriving()]).toEqual([before, []]);
});

test("too large, broken off, no file, no form: refused, nobody's memory or disk keeps it", async () => {
  const before = await rows();
  const large = await post(parent, "/api/files", uploadForm({ id: chat, uploadId: newId() }, Buffer.alloc(26 * 1024 * 1024), "large.bin"));
  expect(large.status).toBe(413);
  const none = new FormData();
  for (const [name, value] of Object.entries({ table: "messages", id: chat, uploadId: newId() })) none.set(name, value);
  expect((await post(parent, "/api/images", none)).status).toBe(422);
  expect((await parent.postJson("/api/images", {})).status).toBe(415);
  expect((await app.browser().postJson("/api/images", {})).status).toBe(401);
  expect((await post(stranger, "/api/images", uploadForm({ table: "messages", id: chat, uploadId: newId() }, picture, "x.jpg"))).status).toBe(404);
  expect([await rows(), arriving()]).toEqual([before, []]);
});

test("too large by a little, and its sender listens only when all is sent: it is told why", async () => {
  const body = Buffer.alloc(26 * 1024 * 1024);
  const { hostname, port } = new URL(app.roost.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  const head = `POST /api/files HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${app.roost.url}\r\nCookie: ${parent.cookieHeader}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(head);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.write(body, () => resolve());
  });
  socket.resume();
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

test("sent with a message: in the event and on the page, for the two alone, and gone with it", async () => {
  const [image, file] = [await sentPicture(), await sentFile("تقرير ٢٠٢٦ (ملخص).html")];
  // Before it is sent it is its uploader's.
  expect([(await parent.get(image.url)).status, (await other.get(image.url)).status]).toEqual([200, 404]);
  const clientId = newId();
  const send = () => parent.postJson("/api/messages", { conversationId: chat, clientId, body: "", imageIds: [image.id], fileIds: [file.id] });
  const answer = await send();
  expect(answer.status).toBe(201);
  const { message } = (await answer.json()) as { message: { id: string; images: ImageData[]; files: FileData[] } };
  expect([message.images, message.files]).toEqual([[image], [file]]);
  expect((await send()).status).toBe(200);
  const [event] = await app.db.all<{ images: string }>("SELECT json_extract(payload, '$.images') AS images FROM outbox_events WHERE event = 'new-message' AND json_extract(payload, '$.id') = ?", [message.id]);
  expect(JSON.parse(event!.images)).toEqual([image]);

  const shown = await other.get(image.url);
  expect([shown.status, shown.headers.get("cache-control")]).toEqual([200, "private, no-cache"]);
  expect((await other.get(image.url, { "if-none-match": shown.headers.get("etag")! })).status).toBe(304);
  const download = await other.get(file.url);
  expect([download.status, download.headers.get("content-type"), download.headers.get("x-content-type-options")]).toEqual([200, "application/octet-stream", "nosniff"]);
  expect(download.headers.get("content-disposition")).toBe(`attachment; filename="_____ ____ (____).html"; filename*=UTF-8''${encodeURIComponent("تقرير ٢٠٢٦ (ملخص).html").replaceAll("(", "%28").replaceAll(")", "%29")}`);
  expect(download.headers.get("content-security-policy")).toContain("sandbox");
  for (const who of [stranger, app.browser()]) for (const url of [image.url, file.url]) expect([401, 404]).toContain((await who.get(url)).status);
  expect(await (await other.get(`/chats/${chat}`)).text()).toContain(image.url.replace(".webp", "-480.webp"));

  // Part of one message only.
  expect((await parent.postJson("/api/messages", { conversationId: chat, clientId: newId(), body: "again", imageIds: [image.id] })).status).toBe(409);

  expect((await parent.post(`/chats/${chat}`, { intent: "delete", messageId: message.id })).status).toBe(302);
  for (const url of [image.url, file.url]) expect((await other.get(url)).status).toBe(404);
  const left = await app.db.all<{ folder: string }>("SELECT folder FROM storage_removals");
  expect(left.map(({ folder }) => folder)).toEqual(expect.arrayContaining([`private/${image.id.slice(-2)}/${image.id}`]));
  const [scrubbed] = await app.db.all<{ payload: string }>("SELECT payload FROM outbox_events WHERE event = 'new-message' AND json_extract(payload, '$.id') = ?", [message.id]);
  expect(scrubbed!.payload).not.toContain(image.id);
});

test("without scripts: the composer's form brings files, and a form of a picture comes back with what was wrong", async () => {
  const form = uploadForm({ intent: "send", clientId: newId(), body: "by form" }, picture, "a.jpg");
  form.append("file", new Blob(["plain"]), "notes.txt");
  expect((await post(parent, `/chats/${chat}`, form)).status).toBe(302);
  const [row] = await app.db.all<{ attachments: string }>("SELECT attachments FROM messages WHERE body = 'by form'");
  expect(JSON.parse(row!.attachments)).toMatchObject({ images: [{ width: 600 }], files: [{ name: "notes.txt", bytes: 5 }] });
  expect((await post(parent, `/chats/${chat}`, uploadForm({ intent: "send", clientId: newId(), body: "" }, new Uint8Array(), ""))).status).toBe(422);
  const back = await post(parent, "/api/images", uploadForm({ table: "avatars", id: parentId, uploadId: newId(), redirectTo: "/settings" }, Buffer.from("no"), "a.jpg"), { accept: "text/html" });
  expect([back.status, back.headers.get("location")]).toEqual([302, `/settings?uploadProblem=not-a-picture&uploadOf=${parentId}`]);
});

test("one's face by the settings' forms alone: set, shown to the other and to oneself, taken away", async () => {
  const put = await post(other, "/api/images", uploadForm({ table: "avatars", id: await idOf("other@roost.test"), uploadId: newId(), redirectTo: "/settings" }, picture, "me.jpg"), { accept: "text/html" });
  expect([put.status, put.headers.get("location")]).toEqual([302, "/settings"]);
  const [{ avatar }] = (await app.db.all<{ avatar: string }>("SELECT avatar FROM users WHERE email = 'other@roost.test'")) as [{ avatar: string }];
  const shown = `src="/images/${avatar}-160.webp"`;
  const settings = await (await other.get("/settings")).text();
  for (const part of ['action="/api/images"', 'value="avatars"', 'value="picture-remove"', shown]) expect(settings).toContain(part);
  expect((await app.browser().get(`/images/${avatar}-160.webp`)).status).toBe(200);
  for (const page of ["/chats", `/chats/${chat}`, "/family", "/family/people", "/"]) expect([page, (await (await parent.get(page)).text()).includes(shown)]).toEqual([page, true]);
  const removed = await other.post("/settings", { intent: "picture-remove" });
  expect([removed.status, removed.headers.get("location")]).toEqual([302, "/settings?saved=picture-removed"]);
  for (const [who, page] of [[other, "/settings"], [parent, `/chats/${chat}`]] as const) expect(await (await who.get(page)).text()).not.toContain(avatar);
  expect(await (await other.get("/settings")).text()).not.toContain('value="picture-remove"');
  expect((await app.browser().post("/settings", { intent: "picture-remove" })).headers.get("location")).toMatch(/^\/login/);
});

test("taken back before it is sent: no row, and its files go", async () => {
  const uploadId = newId();
  const image = await sentPicture(uploadId);
  expect((await other.postJson("/api/uploads/cancel", { uploadId })).status).toBe(200);
  expect((await parent.get(image.url)).status).toBe(200);
  expect((await parent.postJson("/api/uploads/cancel", { uploadId })).status).toBe(200);
  expect((await parent.get(image.url)).status).toBe(404);
  expect(existsSync(path.join(app.roost.dataDir, "uploads", "arriving"))).toBe(true);
});

test("an upload that is cut off in the middle leaves no row and no file, neither where it arrives nor in the store", async () => {
  const before = await rows();
  const lying = () => readdirSync(path.join(app.roost.dataDir, "uploads"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  const stored = lying();
  for (const address of ["/api/files", "/api/images"]) {
    const whole = new Request("http://roost.invalid", { method: "POST", body: uploadForm({ ...(address === "/api/images" && { table: "messages" }), id: chat, uploadId: newId() }, Buffer.concat([picture, randomBytes(2 * MIB)]), "cut.jpg") });
    const [type, body] = [whole.headers.get("content-type")!, Buffer.from(await whole.arrayBuffer())];
    const socket = connect(Number(new URL(app.origin).port), "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.write(`POST ${address} HTTP/1.1\r\nHost: ${new URL(app.origin).host}\r\nOrigin: ${app.origin}\r\nCookie: ${parent.cookieHeader}\r\nContent-Type: ${type}\r\nContent-Length: ${body.byteLength}\r\n\r\n`);
    socket.write(body.subarray(0, MIB));
    await until(() => arriving().length === 1, { what: "half of it to lie on the disk" });
    socket.resetAndDestroy();
    await until(() => arriving().length === 0, { what: "it to be gone" });
  }
  expect([await rows(), lying()]).toEqual([before, stored]);
});

test("whoever is removed from a room loses its pictures and files at once, whatever they kept of them; whoever stays has them", async () => {
  const [{ id: otherId }] = (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'other@roost.test'")) as [{ id: string }];
  const room = (await parent.post("/chats", { intent: "create-room", name: "Attic", access: "closed" })).headers.get("location")!;
  expect((await parent.post(room, { intent: "invite", userId: otherId })).status).toBe(302);
  const form = uploadForm({ intent: "send", clientId: newId(), body: "both" }, picture, "a.jpg");
  form.append("file", new Blob(["plain"]), "notes.txt");
  expect((await post(parent, room, form)).status).toBe(302);
  const [row] = await app.db.all<{ attachments: string }>("SELECT attachments FROM messages WHERE body = 'both'");
  const { images, files } = JSON.parse(row!.attachments) as { images: ImageData[]; files: FileData[] };
  const addresses = [images[0]!.url, images[0]!.url.replace(".webp", "-160.webp"), images[0]!.url.replace(".webp", "-480.webp"), files[0]!.url];
  const kept: string[] = [];
  for (const address of addresses) {
    const answer = await other.get(address);
    expect(answer.status).toBe(200);
    kept.push(answer.headers.get("etag")!);
  }
  expect((await parent.post(room, { intent: "remove-member", userId: otherId })).status).toBe(302);
  for (const [place, address] of addresses.entries()) {
    expect([(await other.get(address)).status, (await other.get(address, { "if-none-match": kept[place]! })).status, (await other.send(address, { method: "HEAD" })).status, (await parent.get(address)).status]).toEqual([404, 404, 404, 200]);
  }
});

test("a file that could be compressed comes as it is, with its length, whatever the browser can unpack; its head says the same", async () => {
  const text = Buffer.from("Who brings the salad? من يحضر السلطة؟\n".repeat(4_000));
  const answer = await post(parent, "/api/files", uploadForm({ id: chat, uploadId: newId() }, text, "list.txt", "text/plain"));
  const { file } = (await answer.json()) as { file: FileData };
  for (const encodings of ["gzip, br", "br", "gzip, deflate, br, zstd", "identity"]) {
    for (const method of ["GET", "HEAD"]) {
      const download = await parent.send(file.url, { method, headers: { "accept-encoding": encodings } });
      expect([encodings, method, download.status, download.headers.get("content-encoding"), download.headers.get("transfer-encoding"), download.headers.get("content-length")]).toEqual([encodings, method, 200, null, null, String(text.byteLength)]);
      expect(Buffer.from(await download.arrayBuffer()).equals(method === "GET" ? text : Buffer.alloc(0))).toBe(true);
      expect([download.headers.get("cache-control"), download.headers.get("content-type"), download.headers.get("x-content-type-options")]).toEqual(["private, no-cache, no-transform", "application/octet-stream", "nosniff"]);
      expect(download.headers.get("content-security-policy")).toContain("sandbox");
    }
  }
});

test("asking only for the head of a picture leaves nothing open", async () => {
  const image = await sentPicture();
  const open = () => readdirSync(`/proc/${app.roost.pid("app")}/fd`).length;
  const before = open();
  for (let round = 0; round < 25; round++) {
    const head = await parent.send(image.url, { method: "HEAD" });
    expect([head.status, Number(head.headers.get("content-length")) > 0]).toEqual([200, true]);
  }
  await until(() => open() < before + 5, { what: "the files to be closed" });
});
