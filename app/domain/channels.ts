/** Channel names: made and read in this one place. Ids have no hyphen, so the parts cannot be confused. */
import { ID_PATTERN } from "./ids.ts";

export const directChannel = (a: string, b: string) => `private-chat-${directKey(a, b)}`;
export const directKey = (a: string, b: string) => [a, b].sort().join("-");
export const userChannel = (userId: string) => `private-user-${userId}`;
export const userPresenceChannel = (userId: string) => `presence-user-${userId}`;
export const roomChannel = (conversationId: string) => `private-chat-room-${conversationId}`;
export const roomPresenceChannel = (conversationId: string) => `presence-chat-room-${conversationId}`;
export const familyChannel = (familyId: string) => `private-family-${familyId}`;
export const ADMIN_CHANNEL = "private-admin";
/** Public on purpose: it carries nothing but a time. */
export const HEALTH_CHANNEL = "maintenance-health";

export type ParsedChannel =
  | { kind: "direct"; userIds: [string, string] }
  | { kind: "room"; conversationId: string }
  | { kind: "room-presence"; conversationId: string }
  | { kind: "user"; userId: string }
  | { kind: "user-presence"; userId: string }
  | { kind: "family"; familyId: string }
  | { kind: "admin" };

/** Reads a name that may be signed; null unless it is exactly one of ours. */
export function parseChannel(name: string): ParsedChannel | null {
  if (name === ADMIN_CHANNEL) return { kind: "admin" };
  const direct = /^private-chat-([0-9a-f]{32})-([0-9a-f]{32})$/.exec(name);
  if (direct) return direct[1]! < direct[2]! ? { kind: "direct", userIds: [direct[1]!, direct[2]!] } : null;
  const room = /^(private|presence)-chat-room-(.+)$/.exec(name);
  if (room) return ID_PATTERN.test(room[2]!) ? { kind: room[1] === "private" ? "room" : "room-presence", conversationId: room[2]! } : null;
  const user = /^(private|presence)-user-(.+)$/.exec(name);
  if (user && ID_PATTERN.test(user[2]!)) return { kind: user[1] === "private" ? "user" : "user-presence", userId: user[2]! };
  const family = /^private-family-(.+)$/.exec(name);
  if (family && ID_PATTERN.test(family[1]!)) return { kind: "family", familyId: family[1]! };
  return null;
}
