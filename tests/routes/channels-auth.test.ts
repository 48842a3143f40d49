/** Channel authorization (B4): 401, 403 and 400 exactly, and nothing but our own names is ever signed. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHANNELS, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let admin: TestBrowser;
let parent: TestBrowser;
let other: TestBrowser;
const id: Record<string, string> = {};
beforeAll(async () => {
  app = await startApp(CHANNELS);
  [admin, parent, other] = await Promise.all([app.signedIn("admin@roost.test"), app.signedIn("parent@roost.test"), app.signedIn("other@roost.test")]);
  for (const row of await app.db.all<{ id: string; email: string }>("SELECT id, email FROM users WHERE email IS NOT NULL")) id[row.email.split("@")[0]!] = row.id;
});
afterAll(() => app.stop());

const SOCKET = "123.456";
const hmac = (text: string) => `${CHANNELS.PUSHER_KEY}:${createHmac("sha256", CHANNELS.PUSHER_SECRET).update(text).digest("hex")}`;
const pair = (a: string, b: string) => `private-chat-${[id[a]!, id[b]!].sort().join("-")}`;
const ask = (browser: TestBrowser, channel: string) => browser.post("/api/pusher/auth", { socket_id: SOCKET, channel_name: channel });

it("signs a direct chat for the two, and for nobody else", async () => {
  const channel = pair("parent", "other");
  for (const browser of [parent, other]) {
    const answer = await ask(browser, channel);
    expect([answer.status, await answer.json()]).toEqual([200, { auth: hmac(`${SOCKET}:${channel}`) }]);
  }
  expect((await ask(admin, channel)).status).toBe(403);
  expect((await ask(app.browser(), channel)).status).toBe(401);
});

it("tells nobody whether a chat exists", async () => {
  // The two have none; to the stranger and to its own people it looks as a foreign one.
  const none = await ask(parent, pair("parent", "admin"));
  const foreign = await ask(admin, pair("parent", "other"));
  expect([none.status, await none.text()]).toEqual([foreign.status, await foreign.text()]);
  expect(none.status).toBe(403);
});

it("signs one's own user channels only, presence with who it is", async () => {
  expect(await (await ask(parent, `private-user-${id["parent"]}`)).json()).toEqual({ auth: hmac(`${SOCKET}:private-user-${id["parent"]}`) });
  const presence = `presence-user-${id["parent"]}`;
  const { auth, channel_data: data } = (await (await ask(parent, presence)).json()) as { auth: string; channel_data: string };
  expect(JSON.parse(data)).toMatchObject({ user_id: id["parent"] });
  expect(auth).toBe(hmac(`${SOCKET}:${presence}:${data}`));
  for (const channel of [`private-user-${id["other"]}`, `presence-user-${id["other"]}`]) expect((await ask(parent, channel)).status).toBe(403);
});

it("opens the admins' channel to admins", async () => {
  expect([(await ask(admin, "private-admin")).status, (await ask(parent, "private-admin")).status]).toEqual([200, 403]);
});

it.each(["private-chat-x", "private-anything", "presence-admin", "maintenance-health", "private-admin2", "private-admin,private-user", "private-encrypted-admin", "#server-to-user-1", "PRIVATE-ADMIN", " private-admin", "private-admin\n"])(
  "signs no %j, not even for an admin",
  async (channel) => expect((await ask(admin, channel)).status).toBe(403),
);

it.each([
  ["no fields", ""],
  ["no channel", "socket_id=1.2"],
  ["no socket", "channel_name=private-admin"],
  ["a malformed socket", "socket_id=12&channel_name=private-admin"],
  ["a socket with more behind it", "socket_id=1.2%3Aprivate-user-x&channel_name=private-admin"],
  ["a socket with a line end", "socket_id=1.2%0A&channel_name=private-admin"],
  ["two channels", "socket_id=1.2&channel_name=private-admin&channel_name=private-admin"],
  ["two sockets", "socket_id=1.2&socket_id=1.3&channel_name=private-admin"],
  ["a list of channels", "socket_id=1.2&channel_name[]=private-admin"],
  ["a channel name that is too long", `socket_id=1.2&channel_name=private-${"a".repeat(200)}`],
  ["JSON", JSON.stringify({ socket_id: "1.2", channel_name: ["private-admin"] })],
])("answers 400 to %s", async (_, body) => {
  const answer = await admin.send("/api/pusher/auth", { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded", origin: app.origin } });
  expect(answer.status).toBe(400);
});

it("never signs a name that is not exactly one of the viewer's", async () => {
  const mine = new Set([`private-user-${id["parent"]}`, `presence-user-${id["parent"]}`, pair("parent", "other")]);
  const names = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.tuple(fc.constantFrom("private-chat-", "private-user-", "presence-user-", "private-admin", "private-chat-room-", ""), fc.constantFrom(...Object.values(id)), fc.constantFrom("", "-", "%00", "/", " "), fc.constantFrom("", ...Object.values(id))).map((parts) => parts.join("")),
  );
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      const { status } = await ask(parent, name);
      expect(status === 200).toBe(mine.has(name));
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
});

it("signs a connection's own user in", async () => {
  const answer = await parent.post("/api/pusher/user-auth", { socket_id: SOCKET });
  const { auth, user_data: data } = (await answer.json()) as { auth: string; user_data: string };
  expect(JSON.parse(data)).toMatchObject({ id: id["parent"] });
  expect(auth).toBe(hmac(`${SOCKET}::user::${data}`));
  expect((await parent.post("/api/pusher/user-auth", { socket_id: "x" })).status).toBe(400);
  expect((await app.browser().post("/api/pusher/user-auth", { socket_id: SOCKET })).status).toBe(401);
});

it("answers 404 where Channels is not configured", async () => {
  const without = await startApp();
  try {
    const browser = await without.signedIn("parent@roost.test");
    const [row] = await without.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'parent@roost.test'");
    expect((await ask(browser, `private-user-${row!.id}`)).status).toBe(404);
  } finally {
    await without.stop();
  }
});
