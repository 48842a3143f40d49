import { EVENT_TYPES } from "#app/domain/events.ts";
import { outboxCharts } from "#app/domain/outbox/charts.server.ts";
import { outboxEvents, outboxOverview, previewOf, watchOutbox } from "#app/domain/outbox/queries.server.ts";
import type { Args } from "#app/http/args.server.ts";
import { readAsked } from "#app/components/admin/outbox/address.ts";

const EVENT_NAMES = [...EVENT_TYPES.values()].filter(({ delivery }) => delivery === "durable").map(({ name }) => name).sort();

export async function loadOutbox({ ctx, viewer, url, state }: Args<"admin">) {
  const asked = readAsked(url.searchParams);
  await watchOutbox(ctx, viewer);
  const [overview, charts, list, preview] = await Promise.all([
    outboxOverview(ctx, viewer),
    outboxCharts(ctx, viewer, asked.range, asked.measure),
    outboxEvents(ctx, viewer, asked.filter, asked.before ?? null),
    asked.confirm ? previewOf(ctx, viewer, asked.confirm, asked.filter) : null,
  ]);
  return { asked, overview, charts, list, preview, eventNames: EVENT_NAMES, mode: state.services.settings.relayMode, now: ctx.now() };
}
