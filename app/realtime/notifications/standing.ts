/**
 * How one's conversations stand: what is unread, what each notifies of. Loaded with every page and carried on by
 * events, in whatever order these come and however often: nothing here depends on it.
 */
import { conversationAdded, conversationRemoved, messageRead, newMessage, unreadChanged } from "#app/domain/conversations/events.ts";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import type { Position } from "#app/domain/events.ts";
import type { NotificationsChanged } from "#app/domain/notifications/events.ts";
import { notificationsChanged } from "#app/domain/notifications/events.ts";
import type { Notices, Preferences } from "#app/domain/notifications/notices.ts";
import { effectiveLevel, unreadNumbers } from "#app/domain/notifications/notices.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";

interface Conversation {
  /** A room's name, once it is known. */
  room: string | null;
  level: NotifyLevel | null;
  /** The place in the log of the news that set the level, and the level before it. */
  levelSeq: number;
  levelBefore: NotifyLevel | null;
  readSeq: number;
  /** As loaded: the numbers of unread messages, and the conversation's last one. */
  loaded: number[];
  lastSeq: number;
  /** Messages of others that came since: their places in the log by their numbers. */
  arrived: Map<number, number>;
  /** Places in the log at which one joined and left. */
  addedSeq: number;
  removedSeq: number;
}

export type LoadedAt = Pick<Position, "seq" | "epoch">;

export class Standing {
  #preferences: Preferences;
  #preferencesSeq = -1;
  #preferencesBefore: Preferences;
  #conversations = new Map<string, Conversation>();
  #loadedAt: LoadedAt;
  #listeners = new Set<() => void>();
  #staleSince = -1;
  #total = 0;

  constructor(
    readonly viewerId: string,
    notices: Notices,
    loadedAt: LoadedAt,
  ) {
    this.#preferences = { level: notices.level, sound: notices.sound };
    this.#preferencesBefore = this.#preferences;
    this.#loadedAt = { ...loadedAt, seq: -1 };
    this.load(notices, loadedAt);
  }

  /** Unread messages of all conversations that are not muted. */
  get total(): number {
    return this.#total;
  }

  get sound(): boolean {
    return this.#preferences.sound;
  }

  /** Only a fresh load can tell how much is unread. */
  get stale(): boolean {
    return this.#staleSince >= 0;
  }

