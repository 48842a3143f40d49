/** Coming into a room and going out of it: rows and events, within the transaction of whoever decides. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { logHead } from "#db/outbox/log.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { MemberRole, Person, RoomAccess } from "#app/domain/conversations/conversation.ts";
import { conversationAdded, conversationRemoved, memberChanged } from "#app/domain/conversations/events.ts";

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

const DELETE_MEMBER = "DELETE FROM conversation_members WHERE conversation_id = ? AND user_id = ? RETURNING role";
/** Whoever has been there longest. Index: the members' primary key, within this one room, when its owner goes. */
const NEXT_OWNER = `
  UPDATE conversation_members SET role = 'owner'
  WHERE conversation_id = ? AND user_id = (SELECT user_id FROM conversation_members WHERE conversation_id = ? ORDER BY joined_at, user_id LIMIT 1)
  RETURNING user_id AS id`;
const PERSON = "SELECT id, name, hue, avatar FROM users WHERE id = ?";

/** Takes somebody out. From the commit on every door is closed to them; the relay then ends their connections. */
export async function dropMember(tx: Queries, ctx: Context, room: Room, userId: string, change: "left" | "removed"): Promise<void> {
  const [gone] = await tx.all<{ role: MemberRole }>(DELETE_MEMBER, [room.id, userId]);
  if (!gone) return;
  const [counted] = await tx.all<{ memberCount: number }>(COUNT, [-1, room.id]);
  const tell = async (id: string, change: "left" | "removed" | "owner") => {
    const [person] = await tx.all<Person>(PERSON, [id]);
    await append(tx, { type: memberChanged, channel: room.channel, payload: { conversationId: room.id, userId: id, name: person!.name, hue: person!.hue, avatar: person!.avatar ?? null, change, memberCount: counted!.memberCount } }, ctx);
  };
  await tell(userId, change);
  if (gone.role === "owner") for (const { id } of await tx.all<{ id: string }>(NEXT_OWNER, [room.id, room.id])) await tell(id, "owner");
  await append(tx, { type: conversationRemoved, channel: userChannel(userId), payload: { conversationId: room.id } }, ctx);
}
