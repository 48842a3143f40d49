/**
 * Three devices of one person, others who write, rooms that are left and joined, receipts hidden and shown: after any
 * random operations, a device that has caught up counts as unread what a recount in SQL counts; a read position never
 * goes back, in the database or on a screen; a hidden one reaches nobody else. Covers B7 and issue 4's bar 3.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { updatePrivacy } from "#app/domain/accounts/commands.server.ts";
import { messageRead } from "#app/domain/conversations/events.ts";
import { deleteMessage, editMessage, markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { createRoom, inviteToRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import type { Parts } from "./browser.ts";
import { Browser, REAL } from "./browser.ts";
import { House, type Person } from "./house.ts";

const { size, seed, figures, replay } = faultSuite("unread", { short: { operations: 1_500 }, full: { operations: 10_000 } });
const DEVICES = 3;
/** So many operations find each of the mistakes made on purpose below. */
const MUTANT_OPERATIONS = 3_000;
/** More than is counted. */
const FLOOD = UNREAD_LIMIT + 20;
const TIMEOUT_MS = 60_000 + size.operations * 100;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase("better-sqlite3", MEMORY_FOLDER)));
afterAll(() => database.close());

/** Counted from the rows alone, by other means than the app's. */
const RECOUNT = `
  SELECT c.id, count(m.id) AS unread, me.read_seq AS readSeq
  FROM conversation_members me JOIN conversations c ON c.id = me.conversation_id
  LEFT JOIN messages m ON m.conversation_id = c.id AND m.sender_id <> me.user_id AND m.seq > me.read_seq AND m.seq > me.history_from
  WHERE me.user_id = ? GROUP BY c.id`;

class Household {
  devices: Browser[] = [];
  shown = true;
  readonly conversations: string[] = [];
  readonly rooms: string[] = [];
  readonly counts = { operations: 0, refused: 0, recounts: 0, "most unread": 0, "reads moved": 0, reloads: 0 };
  #positions = new Map<string, number>();
  #onScreen = Array.from({ length: DEVICES }, () => new Map<string, number>());

  private constructor(
    readonly house: House,
    readonly random: () => number,
  ) {}

  static async over(parts: Parts, start: number): Promise<Household> {
    const household = new Household(await House.over(database.db, start), seeded(start));
    const { house } = household;
    for (const other of household.others.slice(0, 2)) household.conversations.push((await openDirect(house.ctx, household.me.viewer, { userId: other.viewer.userId })).conversationId);
    for (const access of ["open", "closed"] as const) {
      const { conversationId } = await createRoom(house.ctx, household.others[0]!.viewer, { name: access, access });
      for (const guest of [household.me, household.others[1]!]) await inviteToRoom(house.ctx, household.others[0]!.viewer, { conversationId, userId: guest.viewer.userId });
      household.rooms.push(conversationId);
    }
    household.conversations.push(...household.rooms);
    await house.publish();
    for (let index = 0; index < DEVICES; index++) {
      const device = await Browser.start(house, household.me.viewer, parts);
      await device.openList(house.ctx);
      household.devices.push(device);
    }
    return household;
  }

  get me(): Person {
    return this.house.people[0]!;
  }

