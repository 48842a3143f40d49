/** Notifications and unread counts for as long as somebody is signed in. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Notices } from "#app/domain/notifications/notices.ts";
import { useLiveContext } from "#app/realtime/live-context.ts";
import { isRecord } from "#app/realtime/live-event.ts";
import type { OpenPath } from "#app/realtime/offline/worker-messages.ts";
import { OPENED } from "#app/realtime/offline/worker-messages.ts";
import { browserNotifications } from "./browser.ts";
import type { Self } from "./candidate.ts";
import type { NotifyEnvironment } from "./environment.ts";
import { look } from "./looking.ts";
import { Notifier } from "./notifier.ts";
import type { LoadedAt } from "./standing.ts";
import { Standing } from "./standing.ts";

export interface Loaded {
  self: Self;
  notices: Notices;
  /** Where the log stood before the notices were read. */
  position: LoadedAt;
}

/** What the page does for notifications. The latest functions count. */
export type Handlers = Pick<NotifyEnvironment, "describe" | "describeMany"> & { open: (path: string) => void };

/** @returns how many messages are unread in all chats that are not muted, and whether only a fresh load can tell */
export function useNotifications({ self, notices, position }: Loaded, handlers: Handlers): { total: number; stale: boolean } {
  const engine = useLiveContext()?.engine;
  const { userId, name } = self;
  const [standing, setStanding] = useState(() => new Standing(userId, notices, position));
  if (standing.viewerId !== userId) setStanding(new Standing(userId, notices, position));
  const latest = useRef(handlers);
  const serverTime = useRef(notices.now);
  const notifier = useRef<Notifier | null>(null);
  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    serverTime.current = notices.now;
    notifier.current?.clock.answered(notices.now, Date.now());
    standing.load(notices, position);
  }, [standing, notices, position]);

  useEffect(() => {
    if (!engine) return;
    const env = browserNotifications({
      userId,
      catchingUp: () => engine.catchingUp,
      describe: (announcement) => latest.current.describe(announcement),
      describeMany: (messages, conversations) => latest.current.describeMany(messages, conversations),
      open: (path) => latest.current.open(path),
    });
    const started = new Notifier({ userId, name }, standing, env);
    started.clock.answered(serverTime.current, env.now());
    notifier.current = started;
    const stop = engine.listen((event) => {
      standing.take(event);
      started.take(event);
    });
    return () => {
      stop();
      started.stop();
    };
  }, [engine, standing, userId, name]);

  useEffect(() => onOpen((path) => latest.current.open(path)), []);

  const total = useSyncExternalStore(standing.onChange, () => standing.total, () => standing.total);
  const stale = useSyncExternalStore(standing.onChange, () => standing.stale, () => false);
  return { total, stale };
}

/**
 * While this chat is on the screen nobody is notified of it.
 * @param place changes with what the page shows of it
 * @param onScreen the same function at every render
 */
export function useLooking(userId: string, conversationId: string | null, place: string, onScreen: () => boolean): void {
  useEffect(() => (conversationId === null ? undefined : look(userId, conversationId, onScreen)), [userId, conversationId, place, onScreen]);
}

/** A notification was clicked, and the service worker chose this page. */
function onOpen(open: (path: string) => void): () => void {
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  const hear = ({ data, ports }: MessageEvent) => {
    if (!isRecord(data) || data["kind"] !== "open") return;
    open((data as unknown as OpenPath).path);
    ports[0]?.postMessage(OPENED);
  };
  workers?.addEventListener("message", hear);
  return () => workers?.removeEventListener("message", hear);
}
