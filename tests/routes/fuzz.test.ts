/** Whatever bytes come, no action and no loader answers 5xx. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHANNELS, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

/** Hundreds of requests, one after the other, on a machine that does other things. */
const TIMEOUT_MS = 120_000;

let app: TestApp;
let parent: TestBrowser;
let conversation: string;
let room: string;
beforeAll(async () => {
  app = await startApp({ ...CHANNELS, CRON_SECRET: "cron-secret-of-the-test" });
  parent = await app.signedIn("parent@roost.test");
  [conversation, room] = (await app.db.all<{ id: string }>("SELECT id FROM conversations ORDER BY kind")).map(({ id }) => id) as [string, string];
});
afterAll(() => app.stop());

const FIELDS = ["intent", "email", "password", "name", "redirectTo", "timeZone", "language", "digits", "sessionId", "userId", "conversationId", "clientId", "body", "upTo", "access", "level", "socket_id", "channel_name", "templateId", "timerId", "version", "minutes", "stars", "memberId", "amount", "reason", "key", "recurrence", "weekdays", "assignment", "assignees", "dueOn", "choreId", "pin", "userName", "hue", "icon", "table", "id", "uploadId", "imageIds", "fileIds", "file", "__proto__", "constructor"];
const INTENTS = ["timer-start", "timer-extend", "timer-confirm", "template-create", "stars-add", "chore-create", "chore-claim", "child-create", "invite", "profile", "picture-remove", "password", "end-session", "open-direct", "send", "read", "create-room", "join", "invite", "remove-member", "notify", "leave", "nonsense"];
const value = fc.oneof(fc.constantFrom("", "0", "-1", "1e999", "null", "\u0000", "\ud800", "'; DROP TABLE users; --", "a".repeat(30_000), "١٢٣"), fc.string({ unit: "binary", maxLength: 80 }), fc.constantFrom(...INTENTS));
const fields = fc.array(fc.tuple(fc.constantFrom(...FIELDS), value), { maxLength: 8 });

const body = fc.oneof(
  fields.map((pairs) => ({ type: "application/x-www-form-urlencoded", bytes: new URLSearchParams(pairs).toString() as BodyInit })),
  fields.map((pairs) => ({ type: "application/json", bytes: JSON.stringify(Object.fromEntries(pairs)) as BodyInit })),
  fc.json().map((json) => ({ type: "application/json", bytes: json as BodyInit })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ type: "application/x-www-form-urlencoded", bytes: new Uint8Array(bytes) as BodyInit })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ type: "multipart/form-data; boundary=x", bytes: new Uint8Array(bytes) as BodyInit })),
  fc.constantFrom<BodyInit>("--x", "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--", '--x\r\nContent-Disposition: form-data; name="intent"\r\n\r\nsend\r\n--x--\r\n', "").map((bytes) => ({ type: "multipart/form-data; boundary=x", bytes })),
  fc.tuple(fc.constantFrom("", "text/plain", "multipart/form-data", "application/json; charset=utf-7", "x/y;;;", "application/xml"), fc.string()).map(([type, bytes]) => ({ type, bytes: bytes as BodyInit })),
);

const paths = () => ["/login", "/signup", "/settings", "/settings.data", "/chats", "/chats.data", "/family", "/family.data", "/family/templates", "/family/tablet", "/family/tablet.data", "/rewards", "/rewards/manage.data", `/chats/${conversation}`, `/chats/${conversation}.data`, `/chats/${room}`, "/api/messages", "/api/images", "/api/files", "/api/uploads/cancel", "/api/typing", "/api/pusher/auth", "/api/pusher/user-auth", "/api/pusher/webhook", "/api/outbox/drain", "/", "/nowhere", "/healthz"];

it("takes any body on every action", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths()), body, fc.constantFrom("POST", "POST", "POST", "PUT", "DELETE", "PATCH"), fc.boolean(), async (path, { type, bytes }, method, anonymous) => {
      const answer = await (anonymous ? app.browser() : parent).send(path, { method, body: bytes, headers: { origin: app.origin, ...(type ? { "content-type": type } : {}) } });
      await answer.arrayBuffer();
      expect(answer.status, `${method} ${path} ${type}`).toBeLessThan(500);
    }),
    { numRuns: 250 },
  );
}, TIMEOUT_MS);

it("takes any address and any query", async () => {
  const part = fc.oneof(fc.constantFrom("%", "%5C", "%zz", "%00", "..", ".data", "_root.data", "%E0%A4%A", "chats", conversation, "settings", "?_routes=", "?_routes=a,b", "?index", "?cursor=", "?before=", "?redirectTo=//x", "?_data="), fc.string({ maxLength: 20 }).map(encodeURIComponent));
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
      const answer = await parent.get(`/${parts.join("/")}`);
      await answer.arrayBuffer();
      expect(answer.status, parts.join("/")).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
}, TIMEOUT_MS);

it("refuses what is too long while it reads", async () => {
  const long = "x".repeat(2_000_000);
  const stream = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("x".repeat(10_000)));
        if ((sent += 10_000) > 2_000_000) controller.close();
      },
    });
  let sent = 0;
  const statuses = [
    (await parent.post("/settings", { intent: "profile", name: long })).status,
    (await parent.postJson("/api/messages", { body: long })).status,
    (await parent.send("/api/messages", { method: "POST", body: stream(), duplex: "half", headers: { origin: app.origin, "content-type": "application/json" } })).status,
  ];
  expect(statuses).toEqual([413, 413, 413]);
  // The same holds for whoever is refused before the body was looked at.
  expect((await app.browser().postJson("/api/messages", { body: long })).status).toBe(401);
  expect((await parent.post("/settings", { name: long }, { origin: "https://evil.example" })).status).toBe(403);
});
