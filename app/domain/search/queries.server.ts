/** Search through what the viewer may read at this moment, newest first. */
import { addDays, startOfDate, type CalendarDate } from "#app/domain/calendar-days.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { excerptOf } from "./excerpt.ts";
import { isFound, wordsIn } from "./fold.ts";
import { conversationWord, indexMessages, personWord, placeAt } from "./index.server.ts";
import { MAX_QUERY_WORDS, type SearchWanted } from "./schema.ts";
import type { FoundMessage, SearchChoice, SearchResults } from "./search.ts";

export const RESULTS_PER_PAGE = 20;
/** Of the index at most so many places are looked at for one page; the next page goes on from there. */
export const LOOKED_AT = 400;
/** Above this share of all messages in the viewer's own conversations, the words alone find quickly what is theirs. */
const MOST = 0.5;
/** More conversations than this are not named to the index: it would look each of them up at every step. */
const MAX_NAMED = 64;
/** Lengths of beginnings that the index keeps (the migration's `prefix`); others are cut to the next shorter one, and checked in the text. */
const PREFIXES = [6, 4, 3, 2] as const;

const OWN = `
  SELECT c.id, c.last_seq AS size, c.kind, coalesce(c.name, o.name, '') AS name
  FROM conversation_members me JOIN conversations c ON c.id = me.conversation_id
  LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> me.user_id LIMIT 1)
  WHERE me.user_id = ?`;
const ALL_SIZE = "SELECT coalesce(sum(last_seq), 0) AS size FROM conversations";

/**
 * Candidates by the index, backwards; then their rows, each only if the viewer is in its conversation now and it came after
 * joining a closed room. Indexes: message_words, then primary keys.
 */
export const SEARCH = `
  WITH places AS MATERIALIZED (SELECT rowid AS place FROM message_words WHERE message_words MATCH ? AND rowid < CAST(? AS INTEGER) AND rowid >= CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?)
  SELECT places.place, m.id, m.seq, m.body, m.sender_id AS senderId, u.name AS senderName, u.hue AS senderHue, m.created_at AS createdAt,
    c.id AS conversationId, c.kind, c.name, c.access, c.member_count AS memberCount, o.id AS otherId, o.name AS otherName, o.hue AS otherHue, o.avatar AS otherAvatar
  FROM places
  JOIN message_search s ON s.id = places.place
  LEFT JOIN messages m ON m.id = s.message_id AND m.deleted_at IS NULL
    AND EXISTS (SELECT 1 FROM conversation_members me WHERE me.conversation_id = m.conversation_id AND me.user_id = ? AND m.seq > me.history_from)
  LEFT JOIN users u ON u.id = m.sender_id
  LEFT JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> ? LIMIT 1)
  ORDER BY places.place DESC`;

interface Row {
  place: number;
  /** Null, like all that follows: not for the viewer. */
  id: string | null;
  seq: number;
  body: string;
  senderId: string;
  senderName: string;
  senderHue: number;
  createdAt: number;
  conversationId: string;
  kind: "direct" | "room";
  name: string | null;
  access: "open" | "closed" | null;
  memberCount: number;
  otherId: string | null;
  otherName: string | null;
  otherHue: number | null;
  otherAvatar: string | null;
}

/** The words that are looked for. */
export const wantedWords = (q: string): string[] => [...new Set(wordsIn(q).map(({ folded }) => folded))].slice(0, MAX_QUERY_WORDS);

/**
 * @param timeZone the viewer's: days begin and end there
 * @returns nothing for a question without a word
 */
export async function searchMessages(ctx: Context, viewer: Viewer, wanted: SearchWanted, timeZone: string): Promise<SearchResults> {
  const words = wantedWords(wanted.q);
  if (words.length === 0) return { found: [], next: null };
  // What was sent a moment ago is found, too, also where no worker runs.
  await indexMessages(ctx);
  const match = await questionFor(ctx, viewer, wanted, words);
  if (match === null) return { found: [], next: null };
  const startOf = (day: CalendarDate) => Math.max(0, Math.min(placeAt(startOfDate(timeZone, day)), Number.MAX_SAFE_INTEGER));
  const newest = Math.min(wanted.before === "" ? Number.MAX_SAFE_INTEGER : Number(wanted.before), wanted.until === "" ? Number.MAX_SAFE_INTEGER : startOf(addDays(wanted.until, 1)));
  const oldest = wanted.since === "" ? 0 : startOf(wanted.since);
  return pageOf(await ctx.db.all<Row>(SEARCH, [match, newest, oldest, LOOKED_AT, viewer.userId, viewer.userId]), words);
}

