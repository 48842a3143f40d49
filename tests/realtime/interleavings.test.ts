/**
 * Any interleaving of pushed, polled, doubled, reordered, truncated and lost events with catch-up ends in the state
 * of a fresh load; and at every moment in between each conversation is shown as it once was on the server.
 * RUNS and SEED from the environment; a failure prints the seed and the shortest history that fails.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { MessageData } from "#app/domain/conversations/events.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import type { ChatListState } from "#app/realtime/reducers/chat-list.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";
import type { Membership } from "#app/realtime/reducers/membership.ts";
import { reduceMembership } from "#app/realtime/reducers/membership.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import { userChannel } from "#app/domain/channels.ts";
import { ME, OTHER, summary } from "./model-server.ts";
import type { Row } from "./model-server.ts";
import { Screen } from "./screen.ts";
import { seeded } from "./seeded.ts";
import { World } from "./world.ts";

const RUNS = Number(process.env["RUNS"] ?? 150);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** A request that hangs, a check while connected, its jitter, a reload, and small pages over a slow network. */
const HEALED_MS = 100_000;

const index = fc.nat(30);
/** c1 and c4 are private chats, c2 and c3 rooms; the last two begin later. */
const conversation = fc.integer({ min: 1, max: 4 });
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("send" as const), conversation, own: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("read" as const), conversation, own: fc.boolean(), back: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("edit", "delete"), conversation, back: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("receipts" as const), conversation, own: fc.boolean(), shown: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("join-or-leave" as const), conversation, who: fc.constantFrom(ME, OTHER, "third") }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("deliver", "double", "lose", "truncate"), index }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(fc.nat(300), fc.nat(30_000)) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("toggle" as const), conversation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("link" as const), state: fc.constantFrom("connected", "connecting", "stopped") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refuse" as const), conversation, refused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("network" as const), is: fc.constantFrom<World["network"]>("up", "down", "answer-lost", "hangs", 500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sleep", "visible", "online", "reload", "begin-conversation") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("prune", "new-epoch"), sure: fc.nat(3) }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

