/**
 * Keeps the browser's event log complete: takes pushed events, and catches up by sync whenever something may have
 * been missed. Push is the fast way, sync the sure one; both go through the same log.
 */
import type { LinkState, Connection, PresentMember, SubscriptionState } from "./connection.ts";
import { ChannelUsers, isPresenceChannel } from "./channel-users.ts";
import type { ConnectionState } from "./connection-state.ts";
import { connectionState } from "./connection-state.ts";
import type { EventStamp } from "#app/domain/events.ts";
import type { LiveEnvironment, PageSignal } from "./environment.ts";
import { EventLog } from "./event-log.ts";
import { Expectations } from "./expectations.ts";
import { announcedMessage, endedChannel, mayEndSession } from "./hints.ts";
import { LogKeeper } from "./log-keeper.ts";
import type { LiveEvent, LoggedEvent } from "./live-event.ts";
import { readPushed } from "./live-event.ts";
import { PushWatch } from "./push-watch.ts";
import type { Settled } from "./sync-loop.ts";
import { SyncLoop } from "./sync-loop.ts";
import type { View } from "./view.ts";
import { watchWake } from "./wake.ts";

/** How often a browser asks that gets no push. */
export const POLL_MS = 5_000;
/** How often it asks although push works: a relay may be silent. */
export const CHECK_MS = 20_000;
/** Checks of many browsers drift apart: 20 s ± this share. */
export const CHECK_JITTER = 0.2;
/** After a reconnect (or a loss) of all browsers at once their catch-ups spread over this long. */
export const SPREAD_MS = 1_500;
/** Several channels are confirmed one after the other: one sync serves them all. */
export const SUBSCRIBED_SETTLE_MS = 50;
/** One failed check is retried soon, before the state says "offline" of a connection that works. */
export const RECHECK_MS = 1_000;
/** Later ones: nobody tells when a network is back, and within 5 s of that everything is to be here. */
const RETRY_MS = 3_000;
/** Doubles of hints are told among so many of the newest. */
const HINTS_REMEMBERED = 500;

export interface EngineConfig {
  /** Where catch-up begins: from the page's loader. */
  cursor: string;
  /** The same place as a number, and the log's life, if known. */
  seq?: number | undefined;
  epoch?: string | undefined;
  /** Whether Channels is configured at all. */
  push: boolean;
  /** Whether browsers may send each other events there. */
  clientEvents?: boolean | undefined;
}

export interface EngineEvents {
  /** Everything on screen is to be loaded anew: the log is older than what is kept, began anew, or has a hole that stays. */
  onReset: () => void;
  /** The session has ended. */
  onSignedOut: () => void;
}

export class LiveEngine {
  readonly log = new EventLog();
  #env: LiveEnvironment | null = null;
  #connection: Connection | null = null;
  #link: LinkState = "connecting";
  #channels: ChannelUsers;
  #loop: SyncLoop;
  #pushes = new PushWatch(() => this.#update());
  #expected: Expectations;
  #keeper: LogKeeper;
  #listeners = new Set<(event: LiveEvent) => void>();
  #pushListeners = new Set<(stamp: EventStamp) => void>();
  #stateListeners = new Set<() => void>();
  #membersListeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #hints = new Set<string>();
  #state: ConnectionState;
  #live = false;
  #wasConnected = false;
  #spread = 0;
  #spreadUntil = 0;
  #synced = false;
  /** Since when the browser says that there is no network; null when it does not, or a sync asked since has shown otherwise. */
  #awaySince: number | null = null;
  #failures = 0;
  #late = false;
  #settledAt = -Infinity;

  #events: EngineEvents = { onReset: () => {}, onSignedOut: () => {} };