  get others(): Person[] {
    return this.house.people.slice(1);
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  /** One operation, drawn by weight. */
  async step(): Promise<void> {
    const draws: [number, () => Promise<unknown> | void][] = [
      [30, () => this.#say(this.pick(this.others)!)],
      [5, () => this.#say(this.me)],
      [0.2, () => this.#flood()],
      [16, () => this.#read()],
      [3, () => this.#changeMessage()],
      [1.5, () => this.#moveInRoom()],
      [1, () => this.#hideOrShow()],
      [28, () => this.pick(this.devices)!.deliver(Math.floor(this.random() * 60), this.pick(["deliver", "deliver", "double", "lose"] as const)!)],
      [4, () => this.pick(this.devices)!.ask(this.random() < 0.5)],
      [4, () => void this.pick(this.devices)!.takeAnswer()],
      [1, () => this.pick(this.devices)!.openList(this.house.ctx)],
      [4, () => this.pick(this.devices)!.openChat(this.house.ctx, Math.floor(this.random() * 4))],
      [4, () => this.recount(this.pick(this.devices)!)],
    ];
    let left = this.random() * draws.reduce((sum, [weight]) => sum + weight, 0);
    const [, run] = draws.find(([weight]) => (left -= weight) < 0)!;
    this.house.now += Math.floor(this.random() * 50);
    await this.house.attempt(async () => run());
    await this.#publish();
    await this.#positionsOnlyGrow();
    this.counts.operations++;
  }

  /** What a device shows once it has caught up, beside the rows. */
  async recount(device: Browser): Promise<void> {
    await device.catchUp(this.random() < 0.5);
    await device.reloadIfStale();
    const rows = await this.house.ctx.db.all<{ id: string; unread: number; readSeq: number }>(RECOUNT, [this.me.viewer.userId]);
    const counted = Object.fromEntries(rows.map(({ id, unread, readSeq }) => [id, { unread: Math.min(UNREAD_LIMIT, unread), readSeq }]));
    const shown = Object.fromEntries(device.list!.fold.current().conversations.map(({ id, unread, readSeq }) => [id, { unread, readSeq }]));
    expect(shown).toEqual(counted);
    this.counts.recounts++;
    this.counts["most unread"] = Math.max(this.counts["most unread"], ...rows.map(({ unread }) => unread));
  }

  async end(): Promise<void> {
    for (const device of this.devices) await this.recount(device);
    this.counts.refused = this.house.refused;
    this.counts.reloads = this.devices.reduce((sum, { reloads }) => sum + reloads, 0);
  }

  async #say(who: Person): Promise<unknown> {
    return sendMessage(this.house.ctx, who.viewer, { conversationId: this.pick(this.conversations)!, body: `text ${this.counts.operations}`, clientId: this.house.newId() });
  }

  async #flood(): Promise<void> {
    const conversationId = this.pick(this.conversations)!;
    for (let index = 0; index < FLOOD; index++) await sendMessage(this.house.ctx, this.others[0]!.viewer, { conversationId, body: `${index}`, clientId: this.house.newId() });
  }

  /** A device reports what it has on the screen: mostly the end, now and then something far behind. */
  async #read(): Promise<void> {
    const [id, chat] = this.pick([...this.pick(this.devices)!.chats]) ?? [];
    const messages = chat?.fold.current().messages ?? [];
    const message = this.random() < 0.6 ? messages.at(-1) : this.pick(messages);
    if (id && message) await markRead(this.house.ctx, this.me.viewer, { conversationId: id, upTo: message.id });
  }

  async #changeMessage(): Promise<unknown> {
    const who = this.pick(this.others)!;
    const [row] = await this.house.ctx.db.all<{ conversationId: string; messageId: string }>(
      "SELECT conversation_id AS conversationId, id AS messageId FROM messages WHERE sender_id = ? AND deleted_at IS NULL ORDER BY created_at DESC LIMIT 1",
      [who.viewer.userId],
    );
    if (!row) return;
    return this.random() < 0.5 ? deleteMessage(this.house.ctx, who.viewer, row) : editMessage(this.house.ctx, who.viewer, { ...row, body: `edited ${this.counts.operations}` });
  }

  /** Out of a room or into it: oneself, or the one who may. */
  async #moveInRoom(): Promise<unknown> {
    const conversationId = this.pick(this.rooms)!;
    const [owner] = this.others;
    const userId = this.me.viewer.userId;
    if (this.random() < 0.6) return inviteToRoom(this.house.ctx, owner!.viewer, { conversationId, userId });
    return this.random() < 0.5 ? leaveRoom(this.house.ctx, this.me.viewer, { conversationId }) : removeMember(this.house.ctx, owner!.viewer, { conversationId, userId });
  }

  async #hideOrShow(): Promise<void> {
    this.shown = this.random() < 0.5;
    await updatePrivacy(this.house.ctx, this.me.viewer, { showReceipts: this.shown, showLastActive: true });
  }

  async #publish(): Promise<void> {
    const published = await this.house.publish();
    for (const { name, data } of published) {
      const { userId } = JSON.parse(data) as { userId?: string };
      if (name === messageRead.name && userId === this.me.viewer.userId) expect(this.shown, "a hidden position goes to nobody else").toBe(true);
    }
    for (const device of this.devices) device.hear(published);
  }

  async #positionsOnlyGrow(): Promise<void> {
    const rows = await this.house.ctx.db.all<{ id: string; readSeq: number }>("SELECT conversation_id AS id, read_seq AS readSeq FROM conversation_members WHERE user_id = ?", [this.me.viewer.userId]);
    for (const { id, readSeq } of rows) {
      const before = this.#positions.get(id) ?? 0;
      expect(readSeq, "the position in the database").toBeGreaterThanOrEqual(before);
      if (readSeq > before) this.counts["reads moved"]++;
      this.#positions.set(id, readSeq);
    }
    this.devices.forEach((device, index) => {
      const seen = this.#onScreen[index]!;
      for (const { id, readSeq } of device.list!.fold.current().conversations) {
        expect(readSeq, "the position on a screen").toBeGreaterThanOrEqual(seen.get(id) ?? 0);
        seen.set(id, readSeq);
      }
    });
  }
}

test(`${size.operations} operations on ${DEVICES} devices: what is unread is what a recount counts`, { timeout: TIMEOUT_MS }, async () => {
  const household = await Household.over(REAL, seed);
  for (let index = 0; index < size.operations; index++) await household.step();
  await household.end();
  figures({ ...household.counts, again: replay });
  expect(household.counts.recounts).toBeGreaterThan(size.operations / 100);
  expect(household.counts["reads moved"]).toBeGreaterThan(size.operations / 100);
});

const MUTANTS: Record<string, Partial<Parts>> = {
  "a list that overlooks what other devices have read in secret": { reduceChatList: (state, event) => (event.event === "unread-changed" ? state : reduceChatList(state, event)) },
  "a list that overlooks being removed": { reduceChatList: (state, event) => (event.event === "conversation-removed" ? state : reduceChatList(state, event)) },
  "a list that counts one's own messages": { reduceChatList: (state, event) => ({ ...reduceChatList({ ...state, viewerId: event.event === "new-message" ? "nobody" : state.viewerId }, event), viewerId: state.viewerId }) },
};
test.each(Object.entries(MUTANTS))("the recount finds %s", { timeout: TIMEOUT_MS }, async (_name, parts) => {
  const household = await Household.over({ ...REAL, ...parts }, seed);
  const run = async () => {
    for (let index = 0; index < MUTANT_OPERATIONS; index++) await household.step();
    await household.end();
  };
  await expect(run()).rejects.toMatchObject({ name: "AssertionError" });
});
