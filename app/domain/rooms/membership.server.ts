/** Coming into a room and going out of it: rows and events, within the transaction of whoever decides. */
import type { Queries } from "#db/database.ts";
import { append, appendAll, type OutboxEvent } from "#db/outbox/append.ts";
import { logHead } from "#db/outbox/log.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { MemberRole, Person, RoomAccess } from "#app/domain/conversations/conversation.ts";
import { conversationAdded, conversationRemoved, memberChanged, type MemberChanged } from "#app/domain/conversations/events.ts";

export interface Room {
  id: string;
  channel: string;
  access: RoomAccess;
  memberCount: number;
  lastSeq: number;
}

/** @returns undefined for what is no room, too */
export async function roomById(tx: Queries, id: string): Promise<Room | undefined> {
  const [room] = await tx.all<Room>("SELECT id, channel, access, member_count AS memberCount, last_seq AS lastSeq FROM conversations WHERE id = ? AND kind = 'room'", [id]);
  return room;
}

/** @returns undefined for who is no member */
export async function roleIn(tx: Queries, roomId: string, userId: string): Promise<MemberRole | undefined> {
  const [member] = await tx.all<{ role: MemberRole }>("SELECT role FROM conversation_members WHERE conversation_id = ? AND user_id = ?", [roomId, userId]);
  return member?.role;
}

/** In a closed room one sees what comes after joining: messages above the last number, events above the log's head. */
const INSERT_MEMBER = `
  INSERT INTO conversation_members (conversation_id, user_id, role, read_seq, joined_at, history_from, events_from) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (conversation_id, user_id) DO NOTHING RETURNING user_id`;
const COUNT = "UPDATE conversations SET member_count = member_count + ? WHERE id = ? RETURNING member_count AS memberCount";

/** Takes somebody in; a member already is one. Who comes into an empty room owns it. */
export async function addMember(tx: Queries, ctx: Context, room: Room, person: Person): Promise<void> {
  const closed = room.access === "closed";
  const eventsFrom = closed ? (await logHead(tx)).seq : 0;
  const owns = room.memberCount === 0;
  const [added] = await tx.all(INSERT_MEMBER, [room.id, person.id, owns ? "owner" : "member", room.lastSeq, ctx.now(), closed ? room.lastSeq : 0, eventsFrom]);
  if (!added) return;
  const [counted] = await tx.all<{ memberCount: number }>(COUNT, [1, room.id]);
  const told = { conversationId: room.id, userId: person.id, name: person.name, hue: person.hue, avatar: person.avatar ?? null, memberCount: counted!.memberCount };
  await append(tx, { type: memberChanged, channel: room.channel, payload: { ...told, change: "joined" } }, ctx);
  if (owns) await append(tx, { type: memberChanged, channel: room.channel, payload: { ...told, change: "owner" } }, ctx);
  await append(tx, { type: conversationAdded, channel: userChannel(person.id), payload: { conversationId: room.id } }, ctx);
}

// Index: the members' primary key.
const DELETE_MEMBER = "DELETE FROM conversation_members WHERE user_id = ? AND conversation_id IN (SELECT value FROM json_each(?)) RETURNING conversation_id AS id, role";
const COUNT_DOWN = "UPDATE conversations SET member_count = member_count - 1 WHERE id IN (SELECT value FROM json_each(?)) RETURNING id, channel, member_count AS memberCount";
/** Whoever has been there longest. Index: the members' primary key, within each room whose owner goes. */
const NEXT_OWNERS = `
  UPDATE conversation_members SET role = 'owner' FROM json_each(?) AS room
  WHERE conversation_id = room.value AND user_id = (SELECT user_id FROM conversation_members AS other WHERE other.conversation_id = room.value ORDER BY joined_at, user_id LIMIT 1)
  RETURNING conversation_id AS roomId, user_id AS id`;
const PEOPLE = "SELECT id, name, hue, avatar FROM users WHERE id IN (SELECT value FROM json_each(?))";

/** Takes somebody out. From the commit on every door is closed to them; the relay then ends their connections. */
export const dropMember = (tx: Queries, ctx: Context, room: Room, userId: string, change: "left" | "removed"): Promise<void> => dropFromRooms(tx, ctx, [room.id], userId, change);

/**
 * Takes somebody out of rooms, those that they are not in left aside, in as many statements as out of one: on a libSQL
 * server each is a round trip during which nobody else can write.
 */
export async function dropFromRooms(tx: Queries, ctx: Context, roomIds: readonly string[], userId: string, change: "left" | "removed"): Promise<void> {
  const gone = await tx.all<{ id: string; role: MemberRole }>(DELETE_MEMBER, [userId, JSON.stringify(roomIds)]);
  if (gone.length === 0) return;
  const rooms = await tx.all<{ id: string; channel: string; memberCount: number }>(COUNT_DOWN, [JSON.stringify(gone.map(({ id }) => id))]);
  const owned = gone.filter(({ role }) => role === "owner").map(({ id }) => id);
  const owners = owned.length === 0 ? [] : await tx.all<{ roomId: string; id: string }>(NEXT_OWNERS, [JSON.stringify(owned)]);
  const people = await tx.all<Person>(PEOPLE, [JSON.stringify([userId, ...owners.map(({ id }) => id)])]);
  const events = rooms.flatMap(({ id, channel, memberCount }) => {
    const tell = (who: string, what: "left" | "removed" | "owner"): OutboxEvent<MemberChanged> => {
      const { name, hue, avatar } = people.find((person) => person.id === who)!;
      return { type: memberChanged, channel, payload: { conversationId: id, userId: who, name, hue, avatar: avatar ?? null, change: what, memberCount } };
    };
    const removed: OutboxEvent<{ conversationId: string }> = { type: conversationRemoved, channel: userChannel(userId), payload: { conversationId: id } };
    return [tell(userId, change), ...owners.filter(({ roomId }) => roomId === id).map((owner) => tell(owner.id, "owner")), removed] as OutboxEvent<unknown>[];
  });
  await appendAll(tx, events, ctx);
}
