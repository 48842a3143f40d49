/** What an import ends with: numbers in the order of time, read positions, and a new epoch. Each may be done twice. */
import type { Queries } from "#db/database.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import type { Context } from "#app/domain/context.ts";
import type { Written } from "./written.ts";

/** So many conversations in one transaction: senders wait for no more than that. */
const CONVERSATIONS_AT_ONCE = 100;

/**
 * A scan of all messages, once an import that goes on from another: in the order of the file, and sorted then, since by the index each row would be
 * looked up on a page of its own (4.8 against 3.4 s of work for a million). Times of one conversation that go back say that
 * older messages came after newer ones.
 */
const imported = (from: string) => `
  SELECT conversation_id AS id, max(goes_back) AS goesBack, max(imported_read_at) > 0 AS hasRead
  FROM (SELECT conversation_id, imported_read_at, created_at < lag(created_at) OVER (PARTITION BY conversation_id ORDER BY seq) AS goes_back FROM ${from})
  GROUP BY conversation_id HAVING count(imported_read_at) > 0`;
const ALL_IMPORTED = imported("messages NOT INDEXED");
/** Index: messages_conversation_seq. */
const ONE_IMPORTED = imported("messages WHERE conversation_id = ?");

interface Imported {
  id: string;
  /** Null where there is only one message. */
  goesBack: number | null;
  hasRead: number;
}

/** Negative first: two rows never have one number. */
const NUMBERED = "SELECT id, seq, row_number() OVER (ORDER BY created_at, seq) AS number FROM messages WHERE conversation_id = ?";
const MOVE_POSITIONS = `
  WITH numbered AS MATERIALIZED (${NUMBERED})
  UPDATE conversation_members SET
    read_seq = coalesce((SELECT number FROM numbered WHERE seq = read_seq), read_seq),
    history_from = coalesce((SELECT number FROM numbered WHERE seq = history_from), history_from)
  WHERE conversation_id = ?`;
const RENUMBER = `UPDATE messages SET seq = -numbered.number FROM (${NUMBERED}) AS numbered WHERE messages.id = numbered.id`;
const TURN = "UPDATE messages SET seq = -seq WHERE conversation_id = ?";
/** What the log still says of them. Index: outbox_events_channel_seq, within this one channel. */
const CORRECT_EVENTS = `
  UPDATE outbox_events SET payload = json_set(payload, '$.seq', (SELECT m.seq FROM messages m WHERE m.id = json_extract(payload, '$.id')))
  WHERE channel = (SELECT channel FROM conversations WHERE id = ?) AND event IN ('new-message', 'message-updated')
    AND EXISTS (SELECT 1 FROM messages m WHERE m.id = json_extract(payload, '$.id'))`;

/**
 * How far each had read: to the last message of another that had been read. Never back.
 * Index: messages_conversation_seq, backwards to that message.
 */
const ADVANCE_READERS = `
  UPDATE conversation_members SET (read_seq, read_at) = (
    SELECT m.seq, m.imported_read_at FROM messages m
    WHERE m.conversation_id = conversation_members.conversation_id AND m.sender_id <> conversation_members.user_id AND m.imported_read_at > 0
    ORDER BY m.seq DESC LIMIT 1)
  WHERE conversation_id = ? AND read_seq < (
    SELECT m.seq FROM messages m
    WHERE m.conversation_id = conversation_members.conversation_id AND m.sender_id <> conversation_members.user_id AND m.imported_read_at > 0
    ORDER BY m.seq DESC LIMIT 1)`;

/**
 * @param file as `importLines` has it
 * @param written what this run brought; null where it goes on from another, which may have brought something, too
 * @param onProgress told which share of the conversations is done, 0 to 1
 */
export async function finishImport(ctx: Context, file: string, written: Written | null, onProgress: (share: number) => void = () => undefined): Promise<void> {
  const conversations = written ? written.all() : await ctx.db.all<Imported>(ALL_IMPORTED);
  for (let start = 0; start < conversations.length; start += CONVERSATIONS_AT_ONCE) {
    await ctx.db.transact(async (tx) => {
      for (const conversation of conversations.slice(start, start + CONVERSATIONS_AT_ONCE)) {
        const { id } = conversation;
        const [found] = written && conversation.goesBack === null ? await tx.all<Imported>(ONE_IMPORTED, [id]) : [conversation];
        if (found?.goesBack) await renumber(tx, id);
        if (found?.hasRead) await tx.all(ADVANCE_READERS, [id]);
      }
    });
    onProgress((start + CONVERSATIONS_AT_ONCE) / conversations.length);
  }
  await ctx.db.transact(async (tx) => {
    await tx.all("UPDATE message_imports SET finished_at = ? WHERE file = ?", [ctx.now(), file]);
    // Open browsers know nothing of the new rows: no event tells of them.
    if (conversations.length > 0) await startNewEpoch(tx);
  });
}

async function renumber(tx: Queries, conversationId: string): Promise<void> {
  await tx.all(MOVE_POSITIONS, [conversationId, conversationId]);
  await tx.all(RENUMBER, [conversationId]);
  await tx.all(TURN, [conversationId]);
  await tx.all(CORRECT_EVENTS, [conversationId]);
}
