/**
 * What must hold between the domain's rows and the outbox in every committed state, both ways: each row has its
 * events, and each event its row, as the contracts of app/domain/*\/events.ts say. For a log that was never pruned and
 * began with the house. Each rule is a query for what breaks it.
 */

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");

/** The newest of some events for each key: SQLite takes bare columns from the row of the maximum. `n` counts all of them. */
const newest = (events: readonly string[], key: string, where = "true") =>
  `(SELECT ${key} AS key, channel, event, payload, created_at AS at, max(seq) AS seq, count(*) AS n FROM outbox_events WHERE event IN (${quoted(events)}) AND ${where} GROUP BY channel, ${key})`;

const TIMER_EVENTS = ["timer:started", "timer:updated", "timer:expired", "timer:cancelled", "timer:completed"];
const TIMER_KEY = "coalesce(payload ->> '$.timer.id', payload ->> '$.timerId')";
const CHORE_EVENTS = ["chore:completed", "chore:updated"];
/** Where somebody is told of: as a member, or by what they wrote. */
const SEEN = "(EXISTS (SELECT 1 FROM conversation_members s WHERE s.conversation_id = c.id AND s.user_id = u.id) OR EXISTS (SELECT 1 FROM messages s WHERE s.conversation_id = c.id AND s.sender_id = u.id))";
const IS_MEMBER = "EXISTS (SELECT 1 FROM conversation_members m WHERE m.conversation_id = c.id AND m.user_id = e.key)";

/** Rows of the catalogue are told by a hint of the same moment, when they come and when they go. */
const catalogue = (table: string, tag: string) => `
  SELECT t.id FROM (SELECT id, family_id, created_at AS at FROM ${table} UNION ALL SELECT id, family_id, archived_at FROM ${table} WHERE archived_at IS NOT NULL) t
  WHERE NOT EXISTS (SELECT 1 FROM outbox_events e, json_each(e.payload, '$.tags') tag WHERE e.event = 'cache:revalidated' AND e.channel = 'private-family-' || t.family_id AND tag.value = '${tag}' AND e.created_at = t.at)`;

