/** How the pages of a browser tell each other about the queue. A notice may be lost: everybody looks again by and by. */

export type QueueNotice =
  /** Something was written, refused, retried or thrown away. */
  | { kind: "changed" }
  /** The server has it. */
  | { kind: "accepted"; clientId: string; conversationId: string; messageId: string; reached?: number }
  /** The network is back, as one page sees it. */
  | { kind: "wake" }
  /** Signed out: everything is gone. */
  | { kind: "cleared" };

export interface QueueChannel {
  /** Tells all others. */
  tell: (notice: QueueNotice) => void;
  listen: (onNotice: (notice: QueueNotice) => void) => void;
  close: () => void;
}

export const silentChannel: QueueChannel = { tell() {}, listen() {}, close() {} };

export function broadcastChannel(name: string): QueueChannel {
  if (typeof BroadcastChannel === "undefined") return silentChannel;
  const channel = new BroadcastChannel(name);
  return {
    tell: (notice) => channel.postMessage(notice),
    listen: (onNotice) => {
      channel.onmessage = (event: MessageEvent<QueueNotice>) => onNotice(event.data);
    },
    close: () => channel.close(),
  };
}
