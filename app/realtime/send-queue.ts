/**
 * The viewer's messages on their way: shown at once, kept on the device, sent in the order they were written, per
 * conversation; conversations don't wait for each other. All pages of a browser show the same queue, and one of them
 * (or the service worker) sends it: docs/offline.md.
 * What is refused for good stays, with its text and the reason, and the ones after it go on: a refusal is about that
 * one message (too long, say), and somebody who walked away must not find the rest of the day unsent.
 */
import type { Log, Timers } from "./environment.ts";
import type { DrainOptions } from "./offline/drain.ts";
import { Drainer } from "./offline/drain.ts";
import type { QueueNotice } from "./offline/queue-channel.ts";
import type { QueueDevice } from "./offline/queue-device.ts";
import type { PendingMessage } from "./pending-messages.ts";
import { PendingMessages } from "./pending-messages.ts";
import type { Accepted, PostMessage } from "./post-message.ts";
import { memoryStorage } from "./queue-storage.ts";
import type { QueuedChange, QueuedFile, QueuedMessage } from "./queue-storage.ts";

export type { PendingMessage } from "./pending-messages.ts";

/** What waits longer than this is the service worker's business, too. */
const UNSENT_AFTER_MS = 1_000;
/** A notice from another page may have been lost. */
const LOOK_EVERY_MS = 5_000;

export interface SendQueueOptions extends Timers {
  post: PostMessage;
  newId: () => string;
  random: () => number;
  log: Log;
  /** The server has it; its event may be on its way. */
  onAccepted: (messageId: string) => void;
}

export class SendQueue {
  readonly #shown = new PendingMessages();
  #device: QueueDevice | null = null;
  #drainer: Drainer | null = null;
  /** For what the device's storage would not take (it is full, say): this page alone keeps and sends it. */
  readonly #own = memoryStorage();
  readonly #ownDrainer: Drainer;
  #stops: (() => void)[] = [];
  /** Looks at the storage and writes to it in turn, so that no look misses what was just written. */
  #turn: Promise<unknown> = Promise.resolve();
  #starts = 0;
  #cancelUnsent: (() => void) | undefined;

