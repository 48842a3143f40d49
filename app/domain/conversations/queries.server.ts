/** Reads of conversations. Each starts from the viewer: what is missing and what is forbidden look the same. */
import type { SyncEvent } from "#db/outbox/event.ts";
import type { SyncScope } from "#db/outbox/sync.ts";
import { roomPresenceChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Attachments } from "#app/domain/images/image.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { showsText } from "./audience.server.ts";
import type { ConversationInfo, ConversationPage, ConversationSummary, Kind, Member, MemberRole, NotifyLevel, ReadPositions, RoomAccess } from "./conversation.ts";
import type { MessageData, Reaction } from "./events.ts";
import { MAX_PRESENT, UNREAD_LIMIT } from "./limits.ts";
import { FILE_MARK, PICTURE_MARK } from "./preview.ts";

export type { ConversationPage, ConversationSummary, ReadPositions } from "./conversation.ts";

export const MESSAGES_PER_PAGE = 50;

/** The preview's length in characters: a list row shows less, and a message may have 20,000. */
export const PREVIEW_LENGTH = 160;

/** What `lineOf` says, in SQL. */
const PREVIEW_SQL = `CASE WHEN m.body <> '' OR m.attachments IS NULL THEN substr(m.body, 1, ${PREVIEW_LENGTH}) WHEN json_array_length(m.attachments, '$.images') > 0 THEN '${PICTURE_MARK}' ELSE '${FILE_MARK}' END`;

/**
 * Rows by conversation_members_user; the other one by the members' primary key, the last message and the unread count
 * by messages_conversation_seq, the count only as far as it is shown.
 */
export const CONVERSATIONS_OF = `
  SELECT c.id, c.channel, c.kind, c.name, c.access, c.member_count AS memberCount, c.last_seq AS lastSeq, coalesce(m.created_at, me.joined_at) AS activeAt,
    me.read_seq AS readSeq, me.notify_level AS notifyLevel,
    o.id AS otherId, o.name AS otherName, o.hue AS otherHue, o.avatar AS otherAvatar,
    m.id AS messageId, ${PREVIEW_SQL} AS body, m.sender_id AS senderId, s.name AS senderName, m.created_at AS createdAt, m.edited_at AS editedAt, m.deleted_at AS deletedAt,
    (SELECT count(*) FROM (
      SELECT 1 FROM messages u WHERE u.conversation_id = c.id AND u.seq > max(me.read_seq, me.history_from) AND u.sender_id <> me.user_id LIMIT ${UNREAD_LIMIT}
    )) AS unread
  FROM conversation_members me
  JOIN conversations c ON c.id = me.conversation_id
  LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> me.user_id LIMIT 1)
  LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq AND m.seq > me.history_from
  LEFT JOIN users s ON s.id = m.sender_id
  WHERE me.user_id = ?
  ORDER BY activeAt DESC, c.id DESC`;

/** The columns of `Kind`: `other*` of a private chat only, the rest of a room only. */
interface KindRow {
  kind: "direct" | "room";
  name: string | null;
  access: RoomAccess | null;
  memberCount: number;
  otherId: string | null;
  otherName: string | null;
  otherHue: number | null;
  otherAvatar: string | null;
}

function kindOf({ kind, name, access, memberCount, otherId, otherName, otherHue, otherAvatar }: KindRow): Kind {
  if (kind === "room") return { kind, name: name ?? "", access: access ?? "closed", memberCount };
  return { kind, other: { id: otherId ?? "", name: otherName ?? "", hue: otherHue ?? 0, avatar: otherAvatar } };
}

type SummaryRow = KindRow & { id: string; channel: string; lastSeq: number; activeAt: number; readSeq: number; notifyLevel: NotifyLevel | null; messageId: string | null; body: string; senderId: string; senderName: string; createdAt: number; editedAt: number | null; deletedAt: number | null; unread: number };

