/** What notifications take from the browser: passed in, so that tests run several tabs on a virtual clock. */
import type { Log, Timers } from "#app/realtime/environment.ts";
import type { Rung } from "./ring.ts";
import type { Permission } from "./verdict.ts";

/** A notification as it stands on the screen, or in the system's list. */
export interface Shown {
  /** One for each conversation: a new one takes the place of the one before. */
  tag: string;
  /** What a click opens. */
  path: string;
  /** All that it speaks of. */
  conversationIds: string[];
  messageIds: string[];
  /** The highest message number that it speaks of; null: not known. */
  lastSeq: number | null;
}

export interface ToShow extends Shown {
  title: string;
  body: string;
  /** Without the system's own sound. */
  silent: boolean;
}

/** Where notifications stand: shared by all tabs of the browser. */
export interface Tray {
  shown: () => Promise<Shown[]>;
  show: (notification: ToShow) => Promise<void>;
  close: (tag: string) => Promise<void>;
}

/** What this browser has announced, in whichever tab. */
export interface Ledger {
  /** Those of the messages that were announced, or seen on screen when they came. */
  known: (messageIds: readonly string[]) => Promise<ReadonlySet<string>>;
  note: (messageIds: readonly string[]) => Promise<void>;
  rung: () => Promise<Rung | null>;
  noteRung: (rung: Rung) => Promise<void>;
}

export interface Chime {
  /** Whether the browser lets this page make a sound: only after somebody has touched it. */
  allowed: () => boolean;
  play: () => void;
}

/** Messages of one conversation that are shown as one notification. */
export interface Announcement {
  senderName: string;
  /** The room's name; null: a private chat, or not known here. */
  room: string | null;
  preview: string;
  count: number;
}

export interface NotifyEnvironment extends Timers {
  permission: () => Permission;
  /** Runs when no other tab does: tabs decide one after the other. A tab that is gone holds nobody up. */
  exclusively: (work: () => Promise<void>) => Promise<void>;
  /** Ids of the conversations that somebody looks at, in any tab. */
  lookedAt: () => Promise<ReadonlySet<string>>;
  /** Whether a catch-up is under way, which will bring more. */
  catchingUp: () => boolean;
  tray: Tray;
  ledger: Ledger;
  chime: Chime;
  describe: (announcement: Announcement) => { title: string; body: string };
  /** Of more conversations than are announced one by one. */
  describeMany: (messages: number, conversations: number) => { title: string; body: string };
  names: (text: string, name: string) => boolean;
  log: Log;
}
