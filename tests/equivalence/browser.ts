/**
 * One browser of a person: the app's own event log, views, folds and reducers over what the app's own loaders give.
 * Push is late, doubled, lost or out of order as the test says; catch-up asks the real sync.
 */
import { sessionEnded } from "#app/domain/accounts/events.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { conversationsOf } from "#app/domain/conversations/queries.server.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";
import type { Position } from "#app/domain/events.ts";
import { openShop } from "#app/domain/rewards/queries.server.ts";
import { openDashboard } from "#app/domain/families/queries.server.ts";
import { positionFor, scopesOf, syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { EventLog } from "#app/realtime/event-log.ts";
import type { Reducer } from "#app/realtime/fold.ts";
import { Fold } from "#app/realtime/fold.ts";
import { isEvent, readPushed, readSynced } from "#app/realtime/live-event.ts";
import type { ChatListState } from "#app/realtime/reducers/chat-list.ts";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";
import { reduceFamily } from "#app/realtime/reducers/family.ts";
import type { ShopState } from "#app/realtime/reducers/shop.ts";
import { reduceShop } from "#app/realtime/reducers/shop.ts";
import type { Membership } from "#app/realtime/reducers/membership.ts";
import { reduceMembership } from "#app/realtime/reducers/membership.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import { View } from "#app/realtime/view.ts";
import { loadChats } from "#app/routes/chats/load-chats.server.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import type { House, Published } from "./house.ts";

/** Null where the viewer finds nothing. */
const orNothing = <T>(loading: Promise<T>): Promise<T | null> =>
  loading.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not-found") return null;
    throw error;
  });

const dashboard = ({ viewerId, family, members, timers, chores, stars, requests }: Awaited<ReturnType<typeof openDashboard>>): FamilyState => ({ viewerId, family, members, timers, chores, stars, requests, stale: false, gone: false });

const shopOf = ({ viewerId, family, members, balances, stocks, redemptions, wishes }: Awaited<ReturnType<typeof openShop>>): ShopState => ({ viewerId, family, members, balances, stocks, redemptions, wishes, stale: false, outdated: false, gone: false });

/** What the tests of the test replace by something that is wrong. */
export interface Parts {
  loadChats: typeof loadChats;
  openConversation: typeof openConversation;
  reduceChatList: Reducer<ChatListState>;
  reduceMessages: Reducer<MessagesState>;
  reduceMembership: Reducer<Membership>;
  openDashboard: typeof openDashboard;
  reduceFamily: Reducer<FamilyState>;
  openShop: typeof openShop;
  reduceShop: Reducer<ShopState>;
}
export const REAL: Parts = { loadChats, openConversation, reduceChatList, reduceMessages, reduceMembership, openDashboard, reduceFamily, openShop, reduceShop };

interface Screen<State> {
  fold: Fold<State>;
  load: (ctx: Context) => Promise<{ position: Position; state: State }>;
}

type Answer = Awaited<ReturnType<typeof syncFor>>;

export class Browser {
  readonly log = new EventLog();
  list: Screen<ChatListState> | null = null;
  readonly chats = new Map<string, Screen<MessagesState> & { channel: string; membership: Fold<Membership> }>();
  family: { channel: string; fold: Fold<FamilyState> } | null = null;
  shop: { channel: string; fold: Fold<ShopState> } | null = null;
  readonly underway: Published[] = [];
  readonly delivered: Published[] = [];
  reloads = 0;
  #asked: { answer: Answer; newest: number; cursor: string } | null = null;

  private constructor(
    readonly house: House,
    readonly viewer: Viewer,
    readonly parts: Parts,
    private cursor: string,
    /** Where the user's own channel stood at the start. */
    readonly ownOffset: number,
  ) {}

  static async start(house: House, viewer: Viewer, parts: Parts): Promise<Browser> {
    const position = await positionFor(house.ctx, viewer);
    const browser = new Browser(house, viewer, parts, position.cursor, position.offsets[userChannel(viewer.userId)] ?? 0);
    browser.log.startAt(position.seq);
    browser.log.epoch = position.epoch;
    return browser;
  }