class History {
  world: World;
  chats = new Map<string, { screen: Screen<MessagesState>; membership: Screen<Membership>; leave: () => void; seen: number; read: number }>();
  list: Screen<ChatListState>;
  /** Pushed, not yet delivered; and delivered, to be doubled. */
  underway: Row[] = [];
  delivered: Row[] = [];
  checks = 0;
  #found: Error | null = null;
  #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
    const latency = () => 1 + Math.floor(this.#random() ** 3 * 800);
    this.world = new World({ random: this.#random, pageSize: 3, latency });
    this.world.server.addConversation();
    this.world.server.addRoom();
    const { server } = this.world;
    server.send("c1", OTHER, "loaded");
    // The loaders of one page run side by side: the list's position may be older than the root's.
    const loaded = { position: server.position([userChannel(ME)]), data: server.list() };
    for (let count = 0; count < seed % 3; count++) server.send("c2", OTHER, "between");
    this.world.engine = this.world.makeEngine();
    this.world.engine.serve({ onReset: () => this.reload(), onSignedOut: () => {} });
    this.list = this.screen({ channels: "all", positioned: [userChannel(ME)], read: () => server.list(), reducer: reduceChatList, loaded });
    this.world.engine.log.subscribe(() => this.look());
    this.world.start();
    this.open("c1");
  }

  screen<State>(options: Omit<ConstructorParameters<typeof Screen<State>>[0], "world" | "loadMs">): Screen<State> {
    return new Screen({ ...options, world: this.world, onLoaded: () => this.look(), loadMs: () => Math.floor(this.#random() ** 2 * 1_500) });
  }

  open(id: string): void {
    const { server, engine } = this.world;
    const { channel, member } = server.conversations.get(id)!;
    if (!member) return;
    const own = userChannel(ME);
    const refused = { refused: () => !server.conversations.get(id)!.member, onRefused: () => this.chats.get(id)?.leave() };
    const screen = this.screen<MessagesState>({ channels: [channel, own], positioned: [own, channel], read: () => server.conversation(id), reducer: reduceMessages, ...refused });
    const membership = this.screen<Membership>({ channels: [own], positioned: [own], read: () => ({ conversationId: id, removed: false, stale: false }), reducer: reduceMembership, ...refused });
    const release = engine.use(channel);
    this.chats.set(id, {
      screen,
      membership,
      seen: 0,
      read: 0,
      leave: () => {
        screen.close();
        membership.close();
        release();
        this.chats.delete(id);
      },
    });
  }

  reload(): void {
    this.list.reload();
    for (const { screen, membership } of this.chats.values()) for (const each of [screen, membership]) each.reload();
  }

  push(row: Row | null): void {
    const foreign = row && [...this.world.server.conversations.values()].some(({ member, channel }) => !member && channel === row.channel);
    if (row && !foreign && this.world.connection.state === "connected") this.underway.push(row);
  }

  hint(messageId: string): void {
    const { server } = this.world;
    const stamp = { id: `hint-${messageId}`, seq: ++server.seq, offset: null, epoch: `e${server.epoch}`, at: 0 };
    this.push({ seq: stamp.seq, id: stamp.id, channel: userChannel(ME), event: "message-notification", at: 0, offset: 0, data: { messageId, _event: stamp } });
  }

  async act(action: Action): Promise<void> {
    const { world } = this;
    const { server, connection } = world;
    const id = "conversation" in action ? `c${action.conversation}` : "";
    if (id !== "" && !server.conversations.has(id)) return;
    const member = id === "" || server.conversations.get(id)!.member;
    switch (action.do) {
      case "send": {
        if (action.own && !member) break;
        const { message, row } = server.send(id, action.own ? ME : OTHER, `${server.seq}`);
        this.push(row);
        if (!member) break;
        if (!action.own) this.hint(message.id);
        else if (this.#random() < 0.5) world.engine.expectMessage(message.id);
        break;
      }
      case "read":
        if (member || !action.own) for (const row of server.read(id, action.own ? ME : OTHER, server.conversation(id).messages.length - action.back)) this.push(row);
        break;
      case "receipts":
        if (member || !action.own) this.push(server.receipts(id, action.own ? ME : OTHER, action.shown));
        break;
      case "join-or-leave":
        if (action.who !== ME) this.push(server.joinOrLeave(id, action.who));
        else for (const row of member ? server.removeMe(id) : server.addMe(id)) this.push(row);
        break;
      case "edit":
        this.push(server.edit(id, server.conversation(id).messages.length - action.back, `edited ${server.seq}`));
        break;
      case "delete":
        this.push(server.delete(id, server.conversation(id).messages.length - action.back));
        break;
      case "deliver":
      case "truncate":
      case "lose": {
        const [row] = this.underway.splice(action.index % Math.max(1, this.underway.length), 1);
        if (!row || action.do === "lose") break;
        const truncated = action.do === "truncate" && row.offset > 0;
        world.push(row, (data) => (truncated ? { _event: data["_event"], truncated: true } : data));
        this.delivered.push(row);
        break;
      }
      case "double":
        world.push(this.delivered[action.index % Math.max(1, this.delivered.length)] ?? null);
        break;
      case "wait":
        await world.clock.advance(action.ms);
        break;
      case "toggle":
        if (this.chats.has(id)) this.chats.get(id)!.leave();
        else this.open(id);
        break;
      case "link":
        connection.become(action.state);
        break;
      case "refuse": {
        const { channel } = server.conversations.get(id)!;
        if (action.refused) connection.refused.add(channel);
        else connection.refused.delete(channel);
        if (connection.state === "connected") connection.confirm(channel);
        break;
      }
      case "network":
        world.network = action.is;
        break;
      case "sleep":
        world.clock.sleep(20_000);
        break;
      case "visible":
      case "online":
        world.signal(action.do);
        break;
      case "reload":
        this.reload();
        break;
      case "begin-conversation":
        if (server.conversations.size === 2) server.addRoom();
        else if (server.conversations.size === 3) server.addConversation();
        break;
      case "prune":
      case "new-epoch":
        if (action.sure > 0) break;
        if (action.do === "prune") server.prune();
        else server.newEpoch();
        break;
    }
    this.check();
  }

  /** Whatever was wrong is right again. Gently: nothing tells the engine so, only its own checks find out. */
  async heal(gently: boolean): Promise<void> {
    const { connection } = this.world;
    this.world.network = "up";
    const refused = [...connection.refused];
    connection.refused.clear();
    if (gently && connection.state === "connected") {
      for (const channel of refused) connection.confirm(channel);
    } else {
      connection.become("connecting");
      connection.become("connected");
      this.world.signal("online");
    }
    await this.world.clock.advance(HEALED_MS);
  }

  /** Within the engine: what is found there is told at the next step, and the engine goes on. */
  look(): void {
    try {
      this.check();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#found ??= error;
    }
  }

  /** No screen ever shows what never was: on each channel it is a prefix of what happened, and it only grows. */
  check(): void {
    if (this.#found) throw this.#found;
    this.checks++;
    for (const [id, chat] of [...this.chats]) {
      const { conversations } = this.world.server;
      // What is shown of a room from then on is that one was removed.
      if (chat.membership.state.removed) {
        chat.leave();
        continue;
      }
      const { state } = chat.screen;
      const { history } = conversations.get(id)!;
      const at = findState(history, state, chat.seen);
      expect(at, `${id} ${findState(history, state, 0) === -1 ? "shows what never was" : "goes back"}`).toBeGreaterThanOrEqual(chat.seen);
      chat.seen = at;
      const read = state.reads[ME]?.upToSeq ?? 0;
      expect(read, `what was read of ${id} goes back`).toBeGreaterThanOrEqual(chat.read);
      chat.read = read;
    }
    const list = this.list.state;
    if (list.stale && !this.list.loading) this.list.reload();
    if (list.stale) return;
    for (const item of list.conversations) {
      const { createdAt, history, state, member } = this.world.server.conversations.get(item.id)!;
      // What one may no longer read, sync leaves out; until it tells of the removal, a page later, a push may stand behind that hole.
      if (!member) continue;
      const row = rowOf(item, state.messages);
      const known = history.some((each) => rowOf(summary(each, createdAt), state.messages) === row);
      expect(known, `the list shows of ${item.id} what never was: ${JSON.stringify(item)}`).toBe(true);
      const unread = state.messages.filter(({ seq, senderId }) => seq > item.readSeq && seq <= item.lastSeq && senderId !== ME).length;
      expect(item.unread, `unread in ${item.id}, read up to ${item.readSeq} of ${item.lastSeq}`).toBe(Math.min(UNREAD_LIMIT, unread));
    }
  }

  end(gently: boolean): void {
    this.check();
    const { server } = this.world;
    for (const [id, { screen }] of this.chats) expect(screen.state).toEqual(server.conversation(id));
    const { arrived: _arrived, ...list } = this.list.state;
    expect(list).toEqual(server.list());
    // After lost pushes alone it goes on polling until one comes.
    expect(gently ? ["connected", "polling"] : ["connected"]).toContain(this.world.engine.state);
  }
}

/** What of a message must have been so at the moment shown. A deleted text is gone from the log, also for before. */
const shape = ({ id, body, editedAt, deletedAt }: MessageData, now: MessageData) => `${id} ${now.deletedAt === null ? body : ""} ${editedAt} ${deletedAt}`;

/**
 * The first place in a history, from one on, at which these messages were shown and everybody's position was given at
 * some time; -1: never. Who is in a room, and who hides what, is as the last event said: over data that knows later
 * ones already, an older state of it shows until catch-up has brought those, too. At the end it is compared in full.
 */
function findState(history: MessagesState[], shown: MessagesState, from: number): number {
  const now = history.at(-1)!.messages;
  const told = ({ messages }: MessagesState) => messages.map((message, at) => shape(message, now[at] ?? message)).join("|");
  const text = told(shown);
  const given = ([userId, { upToSeq }]: [string, { upToSeq: number }]) => userId === ME || history.some(({ reads }) => reads[userId]?.upToSeq === upToSeq);
  if (!Object.entries(shown.reads).every(given)) return -1;
  // Not every change is of a message: the same ones are there again.
  return history.findIndex((state, at) => at >= from && state.messages.length === shown.messages.length && told(state) === text);
}

/** The list's row of a conversation, but for a text that is deleted by now, for what is unread, and for how many are in it. */
function rowOf(item: ChatListState["conversations"][number], now: MessageData[]): string {
  const last = item.lastMessage;
  const gone = last !== null && now[last.seq - 1]?.deletedAt !== null;
  return JSON.stringify({ ...item, unread: 0, readSeq: 0, memberCount: 0, lastMessage: last && { ...last, body: gone ? "" : last.body } });
}

test(`${RUNS} interleavings end in the state of a fresh load`, { timeout: 300_000 + RUNS * 60 }, async () => {
  console.log(`interleavings: seed ${SEED}, ${RUNS} runs`);
  let checks = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(action, { maxLength: 60, size: "max" }), async (seed, actions) => {
      const history = new History(seed);
      history.world.connection.become("connected");
      for (const action of actions) await history.act(action);
      const gently = seed % 2 === 0;
      await history.heal(gently);
      history.end(gently);
      history.world.engine.stop();
      checks += history.checks;
    }),
    { numRuns: RUNS, seed: SEED },
  );
  console.log(`interleavings: ${checks} states checked`);
  expect(checks).toBeGreaterThan(RUNS);
});