export const RULES: Record<string, string> = {
  "offsets of a channel are 1, 2, 3 … in the order of commits": `
    SELECT seq FROM (SELECT seq, offset, lag(offset, 1, 0) OVER (PARTITION BY channel ORDER BY seq) AS before FROM outbox_events WHERE channel IS NOT NULL) WHERE offset IS NOT before + 1`,
  "the last offset of a channel is the one that was given last": `
    SELECT channel FROM outbox_channels c WHERE last_offset IS NOT (SELECT max(offset) FROM outbox_events e WHERE e.channel = c.channel)
    UNION ALL SELECT channel FROM outbox_events e WHERE channel IS NOT NULL AND channel NOT IN (SELECT channel FROM outbox_channels)`,
  "an event has a channel and an offset there, or an audience": "SELECT seq FROM outbox_events WHERE (channel IS NULL) IS (audience IS NULL) OR (channel IS NULL) IS NOT (offset IS NULL)",

  "each message has one new-message, which says the same": `
    SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN ${newest(["new-message"], "payload ->> '$.id'")} e ON e.key = m.id AND e.channel = c.channel
    WHERE e.n IS NOT 1 OR e.payload ->> '$.conversationId' <> m.conversation_id OR e.payload ->> '$.seq' <> m.seq OR e.payload ->> '$.senderId' <> m.sender_id OR e.payload ->> '$.clientId' <> m.client_id
      OR (m.deleted_at IS NOT NULL AND e.payload ->> '$.body' <> '') OR (m.deleted_at IS NULL AND m.edited_at IS NULL AND e.payload ->> '$.body' <> m.body)`,
  "each new-message has its message": `
    SELECT e.seq FROM outbox_events e WHERE e.event = 'new-message' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = e.payload ->> '$.id' AND m.conversation_id = e.payload ->> '$.conversationId' AND m.seq = e.payload ->> '$.seq')`,
  "each message has its hint, next to its event": `
    SELECT e.seq FROM outbox_events e LEFT JOIN outbox_events h ON h.seq = e.seq + 1 AND h.event = 'message-notification' WHERE e.event = 'new-message' AND h.payload ->> '$.messageId' IS NOT e.payload ->> '$.id'`,
  "each hint has its message": "SELECT e.seq FROM outbox_events e WHERE e.event = 'message-notification' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = e.payload ->> '$.messageId')",
  "messages of a conversation are 1, 2, 3 …, and it knows the last": `
    SELECT c.id FROM conversations c WHERE c.last_seq IS NOT (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id) OR c.last_seq IS NOT (SELECT coalesce(max(seq), 0) FROM messages m WHERE m.conversation_id = c.id)`,
  "an edited message has its newest message-updated": `
    SELECT m.id FROM messages m LEFT JOIN ${newest(["message-updated"], "payload ->> '$.id'")} e ON e.key = m.id
    WHERE m.edited_at IS NOT e.payload ->> '$.editedAt' OR (e.n > 0 AND e.payload ->> '$.body' <> m.body)`,
  "each message-updated has its message": "SELECT e.seq FROM outbox_events e WHERE e.event = 'message-updated' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = e.payload ->> '$.id')",
  "a deleted message is told as deleted, or its person as erased": `
    SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = m.sender_id WHERE m.deleted_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'message-deleted' AND e.channel = c.channel AND e.payload ->> '$.id' = m.id AND e.created_at = m.deleted_at)
      AND NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'messages-erased' AND e.channel = c.channel AND e.payload ->> '$.userId' = u.id AND u.erased_at IS NOT NULL)`,
  "what is told as deleted is deleted, with all that it said": `
    SELECT e.seq FROM outbox_events e LEFT JOIN messages m ON m.id = e.payload ->> '$.id' WHERE e.event = 'message-deleted' AND (m.deleted_at IS NULL OR m.body <> '' OR m.attachments IS NOT NULL)
    UNION ALL SELECT e.seq FROM outbox_events e JOIN messages m ON m.id = coalesce(e.payload ->> '$.id', e.payload ->> '$.messageId')
    WHERE e.event IN ('new-message', 'message-updated', 'message-notification') AND m.deleted_at IS NOT NULL AND coalesce(e.payload ->> '$.body', e.payload ->> '$.preview') <> ''`,
  "who is erased is told as erased wherever they wrote": `
    SELECT DISTINCT u.id FROM users u JOIN messages m ON m.sender_id = u.id WHERE u.erased_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'messages-erased' AND e.payload ->> '$.conversationId' = m.conversation_id AND e.payload ->> '$.userId' = u.id)`,
  "who is told as erased is erased": "SELECT e.seq FROM outbox_events e JOIN users u ON u.id = e.payload ->> '$.userId' WHERE e.event = 'messages-erased' AND u.erased_at IS NULL",
  "reactions are what the newest reaction-changed of each says": `
    SELECT e.seq FROM ${newest(["reaction-changed"], "(payload ->> '$.messageId') || (payload ->> '$.userId') || (payload ->> '$.emoji')")} e JOIN messages m ON m.id = e.payload ->> '$.messageId' JOIN users u ON u.id = e.payload ->> '$.userId'
    WHERE m.deleted_at IS NULL AND u.erased_at IS NULL
      AND e.payload ->> '$.on' IS NOT EXISTS (SELECT 1 FROM message_reactions r WHERE r.message_id = m.id AND r.user_id = u.id AND r.emoji = e.payload ->> '$.emoji')`,
  "each reaction was told": "SELECT r.message_id FROM message_reactions r WHERE NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'reaction-changed' AND e.payload ->> '$.messageId' = r.message_id AND e.payload ->> '$.userId' = r.user_id AND e.payload ->> '$.version' = r.position)",
  "a message counts the reactions that were told": `
    SELECT m.id FROM messages m LEFT JOIN (SELECT payload ->> '$.messageId' AS id, count(*) AS n FROM outbox_events WHERE event = 'reaction-changed' GROUP BY 1) e ON e.id = m.id WHERE m.reaction_version <> coalesce(e.n, 0)`,
  "a read position is the one that was told last": `
    SELECT m.user_id FROM conversation_members m LEFT JOIN ${newest(["unread-changed"], "payload ->> '$.conversationId'")} e ON e.channel = 'private-user-' || m.user_id AND e.key = m.conversation_id
    WHERE m.read_at IS NOT NULL AND (e.payload ->> '$.upToSeq' IS NOT m.read_seq OR e.payload ->> '$.readAt' IS NOT m.read_at)`,
  "a read position that was told is one, or further": `
    SELECT e.seq FROM outbox_events e JOIN conversation_members m ON m.conversation_id = e.payload ->> '$.conversationId' AND m.user_id = coalesce(e.payload ->> '$.userId', substr(e.channel, ${"private-user-".length + 1}))
    WHERE e.event IN ('unread-changed', 'message-read') AND e.payload ->> '$.upToSeq' > m.read_seq`,

  "who is in a conversation was told so": `
    SELECT m.user_id FROM conversation_members m LEFT JOIN ${newest(["conversation-added", "conversation-removed"], "payload ->> '$.conversationId'")} e ON e.channel = 'private-user-' || m.user_id AND e.key = m.conversation_id
    WHERE e.event IS NOT 'conversation-added'`,
  "who was told to be in a conversation is, and who was told to be out is not": `
    SELECT e.seq FROM ${newest(["conversation-added", "conversation-removed"], "payload ->> '$.conversationId'")} e
    WHERE (e.event = 'conversation-added') IS NOT EXISTS (SELECT 1 FROM conversation_members m WHERE m.conversation_id = e.key AND 'private-user-' || m.user_id = e.channel)`,
  "a room is told of who comes and goes": `
    SELECT e.seq FROM ${newest(["member-changed"], "payload ->> '$.userId'", "payload ->> '$.change' IN ('joined', 'left', 'removed')")} e JOIN conversations c ON c.channel = e.channel WHERE (e.payload ->> '$.change' = 'joined') IS NOT ${IS_MEMBER}`,
  "a room counts its members, and has one owner, who was told last": `
    SELECT c.id FROM conversations c LEFT JOIN ${newest(["member-changed"], "payload ->> '$.change'", "payload ->> '$.change' = 'owner'")} e ON e.channel = c.channel
    WHERE c.kind = 'room' AND (c.member_count <> (SELECT count(*) FROM conversation_members m WHERE m.conversation_id = c.id) OR (SELECT count(*) FROM conversation_members m WHERE m.conversation_id = c.id AND m.role = 'owner') <> min(c.member_count, 1)
      OR (c.member_count > 0 AND e.n > 0 AND NOT EXISTS (SELECT 1 FROM conversation_members m WHERE m.conversation_id = c.id AND m.role = 'owner' AND m.user_id = e.payload ->> '$.userId')))`,
  "conversations were told the names that people have": `
    SELECT e.seq FROM ${newest(["member-changed"], "payload ->> '$.userId'")} e JOIN conversations c ON c.channel = e.channel JOIN users u ON u.id = e.key WHERE e.payload ->> '$.name' <> u.name AND ${SEEN}`,
  "conversations were told the faces that people have": `
    SELECT e.seq FROM ${newest(["member-changed"], "payload ->> '$.userId'", "json_type(payload, '$.avatar') IS NOT NULL")} e JOIN conversations c ON c.channel = e.channel JOIN users u ON u.id = e.key WHERE e.payload ->> '$.avatar' IS NOT u.avatar AND ${SEEN}`,
  "a face is a picture that is there": "SELECT u.id FROM users u WHERE u.avatar IS NOT NULL AND NOT EXISTS (SELECT 1 FROM images i WHERE i.target = 'avatars' AND i.target_id = u.id AND u.avatar = i.id || '-' || i.hash)",

  "a session that was told as ended is": "SELECT e.seq FROM outbox_events e JOIN sessions s ON s.id = e.payload ->> '$.sessionId' WHERE e.event = 'session-ended'",
  "what people show is what their screens were told": `
    SELECT u.id FROM ${newest(["privacy-changed"], "1")} e JOIN users u ON e.channel = 'private-user-' || u.id
    WHERE e.payload ->> '$.showReceipts' <> u.show_receipts OR e.payload ->> '$.showLastActive' <> u.show_last_active`,
  "what people want to hear is what their screens were told": `
    SELECT u.id FROM ${newest(["notifications-changed"], "1", "payload ->> '$.conversationId' IS NULL")} e JOIN users u ON e.channel = 'private-user-' || u.id WHERE e.payload ->> '$.level' <> u.notify_level OR e.payload ->> '$.sound' <> u.notify_sound
    UNION ALL SELECT m.user_id FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN ${newest(["notifications-changed"], "payload ->> '$.conversationId'", "payload ->> '$.conversationId' IS NOT NULL")} e ON e.channel = 'private-user-' || m.user_id AND e.key = m.conversation_id
    WHERE (m.notify_level IS NOT NULL OR (c.kind = 'direct' AND e.n > 0)) AND e.payload ->> '$.level' IS NOT m.notify_level`,
  "who is here is what those who may know it were told": `
    SELECT u.id FROM ${newest(["user-status-change"], "payload ->> '$.userId'")} e JOIN users u ON u.id = e.key JOIN user_presence p ON p.user_id = u.id WHERE e.payload ->> '$.online' <> (p.online AND u.show_last_active)`,
  "an account is off where the log of operations says so, and was told so": `
    SELECT u.id FROM users u LEFT JOIN (SELECT item.value AS id, kind, max(o.rowid) FROM operations o, json_each(o.items) item WHERE kind IN ('user-disable', 'user-enable') GROUP BY 1) o ON o.id = u.id
    WHERE u.email IS NOT NULL AND ((u.disabled_at IS NOT NULL) IS NOT (o.kind IS 'user-disable')
      OR (u.disabled_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'session-ended' AND e.payload ->> '$.userId' = u.id)))`,

  "each star was told, once": `
    SELECT s.id FROM star_ledger s LEFT JOIN ${newest(["stars:updated"], "payload ->> '$.entry.id'")} e ON e.key = s.id AND e.channel = 'private-family-' || s.family_id
    WHERE e.n IS NOT 1 OR e.payload ->> '$.newBalance' <> s.balance OR e.payload ->> '$.memberId' <> s.member_id OR e.payload ->> '$.entry.amount' <> s.amount OR e.payload ->> '$.entry.seq' <> s.seq OR e.payload ->> '$.reverses.id' IS NOT s.reversal_of`,
  "each star that was told is in the ledger": "SELECT e.seq FROM outbox_events e WHERE e.event = 'stars:updated' AND NOT EXISTS (SELECT 1 FROM star_ledger s WHERE s.id = e.payload ->> '$.entry.id')",
  "a balance is the sum of its entries": "SELECT id FROM (SELECT id, balance, sum(amount) OVER (PARTITION BY family_id, member_id ORDER BY seq) AS total FROM star_ledger) WHERE balance <> total",
  "what earns stars, or costs them, is in the ledger": `
    SELECT t.id FROM timers t WHERE t.state = 'completed' AND t.member_id IS NOT NULL AND t.stars > 0 AND NOT EXISTS (SELECT 1 FROM star_ledger s WHERE s.cause_key = 'timer:' || t.id AND s.amount = t.stars)
    UNION ALL SELECT c.id FROM chore_claims c WHERE c.state = 'approved' AND c.stars > 0 AND NOT EXISTS (SELECT 1 FROM star_ledger s WHERE s.cause_key = 'claim:' || c.id AND s.amount = c.stars)
    UNION ALL SELECT r.id FROM redemptions r WHERE (r.state IN ('approved', 'undone')) IS NOT EXISTS (SELECT 1 FROM star_ledger s WHERE s.cause_key = 'redemption:' || r.id AND s.amount = -r.price)
    UNION ALL SELECT r.id FROM redemptions r JOIN star_ledger s ON s.cause_key = 'redemption:' || r.id WHERE (r.state = 'undone') IS NOT EXISTS (SELECT 1 FROM star_ledger u WHERE u.reversal_of = s.id)`,
  "what the ledger names as a cause has happened": `
    SELECT s.id FROM star_ledger s WHERE s.kind = 'timer' AND NOT EXISTS (SELECT 1 FROM timers t WHERE 'timer:' || t.id = s.cause_key AND t.state = 'completed')
    UNION ALL SELECT s.id FROM star_ledger s WHERE s.kind = 'chore' AND NOT EXISTS (SELECT 1 FROM chore_claims c WHERE 'claim:' || c.id = s.cause_key AND c.state IN ('approved', 'undone'))`,
  "a timer was told of each of its versions, and stands as it was told last": `
    SELECT t.id FROM timers t LEFT JOIN ${newest(TIMER_EVENTS, TIMER_KEY)} e ON e.key = t.id AND e.channel = 'private-family-' || t.family_id
    WHERE e.n IS NOT t.version OR (t.state = 'cancelled') IS NOT (e.event = 'timer:cancelled')
      OR (e.event <> 'timer:cancelled' AND (e.payload ->> '$.timer.state' <> t.state OR e.payload ->> '$.timer.version' <> t.version OR e.payload ->> '$.timer.endsAt' IS NOT t.ends_at OR e.payload ->> '$.timer.remainingMs' IS NOT t.remaining_ms))`,
  "each timer that was told of is there": `SELECT seq FROM outbox_events WHERE event IN (${quoted(TIMER_EVENTS)}) AND ${TIMER_KEY} NOT IN (SELECT id FROM timers)`,
  "a chore was told of each of its versions, and stands as it was told last": `
    SELECT c.id FROM chores c LEFT JOIN ${newest(CHORE_EVENTS, "payload ->> '$.chore.id'")} e ON e.key = c.id AND e.channel = 'private-family-' || c.family_id
    WHERE e.n IS NOT c.version OR e.payload ->> '$.chore.version' <> c.version OR e.payload ->> '$.chore.name' <> c.name OR e.payload ->> '$.chore.stars' <> c.stars OR e.payload ->> '$.chore.isArchived' IS NOT (c.archived_at IS NOT NULL)`,
  "each chore that was told of is there": `SELECT seq FROM outbox_events WHERE event IN (${quoted(CHORE_EVENTS)}) AND payload ->> '$.chore.id' NOT IN (SELECT id FROM chores)`,
  "a chore is due as it was told last": `
    SELECT e.seq FROM ${newest(CHORE_EVENTS, "payload ->> '$.chore.id'")} e, json_each(e.payload, '$.chore.occurrences') o
    WHERE NOT EXISTS (SELECT 1 FROM chore_occurrences d WHERE d.chore_id = e.key AND d.due_on = o.value ->> '$.dueOn' AND d.state = o.value ->> '$.state' AND d.assigned_to IS o.value ->> '$.assignedTo' AND d.claim_id IS o.value ->> '$.claim.id')`,
  "a request was told of each of its versions, and stands as it was told last": `
    SELECT r.id FROM redemptions r LEFT JOIN ${newest(["redemption:updated"], "payload ->> '$.redemption.id'")} e ON e.key = r.id AND e.channel = 'private-family-' || r.family_id
    WHERE e.n IS NOT r.version OR e.payload ->> '$.redemption.version' <> r.version OR e.payload ->> '$.redemption.state' <> r.state OR e.payload ->> '$.redemption.price' <> r.price`,
  "each request that was told of is there": "SELECT seq FROM outbox_events WHERE event = 'redemption:updated' AND payload ->> '$.redemption.id' NOT IN (SELECT id FROM redemptions)",
  "what is left of a reward is what was told": `
    SELECT e.seq FROM outbox_events e JOIN products p ON p.id = e.payload ->> '$.redemption.productId' WHERE e.event = 'redemption:updated'
      AND (e.payload ->> '$.stock.version' > p.stock_version OR (e.payload ->> '$.stock.version' = p.stock_version AND e.payload ->> '$.stock.stock' IS NOT p.stock))`,
  "a wish was told of each of its versions": `
    SELECT w.member_id FROM wishes w LEFT JOIN ${newest(["wish:updated"], "payload ->> '$.memberId'")} e ON e.key = w.member_id AND e.channel = 'private-family-' || w.family_id
    WHERE e.n IS NOT w.version OR e.payload ->> '$.wish.version' <> w.version OR e.payload ->> '$.wish.productId' IS NOT w.product_id`,
  "each wish that was told is there": "SELECT e.seq FROM outbox_events e WHERE e.event = 'wish:updated' AND NOT EXISTS (SELECT 1 FROM wishes w WHERE w.member_id = e.payload ->> '$.memberId' AND 'private-family-' || w.family_id = e.channel)",

  "who is in a family was told so, and so was the family": `
    SELECT m.user_id FROM family_members m LEFT JOIN ${newest(["family:member-changed"], "payload ->> '$.memberId'", "payload ->> '$.change' IN ('joined', 'left')")} f ON f.channel = 'private-family-' || m.family_id AND f.key = m.user_id
    LEFT JOIN ${newest(["family-joined", "family-left"], "payload ->> '$.familyId'")} e ON e.channel = 'private-user-' || m.user_id AND e.key = m.family_id
    WHERE f.payload ->> '$.change' IS NOT iif(m.revoked_at IS NULL, 'joined', 'left') OR e.event IS NOT iif(m.revoked_at IS NULL, 'family-joined', 'family-left')`,
  "who was told to be in a family has been": `
    SELECT e.seq FROM outbox_events e WHERE e.event IN ('family-joined', 'family-left') AND NOT EXISTS (SELECT 1 FROM family_members m WHERE m.family_id = e.payload ->> '$.familyId' AND 'private-user-' || m.user_id = e.channel)
    UNION ALL SELECT e.seq FROM outbox_events e WHERE e.event = 'family:member-changed' AND NOT EXISTS (SELECT 1 FROM family_members m WHERE 'private-family-' || m.family_id = e.channel AND m.user_id = e.payload ->> '$.memberId')`,
  "a family is what it was told to be": `
    SELECT f.id FROM ${newest(["family:changed"], "1")} e JOIN families f ON e.channel = 'private-family-' || f.id
    WHERE e.payload ->> '$.family.name' <> f.name OR e.payload ->> '$.family.timeZone' <> f.time_zone OR e.payload ->> '$.family.weekStart' <> f.week_start OR e.payload ->> '$.family.choresCountAtOnce' <> f.chores_count_at_once`,
  "a family was told the names and faces that its people have": `
    SELECT u.id FROM ${newest(["family:member-changed"], "payload ->> '$.memberId'", "payload ->> '$.change' IN ('joined', 'left', 'renamed')")} e JOIN users u ON u.id = e.key WHERE e.payload ->> '$.change' = 'renamed' AND e.payload ->> '$.name' <> u.name
    UNION ALL SELECT u.id FROM ${newest(["family:member-changed"], "payload ->> '$.memberId'", "payload ->> '$.change' IN ('joined', 'left', 'pictured')")} e JOIN users u ON u.id = e.key WHERE e.payload ->> '$.change' = 'pictured' AND e.payload ->> '$.avatar' IS NOT u.avatar`,
  "a tablet is out where the family was told so": `
    SELECT t.id FROM tablets t WHERE (t.revoked_at IS NOT NULL) IS NOT EXISTS (SELECT 1 FROM outbox_events e WHERE e.event = 'family:tablet-revoked' AND e.channel = 'private-family-' || t.family_id AND e.payload ->> '$.tabletId' = t.id)
    UNION ALL SELECT v.tablet_id FROM tablet_visits v JOIN tablets t ON t.id = v.tablet_id WHERE t.revoked_at IS NOT NULL`,
  "rewards were told of": catalogue("products", "products"),
  "shelves were told of": catalogue("categories", "categories"),
  "discounts were told of": catalogue("promotions", "promotions"),
  "templates were told of": catalogue("timer_templates", "templates"),
  "what was told as out of date is": `
    SELECT e.seq FROM outbox_events e, json_each(e.payload, '$.tags') tag WHERE e.event = 'cache:revalidated' AND NOT EXISTS (SELECT 1 FROM cache_tags c WHERE c.tag = tag.value || ':' || substr(e.channel, ${"private-family-".length + 1}))`,
};
