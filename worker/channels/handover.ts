/** What the primary and the process that serves tell each other. */

/** From who serves: it listens. */
export interface Ready {
  ready: true;
  port: number;
}

/** From the primary: end gracefully. */
export interface Stop {
  stop: true;
  /** Somebody else serves on this port already: clients can come back at once. */
  replaced: boolean;
  /** Whoever read the outputs is gone. */
  unheard: boolean;
}

const isRecord = (message: unknown): message is Record<string, unknown> => typeof message === "object" && message !== null;

export const isReady = (message: unknown): message is Ready => isRecord(message) && message["ready"] === true;
export const isStop = (message: unknown): message is Stop => isRecord(message) && message["stop"] === true;
