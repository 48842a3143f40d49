/** Verbs that write rooms and their members. To strangers every room that is not open looks like none. */
import { append } from "#db/outbox/append.ts";
import type { Queries } from "#db/database.ts";
import { roomChannel, userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { MemberRole } from "#app/domain/conversations/conversation.ts";
import { conversationAdded } from "#app/domain/conversations/events.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { addMember, dropMember, roleIn, roomById, type Room } from "./membership.server.ts";
import { mayBeInvited, mayJoin, mayRemove } from "./policy.ts";
import type { CreateRoomInput } from "./schema.ts";

/** Index: conversations_create_key. */
const BY_KEY = "SELECT id, name, access FROM conversations WHERE created_by = ? AND create_key = ?";

/**
 * Makes a room with the viewer as its owner and only member. The same key again gives the same room.
 * @throws DomainError key-reused (field key) where the key made another room
 */
export async function createRoom(ctx: Context, viewer: Viewer, { name, access, key }: CreateRoomInput): Promise<{ conversationId: string }> {
  return ctx.db.transact(async (tx) => {
    const [same] = key === undefined ? [] : await tx.all<{ id: string; name: string; access: string }>(BY_KEY, [viewer.userId, key]);
    if (same) {
      if (same.name !== name || same.access !== access) throw new DomainError("key-reused", { field: "key" });
      return { conversationId: same.id };
    }
    const id = ctx.newId();
    const at = ctx.now();
    await tx.all("INSERT INTO conversations (id, kind, name, access, channel, member_count, created_at, created_by, create_key) VALUES (?, 'room', ?, ?, ?, 1, ?, ?, ?)", [
      ...[id, name, access, roomChannel(id), at],
      ...[viewer.userId, key ?? null],
    ]);
    await tx.all("INSERT INTO conversation_members (conversation_id, user_id, role, joined_at) VALUES (?, ?, 'owner', ?)", [id, viewer.userId, at]);
    await append(tx, { type: conversationAdded, channel: userChannel(viewer.userId), payload: { conversationId: id } }, ctx);
    return { conversationId: id };
  });
}

/**
 * Joins an open room; who is in it already stays.
 * @throws DomainError not-found for closed rooms, too, unless one is a member
 */
export async function joinRoom(ctx: Context, viewer: Viewer, { conversationId }: { conversationId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const room = await roomById(tx, conversationId);
    if (room && (await roleIn(tx, room.id, viewer.userId))) return;
    if (!room || !mayJoin(room)) throw new DomainError("not-found");
    await addMember(tx, ctx, room, (await personById(tx, viewer.userId))!);
  });
}

/**
 * Any member brings somebody in; who is in it already stays.
 * @throws DomainError not-found for strangers, too; no-such-person when there is nobody (enabled) of that id
 */
export async function inviteToRoom(ctx: Context, viewer: Viewer, { conversationId, userId }: { conversationId: string; userId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const { room } = await ownRoom(tx, viewer, conversationId);
    const person = await personById(tx, userId);
    if (!person || !mayBeInvited(person)) throw new DomainError("no-such-person", { field: "userId" });
    await addMember(tx, ctx, room, person);
  });
}

/**
 * The owner takes somebody out; who is not in it stays out.
 * @throws DomainError not-found for strangers, too; forbidden for members who do not own the room, and for oneself
 */
export async function removeMember(ctx: Context, viewer: Viewer, { conversationId, userId }: { conversationId: string; userId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const { room, role } = await ownRoom(tx, viewer, conversationId);
    if (!mayRemove({ userId: viewer.userId, role }, userId)) throw new DomainError("forbidden");
    await dropMember(tx, ctx, room, userId, "removed");
  });
}

/**
 * Leaves a room. When its owner does, whoever has been there longest owns it.
 * @throws DomainError not-found for strangers, too
 */
export async function leaveRoom(ctx: Context, viewer: Viewer, { conversationId }: { conversationId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const { room } = await ownRoom(tx, viewer, conversationId);
    await dropMember(tx, ctx, room, viewer.userId, "left");
  });
}

async function ownRoom(tx: Queries, viewer: Viewer, id: string): Promise<{ room: Room; role: MemberRole }> {
  const room = await roomById(tx, id);
  const role = room && (await roleIn(tx, room.id, viewer.userId));
  if (!role) throw new DomainError("not-found");
  return { room, role };
}

async function personById(tx: Queries, id: string) {
  const [person] = await tx.all<{ id: string; name: string; hue: number; avatar: string | null; disabledAt: number | null }>("SELECT id, name, hue, avatar, disabled_at AS disabledAt FROM users WHERE id = ?", [id]);
  return person;
}
