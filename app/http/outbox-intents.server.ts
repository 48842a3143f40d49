/** The forms of the outbox's pages. Each comes back to its own page and says how many events it changed. */
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { dropEvents, requeueEvents, retryEvents, type Changed } from "#app/domain/outbox/commands.server.ts";
import { outboxChanged } from "#app/domain/outbox/events.ts";
import { readFilter, writeFilter, type EventVerb } from "#app/domain/outbox/filter.ts";
import { eventsSchema, type EventsInput } from "#app/domain/outbox/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { ADMIN_LIMIT } from "./limits.server.ts";
import { intent } from "./mutation.server.ts";

type Verb = (ctx: Context, viewer: Viewer, input: EventsInput) => Promise<Changed>;

/** What of a page's address stays when it comes back: its filter, as a query. */
type Kept = (params: URLSearchParams) => string;

const verb = (name: EventVerb, run: Verb, kept: Kept) =>
  intent({
    schema: eventsSchema,
    limit: ADMIN_LIMIT,
    run: async ({ ctx, viewer, input, url, state }) => {
      const { asked, changed } = await run(ctx, viewer, input);
      if (changed > 0) await state.services.announce({ type: outboxChanged, channel: ADMIN_CHANNEL, payload: { at: ctx.now() } });
      const back = new URLSearchParams(kept(url.searchParams));
      back.set("done", name);
      back.set("changed", String(changed));
      if (asked > changed) back.set("asked", String(asked));
      return { redirect: `${url.pathname}?${back}`, headers: { "X-Remix-Replace": "true" } };
    },
  });

/** @param kept a page that lists something else than events has a filter of its own */
export const outboxIntents = (kept: Kept = (params) => writeFilter(readFilter(params))) => ({
  retry: verb("retry", retryEvents, kept),
  requeue: verb("requeue", requeueEvents, kept),
  drop: verb("drop", dropEvents, kept),
});
