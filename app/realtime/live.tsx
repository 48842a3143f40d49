/** The live engine as React sees it: one provider, and hooks that fold events over loader data. */
import type { ReactNode } from "react";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { PublicChannels } from "#app/config/settings.ts";
import { TABLET_HEADER } from "#app/config/tablet-header.ts";
import { userChannel, userPresenceChannel } from "#app/domain/channels.ts";
import type { Position } from "#app/domain/events.ts";
import { newId } from "#app/domain/ids.ts";
import { browserEnvironment, browserTimers } from "./browser.ts";
import { browserLog } from "./browser-log.ts";
import type { ConnectionState } from "./connection-state.ts";
import { LiveEngine } from "./engine.ts";
import type { Fetch, LiveEnvironment } from "./environment.ts";
import type { Reducer } from "./fold.ts";
import { Fold } from "./fold.ts";
import type { Live } from "./live-context.ts";
import { LiveContext, useLiveContext } from "./live-context.ts";
import type { LiveEvent } from "./live-event.ts";
import { openQueueDevice } from "./offline/queue-device.ts";
import { postMessage } from "./post-message.ts";
import { SendQueue } from "./send-queue.ts";
import { openConnection } from "./shared-connection/open-connection.ts";
import { ReceivedSampler } from "./received/sampler.ts";
import { StatusBook } from "./status-book.ts";
import type { ViewedChannels } from "./view.ts";
import { View } from "./view.ts";
import { uploadByXhr } from "./uploads/upload-request.ts";

export type { ConnectionState } from "./connection-state.ts";
export type { LiveEvent } from "./live-event.ts";

export interface LiveConfig {
  userId: string;
  /** A wall tablet, whose own id `userId` is: nothing is addressed to it, and it says at every door what it is. */
  isTablet?: boolean;
  /** Null: Channels is not configured, the browser polls. */
  channels: PublicChannels | null;
  /** Of the root loader: catch-up begins here. Later ones are ignored. */
  position: Pick<Position, "cursor" | "seq" | "epoch">;
}

interface LiveProviderProps {
  config: LiveConfig;
  /** Loads everything on screen anew (the router's `revalidate`). */
  onReset: () => void;
  /** The session has ended elsewhere. */
  onSignedOut?: () => void;
  /** For tests; a browser's own otherwise. */
  environment?: LiveEnvironment;
  children: ReactNode;
}

