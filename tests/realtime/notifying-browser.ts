/** A browser as notifications see it: tabs that share locks, ledger and tray, and can be killed at any step. */
import { messageNotification, newMessage } from "#app/domain/conversations/events.ts";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";
import { directChannel, roomChannel, userChannel } from "#app/domain/channels.ts";
import { mentionedIn } from "#app/domain/conversations/mentions.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import type { NotifyEnvironment, ToShow } from "#app/realtime/notifications/environment.ts";
import { memoryLedger } from "#app/realtime/notifications/ledger.ts";
import { Notifier } from "#app/realtime/notifications/notifier.ts";
import { Standing } from "#app/realtime/notifications/standing.ts";
import type { Permission } from "#app/realtime/notifications/verdict.ts";
import { virtualClock } from "./virtual-clock.ts";

export const ME = { userId: "a".repeat(32), name: "Amal" };
export const OTHER = { userId: "b".repeat(32), name: "Badr" };
const EPOCH = "epoch";

export interface Tab {
  notifier: Notifier;
  standing: Standing;
  catchingUp: boolean;
  take: (...events: LiveEvent[]) => void;
  /** It is gone, from the given step on: whatever it was about to do stays undone, and its lock is free. */
  kill: () => void;
  /** Kills it right before or after one of the things it does. */
  killAt: (step: Step | null) => void;
}

export type Step = "before show" | "after show" | "before note" | "before ring" | "after ring";

class Killed extends Error {}

export function notifyingBrowser(options: { level?: NotifyLevel; levels?: Record<string, NotifyLevel>; sound?: boolean; touched?: boolean } = {}) {
  const clock = virtualClock();
  const ledger = memoryLedger();
  const tray = new Map<string, ToShow>();
  const looked = new Set<string>();
  const announced: ToShow[] = [];
  const logged: string[] = [];
  let permission: Permission = "granted";
  let chimes = 0;
  let turn: Promise<void> = Promise.resolve();
  let seq = 0;

  const notices = {
    level: options.level ?? ("all" as const),
    sound: options.sound ?? true,
    now: clock.now(),
    conversations: Object.entries(options.levels ?? {}).map(([id, level]) => ({ id, room: id.startsWith("d") ? null : "Kitchen", level, readSeq: 0, lastSeq: 0, unread: "" })),
  };

  function open(): Tab {
    let alive = true;
    let dying: Step | null = null;
    const step = (reached: Step) => {
      if (reached === dying) alive = false;
      if (!alive) throw new Killed(reached);
    };
    /** A tab that is gone does nothing more, and its lock goes to the next. */
    const exclusively = (work: () => Promise<void>) => {
      const own = turn.then(() => (alive ? work() : undefined));
      turn = own.catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      return own;
    };
    const env: NotifyEnvironment = {
      ...clock,
      permission: () => permission,
      exclusively,
      lookedAt: async () => new Set(looked),
      catchingUp: () => tab.catchingUp,
      tray: {
        shown: async () => [...tray.values()],
        async show(notification) {
          step("before show");
          tray.set(notification.tag, notification);
          announced.push(notification);
          step("after show");
        },
        close: async (tag) => void tray.delete(tag),
      },
      ledger: {
        ...ledger,
        async note(ids) {
          if (ids.length > 0) step("before note");
          await ledger.note(ids);
        },
        async noteRung(rung) {
          step("before ring");
          await ledger.noteRung(rung);
          step("after ring");
        },
      },
      chime: { allowed: () => options.touched ?? true, play: () => void chimes++ },
      describe: ({ senderName, room, preview, count }) => ({ title: room === null ? senderName : `${senderName} in ${room}`, body: count > 1 ? `${preview} +${count - 1}` : preview }),
      describeMany: (messages, conversations) => ({ title: `${messages} messages`, body: `${conversations} chats` }),
      names: (text, name) => mentionedIn(text, [{ id: ME.userId, name }]).length > 0,
      log: (message, details) => void (details?.["error"] && String(details["error"]).includes("Error: ") && alive && logged.push(message)),
    };
    const standing = new Standing(ME.userId, notices, { epoch: EPOCH, seq: 0 });
    const notifier = new Notifier(ME, standing, env);
    notifier.clock.answered(clock.now(), clock.now());
    const tab: Tab = {
      notifier,
      standing,
      catchingUp: false,
      take(...events) {
        if (!alive) return;
        for (const event of events) {
          standing.take(event);
          notifier.take(event);
        }
      },
      kill() {
        alive = false;
        notifier.stop();
      },
      killAt: (when) => void (dying = when),
    };
    return tab;
  }

  const stamp = (offset: number | null, at = clock.now()) => ({ id: `event${++seq}`, seq, offset, epoch: EPOCH, at });
  /** Numbers of messages within their conversations. */
  const numbers = new Map<string, number>();
  const channelOf = (conversationId: string) => (conversationId.startsWith("d") ? directChannel(ME.userId, OTHER.userId) : roomChannel("c".repeat(32)));

  return {
    clock,
    tray,
    announced,
    logged,
    looked,
    open,
    get sounds() {
      return chimes + announced.filter(({ silent }) => !silent).length;
    },
    set permission(next: Permission) {
      permission = next;
    },
    /** A message as its event and as its hint. Conversations that begin with "d" are private chats. */
    message(conversationId: string, body: string, { sender = OTHER, at = clock.now(), id = `message${seq + 1}` }: { sender?: typeof ME; at?: number; id?: string } = {}): { event: LiveEvent; hint: LiveEvent; id: string; number: number } {
      const number = (numbers.get(conversationId) ?? 0) + 1;
      numbers.set(conversationId, number);
      const data = { id, conversationId, seq: number, senderId: sender.userId, senderName: sender.name, senderHue: 0, clientId: id, body, kind: "text" as const, images: [], createdAt: at, editedAt: null, deletedAt: null, reactions: [], reactionVersion: 0 };
      return {
        id,
        number,
        event: { channel: channelOf(conversationId), event: newMessage.name, data, stamp: stamp(number, at) },
        hint: { channel: userChannel(ME.userId), event: messageNotification.name, data: { conversationId, messageId: id, senderName: sender.name, preview: body }, stamp: stamp(null, at) },
      };
    },
    other: (name: string, data: unknown, channel = userChannel(ME.userId)): LiveEvent => ({ channel, event: name, data, stamp: stamp(1) }),
    /** Everything that was asked for is done. */
    settle: (ms = 400) => clock.advance(ms),
  };
}
