/** Finds connections that fell silent, and readers that stopped reading. One timer for all of them. */
import type { Connection } from "./connection.ts";
import { CLOSE } from "./frames.ts";
import type { Limits } from "./limits.ts";

const MAX_SWEEP_MS = 1_000;
/** Below this the kernel's own buffers explain what is waiting. */
const STALL_BYTES = 64 * 1024;

/**
 * Starts sweeping; a dead connection is gone at most one sweep (1 s) after activity plus pong timeout.
 * @returns the function that stops it
 */
export function startHeartbeat(connections: Iterable<Connection>, limits: Limits, now: () => number): () => void {
  const everyMs = Math.max(5, Math.min(MAX_SWEEP_MS, limits.activityTimeoutMs / 4, limits.pongTimeoutMs / 4, limits.stalledMs / 4));
  const timer = setInterval(() => {
    for (const connection of connections) examine(connection, limits, now());
  }, everyMs);
  return () => clearInterval(timer);
}

function examine(connection: Connection, limits: Limits, now: number): void {
  if (connection.socket.writableLength <= STALL_BYTES) connection.stalledSince = null;
  else if (now - (connection.stalledSince ??= now) >= limits.stalledMs) return connection.cut();
  // Counted from the ping, not from the silence: after a suspended machine wakes, everybody still gets to answer.
  if (connection.pingedAt !== null) {
    if (now - connection.pingedAt >= limits.pongTimeoutMs) connection.end(CLOSE.noPong, "Pong reply not received in time");
  } else if (now - connection.heardAt >= limits.activityTimeoutMs) connection.ping(now);
}
