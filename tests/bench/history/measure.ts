/** What opening and searching take, as loaders ask. */
import type { Context } from "#app/domain/context.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { searchMessages } from "#app/domain/search/queries.server.ts";
import { searchSchema } from "#app/domain/search/schema.ts";
import { spread, type Spread } from "#tests/bench/measure/figures.ts";
import type { Memory } from "./fill.ts";

const timed = async (turns: number, work: (turn: number) => Promise<unknown>): Promise<Spread> => {
  await work(0);
  const took: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const from = performance.now();
    await work(turn);
    took.push(performance.now() - from);
  }
  return spread(took);
};

const PLACE = { at: null, on: null, timeZone: "Asia/Riyadh" };

export async function measure(ctx: Context, { viewer, large, empty, word }: Memory, turns: number): Promise<Record<string, Spread>> {
  const open = (id: string, more: object = {}) => openConversation(ctx, viewer, id, null, { ...PLACE, ...more });
  const ask = (wanted: Record<string, string>) => searchMessages(ctx, viewer, searchSchema.parse(wanted), PLACE.timeZone);
  const two = () => `${word()} ${word().slice(0, 3)}`;
  const size = (await open(large)).messages.at(-1)?.seq ?? 0;
  return {
    "open the empty room": await timed(turns, () => open(empty)),
    "open the large room": await timed(turns, () => open(large)),
    "page back in the large room": await timed(turns, (turn) => openConversation(ctx, viewer, large, String(Math.max(1, size - turn * 50)))),
    "jump to a day": await timed(turns, (turn) => open(large, { on: new Date(ctx.now() - (turn + 1) * 86_400_000).toISOString().slice(0, 10) })),
    "search a word": await timed(turns, () => ask({ q: word() })),
    "search the beginning of a word": await timed(turns, () => ask({ q: word().slice(0, 3) })),
    "search two words": await timed(turns, () => ask({ q: two() })),
    "search in one room": await timed(turns, () => ask({ q: word(), in: large })),
    "search by person": await timed(turns, () => ask({ q: word(), from: viewer.userId })),
    "search what nobody said": await timed(turns, () => ask({ q: "qqqqqqq" })),
  };
}
