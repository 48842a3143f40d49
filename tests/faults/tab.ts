/**
 * One tab of the app without a screen: the app's own engine, folds and send queue in Node, loading pages and posting
 * over HTTP as a browser does, with the real Channels client. Everything between it and the servers may be a bad network.
 */
import { decode } from "turbo-stream";
import type { PublicChannels } from "#app/config/settings.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";
import type { ConversationPage, ConversationSummary } from "#app/domain/conversations/queries.server.ts";
import type { Position } from "#app/domain/events.ts";
import { newId } from "#app/domain/ids.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Connection } from "#app/realtime/connection.ts";
import { LiveEngine } from "#app/realtime/engine.ts";
import type { LiveEnvironment, PageSignal } from "#app/realtime/environment.ts";
import type { Reducer } from "#app/realtime/fold.ts";
import { Fold } from "#app/realtime/fold.ts";
import { postMessage } from "#app/realtime/post-message.ts";
import { AUTH_ENDPOINT } from "#app/realtime/pusher/authorize.ts";
import { pusherConnection } from "#app/realtime/pusher/connection.ts";
import type { QueueStorage } from "#app/realtime/queue-storage.ts";
import type { ChatListState } from "#app/realtime/reducers/chat-list.ts";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import { SendQueue } from "#app/realtime/send-queue.ts";
import type { ViewedChannels } from "#app/realtime/view.ts";
import { View } from "#app/realtime/view.ts";
import { loneDevice } from "#tests/realtime/queue-devices.ts";

/** A page that doesn't load is tried again, as a person does. */
const RELOAD_MS = 250;

export interface TabOptions {
  /** Where the app answers, proxies and all. */
  origin: string;
  cookie: string;
  userId: string;
  /** Null: push is not configured. */
  channels: PublicChannels | null;
  /** Outlives the tab, as the browser's own does. */
  storage: QueueStorage;
  random: () => number;
  /** Between the Channels client and the engine, for what a network cannot do to a TCP stream: doubling, reordering. */
  over?: (connection: Connection) => Connection;
}

interface Loaded {
  position: Position;
}
export interface ChatPage extends ConversationPage, Loaded {
  hasOlder: boolean;
}
interface ListPage extends Loaded {
  viewerId: string;
  conversations: ConversationSummary[];
}

class Screen<State> {
  fold: Fold<State> | null = null;
  view: View | null = null;
  #release = () => {};

  constructor(
    readonly engine: LiveEngine,
    readonly reducer: Reducer<State>,
    readonly channels: ViewedChannels,
  ) {}

  show(position: Position, state: State): void {
    this.#release();
    this.view = new View(this.engine.log, position, this.channels);
    this.fold = new Fold(this.view, state, this.reducer);
    this.#release = this.engine.watch(this.view);
  }
}

export class Tab {
  readonly engine: LiveEngine;
  readonly queue: SendQueue;
  /** How often catch-up was asked, and what came of it. */
  syncs: { status: number; cursor: string }[] = [];
  reloads = 0;
  /** Channels that the app has signed for this tab. */
  authorized = 0;
  /** Ids of all events told, for finding one told twice. */
  told: string[] = [];
  #list: Screen<ChatListState>;
  #chats = new Map<string, Screen<MessagesState>>();
  #signals = new Set<(signal: PageSignal) => void>();
  #timers = new Set<NodeJS.Timeout>();
  #online = true;
  #dead = false;
  #sleptMs = 0;
  #killed = new AbortController();
  #reloading: Promise<void> | null = null;

  private constructor(
    readonly options: TabOptions,
    position: Pick<Position, "cursor" | "seq" | "epoch">,
  ) {
    this.engine = new LiveEngine({ cursor: position.cursor, seq: position.seq, epoch: position.epoch, push: options.channels !== null });
    const env = this.#environment();
    this.queue = new SendQueue({ ...env, post: postMessage(env, options.userId), newId, onAccepted: (messageId) => this.engine.expectMessage(messageId) });
    this.#list = new Screen(this.engine, reduceChatList, "all");
    this.engine.listen((event) => event.stamp && this.told.push(`${event.channel} ${event.stamp.id}`));
  }

