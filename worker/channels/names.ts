/** What channels, events and users may be called, and what a channel's name says about it. */
import { MAX_CHANNEL_NAME_LENGTH, MAX_EVENT_NAME_LENGTH, MAX_USER_ID_LENGTH } from "./limits.ts";

const CHANNEL_NAME = new RegExp(`^[A-Za-z0-9_\\-=@,.;]{1,${MAX_CHANNEL_NAME_LENGTH}}$`);
const SOCKET_ID = /^\d+\.\d+$/;
const USER_CHANNEL_PREFIX = "#server-to-user-";

export const isChannelName = (name: string) => CHANNEL_NAME.test(name);
export const isSocketId = (id: string) => SOCKET_ID.test(id);
export const isUserId = (id: unknown): id is string => typeof id === "string" && id.length > 0 && id.length <= MAX_USER_ID_LENGTH;

/** Names that only the protocol itself may use. */
export const isReservedEvent = (name: string) => name.startsWith("pusher:") || name.startsWith("pusher_internal:");
export const isEventName = (name: unknown): name is string =>
  typeof name === "string" && name.length > 0 && name.length <= MAX_EVENT_NAME_LENGTH && !isReservedEvent(name);

export const isPresence = (name: string) => name.startsWith("presence-");
/** Signed at subscription. Encrypted channels are private ones here: the server never sees their keys. */
export const needsSignature = (name: string) => name.startsWith("private-") || isPresence(name);
const isEncrypted = (name: string) => name.startsWith("private-encrypted-");
/** Client events are for signed channels, but not encrypted ones, as on the real service. */
export const allowsClientEvents = (name: string) => needsSignature(name) && !isEncrypted(name);
/** `cache-…`, `private-cache-…`, `private-encrypted-cache-…`, `presence-cache-…`. */
export const isCache = (name: string) => /^(private-encrypted-|private-|presence-)?cache-/.test(name);

export const userChannel = (userId: string) => USER_CHANNEL_PREFIX + userId;
/** The user of `#server-to-user-ID`, null for any other name. */
export function userOfChannel(name: string): string | null {
  if (!name.startsWith(USER_CHANNEL_PREFIX)) return null;
  const id = name.slice(USER_CHANNEL_PREFIX.length);
  return isUserId(id) ? id : null;
}