/** The viewer's conversations, the one with the newest message first. */
export async function conversationsOf(ctx: Context, viewer: Viewer): Promise<ConversationSummary[]> {
  const rows = await ctx.db.all<SummaryRow>(CONVERSATIONS_OF, [viewer.userId]);
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    ...kindOf(row),
    notifyLevel: row.notifyLevel,
    lastMessage: row.messageId === null ? null : { id: row.messageId, seq: row.lastSeq, body: row.body, senderId: row.senderId, senderName: row.senderName, createdAt: row.createdAt, editedAt: row.editedAt, deletedAt: row.deletedAt },
    unread: row.unread,
    readSeq: row.readSeq,
    lastSeq: row.lastSeq,
    activeAt: row.activeAt,
  }));
}

/** A conversation with what the viewer is in it. Index: the members' primary key. */
export const MEMBERSHIP = `
  SELECT c.id, c.channel, c.kind, c.name, c.access, c.member_count AS memberCount, c.last_seq AS lastSeq,
    me.role, me.notify_level AS notifyLevel, me.history_from AS historyFrom, me.read_seq AS upToSeq, me.read_at AS readAt, u.show_last_active AS showLastActive,
    o.id AS otherId, o.name AS otherName, o.hue AS otherHue, o.avatar AS otherAvatar
  FROM conversation_members me
  JOIN conversations c ON c.id = me.conversation_id
  JOIN users u ON u.id = me.user_id
  LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> me.user_id LIMIT 1)
  WHERE me.conversation_id = ? AND me.user_id = ?`;

type MembershipRow = KindRow & { id: string; channel: string; lastSeq: number; role: MemberRole; notifyLevel: NotifyLevel | null; historyFrom: number; upToSeq: number; readAt: number | null; showLastActive: number };

async function membershipOf(ctx: Context, viewer: Viewer, conversationId: string): Promise<MembershipRow> {
  const [row] = await ctx.db.all<MembershipRow>(MEMBERSHIP, [conversationId, viewer.userId]);
  if (!row) throw new DomainError("not-found");
  return row;
}

function infoOf(row: MembershipRow): ConversationInfo {
  const { id, channel, notifyLevel, role, memberCount } = row;
  const kind = kindOf(row);
  if (kind.kind === "direct") return { id, channel, notifyLevel, ...kind };
  return { id, channel, notifyLevel, ...kind, role, presenceChannel: memberCount <= MAX_PRESENT && row.showLastActive === 1 ? roomPresenceChannel(id) : null };
}

/** By id: an order that names, roles and clocks do not change. Index: the members' primary key. */
export const MEMBERS = `
  SELECT u.id, u.name, u.hue, u.avatar, m.role, m.read_seq AS upToSeq, m.read_at AS readAt, u.show_receipts AS showReceipts
  FROM conversation_members m JOIN users u ON u.id = m.user_id
  WHERE m.conversation_id = ? ORDER BY m.user_id`;

type MemberRow = Member & { upToSeq: number; readAt: number | null; showReceipts: number };

async function membersOf(ctx: Context, viewer: Viewer, membership: MembershipRow): Promise<{ members: Member[] | null; reads: ReadPositions }> {
  const own = { [viewer.userId]: { upToSeq: membership.upToSeq, readAt: membership.readAt } };
  if (membership.memberCount > MAX_PRESENT) return { members: null, reads: own };
  const rows = await ctx.db.all<MemberRow>(MEMBERS, [membership.id]);
  const shown = rows.filter((row) => row.readAt !== null && row.showReceipts === 1);
  return {
    members: rows.map(({ id, name, hue, avatar, role }) => ({ id, name, hue, avatar, role })),
    reads: { ...Object.fromEntries(shown.map(({ id, upToSeq, readAt }) => [id, { upToSeq, readAt }])), ...own },
  };
}

/**
 * The channel a conversation's events go to, for the position that a page reads before its data.
 * @throws DomainError not-found for strangers, too
 */
