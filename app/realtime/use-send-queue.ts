import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useLiveContext } from "./live-context.ts";
import type { PendingMessage } from "./send-queue.ts";

export interface Sending {
  /** Own messages that are not in the conversation's state yet, in the order of writing: show them after it. */
  pending: PendingMessage[];
  /** Shows a text at once and sends it. */
  send: (body: string) => void;
  /** Tries a refused one again. */
  retry: (clientId: string) => void;
  /** Throws a refused one away. */
  discard: (clientId: string) => void;
}

const NOTHING: PendingMessage[] = [];
const never = () => () => {};

/**
 * The viewer's own messages on their way to a conversation.
 * @param messages what the screen shows already: a pending one disappears in the very render that shows it there
 */
export function useSendQueue(conversationId: string, messages?: readonly { clientId: string }[]): Sending {
  const queue = useLiveContext()?.queue;
  const pending = useSyncExternalStore(queue ? queue.subscribe : never, () => queue?.pending(conversationId) ?? NOTHING, () => NOTHING);
  const sent = pending.some(({ status }) => status === "sent");
  // Nearly always nothing is pending: then nobody looks through a thousand messages.
  const onScreen = pending.length > 0 && messages ? new Set(messages.map(({ clientId }) => clientId)) : null;

  useEffect(() => queue?.open(conversationId), [queue, conversationId]);
  useEffect(() => {
    if (sent && messages) queue?.settle(conversationId, new Set(messages.map(({ clientId }) => clientId)));
  }, [queue, conversationId, sent, messages]);

  const send = useCallback((body: string) => void queue?.enqueue({ conversationId, body }), [queue, conversationId]);
  const retry = useCallback((clientId: string) => queue?.retry(clientId), [queue]);
  const discard = useCallback((clientId: string) => void queue?.discard(clientId), [queue]);
  return { pending: onScreen ? pending.filter(({ clientId }) => !onScreen.has(clientId)) : pending, send, retry, discard };
}
