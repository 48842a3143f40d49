/** Where the send queue keeps what is not accepted yet. */
import type { MessageChange } from "#app/domain/conversations/change.ts";

/**
 * What somebody wants to say: an intent, not a request. Rows outlive the version of the app that wrote them, so
 * fields are only ever added, and a missing one must mean something.
 */
export interface QueuedMessage {
  /** Minted once: however often it is posted, one message results. */
  clientId: string;
  conversationId: string;
  body: string;
  /** Milliseconds since 1970, by this device's clock: for showing. The order is the storage's. */
  createdAt: number;
  /** Set when the server refused it for good. */
  refusal: Refusal | null;
  /** Pictures and files; missing: none. */
  files?: readonly QueuedFile[];
  /** Of a message that is there already; then `body` is empty. Absent: a new message. */
  change?: QueuedChange;
}

/** A file of a message: kept with it, so that it goes out whenever the message does. */
export interface QueuedFile {
  /** Minted once: however often it is uploaded, one results. */
  uploadId: string;
  name: string;
  size: number;
  isPicture: boolean;
  blob: Blob;
  /** What the server called it, where it was uploaded before the message was sent. */
  uploaded: { imageId: string } | { fileId: string } | null;
}

export type QueuedChange = MessageChange & { messageId: string };

export interface Refusal {
  /** A code of app/domain/errors.ts. */
  code: string;
  /** As the server put it, in the user's language; empty when there was none. */
  message: string;
  field: string | null;
}

export interface QueueStorage {
  /** All that is kept, in the order of writing. */
  all: () => Promise<QueuedMessage[]>;
  /** The first of a conversation that is not refused. */
  next: (conversationId: string) => Promise<QueuedMessage | undefined>;
  /** Keeps a new message, behind all others. One that is there already stays as it is. */
  add: (message: QueuedMessage) => Promise<void>;
  /** Notes a refusal, or takes it back (null); nothing when the message is gone. */
  setRefusal: (clientId: string, refusal: Refusal | null) => Promise<void>;
  remove: (clientId: string) => Promise<void>;
  /** Throws one away if it is refused. @returns false when it isn't: it may be arriving just now */
  removeRefused: (clientId: string) => Promise<boolean>;
  /** Lets go of what it holds, for good; what it keeps stays. */
  close: () => void;
  /** Forgets everything, and lets go. */
  destroy: () => Promise<void>;
}

/** Keeps messages as long as the page lives. */
export function memoryStorage(): QueueStorage {
  const kept = new Map<string, QueuedMessage>();
  return {
    all: async () => [...kept.values()],
    next: async (conversationId) => [...kept.values()].find((message) => message.conversationId === conversationId && message.refusal === null),
    async add(message) {
      if (!kept.has(message.clientId)) kept.set(message.clientId, message);
    },
    async setRefusal(clientId, refusal) {
      const message = kept.get(clientId);
      if (message) kept.set(clientId, { ...message, refusal });
    },
    remove: async (clientId) => void kept.delete(clientId),
    removeRefused: async (clientId) => kept.get(clientId)?.refusal != null && kept.delete(clientId),
    close() {},
    destroy: async () => kept.clear(),
  };
}