  constructor(readonly options: SendQueueOptions) {
    const own = { ...this.#own, next: async (conversationId: string) => (this.#shown.waitsBefore(conversationId, await this.#own.all()) ? undefined : this.#own.next(conversationId)) };
    this.#ownDrainer = new Drainer({ ...this.#drainOptions, storage: own, mayPost: async () => true });
  }

  /** Called after every change. */
  subscribe = (listener: () => void): (() => void) => this.#shown.subscribe(listener);

  /** What of a conversation is not on screen otherwise, in the order of writing. The same array until it changes. */
  pending(conversationId: string): PendingMessage[] {
    return this.#shown.of(conversationId);
  }

  /** How many are not accepted, refused ones among them. */
  get unsent(): number {
    return this.#shown.waiting.length;
  }

  /** Takes up what the device kept, and sends it when it is this page's turn. Until the device is there, messages wait. */
  async start(opening: Promise<QueueDevice>): Promise<void> {
    const start = ++this.#starts;
    const device = await opening;
    if (start !== this.#starts) {
      device.channel.close();
      return device.storage.close();
    }
    this.#device = device;
    const { leadership, channel, storage } = device;
    const drainer = new Drainer({ ...this.#drainOptions, storage, mayPost: leadership.confirm });
    this.#drainer = drainer;
    channel.listen((notice) => this.#onNotice(notice));
    this.#stops = [
      leadership.seek(
        () => drainer.start(),
        () => drainer.stop(),
      ),
      () => drainer.stop(),
      () => channel.close(),
      () => storage.close(),
      device.onView(() => this.#look()),
      this.#lookNowAndThen(),
    ];
    this.#ownDrainer.start();
    for (const message of this.#shown.unkept) void this.#keep(message);
    this.#look();
  }

  /** Shows and sends a text. @returns its `clientId` */
  enqueue({ conversationId, body, files = [] }: { conversationId: string; body: string; files?: readonly QueuedFile[] }): string {
    return this.#enqueue({ clientId: this.options.newId(), conversationId, body, createdAt: this.options.now(), refusal: null, ...(files.length > 0 && { files }) });
  }

  /** Shows and sends a change of a message that is there already, behind what was written before it. @returns its `clientId` */
  change(conversationId: string, change: QueuedChange): string {
    return this.#enqueue({ clientId: this.options.newId(), conversationId, body: "", createdAt: this.options.now(), refusal: null, change });
  }

  #enqueue(message: QueuedMessage): string {
    this.#shown.add(message);
    if (this.#device) void this.#keep(message);
    return message.clientId;
  }

  /** Tries a refused one again, under the same `clientId`. */
  retry(clientId: string): void {
    if (!this.#shown.setRefusal(clientId, null)) return;
    void this.#write(async ({ storage, channel }) => {
      await Promise.all([storage.setRefusal(clientId, null), this.#own.setRefusal(clientId, null)]);
      channel.tell({ kind: "changed" });
      this.#drainer?.look();
      this.#ownDrainer.look();
    });
  }

  /** Throws a refused one away. @returns false when it isn't one: it may be arriving just now */
  discard(clientId: string): boolean {
    if (!this.#shown.discard(clientId)) return false;
    void this.#write(async ({ storage, channel }) => {
      await Promise.all([storage.removeRefused(clientId), this.#own.removeRefused(clientId)]);
      channel.tell({ kind: "changed" });
    });
    return true;
  }

  /** The network is back: don't wait for the next try. */
  wake(): void {
    this.#device?.channel.tell({ kind: "wake" });
    this.#drainer?.wake();
    this.#ownDrainer.wake();
  }

  /** A screen shows the conversation. @returns lets go; what was accepted then comes with the next load */
  open(conversationId: string): () => void {
    return this.#shown.open(conversationId);
  }

  /** The screen has these from the log now. */
  settle(conversationId: string, onScreen: ReadonlySet<string>): void {
    this.#shown.settle(conversationId, onScreen);
  }

  /** Stops sending; what the device keeps stays there. */
  close(): void {
    this.#starts++;
    this.#stops.splice(0).forEach((stop) => stop());
    this.#ownDrainer.stop();
    this.#cancelUnsent?.();
    this.#cancelUnsent = undefined;
    this.#device = this.#drainer = null;
  }

  /** Signing out: everything is forgotten, here and in all other pages. */
  async destroy(): Promise<void> {
    const device = this.#device;
    device?.channel.tell({ kind: "cleared" });
    this.close();
    this.#shown.clear();
    await this.#turn;
    await Promise.all([device?.storage.destroy(), this.#own.destroy()]);
  }

  get #drainOptions(): Omit<DrainOptions, "storage" | "mayPost"> & Timers & { random: () => number } {
    const { post, log, now, after, random } = this.options;
    return { post, log, now, after, random, onAccepted: (queued, message) => this.#onAccepted(queued, message), onRefused: () => this.#onRefused() };
  }

  #onAccepted({ clientId, conversationId, change }: QueuedMessage, { id, reached }: Accepted): void {
    this.#device?.channel.tell({ kind: "accepted", clientId, conversationId, messageId: id, ...(reached !== undefined && { reached }) });
    this.#shown.accept(clientId, reached);
    if (!change) this.options.onAccepted(id);
    // What only this page keeps may have waited for this one.
    this.#ownDrainer.look();
  }

  #onRefused(): void {
    this.#device?.channel.tell({ kind: "changed" });
    this.#look();
  }

  #onNotice(notice: QueueNotice): void {
    switch (notice.kind) {
      case "changed":
        this.#look();
        return this.#drainer?.look();
      case "accepted":
        this.#shown.accept(notice.clientId, notice.reached);
        if (notice.reached === undefined) this.options.onAccepted(notice.messageId);
        return this.#ownDrainer.look();
      case "wake":
        return this.#drainer?.wake();
      case "cleared":
        this.close();
        return this.#shown.clear();
    }
  }

  /** A storage that is full or forbidden must not keep anybody from sending. */
  #keep(message: QueuedMessage): Promise<void> {
    return this.#write(async ({ storage, channel }) => {
      try {
        await storage.add(message);
      } catch (error) {
        this.options.log("kept by this page alone", { error: String(error) });
        await this.#own.add(message);
        this.#shown.kept(message.clientId, "page");
        return this.#ownDrainer.advance(message.conversationId);
      }
      this.#shown.kept(message.clientId, "device");
      if (this.#drainer?.running) this.#drainer.advance(message.conversationId);
      channel.tell({ kind: "changed" });
      this.#cancelUnsent ??= this.options.after(UNSENT_AFTER_MS, () => {
        this.#cancelUnsent = undefined;
        if (this.unsent > 0) this.#device?.onUnsent();
      });
    });
  }

  /** Reads the queue anew: other pages write to it, too. */
  #look(): void {
    void this.#write(async ({ storage }) => this.#shown.read([...(await storage.all()), ...(await this.#own.all())]));
  }

  #lookNowAndThen(): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.options.after(LOOK_EVERY_MS, () => {
        this.#look();
        this.#drainer?.look();
        again();
      });
    };
    again();
    return () => cancel();
  }

  #write(work: (device: QueueDevice) => Promise<void>): Promise<void> {
    const done = this.#turn.then(async () => {
      if (this.#device) await work(this.#device);
    });
    const logged = done.catch((error: unknown) => this.options.log("the queue's storage failed", { error: String(error) }));
    this.#turn = logged;
    return logged;
  }
}