export async function channelFor(ctx: Context, viewer: Viewer, conversationId: string): Promise<string> {
  return (await membershipOf(ctx, viewer, conversationId)).channel;
}

/** A message as `MessageRow`; add the condition. Reactions by the primary key of theirs. */
export const SELECT_MESSAGE = `
  SELECT m.id, m.conversation_id AS conversationId, m.seq, m.sender_id AS senderId, u.name AS senderName, u.hue AS senderHue, u.avatar AS senderAvatar, m.client_id AS clientId,
    m.body, m.kind, m.attachments, m.created_at AS createdAt, m.edited_at AS editedAt, m.deleted_at AS deletedAt, m.reaction_version AS reactionVersion,
    (SELECT json_group_array(json_object('emoji', r.emoji, 'userId', r.user_id)) FROM (SELECT emoji, user_id FROM message_reactions WHERE message_id = m.id ORDER BY position) AS r) AS reactions
  FROM messages m JOIN users u ON u.id = m.sender_id`;

/** messages_conversation_seq, backwards. */
export const MESSAGES = `${SELECT_MESSAGE}
  WHERE m.conversation_id = ? AND m.seq > ? AND m.seq < ?
  ORDER BY m.seq DESC LIMIT ?`;

export type MessageRow = Omit<MessageData, "images" | "files" | "reactions"> & { attachments: string | null; reactions: string };
export const messageData = ({ attachments, reactions, ...row }: MessageRow): MessageData => ({ ...row, ...attachmentsOf(attachments), reactions: JSON.parse(reactions) as Reaction[] });

/** As `messages.attachments` holds them. */
export const attachmentsOf = (column: string | null): Attachments => (column === null ? { images: [], files: [] } : (JSON.parse(column) as Attachments));

/** Which messages of a conversation: those before a number, those around one, from the first unread one on, or (absent) the newest. */
export type MessageWindow = { before: number } | { around: number } | "unread";

/** So many unread messages are loaded at once; of more the first ones, as a page of the past. */
export const UNREAD_AT_ONCE = 200;
/** What was read already and stands above the first unread message. */
const READ_ABOVE = 10;

const NEWEST = { before: Number.MAX_SAFE_INTEGER, count: MESSAGES_PER_PAGE };

/** As numbers: never more than a few pages, however large the conversation is. */
function rangeOf(window: MessageWindow | undefined, { lastSeq, upToSeq, historyFrom }: Pick<MembershipRow, "lastSeq" | "upToSeq" | "historyFrom">): { before: number; count: number } {
  if (window === undefined) return NEWEST;
  if (window !== "unread" && "before" in window) return { ...NEWEST, before: window.before };
  if (window === "unread") {
    const unread = lastSeq - Math.max(upToSeq, historyFrom);
    // Where nothing was read yet, nothing says where to begin.
    if (upToSeq === 0) return NEWEST;
    if (unread <= UNREAD_AT_ONCE) return { ...NEWEST, count: Math.max(MESSAGES_PER_PAGE, unread + READ_ABOVE) };
  }
  const middle = window === "unread" ? upToSeq + 1 : window.around;
  const behind = window === "unread" ? MESSAGES_PER_PAGE - READ_ABOVE : MESSAGES_PER_PAGE / 2;
  // So near the end that a page holds both: then it is the newest page, which stays current.
  return middle > lastSeq - behind ? { ...NEWEST, count: Math.max(MESSAGES_PER_PAGE, lastSeq - middle + READ_ABOVE) } : { before: middle + behind, count: MESSAGES_PER_PAGE };
}

/**
 * A conversation with some of its messages.
 * @throws DomainError not-found for strangers, too
 */
