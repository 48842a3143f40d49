/** Typing by the server's path (B6), where client events are off: the app as built, the embedded Channels server, the unmodified packages. */
import PusherClient from "pusher-js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DEMO_PASSWORD, TestBrowser } from "#tests/support/http.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import { openDatabase, type Database } from "#db/database.ts";

type Name = "admin" | "parent" | "other";
interface Person {
  id: string;
  name: string;
  browser: TestBrowser;
}

let roost: Roost;
let db: Database;
const people = {} as Record<Name, Person>;
const clients: PusherClient[] = [];
beforeAll(async () => {
  roost = await startRoost({ relay: false, env: { CLIENT_EVENTS: "off" } });
  db = await openDatabase(roost.databaseUrl);
  for (const name of ["admin", "parent", "other"] as const) {
    const email = `${name}@roost.test`;
    const browser = new TestBrowser(roost.url);
    await browser.post("/login", { email, password: DEMO_PASSWORD });
    const [row] = await db.all<{ id: string; name: string }>("SELECT id, name FROM users WHERE email = ?", [email]);
    people[name] = { ...row!, browser };
  }
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await db.close();
  await roost.stop();
});

const type = (person: Person, conversationId: string, state: unknown = "start", more: object = {}) => person.browser.postJson("/api/typing", { conversationId, state, ...more });

/** A room of these, made by the first. */
async function room(first: Person, ...others: Person[]): Promise<string> {
  const made = await first.browser.post("/chats", { intent: "create-room", name: "Cellar", access: "closed" });
  const id = new URL(made.headers.get("location")!, roost.url).pathname.split("/")[2]!;
  for (const { id: userId } of others) expect((await first.browser.post(`/chats/${id}`, { intent: "invite", userId })).status).toBe(302);
  return id;
}

/** What a browser of pusher-js, authorized by the app, hears on a conversation's channel. */
async function listen(person: Person, conversationId: string): Promise<{ event: string; data: unknown; at: number }[]> {
  const [row] = await db.all<{ channel: string }>("SELECT channel FROM conversations WHERE id = ?", [conversationId]);
  const heard: { event: string; data: unknown; at: number }[] = [];
  const client = new PusherClient(roost.env["PUSHER_KEY"]!, {
    cluster: "local",
    wsHost: "127.0.0.1",
    wsPort: Number(roost.env["CHANNELS_PORT"]),
    forceTLS: false,
    enabledTransports: ["ws"],
    enableStats: false,
    channelAuthorization: {
      endpoint: "unused",
      transport: "ajax",
      customHandler: ({ socketId, channelName }, answer) =>
        void person.browser.post("/api/pusher/auth", { socket_id: socketId, channel_name: channelName }).then(async (response) => answer(null, (await response.json()) as { auth: string })),
    },
  });
  clients.push(client);
  const channel = client.subscribe(row!.channel);
  channel.bind_global((event: string, data: unknown) => !event.startsWith("pusher:") && heard.push({ event, data, at: Date.now() }));
  await until(() => channel.subscribed, { what: "the channel" });
  return heard;
}

it("tells the others who it is, by the account and nothing that was sent along; nothing is written", async () => {
  const { parent, other } = people;
  const id = await room(parent, other);
  const heard = await listen(other, id);
  const [before] = await db.all("SELECT count(*) AS events FROM outbox_events");
  expect((await type(parent, id, "start", { userId: other.id, name: "Somebody else", channel: "private-admin" })).status).toBe(200);
  await until(() => heard.length > 0, { what: "typing-start" });
  expect(heard[0]).toMatchObject({ event: "typing-start", data: { conversationId: id, userId: parent.id, name: parent.name } });
  // Only the three: neither a stamp nor what was sent along.
  expect(Object.keys(heard[0]!.data as object).sort()).toEqual(["conversationId", "name", "userId"]);
  await until(async () => (await type(parent, id, "stop")).status === 200, { what: "the second to be over" });
  await until(() => heard.length > 1, { what: "typing-stop" });
  expect(heard[1]).toMatchObject({ event: "typing-stop", data: { conversationId: id, userId: parent.id } });
  expect(await db.all("SELECT count(*) AS events FROM outbox_events")).toEqual([before]);
});

it("tells at most once a second for each person and conversation, however many are sent", async () => {
  const { parent, other } = people;
  const [id, another] = [await room(parent, other), await room(parent, other)];
  const heard = await listen(other, id);
  const elsewhere = await listen(other, another);
  const begun = performance.now();
  const answers = (await Promise.all(Array.from({ length: 20 }, (_, index) => type(parent, id, index % 2 ? "stop" : "start")))).map(({ status }) => status);
  const told = answers.filter((status) => status === 200).length;
  // One, unless a slow machine takes seconds for twenty.
  expect(told).toBeGreaterThanOrEqual(1);
  expect(told).toBeLessThanOrEqual(1 + Math.floor((performance.now() - begun) / 1_000));
  expect(answers.filter((status) => status === 429)).toHaveLength(20 - told);
  // Others, and other conversations, are not slowed down by it.
  expect([(await type(other, id)).status, (await type(parent, another)).status]).toEqual([200, 200]);
  await until(() => heard.length >= told + 1 && elsewhere.length >= 1, { what: "all that were taken" });
  const tellers = heard.map(({ data }) => (data as { userId: string }).userId);
  expect([tellers.filter((userId) => userId === parent.id).length, tellers.filter((userId) => userId === other.id).length]).toEqual([told, 1]);
  await until(async () => (await type(parent, id)).status === 200, { what: "the next second" });
});

it("is for members: strangers, the removed and the unknown look alike, and nobody hears of them", async () => {
  const { admin, parent, other } = people;
  const id = await room(parent, other);
  const heard = await listen(parent, id);
  const stranger = await type(admin, id);
  const unknown = await type(admin, "0".repeat(32));
  expect([stranger.status, unknown.status]).toEqual([404, 404]);
  expect(await stranger.json()).toEqual(await unknown.json());
  expect((await parent.browser.post(`/chats/${id}`, { intent: "remove-member", userId: other.id })).status).toBe(302);
  expect((await type(other, id)).status).toBe(404);
  expect((await new TestBrowser(roost.url).postJson("/api/typing", { conversationId: id, state: "start" })).status).toBe(401);
  expect((await type(parent, id)).status).toBe(200);
  await until(() => heard.length > 0, { what: "the member's own" });
  expect(heard.map(({ data }) => (data as { userId: string }).userId)).toEqual([parent.id]);
});

it.each([
  ["no state", {}, 422],
  ["an unknown state", { state: "forever" }, 422],
  ["a state of another kind", { state: ["start"] }, 422],
  ["an id that is none", { state: "start", conversationId: "private-admin" }, 422],
  ["a huge body", { state: "start", padding: "x".repeat(2_000) }, 413],
])("refuses %s", async (_what, more, status) => {
  const { parent } = people;
  const id = await room(parent);
  expect((await parent.browser.postJson("/api/typing", { conversationId: id, ...more })).status).toBe(status);
});

it("answers all the same while the Channels server is away", async () => {
  const { parent } = people;
  const id = await room(parent);
  await roost.kill("channels", "SIGKILL");
  try {
    expect((await type(parent, id)).status).toBe(200);
  } finally {
    await roost.restart("channels");
  }
});
