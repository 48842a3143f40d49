/**
 * Somebody is removed from a closed room: on the wire, with the app, the relay and the embedded Channels server as
 * built. Every door is then a stranger's, the running subscription included.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { roomChannel, roomPresenceChannel, userChannel } from "#app/domain/channels.ts";
import { newId } from "#app/domain/ids.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { DEMO_PASSWORD, TestBrowser } from "#tests/support/http.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import { DOORS, roomDoors, told, type Chat } from "./doors.ts";

interface Frame {
  event: string;
  channel?: string;
  data?: string;
}

/** One WebSocket of a browser, authorized by the app for whatever it asks. */
class Wire {
  readonly frames: Frame[] = [];
  closedWith: number | null = null;

  private constructor(
    readonly browser: TestBrowser,
    readonly socket: WebSocket,
  ) {
    socket.on("message", (data) => this.frames.push(JSON.parse(String(data)) as Frame));
    socket.on("close", (code) => (this.closedWith = code));
  }

  static async open(browser: TestBrowser): Promise<Wire> {
    const wire = new Wire(browser, new WebSocket(`ws://127.0.0.1:${roost.env["CHANNELS_PORT"]}/app/${roost.env["PUSHER_KEY"]}?protocol=7`));
    await wire.frame("pusher:connection_established");
    return wire;
  }

  get socketId(): string {
    return (JSON.parse(this.frames[0]!.data!) as { socket_id: string }).socket_id;
  }

  frame = (event: string, fits: (frame: Frame) => boolean = () => true) => until(() => this.frames.find((frame) => frame.event === event && fits(frame)), { what: `${event} (came: ${this.frames.map((frame) => frame.event).join(", ")}, closed: ${this.closedWith})` });

  async signIn(): Promise<void> {
    const answer = await this.browser.post("/api/pusher/user-auth", { socket_id: this.socketId });
    this.socket.send(JSON.stringify({ event: "pusher:signin", data: await answer.json() }));
    await this.frame("pusher:signin_success");
  }

  authorize = (channel: string) => this.browser.post("/api/pusher/auth", { socket_id: this.socketId, channel_name: channel });

  async subscribe(channel: string): Promise<void> {
    this.socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel, ...((await (await this.authorize(channel)).json()) as object) } }));
    await this.frame("pusher_internal:subscription_succeeded", (frame) => frame.channel === channel);
  }
}

let roost: Roost;
let db: Database;
const browsers = {} as Record<"admin" | "parent" | "other", TestBrowser>;
const ids = {} as Record<keyof typeof browsers, string>;
const wires: Wire[] = [];

beforeAll(async () => {
  roost = await startRoost();
  db = await openDatabase(roost.databaseUrl);
  for (const name of ["admin", "parent", "other"] as const) {
    browsers[name] = new TestBrowser(roost.url);
    await browsers[name].post("/login", { email: `${name}@roost.test`, password: DEMO_PASSWORD });
    ids[name] = (await db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [`${name}@roost.test`]))[0]!.id;
  }
});
afterAll(async () => {
  for (const { socket } of wires) socket.terminate();
  await db.close();
  await roost.stop();
});

const pathOf = (answer: Response) => new URL(answer.headers.get("location")!, roost.url).pathname;
const say = (who: keyof typeof browsers, conversationId: string, body: string) => browsers[who].postJson("/api/messages", { conversationId, clientId: newId(), body });

async function room(...members: (keyof typeof browsers)[]): Promise<string> {
  const made = await browsers.parent.post("/chats", { intent: "create-room", name: "Cellar", access: "closed" });
  expect(made.status).toBe(302);
  const id = pathOf(made).split("/")[2]!;
  for (const name of members) expect((await browsers.parent.post(`/chats/${id}`, { intent: "invite", userId: ids[name] })).status).toBe(302);
  return id;
}

async function connect(name: keyof typeof browsers): Promise<Wire> {
  const wire = await Wire.open(browsers[name]);
  wires.push(wire);
  await wire.signIn();
  await wire.subscribe(userChannel(ids[name]));
  return wire;
}

