import type { HeadersArgs } from "@remix-run/node";
import { data } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { TimerList } from "#app/components/family/timer-list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { openTimersFor } from "#app/domain/families/queries.server.ts";
import { page } from "#app/http/page.server.ts";
import { secondsUntilNews } from "./seconds-until-news.ts";

/** The self-refreshing timers for browsers without JavaScript; they stand in a frame of the family's page. */
export const loader = page({ access: "member" }, async ({ ctx, viewer }) => {
  const shown = await openTimersFor(ctx, viewer);
  return data(shown, { headers: { Refresh: String(secondsUntilNews(shown.timers, shown.now)) } });
});

/** No shell around it, no scripts, no live connection: it is only a list. */
export const handle: RouteHandle = { layout: "bare", still: true };

export const headers = ({ loaderHeaders }: HeadersArgs) => loaderHeaders;

export default function Timers() {
  return (
    <div className="timers-feed">
      <TimerList {...useLoaderData<typeof loader>()} framed />
    </div>
  );
}
