/** What is done on a family's dashboard: at home by whoever is signed in, on a wall tablet by whoever stands there. */
import type { z } from "zod";
import { approveChore, claimChore, refuseChore, undoChore } from "#app/domain/chores/commands.server.ts";
import { choreOccurrenceSchema } from "#app/domain/chores/schema.ts";
import type { Context } from "#app/domain/context.ts";
import { addStars, removeStars, undoStars } from "#app/domain/stars/commands.server.ts";
import { starsChangeSchema, starsUndoSchema } from "#app/domain/stars/schema.ts";
import { cancelTimer, confirmTimer, extendTimer, pauseTimer, resumeTimer, startTimer, syncTimer } from "#app/domain/timers/commands.server.ts";
import { timerChangeSchema, timerExtendSchema, timerStartSchema, timerSyncSchema } from "#app/domain/timers/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Access, Args } from "./args.server.ts";
import { FAMILY_LIMIT, type Limit } from "./limits.server.ts";
import { intent } from "./mutation.server.ts";

/** In place of the page that the form stood on: "back" leads to where the person came from, not to the same page again. */
export const again = ({ url }: { url: URL }) => ({ redirect: url.pathname, headers: { "X-Remix-Replace": "true" } });

type Command<Input> = (ctx: Context, viewer: Viewer, input: Input) => Promise<unknown>;

/** Forms after which their page shows how things stand. @param actorOf who acts */
export const verbsFor =
  <A extends Access>(actorOf: (args: Args<A>) => Promise<Viewer>) =>
  <S extends z.ZodType>(schema: S, run: Command<z.output<S>>, limit: Limit = FAMILY_LIMIT) =>
    intent<S, never, A>({
      schema,
      limit,
      run: async (args) => {
        await run(args.ctx, await actorOf(args), args.input);
        return again(args);
      },
    });

export function dashboardIntents<A extends Access>(actorOf: (args: Args<A>) => Promise<Viewer>) {
  const verb = verbsFor(actorOf);
  return {
    "timer-start": verb(timerStartSchema, startTimer),
    "timer-pause": verb(timerChangeSchema, pauseTimer),
    "timer-resume": verb(timerChangeSchema, resumeTimer),
    "timer-extend": verb(timerExtendSchema, extendTimer),
    "timer-cancel": verb(timerChangeSchema, cancelTimer),
    "timer-confirm": verb(timerChangeSchema, confirmTimer),
    "timer-sync": verb(timerSyncSchema, syncTimer),
    "stars-add": verb(starsChangeSchema, addStars),
    "stars-remove": verb(starsChangeSchema, removeStars),
    "stars-undo": verb(starsUndoSchema, undoStars),
    "chore-claim": verb(choreOccurrenceSchema, claimChore),
    "chore-approve": verb(choreOccurrenceSchema, approveChore),
    "chore-refuse": verb(choreOccurrenceSchema, refuseChore),
    "chore-undo": verb(choreOccurrenceSchema, undoChore),
  };
}
