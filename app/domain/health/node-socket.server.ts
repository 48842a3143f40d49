import { WebSocket } from "ws";
import type { WebSocketLike } from "./test-socket.ts";

/** A server that does not answer the goodbye is left anyway. */
const GOODBYE_MS = 500;

/** The subscriber's socket under Node. */
export function nodeSocket(url: string): WebSocketLike {
  const socket = new WebSocket(url, { perMessageDeflate: false, followRedirects: false });
  return {
    send: (text) => socket.send(text),
    close() {
      if (socket.readyState === WebSocket.CONNECTING) return socket.terminate();
      socket.close();
      const giveUp = setTimeout(() => socket.terminate(), GOODBYE_MS);
      socket.once("close", () => clearTimeout(giveUp));
    },
    addEventListener: (type: "open" | "message" | "close" | "error", listener: (event: never) => void) => socket.addEventListener(type as "message", listener as (event: { data: unknown }) => void),
  };
}