  constructor(readonly config: EngineConfig) {
    this.#state = config.push ? "connecting" : "polling";
    this.#channels = new ChannelUsers({ onEvent: this.#onPush, onState: this.#onSubscription, onMembers: this.#onMembers });
    this.#expected = new Expectations(this.log, () => this.#loop.request());
    this.#loop = new SyncLoop(config.cursor, {
      newest: () => this.log.newest,
      onEvents: this.#onSynced,
      onReset: this.#onReset,
      onSignedOut: () => {
        this.stop();
        this.#events.onSignedOut();
      },
      onLate: () => {
        this.#late = true;
        this.#update();
      },
      onSettled: this.#onSettled,
    });
    this.#keeper = new LogKeeper(this.log, {
      request: (delayMs) => this.#loop.request(delayMs),
      moveTo: (cursor) => {
        this.#loop.moveTo(cursor);
        // What comes again from further back was pushed in its time.
        this.#pushes.begin(this.#env!.now());
      },
      reload: () => this.#events.onReset(),
    });
    if (config.seq !== undefined) this.log.startAt(config.seq);
    if (config.epoch !== undefined) this.log.epoch = config.epoch;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Called after every change of the state. */
  onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /** Says who loads anew and who signs in again. The latest call counts. */
  serve(events: EngineEvents): void {
    this.#events = events;
  }

  start(env: LiveEnvironment): void {
    this.#env = env;
    this.#awaySince = env.page.online() ? null : env.now();
    this.#loop.start(env);
    this.#expected.start(env);
    this.#stops = [env.page.listen(this.#onSignal), watchWake(env, this.#onWake)];
    const connection = env.connect();
    if (connection) {
      this.#connection = connection;
      this.#link = connection.state;
      this.#stops.push(connection.onState(this.#onLink));
      this.#channels.attach(connection, env);
    }
    this.#loop.request(POLL_MS);
    this.#keeper.start(env);
    this.#update();
  }

  /** Stops everything; may be started again. */
  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#channels.detach();
    this.#connection?.close();
    this.#connection = null;
    this.#link = "connecting";
    this.#loop.stop();
    this.#keeper.stop();
    this.#expected.stop();
    this.#pushes.stop();
    this.#live = this.#wasConnected = this.#synced = this.#late = false;
    this.#env = null;
  }

  /**
   * Keeps the log complete for a view, from its position on.
   * @returns lets go
   */
  watch(view: View): () => void {
    return this.#keeper.watch(view);
  }

  /** Has a channel's events pushed. @returns lets go */
  use(channel: string): () => void {
    return this.#channels.use(channel);
  }

  /** Who is in a presence channel that is in use; the same array until somebody comes or goes. Null: not known now. */
  members(channel: string): readonly PresentMember[] | null {
    return this.#channels.members(channel);
  }

  /** Called after every change of who is in some presence channel. */
  onMembers = (listener: () => void): (() => void) => {
    this.#membersListeners.add(listener);
    return () => this.#membersListeners.delete(listener);
  };

  /**
   * Sends a client event to the others on a channel in use; best effort.
   * @returns false: nothing was sent; the app allows none, or the channel isn't subscribed now
   */
  trigger(channel: string, event: string, data: object): boolean {
    return this.config.clientEvents === true && this.#connection?.trigger(channel, event, data) === true;
  }

  /** Tells of every event once, as soon as it is known, in the order of arrival; ephemeral ones, too. */
  listen(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells of every durable event that a push brought, and nothing before it. */
  listenPushed(listener: (stamp: EventStamp) => void): () => void {
    this.#pushListeners.add(listener);
    return () => this.#pushListeners.delete(listener);
  }

  /** A message is known to exist: if its event doesn't come by push soon (at once where there is no push), sync fetches it. */
  expectMessage(id: string): void {
    if (this.#live) this.#expected.add(id);
    else this.#loop.request();
  }

  /** Whether a sync is under way, which may bring more. */
  get catchingUp(): boolean {
    return this.#loop.running;
  }

  /** The channels subscribed to now. */
  get channels(): string[] {
    return this.#channels.channels;
  }

  #onPush = (channel: string, name: string, data: unknown, sender?: string): void => {
    const pushed = readPushed(channel, name, data, sender);
    if (pushed.kind === "unreadable") return this.#env?.log("unreadable event", { channel, event: name });
    if (pushed.kind === "ephemeral") return this.#tell(pushed.event);
    const { stamp } = pushed.kind === "truncated" ? pushed : pushed.event;
    this.#pushes.pushed(stamp.seq);
    // The log began anew: the answer to the old cursor will say so.
    if (this.log.epoch !== null && stamp.epoch !== this.log.epoch) return this.#loop.request();
    if (pushed.kind === "hint") {
      if (this.#isNewHint(stamp.id)) this.#tell(pushed.event);
    } else if (pushed.kind === "truncated") {
      this.log.announce(channel, pushed.stamp.offset, stamp.seq);
      this.#loop.request();
    } else {
      const fresh = this.log.add([pushed.event]);
      if (fresh.includes(pushed.event)) for (const listener of this.#pushListeners) listener(stamp);
      fresh.forEach(this.#tell);
      if (this.#keeper.waitsOn(channel)) this.#keeper.refill(this.#spreadUntil - this.#env!.now());
    }
  };

  #onSynced = (events: LoggedEvent[], complete: number | null): void => {
    // What sync answers is of the log's present life, whatever data that was loaded meanwhile says.
    this.log.epoch = events.at(-1)?.stamp.epoch ?? this.log.epoch;
    const fresh = this.log.add(events);
    if (complete !== null) this.log.covered(complete);
    const pushable = this.#live ? fresh.findLast(({ channel }) => this.#channels.isSubscribed(channel)) : undefined;
    if (pushable) this.#pushes.synced(pushable.stamp.seq, this.#env!);
    fresh.forEach(this.#tell);
  };

  #onSettled = (settled: Settled): void => {
    const env = this.#env!;
    this.#late = false;
    if (settled.ok) {
      this.#failures = 0;
      // An answer to what was asked before the network went tells nothing of it, though it may be read after that.
      if (this.#awaySince !== null && settled.startedAt >= this.#awaySince) this.#awaySince = null;
      this.#synced = true;
      this.#settledAt = env.now();
      this.#pushes.settled(settled.startedAt);
      this.#update();
      this.#loop.request(this.#awaySince === null ? this.#pause() : RECHECK_MS);
      this.#keeper.settled();
    } else {
      env.log("sync failed", { reason: settled.reason });
      if (!settled.busy) this.#failures++;
      this.#update();
      this.#loop.request(Math.max(settled.retryAfterMs, this.#live && this.#failures === 1 ? RECHECK_MS : RETRY_MS));
    }
  };

  #pause(): number {
    return this.#live ? CHECK_MS * (1 + CHECK_JITTER * (2 * this.#env!.random() - 1)) : POLL_MS;
  }

  #onReset = (): void => {
    this.#pushes.reset(this.#env!.now());
    this.#keeper.reset();
  };

  #onLink = (link: LinkState): void => {
    const env = this.#env!;
    const before = this.#link;
    this.#link = link;
    if (link === "connected") {
      this.#spread = this.#wasConnected ? env.random() * SPREAD_MS : 0;
      this.#spreadUntil = env.now() + this.#spread;
      this.#wasConnected = true;
      // Another connection: what was said of the one before no longer counts.
      this.#pushes.stop();
      this.#pushes.begin(env.now());
      this.#loop.giveUpLate();
      this.#loop.request(this.#spread + SUBSCRIBED_SETTLE_MS);
    } else if (before === "connected" || link === "stopped") {
      this.#synced = false;
      this.#loop.request(env.random() * SPREAD_MS);
    }
    this.#update();
  };

  #onSubscription = (channel: string, state: SubscriptionState): void => {
    const env = this.#env;
    // Presence channels bring nothing that a sync could make good.
    if (!env || isPresenceChannel(channel)) return;
    if (state === "subscribed") {
      // Whatever happened between the loader's position and this moment was not pushed.
      this.#pushes.begin(env.now());
      this.#loop.request(this.#spread + SUBSCRIBED_SETTLE_MS);
    } else if (state === "failed") {
      this.#loop.request(env.random() * SPREAD_MS);
    }
    this.#update();
  };

  #onMembers = (): void => {
    for (const listener of [...this.#membersListeners]) listener();
  };

  #onWake = (): void => {
    this.#pushes.begin(this.#env!.now());
    this.#connection?.wake();
    this.#loop.giveUpLate();
    this.#loop.request();
  };

  #onSignal = (signal: PageSignal): void => {
    const env = this.#env!;
    if (signal === "offline") {
      this.#awaySince = env.now();
      this.#update();
    } else if (signal === "visible") {
      // Switching to and fro between tabs is no reason to ask each time.
      if (env.now() - this.#settledAt > RECHECK_MS) this.#loop.request();
    } else this.#onWake();
  };

  #tell = (event: LiveEvent): void => {
    const messageId = announcedMessage(event);
    if (messageId !== null) this.expectMessage(messageId);
    if (mayEndSession(event)) this.#loop.request();
    const ended = endedChannel(event);
    if (ended !== null && event.stamp) this.log.end(ended, event.stamp.seq);
    for (const listener of [...this.#listeners]) listener(event);
  };

  #isNewHint(id: string): boolean {
    if (this.#hints.has(id)) return false;
    this.#hints.add(id);
    if (this.#hints.size > HINTS_REMEMBERED) this.#hints.delete(this.#hints.values().next().value!);
    return true;
  }

  #update(): void {
    const live = this.#link === "connected" && !this.#channels.anyFailed && !this.#pushes.silent;
    if (this.#live && !live) this.#loop.request(POLL_MS);
    this.#live = live;
    const state = connectionState({
      networkAway: this.#awaySince !== null,
      syncFailing: this.#late || this.#failures >= (live ? 2 : 1),
      live,
      withoutPush: !this.config.push || this.#link === "stopped" || (this.#link === "connected" && !live),
      synced: this.#synced,
    });
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener();
  }
}
