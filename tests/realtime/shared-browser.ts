/** A browser with many tabs on a virtual clock: its locks, its channel between tabs, and each tab's way to Channels. */
import { LiveEngine } from "#app/realtime/engine.ts";
import type { LiveEnvironment, Timers } from "#app/realtime/environment.ts";
import type { Bus, LockHandlers, SharedEnvironment } from "#app/realtime/shared-connection/environment.ts";
import type { Message } from "#app/realtime/shared-connection/messages.ts";
import { sharedConnection } from "#app/realtime/shared-connection/shared-connection.ts";
import { View } from "#app/realtime/view.ts";
import { ModelServer } from "./model-server.ts";
import { ScriptedConnection } from "./scripted-connection.ts";
import { virtualClock } from "./virtual-clock.ts";

/** Between tabs, and between a tab and the browser's own process. */
const HOP_MS = 1;
const CONNECT_MS = 50;
const SYNC_MS = 20;

export class SharedBrowser {
  clock = virtualClock();
  server = new ModelServer(() => this.clock.now());
  tabs: Tab[] = [];
  locks = new Locks(this);
  buses: { name: string; tab: Tab; onMessage: (message: Message) => void }[] = [];
  channelsUp = true;
  openedConnections = 0;

  openTab(group = "me", { locksRefused = false } = {}): Tab {
    const tab = new Tab(this, group, locksRefused);
    this.tabs.push(tab);
    tab.start();
    return tab;
  }

  /** The tabs whose connection is open on the server's side. */
  get connected(): Tab[] {
    return this.tabs.filter((tab) => tab.alive && tab.connection && !tab.connection.closed);
  }

  /** Commits an event; the relay publishes it to every connection that is there. */
  publish(channel: string): void {
    const row = this.server.note(channel, "noted", {});
    for (const tab of this.connected) {
      const connection = tab.connection!;
      this.clock.after(HOP_MS, () => tab.run(() => !connection.closed && connection.push(row.channel, row.event, structuredClone(row.data))));
    }
  }

  setChannels(up: boolean): void {
    this.channelsUp = up;
    for (const { connection } of this.connected) connection!.become(up ? "connected" : "connecting");
  }
}

export class Tab {
  static count = 0;
  id = `tab-${++Tab.count}`;
  alive = true;
  frozen = false;
  hidden = false;
  /** Its own connection, while it leads. */
  connection: ScriptedConnection | null = null;
  engine: LiveEngine;
  /** The log's newest `seq` when the tab's page was loaded. */
  openedAt: number;
  /** Ids of the events that were told, as they came. */
  told: string[] = [];
  #view: View;
  #taken = new Map<string, number>();
  #shown: string[] = [];
  #parked: (() => void)[] = [];

