/** A house with a long memory: one large room, many others, words as people use them (few often, many seldom), in two scripts. */
import type { Context } from "#app/domain/context.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom } from "#app/domain/rooms/commands.server.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Statement } from "#db/database.ts";
import { seeded } from "#tests/realtime/seeded.ts";

export interface Sizes {
  /** In all rooms together. */
  messages: number;
  /** In the large one. */
  room: number;
  /** Beside the large one and the empty one; the viewer is in a third of them. */
  rooms: number;
}

export interface Memory {
  viewer: Viewer;
  large: string;
  empty: string;
  /** Words to search for, as often as they are said. */
  word: () => string;
}

const VOCABULARY = 20_000;
const WORDS_A_MESSAGE = 8;
const AT_ONCE = 500;
const MINUTE_MS = 60_000;
const LETTERS = { latin: "abcdefghijklmnopqrstuvwxyz", arabic: "ابتثجحخدذرزسشصضطظعغفقكلمنهوي" };

function vocabulary(random: () => number): string[] {
  return Array.from({ length: VOCABULARY }, (_, index) => {
    const letters = index % 2 ? LETTERS.latin : LETTERS.arabic;
    return Array.from({ length: 3 + Math.floor(random() * 7) }, () => letters[Math.floor(random() * letters.length)]).join("");
  });
}

/** @param say told now and then how far it is */
export async function fill(ctx: Context, viewer: Viewer, stranger: Viewer, sizes: Sizes, say: (line: string) => void = () => undefined): Promise<Memory> {
  const random = seeded(7);
  const words = vocabulary(random);
  const word = () => words[Math.floor(words.length ** random()) - 1]!;
  const room = async (who: Viewer, name: string) => (await createRoom(ctx, who, { name, access: "closed", key: newId() })).conversationId;
  const large = await room(viewer, "Large");
  const empty = await room(viewer, "Empty");
  const others: string[] = [];
  for (let index = 0; index < sizes.rooms; index++) others.push(await room(index % 3 === 0 ? viewer : stranger, `Room ${index}`));
  const seqs = new Map<string, number>();
  let statements: Statement[] = [];
  const start = ctx.now() - sizes.messages * MINUTE_MS;
  const largeShare = sizes.room / sizes.messages;
  for (let index = 0; index < sizes.messages; index++) {
    const where = random() < largeShare && (seqs.get(large) ?? 0) < sizes.room ? large : others[Math.floor(random() * others.length)]!;
    const seq = (seqs.get(where) ?? 0) + 1;
    seqs.set(where, seq);
    const body = Array.from({ length: WORDS_A_MESSAGE }, word).join(" ");
    const sender = index % 2 && (where === large || others.indexOf(where) % 3 === 0) ? viewer : stranger;
    const id = newId();
    statements.push({ sql: "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", args: [id, where, seq, sender.userId, id, body, start + index * MINUTE_MS] });
    if (statements.length === AT_ONCE || index === sizes.messages - 1) {
      await ctx.db.batch(statements);
      statements = [];
    }
    if (index % 100_000 === 99_999) say(`${index + 1} messages written`);
  }
  await ctx.db.batch([...seqs].map(([id, seq]) => ({ sql: "UPDATE conversations SET last_seq = ?, last_message_at = ? WHERE id = ?", args: [seq, ctx.now(), id] })));
  await ctx.db.batch([{ sql: "UPDATE conversation_members SET read_seq = (SELECT last_seq FROM conversations WHERE id = conversation_id), read_at = ?", args: [ctx.now()] }]);
  const from = performance.now();
  for (let done = 0, some: number; (some = await indexMessages(ctx, 2_000)) > 0; ) if ((done += some) % 100_000 < 2_000) say(`${done} messages indexed`);
  say(`indexing: ${Math.round(((performance.now() - from) / sizes.messages) * 1_000)} µs a message`);
  return { viewer, large, empty, word };
}
