/** Reads of rooms beside those that every conversation has (app/domain/conversations/queries.server.ts). */
import type { Context } from "#app/domain/context.ts";
import type { Member, OpenRoom, Person } from "#app/domain/conversations/conversation.ts";
import { MAX_PRESENT } from "#app/domain/conversations/limits.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { PeopleSearch } from "./schema.ts";

/** More than a screen takes; who looks for one more knows its name. */
const MAX_LISTED = 200;

/** Index: conversations_open_rooms, which has no closed room in it; the members' primary key. */
export const OPEN_ROOMS = `
  SELECT c.id, c.name, c.member_count AS memberCount FROM conversations c INDEXED BY conversations_open_rooms
  WHERE c.access = 'open' AND NOT EXISTS (SELECT 1 FROM conversation_members m WHERE m.conversation_id = c.id AND m.user_id = ?)
  ORDER BY c.name LIMIT ${MAX_LISTED}`;

/** The rooms that the viewer may join, by name. */
export async function openRoomsFor(ctx: Context, viewer: Viewer): Promise<OpenRoom[]> {
  return ctx.db.all<OpenRoom>(OPEN_ROOMS, [viewer.userId]);
}

/** More is found by name. */
export const PEOPLE_A_PAGE = 20;

/** A name that holds what was typed, whatever its Latin letters' case; nothing typed: everybody. */
const NAMED = "u.name LIKE '%' || ? || '%' ESCAPE '\\'";
const BY_NAME = `ORDER BY u.name COLLATE NOCASE, u.id LIMIT ${PEOPLE_A_PAGE + 1}`;
const typed = (name: string) => name.replaceAll(/[\\%_]/g, "\\$&");

/** Index: the members' primary key; people are read as for every list of them. */
export const PEOPLE_TO_INVITE = `
  SELECT u.id, u.name, u.hue, u.avatar FROM users u
  WHERE ${NAMED} AND u.disabled_at IS NULL AND NOT EXISTS (SELECT 1 FROM conversation_members m WHERE m.conversation_id = ? AND m.user_id = u.id)
  ${BY_NAME}`;

/** Within one room, by the members' primary key. After somebody: who comes later by name. */
export const ROOM_MEMBERS = `
  SELECT u.id, u.name, u.hue, u.avatar, m.role FROM conversation_members m JOIN users u ON u.id = m.user_id
  WHERE m.conversation_id = ? AND ${NAMED}
    AND (? IS NULL OR (u.name COLLATE NOCASE, u.id) > (SELECT last.name, last.id FROM users last WHERE last.id = ?))
  ${BY_NAME}`;

export interface PeoplePage<P extends Person> {
  people: P[];
  /** Whether there are more, by name, after these. */
  hasMore: boolean;
}

const page = <P extends Person>(rows: P[]): PeoplePage<P> => ({ people: rows.slice(0, PEOPLE_A_PAGE), hasMore: rows.length > PEOPLE_A_PAGE });

export interface RoomPeople {
  /** Whom the viewer may bring in. */
  toInvite: PeoplePage<Person>;
  /** Who is in it; null for a room whose members everybody sees on its page (up to MAX_PRESENT). */
  members: PeoplePage<Member> | null;
}

/**
 * The people in and around a room, a page of each, by what was typed to find them.
 * @returns null for a private chat
 * @throws DomainError not-found for strangers
 */
export async function roomPeopleFor(ctx: Context, viewer: Viewer, conversationId: string, { find, who, after }: PeopleSearch): Promise<RoomPeople | null> {
  const [room] = await ctx.db.all<{ kind: "room" | "direct"; memberCount: number }>(
    "SELECT c.kind, c.member_count AS memberCount FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id WHERE m.conversation_id = ? AND m.user_id = ?",
    [conversationId, viewer.userId],
  );
  if (!room) throw new DomainError("not-found");
  if (room.kind === "direct") return null;
  return {
    toInvite: page(await ctx.db.all<Person>(PEOPLE_TO_INVITE, [typed(find), conversationId])),
    members: room.memberCount > MAX_PRESENT ? page(await ctx.db.all<Member>(ROOM_MEMBERS, [conversationId, typed(who), after, after])) : null,
  };
}