/** Runs one engine and one send queue for as long as the same user is signed in. */
export function LiveProvider({ config, onReset, onSignedOut = toSignIn, environment, children }: LiveProviderProps) {
  const { userId, channels, isTablet = false } = config;
  const identity = JSON.stringify([userId, channels, isTablet]);
  const [created, setCreated] = useState(() => ({ identity, live: createLive(config, environment) }));
  if (created.identity !== identity) setCreated({ identity, live: createLive(config, environment) });
  const { live } = created;

  useEffect(() => live.engine.serve({ onReset, onSignedOut }), [live, onReset, onSignedOut]);

  // Loaders give the same settings as new objects: only another user or other settings start anew.
  useEffect(() => start(live, identity, environment), [live, identity, environment]);

  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

/** Makes both without touching the network or any timer, so that the server can render, too. */
function createLive({ userId, channels, position }: LiveConfig, environment: LiveEnvironment | undefined): Live {
  const engine = new LiveEngine({ cursor: position.cursor, seq: position.seq, epoch: position.epoch, push: channels !== null, clientEvents: channels?.clientEvents });
  const env = environment ?? { ...browserTimers, random: Math.random, fetch: (url, init) => fetch(url, init), log: browserLog };
  const queue = new SendQueue({ ...env, post: postMessage(env, userId, uploadByXhr(env, userId)), newId, onAccepted: (messageId) => engine.expectMessage(messageId) });
  return { engine, queue, statuses: new StatusBook(engine) };
}

function start({ engine, queue, statuses }: Live, identity: string, environment: LiveEnvironment | undefined): () => void {
  const [userId, channels, isTablet] = JSON.parse(identity) as [string, PublicChannels | null, boolean];
  const ask: Fetch = isTablet ? (url, init) => fetch(url, { ...init, headers: { ...init.headers, [TABLET_HEADER]: "1" } }) : (url, init) => fetch(url, init);
  const env = environment ?? browserEnvironment(() => channels && openConnection(userId, channels, ask), ask);
  engine.start(env);
  if (isTablet) return () => engine.stop();
  // Who is on the second is here: that is all it is for.
  const releases = [engine.use(userChannel(userId)), engine.use(userPresenceChannel(userId))];
  const stopStatuses = statuses.start(env);
  const stopWaking = engine.onState(() => engine.state !== "offline" && queue.wake());
  const sampler = new ReceivedSampler({ ...env, monotonic: () => performance.now() });
  const stopSampling = engine.listenPushed((stamp) => sampler.saw(stamp));
  void queue.start(openQueueDevice(userId, queue.options.log, queue.options));
  return () => {
    stopSampling();
    sampler.stop();
    stopWaking();
    stopStatuses();
    for (const release of releases) release();
    engine.stop();
    queue.close();
  };
}

function toSignIn(): void {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?redirectTo=${encodeURIComponent(here)}`);
}

/** How events reach this browser now. */
export function useConnectionState(): ConnectionState {
  const live = useLiveContext();
  return useSyncExternalStore(
    live ? live.engine.onState : never,
    () => live?.engine.state ?? "connecting",
    () => live?.engine.state ?? "connecting",
  );
}

/** Which channels' events are folded, and which of them are pushed while the screen is open (default: the same). */
export interface LiveChannels {
  /** "all": of every channel that the viewer may read, as push elsewhere and sync bring them. */
  fold: ViewedChannels;
  subscribe?: readonly string[];
}

/**
 * Loader data with everything folded over it that has happened since. Nothing is copied into state: a fresh load
 * starts from that load. The position is read before the data, so events that the data holds already come again;
 * reducers don't mind.
 * @param loaded `state` counts as unchanged as long as its properties are the same objects
 * @param reducer pure, and the same function at every render
 */
export function useLive<State extends object>(loaded: { state: NoInfer<State>; position: Position }, reducer: Reducer<State>, channels: readonly string[] | LiveChannels): State {
  const engine = useLiveContext()?.engine;
  const { position } = loaded;
  const { fold: folded, subscribe } = Array.isArray(channels) ? { fold: channels as readonly string[], subscribe: channels as readonly string[] } : withDefaults(channels as LiveChannels);
  const foldKey = folded === "all" ? "all" : folded.join(" ");
  const state = useShallowlySame(loaded.state);

  const view = useMemo(() => engine && new View(engine.log, position, foldKey === "all" ? "all" : split(foldKey)), [engine, position, foldKey]);
  const fold = useMemo(() => view && new Fold(view, state, reducer), [view, state, reducer]);

  useEffect(() => (engine && view ? engine.watch(view) : undefined), [engine, view]);
  useSubscribed(subscribe);

  const current = () => fold?.current() ?? state;
  return useSyncExternalStore(engine ? engine.log.subscribe : never, current, () => state);
}

/**
 * Calls back for every event once, as soon as it is known, also ephemeral ones: for effects (a toast, a sound),
 * not for state. Subscribes to the channels while mounted.
 */
export function useLiveEvents(channels: readonly string[], onEvent: (event: LiveEvent) => void): void {
  const engine = useLiveContext()?.engine;
  const latest = useRef(onEvent);
  useEffect(() => {
    latest.current = onEvent;
  });
  const key = channels.join(" ");
  useEffect(() => engine?.listen((event) => split(key).includes(event.channel) && latest.current(event)), [engine, key]);
  useSubscribed(channels);
}

function useSubscribed(channels: readonly string[]): void {
  const engine = useLiveContext()?.engine;
  const key = channels.join(" ");
  useEffect(() => {
    const releases = engine ? split(key).map((channel) => engine.use(channel)) : [];
    return () => releases.forEach((release) => release());
  }, [engine, key]);
}

/** Loaders' data is put together anew at every render: the same parts are the same state. */
function useShallowlySame<State extends object>(state: State): State {
  const [same] = useState(() => shallowMemo(state));
  return same(state);
}

function shallowMemo<State extends object>(kept: State): (state: State) => State {
  return (state) => {
    const keys = Object.keys({ ...kept, ...state }) as (keyof State)[];
    if (!keys.every((key) => Object.is(kept[key], state[key]))) kept = state;
    return kept;
  };
}

const withDefaults = ({ fold, subscribe }: LiveChannels) => ({ fold, subscribe: subscribe ?? (fold === "all" ? [] : fold) });
const split = (key: string) => (key === "" ? [] : key.split(" "));
const never = () => () => {};
