/** The queue as screens show it: a picture of the storage, ahead of it by what was just written. */
import type { QueuedChange, QueuedFile, QueuedMessage, Refusal } from "./queue-storage.ts";

/** Accepted ones may still stand in the storage for a moment: so many of the newest are remembered. */
const ACCEPTED_REMEMBERED = 1_000;

export interface PendingMessage {
  clientId: string;
  conversationId: string;
  body: string;
  createdAt: number;
  /** sent: accepted, and kept until the screen has it from the log. */
  status: "sending" | "sent" | "failed";
  /** Why it was refused: the key of a text under `errors`. */
  errorCode: string | null;
  errorMessage: string | null;
  files?: readonly QueuedFile[] | undefined;
  /** Of a message that is there already. */
  change: QueuedChange | null;
  /** Of an accepted change: how far the message's state was by then; the screen has it once it is as far. */
  reached: number;
}

type Keeper = "device" | "page";
interface Waiting {
  message: QueuedMessage;
  /** null: not written yet. */
  keeper: Keeper | null;
}

const NOTHING: PendingMessage[] = [];

export class PendingMessages {
  #waiting = new Map<string, Waiting>();
  /** Accepted, while a screen is open that may not have it from the log yet. */
  #sent = new Map<string, { message: QueuedMessage; reached: number }>();
  #accepted = new Set<string>();
  #screens = new Map<string, number>();
  #shown = new Map<string, PendingMessage[]>();
  #listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same array until something of the conversation changes. */
  of(conversationId: string): PendingMessage[] {
    return this.#shown.get(conversationId) ?? NOTHING;
  }

  get waiting(): QueuedMessage[] {
    return [...this.#waiting.values()].map(({ message }) => message);
  }

  /** Not in any storage yet, in the order of writing. */
  get unkept(): QueuedMessage[] {
    return [...this.#waiting.values()].filter(({ keeper }) => keeper === null).map(({ message }) => message);
  }

  /** Whether something on the device has to go out before what this page alone keeps. */
  waitsBefore(conversationId: string, own: readonly QueuedMessage[]): boolean {
    const mine = new Set(own.map(({ clientId }) => clientId));
    return this.waiting.some((message) => message.conversationId === conversationId && message.refusal === null && !mine.has(message.clientId) && this.#waiting.get(message.clientId)?.keeper === "device");
  }

  add(message: QueuedMessage): void {
    this.#waiting.set(message.clientId, { message, keeper: null });
    this.#changed([message.conversationId]);
  }

  kept(clientId: string, keeper: Keeper): void {
    const waiting = this.#waiting.get(clientId);
    if (waiting) waiting.keeper = keeper;
  }

  /** Takes over what the storage holds. What is accepted does not come back; what is not written yet stays. */
  read(kept: readonly QueuedMessage[]): void {
    const before = this.#waiting;
    const now = new Map<string, Waiting>();
    for (const message of kept) if (!this.#accepted.has(message.clientId)) now.set(message.clientId, { message, keeper: before.get(message.clientId)?.keeper ?? "device" });
    for (const [clientId, waiting] of before) if (waiting.keeper === null && !now.has(clientId)) now.set(clientId, waiting);
    this.#waiting = now;
    this.#changed([...before.values(), ...now.values()].map(({ message }) => message.conversationId));
  }

  /** @returns false when there is nothing to change */
  setRefusal(clientId: string, refusal: Refusal | null): boolean {
    const waiting = this.#waiting.get(clientId);
    if (!waiting || (waiting.message.refusal === null) === (refusal === null)) return false;
    waiting.message = { ...waiting.message, refusal };
    this.#changed([waiting.message.conversationId]);
    return true;
  }

  /** @returns false when it is not refused */
  discard(clientId: string): boolean {
    const message = this.#waiting.get(clientId)?.message;
    if (!message?.refusal) return false;
    this.#waiting.delete(clientId);
    this.#changed([message.conversationId]);
    return true;
  }

  accept(clientId: string, reached = 0): void {
    this.#accepted.add(clientId);
    if (this.#accepted.size > ACCEPTED_REMEMBERED) this.#accepted.delete(this.#accepted.values().next().value!);
    const message = this.#waiting.get(clientId)?.message;
    if (!message) return;
    this.#waiting.delete(clientId);
    if (this.#screens.has(message.conversationId)) this.#sent.set(clientId, { message, reached });
    this.#changed([message.conversationId]);
  }

  open(conversationId: string): () => void {
    this.#screens.set(conversationId, (this.#screens.get(conversationId) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.#screens.get(conversationId)! - 1;
      if (left > 0) this.#screens.set(conversationId, left);
      else {
        this.#screens.delete(conversationId);
        this.#forgetSent(conversationId, () => true);
      }
    };
  }

  settle(conversationId: string, onScreen: ReadonlySet<string>): void {
    this.#forgetSent(conversationId, (clientId) => onScreen.has(clientId));
  }

  clear(): void {
    const conversations = [...this.#shown.keys()];
    this.#waiting.clear();
    this.#sent.clear();
    this.#changed(conversations);
  }

  #forgetSent(conversationId: string, gone: (clientId: string) => boolean): void {
    let forgotten = false;
    for (const [clientId, { message }] of this.#sent) if (message.conversationId === conversationId && gone(clientId)) forgotten = this.#sent.delete(clientId);
    if (forgotten) this.#changed([conversationId]);
  }

  #changed(conversationIds: Iterable<string>): void {
    let changed = false;
    for (const conversationId of new Set(conversationIds)) {
      const of = (message: QueuedMessage) => message.conversationId === conversationId;
      const shown = [...[...this.#sent.values()].filter(({ message }) => of(message)).map(({ message, reached }) => show(message, "sent", reached)), ...this.waiting.filter(of).map((message) => show(message, message.refusal ? "failed" : "sending"))].sort(byWriting);
      if (same(shown, this.of(conversationId))) continue;
      changed = true;
      if (shown.length > 0) this.#shown.set(conversationId, shown);
      else this.#shown.delete(conversationId);
    }
    if (changed) for (const listener of [...this.#listeners]) listener();
  }
}

function show({ clientId, conversationId, body, createdAt, refusal, change, files }: QueuedMessage, status: PendingMessage["status"], reached = 0): PendingMessage {
  return { clientId, conversationId, body, createdAt, status, ...(files && { files }), errorCode: refusal?.code ?? null, errorMessage: refusal?.message ?? null, change: change ?? null, reached };
}

const same = (a: readonly PendingMessage[], b: readonly PendingMessage[]) =>
  a.length === b.length && a.every((message, at) => message.clientId === b[at]!.clientId && message.status === b[at]!.status && message.errorMessage === b[at]!.errorMessage);

/** `clientId`s are time-ordered, also within a millisecond. */
const byWriting = (a: PendingMessage, b: PendingMessage) => (a.clientId < b.clientId ? -1 : 1);