  /** Called after every change of what is unread. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  roomOf(conversationId: string): string | null {
    return this.#conversations.get(conversationId)?.room ?? null;
  }

  /** @param place the level as it stood at this place in the log, as far as it is known; left out: as it is now */
  levelOf(conversationId: string, place = Infinity): NotifyLevel {
    const known = this.#conversations.get(conversationId);
    const own = known && place < known.levelSeq ? known.levelBefore : known?.level;
    return effectiveLevel(own, place < this.#preferencesSeq ? this.#preferencesBefore : this.#preferences);
  }

  /** The highest number read, as far as it is known here. */
  readUpTo(conversationId: string): number {
    return this.#conversations.get(conversationId)?.readSeq ?? 0;
  }

  /** Unread messages of one conversation, muted or not. */
  unreadIn(conversationId: string): number {
    const known = this.#conversations.get(conversationId);
    return known && !this.isGone(conversationId) ? unreadIn(known, this.#loadedAt.seq) : 0;
  }

  /** Whether one has left the conversation, or been removed. */
  isGone(conversationId: string): boolean {
    const known = this.#conversations.get(conversationId);
    return known !== undefined && known.removedSeq > known.addedSeq;
  }

  /** @param at where the log stood before the data was read */
  load(notices: Notices, at: LoadedAt): void {
    if (at.epoch !== this.#loadedAt.epoch) this.#forget();
    // An answer that another one has overtaken.
    else if (at.seq < this.#loadedAt.seq) return;
    this.#loadedAt = at;
    if (at.seq >= this.#staleSince) this.#staleSince = -1;
    if (at.seq >= this.#preferencesSeq) this.#preferences = { level: notices.level, sound: notices.sound };
    for (const known of this.#conversations.values()) {
      known.loaded = [];
      known.lastSeq = 0;
      if (at.seq >= known.levelSeq) known.level = null;
      for (const [seq, place] of known.arrived) if (place <= at.seq) known.arrived.delete(seq);
    }
    for (const { id, room, level, readSeq, lastSeq, unread } of notices.conversations) {
      const known = this.#conversation(id);
      if (at.seq >= known.levelSeq) known.level = level;
      if (at.seq >= known.removedSeq) known.removedSeq = -1;
      known.room = room;
      known.readSeq = Math.max(known.readSeq, readSeq);
      known.lastSeq = lastSeq;
      known.loaded = unreadNumbers(unread);
    }
    this.#changed();
  }

  take(event: LiveEvent): void {
    const { stamp } = event;
    if (!stamp || stamp.epoch !== this.#loadedAt.epoch) return;
    // Loaded data says nothing of conversations that are quiet, or left: coming and going is taken from events alone.
    if (isEvent(event, conversationAdded)) this.#later(event.data.conversationId, "addedSeq", stamp.seq);
    else if (isEvent(event, conversationRemoved)) this.#later(event.data.conversationId, "removedSeq", stamp.seq);
    // What the loaded data holds already.
    else if (stamp.seq <= this.#loadedAt.seq) return;
    else if (isEvent(event, newMessage)) {
      if (event.data.senderId !== this.viewerId) this.#conversation(event.data.conversationId).arrived.set(event.data.seq, stamp.seq);
    } else if (isEvent(event, messageRead)) {
      if (event.data.userId === this.viewerId) this.#read(event.data, stamp.seq);
    } else if (isEvent(event, unreadChanged)) this.#read(event.data, stamp.seq);
    else if (isEvent(event, notificationsChanged)) this.#prefer(event.data, stamp.seq);
    else return;
    this.#changed();
  }

  #read({ conversationId, upToSeq }: { conversationId: string; upToSeq: number }, place: number): void {
    const known = this.#conversation(conversationId);
    if (upToSeq <= known.readSeq) return;
    known.readSeq = upToSeq;
    // Of more unread messages than are counted nobody knows which are left.
    if (known.loaded.length >= UNREAD_LIMIT && upToSeq >= known.loaded[0]! && upToSeq < known.lastSeq) this.#staleSince = Math.max(this.#staleSince, place);
  }

  #later(conversationId: string, what: "addedSeq" | "removedSeq", place: number): void {
    const known = this.#conversation(conversationId);
    known[what] = Math.max(known[what], place);
    // Whoever comes, or comes back, has chosen nothing there yet.
    if (what === "addedSeq" && place > known.levelSeq && place > this.#loadedAt.seq) setLevel(known, null, place);
  }

  #prefer(change: NotificationsChanged, place: number): void {
    if (change.conversationId !== null) {
      const known = this.#conversation(change.conversationId);
      if (place > known.levelSeq) setLevel(known, change.level, place);
    } else if (place > this.#preferencesSeq) {
      this.#preferencesBefore = this.#preferences;
      this.#preferences = { level: change.level, sound: change.sound };
      this.#preferencesSeq = place;
    }
  }

  #conversation(id: string): Conversation {
    let known = this.#conversations.get(id);
    if (!known) this.#conversations.set(id, (known = { room: null, level: null, levelSeq: -1, levelBefore: null, readSeq: 0, loaded: [], lastSeq: 0, arrived: new Map(), addedSeq: -1, removedSeq: -1 }));
    return known;
  }

  /** The log began anew, and with it its numbers. */
  #forget(): void {
    this.#conversations.clear();
    this.#preferencesSeq = -1;
    this.#staleSince = -1;
  }

  #changed(): void {
    let total = 0;
    for (const id of this.#conversations.keys()) if (this.levelOf(id) !== "none") total += this.unreadIn(id);
    this.#total = total;
    for (const listener of [...this.#listeners]) listener();
  }
}

function setLevel(known: Conversation, level: NotifyLevel | null, place: number): void {
  Object.assign(known, { levelBefore: known.level, level, levelSeq: place });
}

function unreadIn({ loaded, lastSeq, readSeq, arrived, addedSeq }: Conversation, loadedSeq: number): number {
  // What was said before one joined counts as read; what was loaded may be from before it, or not: events tell.
  const joinedSince = addedSeq > loadedSeq;
  const waiting = joinedSince ? 0 : loaded.filter((seq) => seq > readSeq).length;
  const since = [...arrived].filter(([seq, place]) => seq > readSeq && place > addedSeq && (joinedSince || seq > lastSeq)).length;
  return Math.min(UNREAD_LIMIT, waiting + since);
}
