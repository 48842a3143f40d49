/** WebSocket text frames holding Pusher messages: made once as bytes, then written to any number of sockets. */

/** The codes of Pusher's protocol that this server sends. */
export const CLOSE = {
  unknownApp: 4001,
  unknownPath: 4005,
  badVersion: 4006,
  unsupportedProtocol: 4007,
  noProtocol: 4008,
  unauthorised: 4009,
  overCapacity: 4100,
  reconnect: 4200,
  noPong: 4201,
  /** RFC 6455: a kind of data that cannot be accepted. */
  binary: 1003,
} as const;

/** Told to the sender, whose connection stays: too many client events. */
export const CLIENT_EVENT_RATE = 4301;

export interface Message {
  event: string;
  channel?: string;
  data?: unknown;
  user_id?: string;
}

const TEXT_FIN = 0x81;
const PONG_FIN = 0x8a;
const SMALL = 126;
const MEDIUM = 65_536;

/** A server's (unmasked) text frame: two, four or ten bytes of head, then the text. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < SMALL ? 2 : length < MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = TEXT_FIN;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, head, "utf8");
  return frame;
}

/** The answer to a WebSocket ping, which never has more than 125 bytes. */
export const pongFrame = (data: Buffer) => Buffer.concat([Buffer.of(PONG_FIN, data.length), data]);

export const messageFrame = (message: Message) => textFrame(JSON.stringify(message));

/** Protocol messages whose `data` is, by Pusher's rule, JSON inside a string. */
export const internalFrame = (event: string, data: unknown, channel?: string) =>
  messageFrame({ event, ...(channel === undefined ? {} : { channel }), data: JSON.stringify(data) });

export const errorFrame = (code: number | null, message: string) => messageFrame({ event: "pusher:error", data: { code, message } });

export const subscriptionErrorFrame = (channel: string, type: string, error: string, status: number) =>
  messageFrame({ event: "pusher:subscription_error", channel, data: { type, error, status } });

export const PONG_FRAME = internalFrame("pusher:pong", {});
export const PING_FRAME = internalFrame("pusher:ping", {});

/**
 * Deeper JSON than any message needs: writing a client event of 5,000 levels out again would overflow the stack, and
 * with it end the process.
 */
const MAX_JSON_LEVELS = 100;

/** What a client sent, as far as it has the shape of a message; null for anything else. */
export function parseMessage(text: string): { event: string; channel: unknown; data: unknown } | null {
  const parsed = parseJson(text);
  if (!isObject(parsed) || typeof parsed["event"] !== "string") return null;
  return { event: parsed["event"], channel: parsed["channel"], data: parsed["data"] };
}

/** `JSON.parse` makes `__proto__` an ordinary own property, so reading named fields of its result is safe. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON that may be anything at all, from outside; undefined when it is not JSON, or nested too deeply. */
export function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return isDeeperThan(parsed, MAX_JSON_LEVELS) ? undefined : parsed;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1)));
