/**
 * The search index (tables `message_search` and, over it, the FTS5 table `message_words`). Messages are put into it after they
 * were sent, in batches: sending writes nothing here. Whatever changes a text takes the message out again, by a trigger.
 */
import type { Statement } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { formsOf, wordsIn } from "./fold.ts";

/** So many messages are indexed in one write: a sender waits for it for some 20 ms at most. */
export const INDEXED_AT_ONCE = 200;
/** Messages of one millisecond still have an order. */
const PLACES_PER_MS = 1_024;
const NOTHING_TO_FIND = 0;

/** The first place of a moment in the index: newest first is the index's own order, backwards. */
export const placeAt = (ms: number): number => ms * PLACES_PER_MS;

/** Kept apart from words by signs that no folded word holds, and that the index's tokenizer takes for letters (all but ASCII). */
export const conversationWord = (id: string): string => `§${id}`;
export const personWord = (id: string): string => `¶${id}`;

/** Index: messages_unindexed. */
export const UNINDEXED = `
  SELECT id, conversation_id AS conversationId, seq, sender_id AS senderId, body, created_at AS createdAt FROM messages INDEXED BY messages_unindexed
  WHERE search_id IS NULL LIMIT ?`;

interface Unindexed {
  id: string;
  conversationId: string;
  seq: number;
  senderId: string;
  body: string;
  createdAt: number;
}

/**
 * Where a message belongs. Chats of elsewhere often know whole seconds only, and ids of any form: of one moment and one
 * conversation the number decides, in whichever order they come into the index.
 */
const placeOf = ({ createdAt, seq }: Unindexed): number => placeAt(createdAt) + (seq % PLACES_PER_MS);

/** So many neighbours are looked at for a free place. */
const NEIGHBOURS = 64;
/** How far behind its moment a place may lie, where an import brings more messages of one moment than it has places. */
const SPREAD = 60_000 * PLACES_PER_MS;
/** The place itself; taken (by another conversation's message of that moment), the next free one; else behind all that are near. */
const ADD = `
  INSERT INTO message_search (id, message_id, words)
  SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM message_search WHERE id = wanted.place) THEN wanted.place ELSE coalesce(
      (SELECT near.id + 1 FROM (SELECT id FROM message_search WHERE id >= wanted.place ORDER BY id LIMIT ${NEIGHBOURS}) AS near
        WHERE NOT EXISTS (SELECT 1 FROM message_search WHERE id = near.id + 1) ORDER BY near.id LIMIT 1),
      (SELECT max(id) + 1 FROM message_search WHERE id >= wanted.place AND id < wanted.place + ${SPREAD})) END, m.id, ?
  FROM (SELECT CAST(? AS INTEGER) AS place) AS wanted JOIN messages m ON m.id = ? AND m.search_id IS NULL AND m.body = ?`;
const NOTE = "UPDATE messages SET search_id = coalesce((SELECT id FROM message_search WHERE message_id = messages.id), ?) WHERE id = ? AND search_id IS NULL AND body = ?";

/**
 * Indexes what was written or changed since the last time, as much as fits in one write.
 * @returns how many were looked at; as many as `limit`: there may be more
 */
export async function indexMessages({ db }: Pick<Context, "db">, limit = INDEXED_AT_ONCE): Promise<number> {
  const waiting = await db.all<Unindexed>(UNINDEXED, [limit]);
  if (waiting.length > 0) await db.batch(waiting.toSorted((a, b) => placeOf(a) - placeOf(b)).flatMap(statementsFor));
  return waiting.length;
}

function statementsFor(message: Unindexed): Statement[] {
  const { id, conversationId, senderId, body } = message;
  const words = new Set(wordsIn(body).flatMap(({ folded }) => formsOf(folded)));
  // The text may have changed since it was read: then nothing is written, and the next time has the new one.
  const note: Statement = { sql: NOTE, args: [NOTHING_TO_FIND, id, body] };
  if (words.size === 0) return [note];
  return [{ sql: ADD, args: [[conversationWord(conversationId), personWord(senderId), ...words].join(" "), placeOf(message), id, body] }, note];
}