  constructor(
    readonly browser: SharedBrowser,
    readonly group: string,
    readonly locksRefused: boolean,
  ) {
    const position = browser.server.position(["private-me", "private-chat", "private-other"]);
    this.openedAt = position.seq;
    this.engine = new LiveEngine({ ...position, push: true, clientEvents: true });
    this.engine.listen((event) => event.stamp && this.told.push(event.stamp.id));
    this.#view = new View(this.engine.log, position, "all");
    this.engine.watch(this.#view);
  }

  start(): void {
    const { timers } = this;
    const env: LiveEnvironment = {
      ...timers,
      random: () => 0.5,
      fetch: (url, init) => this.#sync(url, init),
      connect: () => sharedConnection(this.group, () => this.#open(), this.#sharing()),
      page: { online: () => true, listen: () => () => {} },
      log: () => {},
    };
    this.engine.start(env);
  }

  /** Ids of the events on its screen, in their order there. */
  get shown(): string[] {
    this.#shown.push(...this.#view.takeAfter(this.#taken).map(({ stamp }) => stamp.id));
    return this.#shown;
  }

  get timers(): Timers {
    const { clock } = this.browser;
    const after: Timers["after"] = (ms, run) => {
      let cancelled = false;
      const cancel = clock.after(ms, () => this.run(() => cancelled || run()));
      // Also one that is due already, and waits for the tab to thaw.
      return () => {
        cancelled = true;
        cancel();
      };
    };
    return { now: clock.now, after };
  }

  /** Runs something of this tab's: not when it is gone, later when it is frozen. */
  run(work: () => void): void {
    if (!this.alive) return;
    if (this.frozen) this.#parked.push(work);
    else work();
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    for (const work of this.#parked.splice(0)) this.run(work);
  }

  close(): void {
    if (this.frozen) return this.kill();
    this.engine.stop();
    this.kill();
  }

  kill(): void {
    this.alive = false;
    this.connection?.close();
    this.browser.buses = this.browser.buses.filter(({ tab }) => tab !== this);
    this.browser.locks.gone(this);
  }

  #open(): ScriptedConnection {
    const { browser } = this;
    const connection = new ScriptedConnection();
    this.connection = connection;
    browser.openedConnections++;
    browser.clock.after(CONNECT_MS, () => this.run(() => !connection.closed && browser.channelsUp && connection.become("connected")));
    return connection;
  }

  #sharing(): SharedEnvironment {
    const { browser } = this;
    return {
      ...this.timers,
      locks: { hold: (name, handlers, steal) => browser.locks.hold(this, name, handlers, steal ?? false) },
      openBus: (name, onMessage): Bus => {
        const own = { name, tab: this, onMessage };
        browser.buses.push(own);
        return {
          post: (message) => {
            for (const other of browser.buses) {
              if (other === own || other.name !== name) continue;
              browser.clock.after(HOP_MS, () => other.tab.run(() => browser.buses.includes(other) && other.onMessage(structuredClone(message))));
            }
          },
          close: () => void (browser.buses = browser.buses.filter((bus) => bus !== own)),
        };
      },
      hidden: () => this.hidden,
      newId: () => `${this.id}-${browser.openedConnections}`,
    };
  }

  #sync(url: string, init: RequestInit): Promise<Response> {
    const { clock, server } = this.browser;
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      clock.after(SYNC_MS, () => {
        const { etag, ...answer } = server.sync(new URL(url, "http://test").searchParams.get("cursor")!, 500);
        const response = Response.json(structuredClone(answer), { headers: { ETag: etag } });
        this.run(() => resolve(response));
      });
    });
  }
}

interface Request {
  tab: Tab;
  handlers: LockHandlers;
  over: boolean;
}

/** Web Locks as the browser's own process keeps them: tabs hear of them a moment later. */
class Locks {
  #queues = new Map<string, Request[]>();

  constructor(readonly browser: SharedBrowser) {}

  /** Held or waited for. */
  get count(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  hold(tab: Tab, name: string, handlers: LockHandlers, steal: boolean): () => void {
    const request: Request = { tab, handlers, over: false };
    if (tab.locksRefused) {
      this.#tell(request, () => handlers.lost());
      return () => void (request.over = true);
    }
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    const [holder] = queue;
    if (steal && holder) {
      queue.splice(0, 1, request);
      this.#tell(holder, () => ((holder.over = true), holder.handlers.lost()));
      this.#grant(request);
    } else {
      queue.push(request);
      if (queue.length === 1) this.#grant(request);
    }
    return () => {
      request.over = true;
      this.#remove(name, request);
    };
  }

  gone(tab: Tab): void {
    for (const [name, queue] of this.#queues) for (const request of queue.filter((one) => one.tab === tab)) this.#remove(name, request);
  }

  #remove(name: string, request: Request): void {
    const queue = this.#queues.get(name)!;
    const at = queue.indexOf(request);
    if (at === -1) return;
    queue.splice(at, 1);
    if (at === 0 && queue[0]) this.#grant(queue[0]);
  }

  #grant(request: Request): void {
    this.#tell(request, () => request.handlers.held());
  }

  #tell(request: Request, what: () => void): void {
    this.browser.clock.after(HOP_MS, () => request.tab.run(() => request.over || what()));
  }
}
