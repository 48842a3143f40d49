/** Who may listen to which channel: the door that channel authorization asks. */
import { familyChannel, parseChannel, type ParsedChannel } from "./channels.ts";
import type { Context } from "./context.ts";
import { DomainError } from "./errors.ts";
import { mayAdminister } from "./accounts/policy.ts";
import { MAX_PRESENT } from "./conversations/limits.ts";
import { familiesOf, type Membership } from "./families/membership.server.ts";
import type { Viewer } from "./viewer.ts";

/** Index: conversations_channel, then the members' primary key. */
const IS_MEMBER = "SELECT 1 AS one FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ? WHERE c.channel = ?";

/** Who hides being here is in no list of those who are. Index: the members' primary key. */
const MAY_BE_SEEN_IN_ROOM = `
  SELECT 1 AS one FROM conversation_members m
  JOIN conversations c ON c.id = m.conversation_id AND c.kind = 'room' AND c.member_count <= ?
  JOIN users u ON u.id = m.user_id AND u.show_last_active = 1
  WHERE m.user_id = ? AND m.conversation_id = ?`;

/**
 * @returns whether it is a presence channel (the authorization then names the person)
 * @throws DomainError forbidden: not a participant, no such conversation, or not exactly one of our names; all look the same
 */
export async function channelAccess(ctx: Context, viewer: Viewer, channel: string): Promise<{ presence: boolean }> {
  const parsed = parseChannel(channel);
  if (!parsed || !(await maySubscribe(ctx, viewer, parsed, channel))) throw new DomainError("forbidden");
  return { presence: channel.startsWith("presence-") };
}

/**
 * A wall tablet hears its family, and nothing else.
 * @throws DomainError forbidden
 */
export function tabletChannelAccess({ family }: Pick<Membership, "family">, channel: string): void {
  if (channel !== familyChannel(family.id)) throw new DomainError("forbidden");
}

async function maySubscribe(ctx: Context, viewer: Viewer, parsed: ParsedChannel, channel: string): Promise<boolean> {
  switch (parsed.kind) {
    case "direct":
      return parsed.userIds.includes(viewer.userId) && (await ctx.db.all(IS_MEMBER, [viewer.userId, channel])).length > 0;
    case "room":
      return (await ctx.db.all(IS_MEMBER, [viewer.userId, channel])).length > 0;
    case "room-presence":
      return (await ctx.db.all(MAY_BE_SEEN_IN_ROOM, [MAX_PRESENT, viewer.userId, parsed.conversationId])).length > 0;
    case "user":
    case "user-presence":
      return parsed.userId === viewer.userId;
    case "family":
      return (await familiesOf(ctx.db, viewer)).includes(parsed.familyId);
    case "admin":
      return mayAdminister(viewer);
  }
}