  /** @param ctx its database may let others commit between the loader's reads */
  async openList(ctx: Context): Promise<void> {
    const load = async (over: Context) => {
      const { position, conversations, viewerId } = await this.parts.loadChats(over, this.viewer);
      return { position, state: { viewerId, conversations, stale: false } };
    };
    const { position, state } = await load(ctx);
    this.list = { load, fold: new Fold(this.#include(new View(this.log, position, "all")), state, this.parts.reduceChatList) };
  }

  async openChat(ctx: Context, pick: number): Promise<void> {
    const own = await conversationsOf(this.house.ctx, this.viewer);
    const chat = own[pick % Math.max(1, own.length)];
    if (chat) await this.#show(ctx, chat);
  }

  /** Taken out of the room between choosing and loading, one sees that there is nothing. */
  async #show(ctx: Context, chat: { id: string; channel: string }): Promise<void> {
    const load = async (over: Context): Promise<{ position: Position; state: MessagesState }> => {
      const { position, messages, reads, conversation, members } = await this.parts.openConversation(over, this.viewer, chat.id, null);
      return { position, state: { viewerId: this.viewer.userId, messages, reads, conversation, members } };
    };
    const loaded = await orNothing(load(ctx));
    if (!loaded) return void this.chats.delete(chat.id);
    const { position, state } = loaded;
    const own = userChannel(this.viewer.userId);
    this.chats.set(chat.id, {
      load,
      channel: chat.channel,
      fold: new Fold(this.#include(new View(this.log, position, [chat.channel, own])), state, this.parts.reduceMessages),
      membership: new Fold(new View(this.log, position, [own]), { conversationId: chat.id, removed: false, stale: false }, this.parts.reduceMembership),
    });
  }

  /** Without a family there is nothing to show. */
  async openFamily(ctx: Context): Promise<void> {
    const loaded = await orNothing(this.parts.openDashboard(ctx, this.viewer));
    if (!loaded) return void (this.family = null);
    const { position, channel } = loaded;
    this.family = { channel, fold: new Fold(this.#include(new View(this.log, position, [channel, userChannel(this.viewer.userId)])), dashboard(loaded), this.parts.reduceFamily) };
  }

  /** The rewards shop; without a family there is none. */
  async openShop(ctx: Context): Promise<void> {
    const loaded = await orNothing(this.parts.openShop(ctx, this.viewer));
    if (!loaded) return void (this.shop = null);
    const { position, channel } = loaded;
    this.shop = { channel, fold: new Fold(this.#include(new View(this.log, position, [channel, userChannel(this.viewer.userId)])), shopOf(loaded), this.parts.reduceShop) };
  }

  closeChat(pick: number): void {
    const ids = [...this.chats.keys()];
    this.chats.delete(ids[pick % Math.max(1, ids.length)] ?? "");
  }

  /** What is published reaches whoever is subscribed at that moment. */
  hear(published: readonly Published[]): void {
    const subscribed = new Set([userChannel(this.viewer.userId), ...[...this.chats.values()].map(({ channel }) => channel), ...(this.family ? [this.family.channel] : []), ...(this.shop ? [this.shop.channel] : [])]);
    this.underway.push(...published.filter(({ channel }) => subscribed.has(channel)));
  }

  deliver(pick: number, fate: "deliver" | "double" | "lose"): void {
    if (fate === "double") return this.#take(this.delivered[pick % Math.max(1, this.delivered.length)]);
    const [event] = this.underway.splice(pick % Math.max(1, this.underway.length), 1);
    if (!event || fate === "lose") return;
    this.delivered.push(event);
    this.#take(event);
  }

  /** A catch-up request: its answer is of this moment, and comes later. */
  async ask(smallPages: boolean): Promise<void> {
    const { ctx } = this.house;
    const answer = smallPages ? await syncEvents(ctx.db, await scopesOf(ctx, this.viewer), this.cursor, 3) : await syncFor(ctx, this.viewer, this.cursor);
    this.#asked = { answer, newest: this.log.newest, cursor: this.cursor };
  }

  /** The answer arrives. @returns whether there is more */
  takeAnswer(): boolean {
    const asked = this.#asked;
    this.#asked = null;
    if (!asked) return false;
    const { events, cursor, hasMore, reset } = asked.answer;
    if (reset) throw new Error("nothing was pruned, and yet the log says so");
    this.log.add(events.map(readSynced));
    // Catch-up began anew from further back meanwhile: true, but not complete.
    if (asked.cursor !== this.cursor) return true;
    this.cursor = cursor;
    const last = events.at(-1)?.seq ?? -1;
    this.log.covered(hasMore ? last : Math.max(last, asked.newest));
    return hasMore;
  }

  async catchUp(smallPages: boolean): Promise<void> {
    this.takeAnswer();
    do await this.ask(smallPages);
    while (this.takeAnswer());
  }

  /** What the page does when events told of something that only a load can show. */
  async reloadIfStale(): Promise<void> {
    if (this.list?.fold.current().stale) {
      this.reloads++;
      await this.openList(this.house.ctx);
    }
    if (this.family?.fold.current().stale) {
      this.reloads++;
      await this.openFamily(this.house.ctx);
    }
    const shop = this.shop?.fold.current();
    if (shop?.stale || shop?.outdated) {
      this.reloads++;
      await this.openShop(this.house.ctx);
    }
    for (const [id, { fold, membership, channel }] of [...this.chats]) {
      const { removed, stale } = membership.current();
      if (removed ? !stale : !fold.current().stale) continue;
      this.reloads++;
      await this.#show(this.house.ctx, { id, channel });
    }
  }

  /** Each screen beside a fresh load of it. */
  async compared(): Promise<{ screen: string; shown: unknown; fresh: unknown }[]> {
    const compared: { screen: string; shown: unknown; fresh: unknown }[] = [];
    if (this.list) {
      const { arrived: _arrived, ...shown } = this.list.fold.current();
      const { conversations, viewerId } = await loadChats(this.house.ctx, this.viewer);
      compared.push({ screen: "list", shown, fresh: { viewerId, conversations, stale: false } });
    }
    for (const [id, { fold, membership }] of this.chats) {
      const shown = fold.current();
      const member = (await conversationsOf(this.house.ctx, this.viewer)).some((own) => own.id === id);
      const { removed } = membership.current();
      if (removed || !member) {
        compared.push({ screen: `left ${id}`, shown: removed, fresh: !member });
        continue;
      }
      const { messages, reads, conversation, members } = await openConversation(this.house.ctx, this.viewer, id, null);
      compared.push({ screen: `${conversation.kind} ${id}`, shown, fresh: { viewerId: this.viewer.userId, messages: await this.#reachingBack(id, messages, shown.messages), reads, conversation, members } });
    }
    if (this.family) {
      const shown = this.family.fold.current();
      const fresh = await orNothing(openDashboard(this.house.ctx, this.viewer));
      if (shown.gone || fresh?.family.id !== shown.family.id) compared.push({ screen: "family left", shown: shown.gone, fresh: fresh?.family.id !== shown.family.id });
      else compared.push({ screen: "family", shown, fresh: dashboard(fresh) });
    }
    if (this.shop) {
      const shown = this.shop.fold.current();
      const fresh = await orNothing(openShop(this.house.ctx, this.viewer));
      if (shown.gone || fresh?.family.id !== shown.family.id) compared.push({ screen: "shop left", shown: shown.gone, fresh: fresh?.family.id !== shown.family.id });
      else compared.push({ screen: "shop", shown, fresh: shopOf(fresh) });
    }
    return compared;
  }

  /** Whether the log tells that this session has ended. */
  toldOfEnd(sessionId: string): boolean {
    const own = userChannel(this.viewer.userId);
    for (const event of this.log.runAfter(own, this.ownOffset)) {
      if (isEvent(event, sessionEnded) && (event.data.sessionId === null || event.data.sessionId === sessionId)) return true;
    }
    return false;
  }

  /** A screen open for long shows more than a fresh one does at first: that one pages back as far. */
  async #reachingBack(id: string, messages: MessageData[], shown: MessageData[]): Promise<MessageData[]> {
    let all = messages;
    while (all.length < shown.length && all[0]) all = [...(await openConversation(this.house.ctx, this.viewer, id, String(all[0].seq))).messages, ...all];
    return all.slice(all.length - Math.max(shown.length, messages.length));
  }

  #take(event: Published | undefined): void {
    if (!event) return;
    const pushed = readPushed(event.channel, event.name, JSON.parse(event.data));
    if (pushed.kind === "logged") this.log.add([pushed.event]);
    else if (pushed.kind === "truncated") this.log.announce(event.channel, pushed.stamp.offset, pushed.stamp.seq);
    else if (pushed.kind !== "hint") throw new Error(`${event.name} is ${pushed.kind}`);
  }

  /** As the engine does it: data older than the log makes catch-up begin there. */
  #include(view: View): View {
    const { seq, cursor } = view.position;
    if (this.log.floor !== null && seq >= this.log.floor) return view;
    this.log.startAt(seq);
    this.cursor = cursor;
    return view;
  }
}
