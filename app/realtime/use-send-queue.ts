import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useLiveContext } from "./live-context.ts";
import type { QueuedChange, QueuedFile } from "./queue-storage.ts";
import type { PendingMessage } from "./send-queue.ts";

export interface Sending {
  /** Own messages, and changes of messages, that are not in the conversation's state yet, in the order of writing. */
  pending: PendingMessage[];
  /** Shows a text at once and sends it. */
  send: (body: string, files?: readonly QueuedFile[]) => void;
  /** Shows a change of a message at once and sends it. */
  change: (change: QueuedChange) => void;
  /** Tries a refused one again. */
  retry: (clientId: string) => void;
  /** Throws a refused one away. */
  discard: (clientId: string) => void;
}

/** What tells of a message on the screen whether it is as far as something pending. */
export interface KnownMessage {
  id: string;
  clientId: string;
  editedAt: number | null;
  deletedAt: number | null;
  reactionVersion: number;
}

const NOTHING: PendingMessage[] = [];
const never = () => () => {};

/**
 * The viewer's own messages and changes on their way to a conversation.
 * @param messages what the screen shows already: a pending one disappears in the very render that shows it there
 */
export function useSendQueue(conversationId: string, messages?: readonly KnownMessage[]): Sending {
  const queue = useLiveContext()?.queue;
  const pending = useSyncExternalStore(queue ? queue.subscribe : never, () => queue?.pending(conversationId) ?? NOTHING, () => NOTHING);
  // Nearly always nothing is pending: then nobody looks through a thousand messages.
  const onScreen = useMemo(() => (pending.length > 0 && messages ? reachedBy(messages, pending) : null), [pending, messages]);

  useEffect(() => queue?.open(conversationId), [queue, conversationId]);
  useEffect(() => {
    if (onScreen && onScreen.size > 0 && pending.some(({ clientId, status }) => status === "sent" && onScreen.has(clientId))) queue?.settle(conversationId, onScreen);
  }, [queue, conversationId, pending, onScreen]);

  const send = useCallback((body: string, files: readonly QueuedFile[] = []) => void queue?.enqueue({ conversationId, body, files }), [queue, conversationId]);
  const change = useCallback((wanted: QueuedChange) => void queue?.change(conversationId, wanted), [queue, conversationId]);
  const retry = useCallback((clientId: string) => queue?.retry(clientId), [queue]);
  const discard = useCallback((clientId: string) => void queue?.discard(clientId), [queue]);
  const left = useMemo(() => (onScreen && onScreen.size > 0 ? pending.filter(({ clientId }) => !onScreen.has(clientId)) : pending), [pending, onScreen]);
  return { pending: left, send, change, retry, discard };
}

/** Those that the screen has from the log. Of a message further back than what is loaded nothing is awaited. */
export function reachedBy(messages: readonly KnownMessage[], pending: readonly PendingMessage[]): Set<string> {
  const sent = new Set(messages.map(({ clientId }) => clientId));
  const isReached = ({ clientId, change, status, reached }: PendingMessage) => {
    if (!change) return sent.has(clientId);
    if (status !== "sent") return false;
    const message = messages.find(({ id }) => id === change.messageId);
    if (!message || message.deletedAt !== null) return true;
    if (change.kind === "edit") return (message.editedAt ?? 0) >= reached;
    return change.kind === "react" && message.reactionVersion >= reached;
  };
  return new Set(pending.filter(isReached).map(({ clientId }) => clientId));
}