describe("the running subscription", () => {
  test.each(["removed", "left"] as const)("of who has %s ends with the telling, and is never signed again; the others go on", async (how) => {
    const id = await room("other", "admin");
    const [wire, witness] = [await connect("other"), await connect("admin")];
    for (const each of [wire, witness]) await each.subscribe(roomChannel(id));
    await wire.subscribe(roomPresenceChannel(id));
    await say("parent", id, "while you are here");
    await wire.frame("new-message", ({ data }) => data!.includes("while you are here"));

    if (how === "removed") expect((await browsers.parent.post(`/chats/${id}`, { intent: "remove-member", userId: ids.other })).status).toBe(302);
    else expect(pathOf(await browsers.other.post(`/chats/${id}`, { intent: "leave" }))).toBe("/chats");

    // Told first, on the own channel; then the connection goes, by the code that means "by the app".
    await wire.frame("conversation-removed", ({ channel, data }) => channel === userChannel(ids.other) && (JSON.parse(data!) as { conversationId: string }).conversationId === id);
    await until(() => wire.closedWith, { what: "the connection's end" });
    expect(wire.closedWith).toBe(4009);
    await say("parent", id, "among ourselves");
    await witness.frame("new-message", ({ data }) => data!.includes("among ourselves"));
    expect(witness.closedWith).toBeNull();

    const again = await connect("other");
    for (const channel of [roomChannel(id), roomPresenceChannel(id)]) expect((await again.authorize(channel)).status).toBe(403);
    // What was signed for the connection of before is worth nothing here.
    const stale = wire.frames.length;
    await say("parent", id, "still among ourselves");
    await witness.frame("new-message", ({ data }) => data!.includes("still among"));
    await say("parent", await room("other"), "a word to you");
    await again.frame("message-notification");
    expect(JSON.stringify([wire.frames.slice(stale), again.frames])).not.toContain("among ourselves");
    const synced = await (await browsers.other.get("/api/sync?cursor=0")).text();
    expect(synced).not.toContain("ourselves");
    expect(synced).not.toContain("while you are here");
    expect(synced).toContain("conversation-removed");
  });
});

describe("who was removed", () => {
  let gone: Chat;
  const absent: Chat = { id: newId(), channel: roomChannel(newId()), messageId: newId() };
  const doors = () => [...DOORS, ...roomDoors(ids.admin)];

  beforeAll(async () => {
    const id = await room("other");
    const answer = await say("other", id, "I was here");
    gone = { id, channel: roomChannel(id), messageId: ((await answer.json()) as { message: { id: string } }).message.id };
    // Through every door that changes nothing, so that this process knows the way by heart.
    for (const [name, knock] of DOORS) if (!/delete/.test(name)) expect([name, (await knock(browsers.other, gone)).status < 400]).toEqual([name, true]);
    await browsers.parent.post(`/chats/${id}`, { intent: "remove-member", userId: ids.other });
  });

  test("finds every door as for a room that was never there", async () => {
    const state = () => db.all("SELECT (SELECT count(*) FROM messages) AS messages, (SELECT group_concat(body) FROM messages) AS bodies, (SELECT count(*) FROM conversation_members) AS members, (SELECT sum(read_seq) FROM conversation_members) AS read");
    const before = await state();
    for (const [name, knock] of doors()) {
      const answer = await knock(browsers.other, gone);
      expect([name, answer.status >= 400 && answer.status < 500]).toEqual([name, true]);
      expect([name, await told(answer, gone)]).toEqual([name, await told(await knock(browsers.other, absent), absent)]);
    }
    expect(await state()).toEqual(before);
  });

  test("has it in no list", async () => {
    for (const page of ["/", "/chats", "/chats.data"]) expect(await (await browsers.other.get(page)).text()).not.toContain(gone.id);
    expect(await (await browsers.parent.get("/chats")).text()).toContain(gone.id);
  });

  test("the owner who removes themselves, a member who removes, an invitation of nobody: refused, in words", async () => {
    const id = await room("other");
    expect((await browsers.parent.post(`/chats/${id}`, { intent: "remove-member", userId: ids.parent })).status).toBe(403);
    expect((await browsers.other.post(`/chats/${id}`, { intent: "remove-member", userId: ids.parent })).status).toBe(403);
    const nobody = await browsers.parent.post(`/chats/${id}`, { intent: "invite", userId: newId() });
    expect(nobody.status).toBe(422);
    expect(await nobody.text()).toContain("This person is not here");
    for (const [name, access] of [[" \n ", "open"], ["x".repeat(81), "open"], ["Cellar", "secret"], ["Cellar", ""]] as const)
      expect((await browsers.parent.post("/chats", { intent: "create-room", name, access })).status).toBe(422);
  });
});