export async function conversationFor(ctx: Context, viewer: Viewer, conversationId: string, window?: MessageWindow): Promise<ConversationPage> {
  const membership = await membershipOf(ctx, viewer, conversationId);
  const { members, reads } = await membersOf(ctx, viewer, membership);
  const { before, count } = rangeOf(window, membership);
  const rows = await ctx.db.all<MessageRow>(MESSAGES, [conversationId, membership.historyFrom, before, count + 1]);
  const messages = rows.slice(0, count).reverse().map(messageData);
  return { conversation: infoOf(membership), members, messages, reads, hasOlder: rows.length > count, hasNewer: before <= membership.lastSeq };
}

/** A message's number; undefined where there is no such message in this conversation. It tells nothing: the page shows what the viewer may see. */
export async function seqOf(ctx: Context, { conversationId, messageId }: { conversationId: string; messageId: string }): Promise<number | undefined> {
  const [row] = await ctx.db.all<{ seq: number }>("SELECT seq FROM messages WHERE id = ? AND conversation_id = ?", [messageId, conversationId]);
  return row?.seq;
}

/** The first message not older than a moment, by halving: numbers rise with the time. Index: messages_conversation_seq. */
const SEQ_AT_TIME = `
  WITH RECURSIVE half(low, high) AS (
    SELECT 1, last_seq FROM conversations WHERE id = ?
    UNION ALL
    SELECT iif(m.created_at < ?, m.seq + 1, low), iif(m.created_at < ?, high, m.seq)
    FROM half JOIN messages m ON m.conversation_id = ? AND m.seq = (low + high) / 2 WHERE low < high
  )
  SELECT low AS seq FROM half WHERE low >= high`;

/** @param ms since 1970 @returns the last one's number where all are older */
export async function seqAtTime(ctx: Context, conversationId: string, ms: number): Promise<number | undefined> {
  const [row] = await ctx.db.all<{ seq: number }>(SEQ_AT_TIME, [conversationId, ms, ms, conversationId]);
  return row?.seq;
}

/** Indexes: the primary keys of messages and members. */
export const ONE_MESSAGE = `${SELECT_MESSAGE}
  JOIN conversation_members me ON me.conversation_id = m.conversation_id AND me.user_id = ? AND m.seq > me.history_from
  WHERE m.id = ? AND m.conversation_id = ?`;

/**
 * One message that the viewer may see.
 * @throws DomainError not-found for strangers, too
 */
export async function messageFor(ctx: Context, viewer: Viewer, { conversationId, messageId }: { conversationId: string; messageId: string }): Promise<MessageData> {
  const [row] = await ctx.db.all<MessageRow>(ONE_MESSAGE, [viewer.userId, messageId, conversationId]);
  if (!row) throw new DomainError("not-found");
  return messageData(row);
}

/** The channels of all the viewer's conversations. */
export async function conversationChannelsOf(ctx: Context, viewer: Viewer): Promise<string[]> {
  const rows = await ctx.db.all<{ channel: string }>(
    "SELECT c.channel FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id WHERE m.user_id = ?",
    [viewer.userId],
  );
  return rows.map((row) => row.channel);
}

const SCOPES = `
  SELECT c.channel, m.events_from AS after, m.history_from AS historyFrom
  FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id WHERE m.user_id = ?`;

/**
 * What sync may show of the viewer's conversations: of closed rooms only what came after joining, and no text of an
 * older message even when it is edited now. Index: conversation_members_user.
 */
export async function conversationScopesOf(ctx: Context, viewer: Viewer): Promise<SyncScope[]> {
  const rows = await ctx.db.all<{ channel: string; after: number; historyFrom: number }>(SCOPES, [viewer.userId]);
  return rows.map(({ channel, after, historyFrom }) => ({ channel, after, ...(historyFrom > 0 && { masked: (event: SyncEvent) => maskedBefore(historyFrom, event) }) }));
}

/** An older message is edited: nothing is said but that something happened, on a message that nobody knows. */
function maskedBefore(historyFrom: number, event: SyncEvent): SyncEvent {
  if (!showsText(event.event) || Number(event.data["seq"]) > historyFrom) return event;
  return { ...event, data: { id: "", conversationId: event.data["conversationId"], _event: event.data._event } };
}
