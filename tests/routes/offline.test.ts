/** What the service worker and the queue are told by the server (D4, D6). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOBODY, USER_HEADER } from "#app/config/user-header.ts";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp } from "#tests/support/http.ts";

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.stop());

const idOf = async (email: string) => (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
/** The worker gets everything in one script, most of it the list of files. */
const SCRIPT_LIMIT_BYTES = 64 * 1024;

describe("the service worker's script", () => {
  it("is looked at anew each time, rules the whole site, may fetch from here alone, and is small", async () => {
    const answer = await app.browser().get("/sw.js");
    const source = await answer.text();
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(["content-type", "cache-control", "service-worker-allowed", "set-cookie"].map((name) => [name, answer.headers.get(name)]))).toEqual({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "no-cache",
      "service-worker-allowed": "/",
      "set-cookie": null,
    });
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; connect-src 'self'");
    expect(source).toMatch(/\/assets\/entry\.client-[\w-]+\.js/);
    expect(source.length).toBeLessThan(SCRIPT_LIMIT_BYTES);
    console.log(`sw.js: ${source.length} bytes`);
  });
});

describe("whose page it is", () => {
  it("is said of documents and data, to their owner and to nobody", async () => {
    const parent = await app.signedIn("parent@roost.test");
    const owner = await idOf("parent@roost.test");
    expect([(await parent.get("/chats")).headers.get(USER_HEADER), (await parent.get("/chats.data")).headers.get(USER_HEADER)]).toEqual([owner, owner]);
    expect((await app.browser().get("/login")).headers.get(USER_HEADER)).toBe(NOBODY);
  });
  it("the offline page holds nothing of anybody, and no script", async () => {
    const parent = await app.signedIn("parent@roost.test");
    const html = await (await parent.get("/offline")).text();
    expect(html).toContain("data-offline-page");
    expect(html).not.toContain("<script");
    expect(html).not.toContain(await idOf("parent@roost.test"));
  });
});

it("a queue's message is refused under another person's session, and taken under its author's", async () => {
  const [parent, other] = [await app.signedIn("parent@roost.test"), await app.signedIn("other@roost.test")];
  const author = { [USER_HEADER]: await idOf("parent@roost.test") };
  const [chat] = await app.db.all<{ id: string }>("SELECT conversation_id AS id FROM messages LIMIT 1");
  const message = { conversationId: chat!.id, clientId: newId(), body: "mine" };
  const refused = await other.postJson("/api/messages", message, author);
  expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([401, "not-signed-in"]);
  expect((await parent.postJson("/api/messages", message, author)).status).toBe(201);
});

it("the web manifest has what installing needs", async () => {
  const manifest = (await (await app.browser().get("/manifest.webmanifest")).json()) as Record<string, unknown> & { icons: { src: string; sizes: string; purpose?: string }[] };
  expect(manifest).toMatchObject({ id: "/", start_url: "/", scope: "/", display: "standalone" });
  expect([manifest["theme_color"], manifest["background_color"]]).toEqual([expect.stringMatching(/^#/), expect.stringMatching(/^#/)]);
  expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose ?? "any"}`)).toEqual(expect.arrayContaining(["192x192 any", "512x512 any", "512x512 maskable"]));
  for (const { src } of manifest.icons) expect((await app.browser().get(src)).status).toBe(200);
});