  /** Loads the page of some chats, tries until it is there, and goes live. */
  static async open(options: TabOptions, chatIds: readonly string[]): Promise<Tab> {
    for (;;) {
      try {
        const pages = await Promise.all(chatIds.map((id) => loadPage(options, id, AbortSignal.timeout(5_000))));
        const tab = new Tab(options, pages[0]!.root.live.position);
        tab.#start();
        for (const { list, chat } of pages) tab.#showChat(list, chat);
        return tab;
      } catch (error) {
        if (!(error instanceof PageNotLoadedError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
      }
    }
  }

  get list(): ChatListState {
    const state = this.#list.fold!.current();
    if (state.stale) void this.reload();
    return state;
  }

  chat(id: string): MessagesState {
    return this.#chats.get(id)!.fold!.current();
  }

  /** How far a chat's channel is on this screen without a hole. */
  offset(id: string): number {
    const { view } = this.#chats.get(id)!;
    const channel = (view!.channels as readonly string[])[0]!;
    const base = view!.position.offsets[channel]!;
    return view!.frozen ? -1 : [...this.engine.log.runAfter(channel, base)].at(-1)?.stamp.offset ?? base;
  }

  send(conversationId: string, body: string): string {
    return this.queue.enqueue({ conversationId, body });
  }

  signal(signal: PageSignal): void {
    if (signal === "online" || signal === "offline") this.#online = signal === "online";
    for (const listener of [...this.#signals]) listener(signal);
  }

  /** The clock jumps, as after the lid was closed for so long. */
  sleep(ms: number): void {
    this.#sleptMs += ms;
  }

  /** As a crash: nothing is said to anybody, nothing more is written. */
  kill(): void {
    this.#dead = true;
    this.#killed.abort();
    this.queue.close();
    this.engine.stop();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  reload(): Promise<void> {
    return (this.#reloading ??= this.#load().finally(() => (this.#reloading = null)));
  }

  async #load(): Promise<void> {
    while (!this.#dead) {
      try {
        const pages = await Promise.all([...this.#chats.keys()].map((id) => loadPage(this.options, id, this.#killed.signal)));
        this.reloads++;
        for (const { list, chat } of pages) this.#showChat(list, chat);
        return;
      } catch (error) {
        if (!(error instanceof PageNotLoadedError)) throw error;
        await new Promise<void>((resolve) => this.#after(RELOAD_MS, resolve));
      }
    }
  }

  #showChat(list: ListPage, { position, messages, reads, conversation, members }: ChatPage): void {
    this.#list.show(list.position, { viewerId: list.viewerId, conversations: list.conversations, stale: false });
    let screen = this.#chats.get(conversation.id);
    if (!screen) {
      this.#chats.set(conversation.id, (screen = new Screen(this.engine, reduceMessages, [conversation.channel, userChannel(this.options.userId)])));
      this.engine.use(conversation.channel);
    }
    screen.show(position, { viewerId: this.options.userId, messages, reads, conversation, members });
  }

  #start(): void {
    this.engine.serve({ onReset: () => void this.reload(), onSignedOut: () => this.kill() });
    this.engine.start(this.#environment());
    this.engine.use(userChannel(this.options.userId));
    this.engine.onState(() => this.engine.state !== "offline" && this.queue.wake());
    void this.queue.start(Promise.resolve(loneDevice(this.#storage(this.options.storage))));
  }

  #environment(): LiveEnvironment {
    const { channels, random, over = (connection: Connection) => connection } = this.options;
    const env = { now: () => Date.now() + this.#sleptMs, after: this.#after, random, fetch: this.#fetch, log: () => {} };
    return {
      ...env,
      connect: () => channels && over(pusherConnection(channels, env)),
      page: {
        online: () => this.#online,
        listen: (onSignal) => {
          this.#signals.add(onSignal);
          return () => this.#signals.delete(onSignal);
        },
      },
    };
  }

  #after = (ms: number, run: () => void): (() => void) => {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#dead) run();
    }, ms);
    this.#timers.add(timer);
    return () => (clearTimeout(timer), void this.#timers.delete(timer));
  };

  #fetch = async (url: string, init: RequestInit): Promise<Response> => {
    // What answers a page that is gone reaches nobody.
    const gone = new Promise<never>(() => {});
    const signal = AbortSignal.any([this.#killed.signal, ...(init.signal ? [init.signal] : [])]);
    try {
      const answer = await fetch(this.options.origin + url, { ...init, signal, headers: { ...(init.headers as Record<string, string>), cookie: this.options.cookie, origin: this.options.origin } });
      if (this.#dead) return await gone;
      if (url.startsWith("/api/sync")) this.syncs.push({ status: answer.status, cursor: url });
      if (url === AUTH_ENDPOINT && answer.status === 200) this.authorized++;
      return answer;
    } catch (error) {
      if (this.#dead) return gone;
      if (url.startsWith("/api/sync")) this.syncs.push({ status: 0, cursor: url });
      throw error;
    }
  };

  #storage(kept: QueueStorage): QueueStorage {
    return {
      ...kept,
      add: async (message) => (this.#dead ? undefined : kept.add(message)),
      setRefusal: async (clientId, refusal) => (this.#dead ? undefined : kept.setRefusal(clientId, refusal)),
      remove: async (clientId) => (this.#dead ? undefined : kept.remove(clientId)),
    };
  }
}

/** The network failed, or the server for now. */
export class PageNotLoadedError extends Error {
  override name = "PageNotLoadedError";
}

interface Page {
  root: { live: { channels: PublicChannels | null; position: Position } };
  list: ListPage;
  chat: ChatPage;
}

/** What the browser's router fetches for a chat: the data of all its routes. */
export async function loadPage({ origin, cookie }: Pick<TabOptions, "origin" | "cookie">, chatId: string, signal?: AbortSignal, before?: number): Promise<Page> {
  try {
    const answer = await fetch(`${origin}/chats/${chatId}.data${before === undefined ? "" : `?before=${before}`}`, { headers: { cookie }, redirect: "manual", ...(signal && { signal }) });
    if (answer.status !== 200 || !answer.body) throw new PageNotLoadedError(`status ${answer.status}`);
    const decoded = await decode(answer.body);
    const routes = decoded.value as Record<string, { data: unknown }>;
    await decoded.done;
    const data = (id: string) => {
      if (!routes[id] || !("data" in routes[id])) throw new PageNotLoadedError(`no data of ${id}`);
      return routes[id].data;
    };
    return { root: data("root") as Page["root"], list: data("routes/chats") as ListPage, chat: data("routes/chats.$id") as ChatPage };
  } catch (error) {
    if (error instanceof PageNotLoadedError || !(error instanceof Error)) throw error;
    throw new PageNotLoadedError(error.message, { cause: error });
  }
}

/** Higher than any message's: a page before it is the end of the chat, where one without opens at the first unread message. */
const BEYOND_ALL = 1_000_000_000;

/** All messages of a chat, as paging back through it from its end shows them. */
export async function wholeChat(at: Pick<TabOptions, "origin" | "cookie">, chatId: string): Promise<MessageData[]> {
  let { messages, hasOlder } = (await loadPage(at, chatId, undefined, BEYOND_ALL)).chat;
  while (hasOlder) {
    const { chat } = await loadPage(at, chatId, undefined, messages[0]!.seq);
    messages = [...chat.messages, ...messages];
    hasOlder = chat.hasOlder;
  }
  return messages;
}