function pageOf(rows: readonly Row[], words: readonly string[]): SearchResults {
  const found: FoundMessage[] = [];
  for (const row of rows) {
    if (row.id === null || !isFound(row.body, words)) continue;
    if (found.length === RESULTS_PER_PAGE) return { found, next: String(lastPlace(rows, found)) };
    found.push(foundOf(row, row.id, words));
  }
  return { found, next: rows.length === LOOKED_AT ? String(rows.at(-1)!.place) : null };
}

const lastPlace = (rows: readonly Row[], found: readonly FoundMessage[]) => rows.find(({ id }) => id === found.at(-1)!.id)!.place;

function foundOf(row: Row, id: string, words: readonly string[]): FoundMessage {
  const { seq, senderId, senderName, senderHue, createdAt, conversationId } = row;
  const kind =
    row.kind === "room"
      ? ({ kind: "room", name: row.name ?? "", access: row.access ?? "closed", memberCount: row.memberCount } as const)
      : ({ kind: "direct", other: { id: row.otherId ?? "", name: row.otherName ?? "", hue: row.otherHue ?? 0, avatar: row.otherAvatar } } as const);
  return { id, seq, conversation: { id: conversationId, ...kind }, senderId, senderName, senderHue, createdAt, excerpt: excerptOf(row.body, words) };
}

/**
 * The question in FTS5's language. Every word of it is folded, so it holds letters and digits only, and stands in quotes.
 * @returns null where nothing can be found: the viewer is in no conversation, or not in the one that is asked for
 */
async function questionFor(ctx: Context, viewer: Viewer, wanted: SearchWanted, words: readonly string[]): Promise<string | null> {
  const all = await ctx.db.all<{ id: string; size: number }>(OWN, [viewer.userId]);
  const own = wanted.in === "" ? all : all.filter(({ id }) => id === wanted.in);
  if (own.length === 0) return null;
  const [total] = await ctx.db.all<{ size: number }>(ALL_SIZE);
  const isMost = own.reduce((sum, { size }) => sum + size, 0) > MOST * total!.size;
  const within = isMost || own.length > MAX_NAMED ? [] : [`(${own.map(({ id }) => quoted(conversationWord(id))).join(" OR ")})`];
  const by = wanted.from === "" ? [] : [quoted(personWord(wanted.from))];
  // Words first: the index steps along them, and asks for the rest only where they agree.
  return [...words.map(beginning), ...by, ...within].join(" AND ");
}

const quoted = (word: string) => `"${word}"`;

function beginning(word: string): string {
  const letters = [...word];
  const kept = PREFIXES.find((length) => length <= letters.length);
  return kept === undefined ? quoted(word) : `${quoted(letters.slice(0, kept).join(""))} *`;
}

/** Whom and where one may narrow the search to: one's conversations, and the people one shares them with, by name. */
export async function searchChoices(ctx: Context, viewer: Viewer): Promise<{ conversations: SearchChoice[]; people: SearchChoice[] }> {
  const [conversations, people] = await Promise.all([ctx.db.all<SearchChoice & { size: number }>(`${OWN} ORDER BY name, c.id`, [viewer.userId]), ctx.db.all<SearchChoice>(PEOPLE, [viewer.userId, viewer.userId, viewer.userId, MOST_PEOPLE])]);
  return { conversations: conversations.map(({ id, name }) => ({ id, name })), people };
}

/** A choice of more is none. */
const MOST_PEOPLE = 200;
const PEOPLE = `
  SELECT DISTINCT u.id, u.name FROM users u
  WHERE u.erased_at IS NULL AND (u.id = ? OR u.id IN (
    SELECT them.user_id FROM conversation_members me JOIN conversations c ON c.id = me.conversation_id AND c.member_count <= 100
    JOIN conversation_members them ON them.conversation_id = c.id WHERE me.user_id = ? AND them.user_id <> ?))
  ORDER BY u.name, u.id LIMIT ?`;
